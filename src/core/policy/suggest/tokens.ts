import { FILLERS, PRODUCTION, SYSTEMS } from './context.ts';
import { VOCABULARY } from './vocabulary.ts';

/** A word found in a text. `text` is how it stands there. */
export type Token = { readonly word: string; readonly text: string };

/** Longest run of parts that is looked up as one word: `proxmox-backup-server`. */
const LONGEST_RUN = 3;
/** Longest word that is taken apart; longer ones are no names. */
const LONGEST_COMPOUND = 24;

/**
 * The words of a name that mean something, in their order, each part used once. Parts are split at separators, at
 * `camelCase`, and where digits begin or end. A known word is found only whole, or as all of a compound of known words:
 * `testvm` is `test` and `vm`, `contest` is nothing.
 */
export function tokenize(text: string): Token[] {
  const parts = splitParts(text);
  const tokens: Token[] = [];
  for (let i = 0; i < parts.length;) {
    const run = longestKnownRun(parts, i);
    if (run > 0) {
      tokens.push(known(parts.slice(i, i + run).join('')) as Token);
      i += run;
    } else tokens.push(...takeApart(parts[i++]!));
  }
  return tokens;
}

/** `PostgresProd-01` → `postgres`, `prod`, `01`; `k8s-worker2` → `k8s`, `worker2`. */
function splitParts(text: string): string[] {
  return text
    .replaceAll(/([a-z0-9])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '');
}

function longestKnownRun(parts: readonly string[], from: number): number {
  for (let length = Math.min(LONGEST_RUN, parts.length - from); length > 0; length--) {
    if (known(parts.slice(from, from + length).join(''))) return length;
  }
  return 0;
}

/** The word itself, without its number, or in the singular. */
function known(text: string): Token | undefined {
  const bare = text.replace(/\d+$/, '');
  for (const word of [text, bare, bare.replace(/s$/, '')]) if (word.length > 1 && isKnown(word)) return { word, text };
  return undefined;
}

function isKnown(word: string): boolean {
  return VOCABULARY.has(word) || PRODUCTION.has(word) || FILLERS.has(word) || SYSTEMS.has(word);
}

/** A part that is no known word: its runs of letters, then a compound of known words, then something with `db` at its end. */
function takeApart(part: string): Token[] {
  const runs = part.split(/\d+/).filter((run) => run !== '');
  return runs.flatMap((run) => {
    const whole = known(run);
    if (whole) return [whole];
    const compound = run.length <= LONGEST_COMPOUND ? segment(run) : undefined;
    if (compound) return compound.map((word) => ({ word, text: run }));
    return run.length >= 5 && run.endsWith('db') ? [{ word: 'db', text: run }] : [];
  });
}

/** All of a text as known words of at least two letters, fewest words first; undefined where a letter would be left over. */
function segment(text: string): string[] | undefined {
  const best: (string[] | undefined)[] = [[]];
  for (let end = 1; end <= text.length; end++) {
    for (let start = 0; start < end - 1; start++) {
      const before = best[start];
      const word = text.slice(start, end);
      if (!before || !isKnown(word) || (word.length === 2 && !SHORT_IN_COMPOUNDS.has(word))) continue;
      const found = best[end];
      if (!found || found.length > before.length + 1) best[end] = [...before, word];
    }
  }
  return best[text.length];
}

/** Two letters occur in every word by accident; these are how people build names. */
const SHORT_IN_COMPOUNDS: ReadonlySet<string> = new Set(['db', 'vm', 'ct', 'my']);
