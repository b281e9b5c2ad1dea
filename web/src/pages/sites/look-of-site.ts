import type { SiteHealth } from '#server/api/schema/watch.ts';
import { howSeen } from '../../parts/how-seen.ts';
import { lookOfSite, type Look } from '../../theme/meaning.ts';

type Server = SiteHealth['servers'][number];

/** Green only where the last look saw everything, lately, and no server is silent. */
export function lookOfHealth({ state, servers, lastLook, whole }: SiteHealth): Look {
  return lookOfSite(howSeen({ state, silent: servers.some(({ answers }) => answers === false), looked: lastLook?.outcome, whole }));
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

export function lookOfLogin({ good }: { readonly good?: boolean | undefined }): Look {
  if (good === undefined) return { meaning: 'unknown', icon: 'question', word: 'not known' };
  return good
    ? { meaning: 'protected', icon: 'check', word: 'has its rights' }
    : { meaning: 'broken', icon: 'cross-octagon', word: 'not as it must be' };
}
