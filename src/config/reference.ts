import type { z } from 'zod';
import { CHANNEL_KINDS } from '#core/policy/alerts.ts';
import { FORMATS } from './format.ts';
import { noteOf } from './note.ts';
import { PolicySchema } from './schema/policy.ts';
import { defOf, inner, keysAt } from './walk.ts';

type Schema = z.core.$ZodType;

const SECTIONS: readonly (readonly [title: string, path: readonly string[]])[] = [
  ['The file', []],
  ['sites.NAME', ['sites', '*']],
  ['sites.NAME.pve', ['sites', '*', 'pve']],
  ['sites.NAME.pbs', ['sites', '*', 'pbs']],
  ['sites.NAME.pbs.traffic', ['sites', '*', 'pbs', 'traffic', '*']],
  ['sites.NAME.storages', ['sites', '*', 'storages']],
  ['sites.NAME.pressure', ['sites', '*', 'pressure']],
  ['tiers.NUMBER', ['tiers', '*']],
  ['tiers.NUMBER.keep', ['tiers', '*', 'keep']],
  ['tiers.NUMBER.verify', ['tiers', '*', 'verify']],
  ['tiers.NUMBER.drill', ['tiers', '*', 'drill']],
  ['tiers.NUMBER.offsite', ['tiers', '*', 'offsite']],
  ['assign', ['assign', '*']],
  ['exceptions', ['exceptions', '*']],
  ['assume', ['assume']],
  ['alerts', ['alerts']],
  ['alerts.channels.NAME', ['alerts', 'channels', '*']],
  ...CHANNEL_KINDS.map((kind) => [`alerts.channels.NAME.${kind}`, ['alerts', 'channels', '*', kind]] as const),
  ['alerts.routes', ['alerts', 'routes', '*']],
  ['alerts.routes.escalate', ['alerts', 'routes', '*', 'escalate']],
  ['alerts.thresholds.NUMBER', ['alerts', 'thresholds', '*']],
  ['alerts.heartbeat', ['alerts', 'heartbeat']],
  ['server', ['server']],
  ['server.oidc', ['server', 'oidc']],
  ['server.oidc.roles', ['server', 'oidc', 'roles']],
  ['server.proxy', ['server', 'proxy']],
  ['server.proxy.roles', ['server', 'proxy', 'roles']],
];

/** The reference page of the policy file, made from its schema. */
export function policyReference(): string {
  const formats = Object.entries(FORMATS).filter(([, words]) => !words.startsWith('a name') && words !== 'a whole number');
  return [
    '# The policy file',
    '',
    'Made from the schema by `npm test`; do not edit by hand. `holdfast schema` prints the same for editors.',
    '',
    'A policy is found by `--policy FILE`, else by `HOLDFAST_POLICY`, else as `holdfast.yaml` in the working directory. It is',
    'YAML 1.2 in UTF-8, at most 512 KiB with all its files. Every key is listed here; any other is an error. `holdfast check` shows all that is wrong at once.',
    '',
    "With `include:` a policy is split over files. A file's own lines come first, then those of the files it includes in their",
    'order; `sites`, `tiers`, `assume`, `alerts`, `server` and `drills` are joined, `assign` is appended. A key two files both state is an error.',
    '',
    '## Formats',
    '',
    ...formats.map(([name, words]) => `- **${name}**: ${words}.`),
    '',
    ...SECTIONS.flatMap(([title, path]) => section(title, path)),
  ].join('\n');
}

function section(title: string, path: readonly string[]): string[] {
  const schema = path.reduce<Schema | undefined>(descend, PolicySchema);
  const rows = keysAt(schema && inner(schema)).map((key) => row(key, child(schema, key)));
  return [`## ${title}`, '', '| key | what it is | example | if absent |', '|---|---|---|---|', ...rows, ''];
}

function row(key: string, schema: Schema | undefined): string {
  const note = noteOf(schema);
  const optional = schema !== undefined && defOf(schema).type === 'optional';
  const absent = note?.absent ?? (optional ? '' : '**needed**');
  const format = note?.format && note.format !== 'whole number' ? ` (${note.format})` : '';
  const cells = [`\`${key}\``, `${note?.description ?? ''}${format}`, note ? `\`${note.example}\`` : '', absent];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function descend(schema: Schema | undefined, part: string): Schema | undefined {
  return child(schema, part);
}

function child(schema: Schema | undefined, part: string): Schema | undefined {
  if (!schema) return undefined;
  const def = defOf(inner(schema));
  if (def.type === 'union') return def.options?.map((option) => child(option, part)).find((found) => found !== undefined);
  return def.shape?.[part] ?? (part === '*' ? (def.valueType ?? def.element) : undefined);
}
