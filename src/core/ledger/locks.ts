import type { LedgerPoint } from '../memory/record.ts';
import type { Policy, Tier } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Clocks } from './clocks.ts';
import { CLOCK_TOLERANCE_SECONDS } from './not-before.ts';

export type LockInput = {
  readonly policy: Pick<Policy, 'tiers'>;
  readonly clocks: Clocks;
  /** All points of one group that are not gone, as they are remembered after a look. */
  readonly points: readonly LedgerPoint[];
  /** Instants of those that a drill restored. */
  readonly drilled?: ReadonlySet<UnixSeconds>;
};

/** One protection to set or to lift, and why. */
export type LockStep = { readonly point: LedgerPoint; readonly because: string };

export type LockPlan = {
  readonly protect: readonly LockStep[];
  /** Only ours, and only those that are due. */
  readonly lift: readonly LockStep[];
  /** Points that should be protected and are too many for their group; newest first. */
  readonly beyond: readonly LedgerPoint[];
};

/**
 * What must change so that the points of a group are protected as their tier promises with `lock: true`.
 *
 * Protected are all finished points whose date has not come, and always the newest verified and the newest drilled one. A protection is
 * lifted only if we set it, once its date has come by every clock of the site, the server's own among them. What others protected is left
 * as it is, and so is ours where the tier no longer locks: a promise once given is kept to its end. Applying it twice changes nothing.
 */
export function planLocks({ policy, clocks, points, drilled = new Set() }: LockInput): LockPlan {
  const tierOf = new Map(policy.tiers.map((tier) => [tier.id, tier]));
  const locking = points.filter(({ sizeBytes, tier }) => sizeBytes !== undefined && tier !== undefined && tierOf.get(tier)?.lock);
  const kept = keptAlways(locking, drilled, clocks);
  const wanted = locking.filter((point) => kept.has(point) || isOpen(point, clocks)).toSorted((a, b) => b.at - a.at);
  const missing = wanted.filter((point) => !point.protected);
  const room = Math.max(0, limitOf(locking, tierOf) - points.filter(isOurs).length);
  const chosen = new Set([...missing.filter((point) => kept.has(point)), ...missing.filter((point) => !kept.has(point)).slice(0, room)]);
  const protect = missing.filter((point) => chosen.has(point)).map((point) => ({ point, because: kept.get(point) ?? promise(point) }));
  const lift = clocks.serverKnown
    ? points
        .filter((point) => point.lockedAt !== undefined && !kept.has(point) && isDue(point, clocks))
        .map((point) => ({ point, because: 'its date has passed' }))
    : [];
  return { protect, lift, beyond: missing.filter((point) => !chosen.has(point)) };
}

/** A date that has come by the earliest clock has come by all. */
function isDue({ notBeforeAt }: LedgerPoint, { earliestAt }: Clocks): boolean {
  return notBeforeAt !== undefined && notBeforeAt <= earliestAt;
}

function isOpen({ notBeforeAt }: LedgerPoint, { earliestAt }: Clocks): boolean {
  return notBeforeAt !== undefined && notBeforeAt > earliestAt;
}

function isOurs({ lockedAt, protected: set }: LedgerPoint): boolean {
  return lockedAt !== undefined && set;
}

function promise({ tier }: LedgerPoint): string {
  return `tier ${tier} locks its points until their date`;
}

/** The newest verified point and the newest drilled one, each with its reason. A point dated ahead of every clock is neither. */
function keptAlways(points: readonly LedgerPoint[], drilled: ReadonlySet<UnixSeconds>, { latestAt }: Clocks): Map<LedgerPoint, string> {
  const dated = points.filter(({ at }) => at <= latestAt + CLOCK_TOLERANCE_SECONDS).toSorted((a, b) => b.at - a.at);
  const newest = [
    { point: dated.find(({ verified }) => verified?.state === 'ok'), because: 'it is the newest verified point of its group' },
    { point: dated.find(({ at }) => drilled.has(at)), because: 'it is the newest point of its group that a drill restored' },
  ];
  return new Map(newest.flatMap(({ point, because }) => (point ? [[point, because] as const] : [])));
}

/**
 * Most of our protections in one group: twice what the schedule can make in the time they stand, so that a job gone wild cannot fill a
 * datastore with points that no prune may remove. What is protected already is not lifted for it.
 */
function limitOf(points: readonly LedgerPoint[], tierOf: ReadonlyMap<number, Tier>): number {
  const tiers = [...new Set(points.map(({ tier }) => tier!))].map((id) => tierOf.get(id)!);
  return Math.max(0, ...tiers.map(lockLimit));
}

/** @see limitOf */
export function lockLimit({ retentionSeconds, rpoSeconds }: Pick<Tier, 'retentionSeconds' | 'rpoSeconds'>): number {
  return 2 * Math.ceil(retentionSeconds / Math.max(1, rpoSeconds)) + 10;
}
