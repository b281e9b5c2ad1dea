import type { TaskRecord } from '../memory/record.ts';
import type { TierId } from '../policy/policy.ts';
import { DAY_SECONDS, type UnixSeconds } from '../units.ts';

/** From how far back runs are weighed: what a guest adds is told by a season, not by a week. */
export const GROWTH_SECONDS = 90 * DAY_SECONDS;

/**
 * What a guest adds to its datastore, estimated from what its backups' logs say they sent and what of it was there already. An estimate: chunks
 * that two guests share are counted for whoever sent them first, and compression is not seen.
 */
export type GuestGrowth = {
  readonly vmid: number;
  readonly tier?: TierId;
  /** Finished backups whose log states both figures. */
  readonly runs: number;
  /** New bytes of all of them. */
  readonly newBytes: number;
  /** New bytes a day from the first of them to `now`, the first itself left out: it is the whole guest. Undefined from less than two. */
  readonly perDayBytes?: number;
  /** New bytes of one usual run: the median of all but the first. */
  readonly perRunBytes?: number;
};

/** Growth of each guest that has a run with figures in `tasks`; by vmid. */
export function growthOf(
  tasks: readonly TaskRecord[],
  tierOf: (vmid: number) => TierId | undefined,
  now: UnixSeconds,
): readonly GuestGrowth[] {
  const runs = tasks
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .flatMap(({ startedAt, guests }) =>
      guests.flatMap(({ vmid, result, bytes, reusedFraction }) =>
        result === 'ok' && bytes !== undefined && reusedFraction !== undefined
          ? [{ vmid, at: startedAt, newBytes: Math.round(bytes * (1 - Math.min(1, Math.max(0, reusedFraction)))) }]
          : [],
      ),
    );
  return [...Map.groupBy(runs, ({ vmid }) => vmid)]
    .map(([vmid, own]): GuestGrowth => {
      const [first, ...later] = own;
      const tier = tierOf(vmid);
      const laterBytes = sum(later.map(({ newBytes }) => newBytes));
      const days = (now - first!.at) / DAY_SECONDS;
      return {
        vmid,
        runs: own.length,
        newBytes: first!.newBytes + laterBytes,
        ...(tier === undefined ? {} : { tier }),
        ...(later.length > 0 && days > 0
          ? { perDayBytes: Math.round(laterBytes / days), perRunBytes: median(later.map(({ newBytes }) => newBytes)) }
          : {}),
      };
    })
    .sort((a, b) => a.vmid - b.vmid);
}

/** What a tier holds at most and what it may: the sum of what its guests sent new, of which pruning and collection free a part. */
export type TierUse = {
  readonly tier: TierId;
  readonly guests: number;
  readonly newBytes: number;
  readonly perDayBytes: number;
  readonly budgetBytes?: number;
};

/** One for each tier in the order given, also where none of its guests has grown. */
export function tierUse(
  growth: readonly GuestGrowth[],
  tiers: readonly { readonly id: TierId; readonly budgetBytes?: number }[],
): readonly TierUse[] {
  return tiers.map(({ id, budgetBytes }) => {
    const own = growth.filter(({ tier }) => tier === id);
    return {
      tier: id,
      guests: own.length,
      newBytes: sum(own.map(({ newBytes }) => newBytes)),
      perDayBytes: sum(own.map(({ perDayBytes = 0 }) => perDayBytes)),
      ...(budgetBytes === undefined ? {} : { budgetBytes }),
    };
  });
}

/**
 * What other keep values would cost in the long run: points more or fewer, times the new bytes of a usual run. An estimate, and of what prune leaves:
 * the room comes back only after garbage was collected, a day after the points went at the earliest.
 */
export function costOfPoints(growth: GuestGrowth, pointsMore: number): number | undefined {
  return growth.perRunBytes === undefined ? undefined : growth.perRunBytes * pointsMore;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}
