import type { LedgerPoint } from '../memory/record.ts';
import type { Tier } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';

/** Clocks of hosts differ a little; a point dated further in the future than this is dated wrongly. */
export const CLOCK_TOLERANCE_SECONDS = 300;

/**
 * Until when a finished point must not be removed: its age counts from the instant its backup began. A point dated after every clock counts
 * from when it was first seen, for its data cannot be younger; should a clock reach its date after all, it counts from there, and the date
 * grows. A date once given is never shortened.
 *
 * @param latestAt the latest reading of the site's clocks
 */
export function notBefore(
  point: Pick<LedgerPoint, 'at' | 'firstSeenAt' | 'notBeforeAt'>,
  tier: Pick<Tier, 'retentionSeconds'>,
  latestAt: UnixSeconds,
): UnixSeconds {
  const believed = point.at <= latestAt + CLOCK_TOLERANCE_SECONDS;
  const from = believed ? point.at : Math.min(point.at, point.firstSeenAt);
  return Math.max(point.notBeforeAt ?? 0, from + tier.retentionSeconds);
}
