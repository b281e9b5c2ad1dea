import type { Change } from '#server/api/schema/changes.ts';
import type { Look } from '../../theme/meaning.ts';

const STATES: Readonly<Record<Change['state'], Look>> = {
  proposed: { meaning: 'attention', icon: 'clock', word: 'waits for approval' },
  approved: { meaning: 'attention', icon: 'check', word: 'approved, not applied' },
  applying: { meaning: 'unknown', icon: 'play', word: 'being applied' },
  applied: { meaning: 'protected', icon: 'check', word: 'applied' },
  failed: { meaning: 'broken', icon: 'cross-octagon', word: 'failed' },
  rejected: { meaning: 'exempt', icon: 'cross', word: 'rejected' },
  stale: { meaning: 'exempt', icon: 'dash', word: 'out of date' },
};

export function lookOfChange(state: Change['state']) {
  return STATES[state];
}

export const KINDS = { policy: 'New policy', plan: 'Plan' } as const;
