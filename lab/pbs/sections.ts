import { createHash } from 'node:crypto';
import type { Params, Values } from '../params.ts';
import { refuse } from '../route.ts';
import type { Section, Value } from './state.ts';

/** SHA-256 over a configuration file, as the API shows it beside the data. */
export function digestOf(sections: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify(sections)).digest('hex');
}

/** Refuses a write that was made against another state of the file. */
export function checkDigest(params: Values, sections: Readonly<Record<string, unknown>>): void {
  const given = params.optionalText('digest');
  if (given !== undefined && given !== digestOf(sections))
    refuse(400, 'detected modified configuration - file changed by other user? Try again.');
}

/** The parameters that are settings, in the order of the schema. An empty comment is none. */
export function settingsOf(params: Values, schema: Params): Section {
  const section: Section = {};
  for (const name of Object.keys(schema)) {
    const value = params.all[name];
    if (value === undefined || name === 'digest' || name === 'delete') continue;
    if (name === 'comment' && value === '') continue;
    section[name] = value as Value;
  }
  return section;
}

/** What a PUT leaves: what it deletes is gone, what it names is new, everything else stays. */
export function changed(section: Section, params: Values, schema: Params): Section {
  const result: Section = { ...section };
  for (const name of params.list('delete')) delete result[name];
  if (params.optionalText('comment') === '') delete result['comment'];
  return Object.assign(result, settingsOf(params, schema));
}

/** Without its secret: passwords are written, never read. */
export function shown(section: Section): Section {
  const { password: _, ...rest } = section;
  return rest;
}
