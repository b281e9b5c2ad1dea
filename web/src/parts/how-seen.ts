import type { Overview } from '#server/api/schema/overview.ts';

type Seen = {
  readonly state: Overview['sites'][number]['state'];
  /** A server gave no sign of life. */
  readonly silent: boolean;
  /** What the last look saw; absent where there was none. */
  readonly looked: 'complete' | 'partial' | 'failed' | undefined;
  readonly whole: boolean;
};
export type HowSeen = Seen['state'] | 'silent' | 'in part' | 'not seen' | 'not lately';

/** How a site is seen, in one word: `watched` only where all of it was, lately, and every server answers. */
export function howSeen({ state, silent, looked, whole }: Seen): HowSeen {
  if (state !== 'watched') return state;
  if (silent) return 'silent';
  if (looked === undefined) return 'starting';
  if (looked === 'failed') return 'not seen';
  if (looked === 'partial') return 'in part';
  return whole ? 'watched' : 'not lately';
}
