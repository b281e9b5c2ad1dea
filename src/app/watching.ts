import type { PromiseVerdicts } from '#core/assess/assessment.ts';
import type { TierUse } from '#core/capacity/growth.ts';
import type { Finding } from '#core/finding.ts';
import type { PostureRecord } from '#core/memory/record.ts';
import { suspensionOf } from '#core/pressure/suspension.ts';
import type { Actual } from '#core/world/actual.ts';
import { isOurs, readMark, siteInMark } from '#core/desired/mark.ts';
import type { Policy, Site, TierId } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Silent } from '#core/watch/outage.ts';
import type { Retried } from './watch-retries.ts';
import type { Watched } from './watch.ts';

/*
 * What a running daemon knows at this moment, as its health, its metrics and its pages tell it. Small: the points of ten thousand
 * guests are judged and forgotten again.
 */

export type Watching = {
  readonly version: string;
  /** The name of this process among replicas. */
  readonly replica: string;
  readonly startedAt: UnixSeconds;
  /** When the leases were last renewed; undefined before the first time. */
  readonly leasedAt?: UnixSeconds;
  /** Why the memory cannot be used at the moment. */
  readonly memoryTrouble?: string;
  /** Why the policy file is not used as it stands now; what it said before holds on. */
  readonly policyTrouble?: string;
  readonly sites: readonly SiteWatched[];
};

export type SiteWatched = {
  readonly site: string;
  /** `elsewhere`: another replica holds it. `refused`: its login could delete, so that it is not watched. */
  readonly state: 'elsewhere' | 'starting' | 'watched' | 'refused';
  readonly refusal?: string;
  /** Since when this replica watches it. */
  readonly sinceAt?: UnixSeconds;
  /** The last look that was written down. */
  readonly look?: {
    readonly at: UnixSeconds;
    readonly outcome: 'complete' | 'partial' | 'failed';
    readonly seconds: number;
    readonly trouble?: string;
  };
  /** When a look last saw everything. */
  readonly completeAt?: UnixSeconds;
  /** Servers that gave no sign of life at the last pulse. */
  readonly silent: readonly Silent[];
  readonly looks: Readonly<Record<'complete' | 'partial' | 'failed', number>>;
  readonly requests: number;
  /** Cycles that broke for a reason of ours, and the last one's. */
  readonly failures: number;
  readonly lastFailure?: string;
  readonly messages: { readonly sent: number; readonly failed: number };
  /** Protections set and lifted on PBS since the start. */
  readonly locks: { readonly set: number; readonly lifted: number };
  readonly stores: readonly StoreWatched[];
  /** Backup jobs of the tiers that may be suspended under pressure, or are. */
  readonly jobs: readonly JobWatched[];
  /** What the last look could not see, a line each. */
  readonly unseen: readonly string[];
  /** What the tiers with a budget use of it, by the logs of tasks. */
  readonly uses: readonly TierUse[];
  /** Backups and verifications that were to be started again. */
  readonly retries: Readonly<Record<Retried['outcome'], number>>;
  readonly guests: readonly GuestWatched[];
  readonly findings: readonly Finding[];
};

export type GuestWatched = {
  readonly vmid: number;
  readonly name: string;
  readonly tier?: TierId;
  readonly posture: PostureRecord['posture'];
  readonly because: string;
  /** As the last look that saw it found. */
  readonly type?: 'vm' | 'ct';
  /** How each promise about its points stood at the last look; absent where that look did not see it. */
  readonly promises?: PromiseVerdicts;
  readonly newestPointAt?: UnixSeconds;
  readonly verifiedAt?: UnixSeconds;
  /** When the newest point will be older than its tier's RPO and grace allow. */
  readonly breaksAt?: UnixSeconds;
};

export type StoreWatched = {
  /** `datastore:pbs/main`, `zfs:pve1/rpool` */
  readonly what: string;
  readonly measuredAt: UnixSeconds;
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly availableBytes: number;
  /** When it is full, and when garbage collection can no longer run, as it grows now; absent where that is not foretold. */
  readonly fullAt?: UnixSeconds;
  readonly stuckAt?: UnixSeconds;
  /** Why nothing is foretold, where nothing is. */
  readonly because?: string;
};

export type JobWatched = {
  readonly tier: TierId;
  /** Since when it is suspended; absent: it runs. */
  readonly suspendedAt?: UnixSeconds;
};

/** Which jobs are suspended, as a look saw them; those of other sites and other people left out. */
export function jobsAfter({ pve }: Actual, { name, pressure }: Pick<Site, 'name' | 'pressure'>): readonly JobWatched[] {
  return (pve.backupJobs.known ? pve.backupJobs.value : []).flatMap((job): JobWatched[] => {
    const mark = isOurs(job.id, job.comment) ? readMark(job.comment) : undefined;
    const suspension = suspensionOf(job);
    if (mark?.tier === undefined || mark.site !== siteInMark(name)) return [];
    if (!suspension && !pressure?.tiers.includes(mark.tier)) return [];
    return [{ tier: mark.tier, ...(suspension && { suspendedAt: suspension.sinceAt }) }];
  });
}

/** Each store as a cycle found it, with the usual one of its foretold dates. */
export function storesAfter({ forecasts }: Pick<Extract<Watched, { outcome: 'recorded' }>, 'forecasts'>): readonly StoreWatched[] {
  return forecasts.map((forecast) => {
    const { what, at: measuredAt, totalBytes, usedBytes, availableBytes } = forecast;
    const { fullAt, stuckAt } = forecast.known ? forecast : { fullAt: {}, stuckAt: {} };
    return {
      what,
      measuredAt,
      totalBytes,
      usedBytes,
      availableBytes,
      ...(forecast.known ? {} : { because: forecast.because }),
      ...(fullAt.usual === undefined ? {} : { fullAt: fullAt.usual }),
      ...(stuckAt.usual === undefined ? {} : { stuckAt: stuckAt.usual }),
    };
  });
}

/** Each guest as it stands after a cycle; of one that could not be seen, the points that were seen last. */
export function guestsAfter(
  { standings, assessment }: Extract<Watched, { outcome: 'recorded' }>,
  policy: Policy,
  before: readonly GuestWatched[],
): readonly GuestWatched[] {
  const seen = new Map(assessment.guests.map((guest) => [guest.vmid, guest]));
  const known = new Map(before.map((guest) => [guest.vmid, guest]));
  const tiers = new Map(policy.tiers.map((tier) => [tier.id, tier]));
  return standings
    .filter(({ posture }) => posture !== 'gone')
    .map(({ vmid, name, tier: id, posture, because }): GuestWatched => {
      const last = seen.get(vmid)?.newestPointAt === undefined && posture === 'unknown' ? known.get(vmid) : seen.get(vmid);
      const tier = id === undefined ? undefined : tiers.get(id);
      const now = seen.get(vmid);
      const type = now?.type ?? known.get(vmid)?.type;
      return {
        vmid,
        name,
        posture,
        because,
        ...(id === undefined ? {} : { tier: id }),
        ...(type && { type }),
        ...(now?.promises && posture === now.posture && { promises: now.promises }),
        ...(last?.newestPointAt === undefined ? {} : { newestPointAt: last.newestPointAt }),
        ...(last?.verifiedAt === undefined ? {} : { verifiedAt: last.verifiedAt }),
        ...(last?.newestPointAt === undefined || !tier ? {} : { breaksAt: last.newestPointAt + tier.rpoSeconds + tier.graceSeconds }),
      };
    });
}
