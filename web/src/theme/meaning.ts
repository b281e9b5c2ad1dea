import type { FindingJson, PostureWord } from '#server/api/schema/common.ts';
import type { Overview, PromiseStanding } from '#server/api/schema/overview.ts';
import type { HowSeen } from '../parts/how-seen.ts';
import type { IconName } from '../parts/icon.tsx';

/** A colour of meaning (`data-meaning` in global.css). It never stands without its icon and its word. */
export type Meaning = PostureWord;

/** How something is shown: never one without the others. */
export type Look = { readonly meaning: Meaning; readonly icon: IconName; readonly word: string };

/** Worst first: the order of every list and bar. */
export const POSTURES: readonly PostureWord[] = ['broken', 'at-risk', 'unknown', 'attention', 'protected', 'exempt'];

const ICONS: Readonly<Record<PostureWord, IconName>> = {
  protected: 'shield-check',
  attention: 'eye',
  'at-risk': 'triangle',
  broken: 'cross-octagon',
  unknown: 'question',
  exempt: 'dash',
};

export function lookOfPosture(posture: PostureWord): Look {
  return { meaning: posture, icon: ICONS[posture], word: posture };
}

const STANDS: Readonly<Record<PromiseStanding['stands'], Look>> = {
  kept: { meaning: 'protected', icon: 'check', word: 'kept' },
  attention: { meaning: 'attention', icon: 'eye', word: 'attention' },
  broken: { meaning: 'broken', icon: 'cross-octagon', word: 'broken' },
  unknown: { meaning: 'unknown', icon: 'question', word: 'unknown' },
  unproven: { meaning: 'exempt', icon: 'dash', word: 'not measured' },
};
export function lookOfStanding(stands: PromiseStanding['stands']): Look {
  return STANDS[stands];
}

const SEVERITIES: Readonly<Record<FindingJson['severity'], Look>> = {
  error: { meaning: 'broken', icon: 'cross-octagon', word: 'error' },
  warning: { meaning: 'attention', icon: 'triangle', word: 'warning' },
  info: { meaning: 'exempt', icon: 'info', word: 'info' },
};
export function lookOfSeverity(severity: FindingJson['severity']): Look {
  return SEVERITIES[severity];
}

const MOODS: Readonly<Record<Overview['mood'], Look>> = {
  good: { meaning: 'protected', icon: 'shield-check', word: 'All promises hold' },
  attention: { meaning: 'attention', icon: 'eye', word: 'Needs attention' },
  bad: { meaning: 'broken', icon: 'cross-octagon', word: 'A promise is broken' },
  unknown: { meaning: 'unknown', icon: 'question', word: 'Not known' },
  empty: { meaning: 'exempt', icon: 'dash', word: 'Nothing to watch yet' },
};
export function lookOfMood(mood: Overview['mood']): Look {
  return MOODS[mood];
}

const SITES: Readonly<Record<HowSeen, Look>> = {
  watched: { meaning: 'protected', icon: 'check', word: 'watched' },
  starting: { meaning: 'unknown', icon: 'clock', word: 'starting' },
  elsewhere: { meaning: 'exempt', icon: 'link', word: 'by another replica' },
  refused: { meaning: 'broken', icon: 'cross-octagon', word: 'refused' },
  silent: { meaning: 'broken', icon: 'cross-octagon', word: 'a server is silent' },
  'in part': { meaning: 'unknown', icon: 'question', word: 'seen in part' },
  'not seen': { meaning: 'broken', icon: 'cross-octagon', word: 'not seen' },
  'not lately': { meaning: 'unknown', icon: 'clock', word: 'not seen lately' },
};
export function lookOfSite(seen: HowSeen): Look {
  return SITES[seen];
}
