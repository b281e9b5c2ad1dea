import { spellDuration, type UnixSeconds } from '../units.ts';
import type { Tier } from '../policy/policy.ts';
import type { JudgedPoint } from './evidence.ts';

/** One word for how a promise stands. Unknown is never green. */
export type Posture = 'protected' | 'attention' | 'at-risk' | 'broken' | 'unknown';

/** From best to worst. What is not known weighs as much as what is broken: nobody may rest on it. */
export const POSTURES: readonly Posture[] = ['protected', 'attention', 'at-risk', 'unknown', 'broken'];

export type Verdict = { readonly posture: Posture; readonly because: string };

export function worse(a: Verdict, b: Verdict): Verdict {
  return POSTURES.indexOf(b.posture) > POSTURES.indexOf(a.posture) ? b : a;
}

export type RpoEvidence = {
  readonly tier: Tier;
  readonly now: UnixSeconds;
  /** Newest first. */
  readonly points: readonly JudgedPoint[];
  /** When the last run that should be finished by now began, by the tier's schedule; undefined where none was due yet. */
  readonly expectedAt?: UnixSeconds;
  /** By when that run's point should have been there: begin, queue and longest duration. */
  readonly expectedBy?: UnixSeconds;
  /** When the guest came to be, where known. */
  readonly createdAt?: UnixSeconds;
};

/**
 * How the RPO of one guest stands.
 *
 * protected: the run that was due left a usable point. attention: that point is late. at-risk: it is late by more than the
 * tier's grace. broken: the data is older than RPO and grace allow, or there is no usable point at all. A new guest is given
 * until its first run.
 */
export function rpoVerdict({ tier, now, points, expectedAt, expectedBy, createdAt }: RpoEvidence): Verdict {
  const newest = points.find((point) => point.usable);
  const allowedSeconds = tier.rpoSeconds + tier.graceSeconds;
  const promise = spellPromise(tier);
  if (!newest) return withoutPoint({ points, now, promise, allowedSeconds, ...(createdAt === undefined ? {} : { createdAt }) });
  const exposureSeconds = now - newest.at;
  const age = spellDuration(exposureSeconds);
  if (exposureSeconds > allowedSeconds)
    return { posture: 'broken', because: `the newest usable point is ${age} old, promised is ${promise}` };
  if (expectedAt !== undefined && expectedBy !== undefined && newest.at < expectedAt && now > expectedBy) {
    const late = now - expectedBy;
    const posture = late > tier.graceSeconds ? 'at-risk' : 'attention';
    return { posture, because: `a point is ${spellDuration(late)} late; the newest is ${age} old, promised is ${promise}` };
  }
  return { posture: 'protected', because: `the newest usable point is ${age} old` };
}

function withoutPoint(evidence: {
  readonly points: readonly JudgedPoint[];
  readonly now: UnixSeconds;
  readonly promise: string;
  readonly allowedSeconds: number;
  readonly createdAt?: UnixSeconds;
}): Verdict {
  const { points, now, promise, allowedSeconds, createdAt } = evidence;
  const refused = points.find((point) => !point.usable);
  if (refused) return { posture: 'broken', because: `none of ${points.length} snapshots is usable: in the newest, ${refused.because}` };
  if (createdAt !== undefined && now - createdAt <= allowedSeconds) {
    return {
      posture: 'attention',
      because: `it is ${spellDuration(now - createdAt)} old and waits for its first backup, promised is ${promise}`,
    };
  }
  return { posture: 'broken', because: `there is no recovery point, promised is one every ${promise}` };
}

/** `24h + 2h grace` */
function spellPromise(tier: Tier): string {
  const grace = tier.graceSeconds > 0 ? ` + ${spellDuration(tier.graceSeconds)} grace` : '';
  return `${spellDuration(tier.rpoSeconds)}${grace}`;
}
