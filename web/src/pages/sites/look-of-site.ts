import type { SiteHealth } from '#server/api/schema/watch.ts';
import type { IconName } from '../../parts/icon.tsx';
import type { Meaning } from '../../theme/meaning.ts';

type Look = { readonly meaning: Meaning; readonly icon: IconName; readonly word: string };
type Server = SiteHealth['servers'][number];

const GOOD: Look = { meaning: 'protected', icon: 'check', word: 'watched' };
const STATES: Readonly<Record<Exclude<SiteHealth['state'], 'watched'>, Look>> = {
  starting: { meaning: 'unknown', icon: 'clock', word: 'starting' },
  elsewhere: { meaning: 'exempt', icon: 'link', word: 'by another replica' },
  refused: { meaning: 'broken', icon: 'cross-octagon', word: 'refused' },
};

/** Green only where the last look saw everything and no server is silent. */
export function lookOfSite({ state, servers, lastLook }: SiteHealth): Look {
  if (state !== 'watched') return STATES[state];
  if (servers.some(({ answers }) => answers === false)) return { meaning: 'broken', icon: 'cross-octagon', word: 'a server is silent' };
  if (lastLook === undefined) return STATES.starting;
  if (lastLook.outcome === 'failed') return { meaning: 'broken', icon: 'cross-octagon', word: 'not seen' };
  return lastLook.outcome === 'partial' ? { meaning: 'unknown', icon: 'question', word: 'seen in part' } : GOOD;
}

const LOOKS: Readonly<Record<NonNullable<SiteHealth['lastLook']>['outcome'], Look>> = {
  complete: { meaning: 'protected', icon: 'check', word: 'complete' },
  partial: { meaning: 'unknown', icon: 'question', word: 'in part' },
  failed: { meaning: 'broken', icon: 'cross-octagon', word: 'failed' },
};
export function lookOfLook(outcome: keyof typeof LOOKS): Look {
  return LOOKS[outcome];
}

/** Nobody who did not ask knows whether a server answers. */
export function lookOfServer({ answers }: Server): Look {
  if (answers === undefined) return { meaning: 'unknown', icon: 'question', word: 'not asked yet' };
  return answers
    ? { meaning: 'protected', icon: 'check', word: 'answers' }
    : { meaning: 'broken', icon: 'cross-octagon', word: 'does not answer' };
}

export function lookOfLogin({ good }: { readonly good: boolean }): Look {
  return good
    ? { meaning: 'protected', icon: 'check', word: 'has its rights' }
    : { meaning: 'broken', icon: 'cross-octagon', word: 'not as it must be' };
}
