import type { TierId } from '../policy.ts';

/** What somebody said outright about a guest. */
export type Wish = { readonly wants: TierId | 'none'; readonly weight: number; readonly reason: string };

const NO_BACKUP =
  /^(?:no-?backup|nobak|backup-?(?:none|no|off|never|false|exclude|excluded|skip)|skip-?backup|exclude-?backup|unprotected)$/;
const TIER = /^(?:backup-?)?tier-?([1-9]\d?)$/;

/** Tags that name a purpose outright. */
const WORDS: readonly (readonly [tier: TierId, weight: number, words: string])[] = [
  [1, 0.92, 'critical kritisch tier-critical mission-critical business-critical gold'],
  [1, 0.82, 'prod production produktion prd'],
  [3, 0.9, 'dev development test testing staging stage sandbox qa uat lab playground demo poc'],
  [4, 0.9, 'cache temp tmp temporary disposable regenerable ephemeral scratch throwaway'],
];
const WISHES = new Map(WORDS.flatMap(([tier, weight, words]) => words.split(' ').map((word) => [word, { tier, weight }] as const)));

/** Tags (or a pool) as wishes. `tier-2`, `tier2`, `Tier_2`, `backup:tier-2` and `backup:none` are all read. */
export function readTags(tags: readonly string[], where: 'tag' | 'pool' = 'tag'): Wish[] {
  return tags.flatMap((tag): Wish[] => {
    const word = tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    const tier = TIER.exec(word)?.[1];
    if (tier !== undefined) return [{ wants: Number(tier), weight: 0.95, reason: `the ${where} "${tag}" says so` }];
    if (where === 'tag' && NO_BACKUP.test(word)) return [{ wants: 'none', weight: 1, reason: `the tag "${tag}" asks for no backup` }];
    const wish = WISHES.get(word);
    if (!wish) return [];
    return [{ wants: wish.tier, weight: where === 'pool' ? 0.72 : wish.weight, reason: `the ${where} "${tag}" says so` }];
  });
}

const SENTENCES: readonly (readonly [wants: TierId | 'none', weight: number, pattern: RegExp])[] = [
  ['none', 1, /\b(?:no backups? (?:needed|required|necessary|wanted)|do(?:es)? not (?:need )?back ?up|without backup)\b/],
  [
    4,
    0.78,
    /\b(?:can (?:easily )?be (?:re-?(?:built|created|generated|downloaded|installed|fetched)|thrown away|deleted)|re-?generable|disposable|throwaway|safe to delete)\b/,
  ],
  [1, 0.78, /\b(?:(?:business|mission)[- ]critical|critical (?:production|data|database)|production database|most important)\b/],
  [
    3,
    0.75,
    /\b(?:for (?:testing|development|experiments)|(?:test|dev|development|staging) (?:environment|instance|system|server|vm|copy)|just (?:a )?test|playing around|proof of concept)\b/,
  ],
];
const NEGATION = /\b(?:not|no longer|isn't|non|never|nicht)\b(?:\s+\w+)?\s*$/;

/** What notes say in so many words. Single words in prose say little: "tested on 2026-01-01" makes no test. */
export function readNotes(notes: string): Wish[] {
  const text = notes.slice(0, 4000).toLowerCase();
  const tier = /\btier[ :_-]*([1-9])\b/.exec(text);
  const wishes: Wish[] = tier ? [{ wants: Number(tier[1]), weight: 0.9, reason: `the notes say "${tier[0]}"` }] : [];
  for (const [wants, weight, pattern] of SENTENCES) {
    const found = pattern.exec(text);
    if (!found || NEGATION.test(text.slice(0, found.index))) continue;
    wishes.push({ wants, weight, reason: `the notes say "${found[0]}"${wants === 'none' ? ', so nothing is proposed' : ''}` });
  }
  return wishes;
}
