import type { PostureRecord } from '../memory/record.ts';
import { spellCount } from '../units.ts';

export type Mood = 'good' | 'attention' | 'bad' | 'unknown' | 'empty';

export type HeadlineInput = {
  readonly counts: Readonly<Record<Exclude<PostureRecord['posture'], 'gone'>, number>>;
  /** Sites that were not seen whole, or not by this process: a word each, why. */
  readonly unseen: readonly { readonly site: string; readonly because: string }[];
  readonly sites: number;
  /** A guest that stands worst, by its name. */
  readonly worst?: string;
};

/** One sentence that a person can repeat: whether the promises hold. Good only where everything was seen and nobody stands worse than protected. */
export function headlineOf({ counts, unseen, sites, worst }: HeadlineInput): { readonly mood: Mood; readonly headline: string } {
  const guests = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const [blind] = unseen;
  const notSeen = blind ? `; ${blind.site}: ${blind.because}${unseen.length > 1 ? `, and ${unseen.length - 1} more` : ''}` : '';
  const bad = counts.broken + counts['at-risk'];
  const of = `of ${spellCount(guests, 'guest')}`;
  const name = worst === undefined ? '' : `, ${worst} first`;
  if (counts.broken > 0) return { mood: 'bad', headline: `The promise to ${counts.broken} ${of} is broken${name}${notSeen}` };
  if (bad > 0) return { mood: 'bad', headline: `The promise to ${bad} ${of} is about to break${name}${notSeen}` };
  if (counts.unknown > 0)
    return {
      mood: 'unknown',
      headline: `How ${counts.unknown} ${of} ${counts.unknown === 1 ? 'stands' : 'stand'} is not known${name}${notSeen}`,
    };
  if (blind) return { mood: 'unknown', headline: `Not everything is seen${notSeen}` };
  if (guests === 0) return { mood: 'empty', headline: `There is no guest at ${spellCount(sites, 'site')}` };
  if (counts.attention > 0)
    return {
      mood: 'attention',
      headline: `Every promise holds; ${counts.attention} ${of} ${counts.attention === 1 ? 'needs' : 'need'} attention${name}`,
    };
  if (counts.protected === 0) return { mood: 'attention', headline: `Nothing is promised to any ${of}` };
  return {
    mood: 'good',
    headline: `Each of ${spellCount(counts.protected, 'guest')} has the recovery points it was promised; no restore has been rehearsed`,
  };
}
