import type { Tier } from '../policy/policy.ts';
import { spellDuration, type UnixSeconds } from '../units.ts';
import type { JudgedPoint } from './evidence.ts';
import type { Verdict } from './posture.ts';

/**
 * How the promise of verification stands: each usable point is read whole by its server `within` a time after it was made,
 * and again `every` so often. The oldest debt is told.
 *
 * @param allowanceSeconds  how much later than its begin a point may be finished: only then can it be read
 */
export function verificationVerdict(
  tier: Tier,
  points: readonly JudgedPoint[],
  now: UnixSeconds,
  allowanceSeconds: number,
): Verdict | undefined {
  const { verify } = tier;
  if (!verify) return undefined;
  for (const point of points.toReversed()) {
    if (!point.usable) continue;
    if (point.verifiedAt === undefined) {
      const withinSeconds = verify.withinSeconds ?? verify.everySeconds;
      const ageSeconds = now - point.at;
      if (ageSeconds <= withinSeconds + allowanceSeconds) continue;
      return {
        posture: 'attention',
        because: `a point ${spellDuration(ageSeconds)} old was never verified, promised is ${spellDuration(withinSeconds)}`,
      };
    }
    const sinceSeconds = now - point.verifiedAt;
    if (sinceSeconds > verify.everySeconds) {
      return {
        posture: 'attention',
        because: `a point was last verified ${spellDuration(sinceSeconds)} ago, promised is every ${spellDuration(verify.everySeconds)}`,
      };
    }
  }
  return undefined;
}
