import { spellDuration, type UnixSeconds } from '../units.ts';
import type { Tier } from '../policy/policy.ts';
import type { DueAfter } from './due.ts';
import type { JudgedPoint } from './evidence.ts';

/** One word for how a promise stands. Unknown is never green. */
export type Posture = 'protected' | 'attention' | 'at-risk' | 'broken' | 'unknown';

/** From best to worst. What is not known weighs as much as what is broken: nobody may rest on it. */
export const POSTURES: readonly Posture[] = ['protected', 'attention', 'at-risk', 'unknown', 'broken'];

export type Verdict = {
  readonly posture: Posture;
  readonly because: string;
  /** Of a point that is late while the promise still holds: by how much, and how long until the promise breaks. */
  readonly late?: { readonly bySeconds: number; readonly breaksInSeconds: number };
};

/** The worse of two; the first where they are alike. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return POSTURES.indexOf(b.posture) > POSTURES.indexOf(a.posture) ? b : a;
}

export type RpoEvidence = {
  readonly tier: Tier;
  readonly now: UnixSeconds;
  /** Those in the namespace of the tier, newest first. */
  readonly points: readonly JudgedPoint[];
  readonly dueAfter: DueAfter;
  /** When the guest came to be, or its promise began to hold, whichever is later; where known. */
  readonly sinceAt?: UnixSeconds;
  /** The newest usable point in another namespace of the site: the guest was moved to its tier. */
  readonly elsewhere?: { readonly at: UnixSeconds; readonly where: string };
};

/**
 * How the RPO of one guest stands.
 *
 * protected: the run that was due left a usable point. attention: the first run since then is late, or there is a reason why there is no
 * point yet: the guest, its promise or one of its disks is newer than the newest run. at-risk: late by more than the tier's grace.
 * broken: the data is older than RPO and grace allow, or the reason is gone and there is no usable point.
 * @see docs/concepts.md, "Posture"
 */
export function rpoVerdict(evidence: RpoEvidence): Verdict {
  const { tier, now, points, dueAfter } = evidence;
  const newest = points.find((point) => point.usable);
  const waiting = newerDisks(evidence);
  if (waiting) return waiting;
  if (!newest) return withoutPoint(evidence);
  const age = spellDuration(now - newest.at);
  if (now - newest.at > allowedSeconds(tier))
    return { posture: 'broken', because: `the newest usable point is ${age} old, promised is ${spellPromise(tier)}` };
  const late = now - (dueAfter(newest.at) ?? now);
  if (late <= 0) return { posture: 'protected', because: `the newest usable point is ${age} old` };
  const posture = late > tier.graceSeconds ? 'at-risk' : 'attention';
  return {
    posture,
    because: `a point is ${spellDuration(late)} late; the newest is ${age} old, promised is ${spellPromise(tier)}`,
    late: { bySeconds: late, breaksInSeconds: newest.at + allowedSeconds(tier) - now },
  };
}

/** A disk that came after the newest run is in no point, and nobody could have put it there. */
function newerDisks({ tier, now, points, dueAfter }: RpoEvidence): Verdict | undefined {
  const [newest] = points.filter((point) => point.snapshot.sizeBytes !== undefined);
  if (!newest || newest.usable || !newest.newerDisks || now - newest.at > allowedSeconds(tier)) return undefined;
  const dueAt = dueAfter(newest.at);
  if (dueAt === undefined || now > dueAt + tier.graceSeconds) return undefined;
  const age = spellDuration(now - newest.at);
  return {
    posture: 'attention',
    because: `the newest point, ${age} old, does not hold ${newest.newerDisks.join(', ')} yet; ${spellDue(dueAt, now)}`,
  };
}

function withoutPoint({ tier, now, points, dueAfter, sinceAt, elsewhere }: RpoEvidence): Verdict {
  const dueAt = (at: UnixSeconds): UnixSeconds => dueAfter(at) ?? at + allowedSeconds(tier);
  const refused = points.find((point) => !point.usable);
  // A run did come, and what it left cannot be used: nothing is waited for.
  const spoiled = points.find(({ at, snapshot }) => snapshot.sizeBytes !== undefined && at >= (sinceAt ?? 0));
  if (elsewhere && !(spoiled && spoiled.at > elsewhere.at)) {
    const lies = `its newest usable point, ${spellDuration(now - elsewhere.at)} old, lies in ${elsewhere.where}, not where its tier keeps it`;
    const firstDueAt = dueAt(Math.max(elsewhere.at, sinceAt ?? 0));
    const because = `${lies}; there ${spellDue(firstDueAt, now)}, promised is one every ${spellPromise(tier)}`;
    if (now <= firstDueAt + tier.graceSeconds) return { posture: 'attention', because };
    return { posture: now - elsewhere.at <= allowedSeconds(tier) ? 'at-risk' : 'broken', because };
  }
  if (sinceAt !== undefined && !spoiled && now <= dueAt(sinceAt) + tier.graceSeconds)
    return { posture: 'attention', because: `it waits for its first backup; ${spellDue(dueAt(sinceAt), now)}` };
  const because =
    refused && !refused.usable
      ? `none of ${points.length} snapshots is usable: in the newest, ${refused.because}`
      : `there is no recovery point, promised is one every ${spellPromise(tier)}`;
  return { posture: 'broken', because };
}

function spellDue(dueAt: UnixSeconds, now: UnixSeconds): string {
  return now <= dueAt
    ? `a point is due within ${spellDuration(dueAt - now)}`
    : `the point that was due is ${spellDuration(now - dueAt)} late`;
}

function allowedSeconds(tier: Tier): number {
  return tier.rpoSeconds + tier.graceSeconds;
}

/** `24h + 2h grace` */
function spellPromise(tier: Tier): string {
  const grace = tier.graceSeconds > 0 ? ` + ${spellDuration(tier.graceSeconds)} grace` : '';
  return `${spellDuration(tier.rpoSeconds)}${grace}`;
}
