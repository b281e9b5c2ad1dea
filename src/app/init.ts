import { closest } from '#core/closest.ts';
import { PRESET_NAMES, presetText } from './preset.ts';

/** A first policy, or why there is none by that name. */
export type FirstPolicy = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

/** The policy of a preset. What a policy for a running site would be is another use case's question. */
export function init(preset: string): FirstPolicy {
  const text = presetText(preset);
  if (text !== undefined) return { ok: true, text };
  const near = closest(preset, PRESET_NAMES);
  return {
    ok: false,
    problem: `There is no preset "${preset}"${near ? ` (did you mean ${near}?)` : ''}; known: ${PRESET_NAMES.join(', ')}`,
  };
}
