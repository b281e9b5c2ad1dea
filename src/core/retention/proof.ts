import type { Finding } from '../finding.ts';
import type { Assume, Tier, TierId } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Chances } from './fall.ts';
import type { KeepRules } from './keep.ts';
import type { Upkeep } from './upkeep.ts';

/** What is proved of a tier. `stated-keep` holds the keep values of a decision record against the retention (strict only). */
export type Promise = 'rpo' | 'retention' | 'reach' | 'delete-after' | 'verify-within' | 'verify-every' | 'offsite-within' | 'stated-keep';

/** One promise under a tier's schedule, in the zone where it fares worst. */
export type Proof = {
  readonly promise: Promise;
  readonly promisedSeconds: number;
  /** How much later than promised is still kept; only the RPO has one. */
  readonly graceSeconds?: number;
  readonly holds: boolean;
  /** The worst that can happen, in seconds. Absent where there is no bound: nothing is ever removed, or nothing was found. */
  readonly worstSeconds?: number;
  /** When it happens first. */
  readonly worstAt?: UnixSeconds;
  /** The worst in words, with dates. */
  readonly worst: string;
  /** What breaks the promise, with dates; absent where it holds. */
  readonly counterexample?: string;
  readonly timeZone: string;
};

/** A change of the policy that was proved to mend what it was made for, and to break nothing that held. */
export type Fix = { readonly code: Finding['code']; readonly promise: Promise | 'schedule'; readonly text: string; readonly tier: Tier };

/** A promise that nothing could be said about, with what would be needed. */
export type Unproved = {
  readonly promise: 'rto';
  readonly promisedSeconds: number;
  /** So much of a guest is read back within the promise at the rate that is assumed. */
  readonly largestBytes: number;
  readonly bytesPerSecond: number;
  readonly because: string;
};

export type PointsKept = {
  readonly least: number;
  readonly usual: number;
  readonly most: number;
  /**
   * Of a tier that locks: so many protected points at most stand beside those. When PBS prunes it counts no protected point, so the keep
   * values begin to count where the locks end. @see https://pbs.proxmox.com/docs/maintenance.html#pruning
   */
  readonly locked?: number;
};

export type TierProof = {
  readonly id: TierId;
  readonly name: string;
  readonly schedule: string;
  readonly proofs: readonly Proof[];
  readonly unproved: readonly Unproved[];
  readonly findings: readonly Finding[];
  readonly fixes: readonly Fix[];
  /** Fixed by hand, or computed from the promise; absent where none keeps it. */
  readonly keep?: KeepRules;
  readonly keepIs: 'computed' | 'fixed';
  /** Absent where no job can be written that keeps the promise. */
  readonly upkeep?: Upkeep;
  /** Absent where nothing is ever removed. */
  readonly pointsKept?: PointsKept;
  readonly chances: Chances;
  /** The stretch of calendar that was looked at. */
  readonly fromAt: UnixSeconds;
  readonly toAt: UnixSeconds;
};

/** A proof whose findings are not mended yet; `subjects` says what each is about. */
export type Weighed = Omit<TierProof, 'fixes'> & { readonly subjects: readonly (Proof | 'schedule')[] };

/** What a proof takes for given. */
export type Given = {
  readonly assume: Assume;
  /** The zones of the sites, as IANA names, each once. */
  readonly timeZones: readonly string[];
  /** Where the calendar begins. */
  readonly fromAt: UnixSeconds;
  /** Grace counts as nothing, and stated keep values are held against the retention. */
  readonly strict: boolean;
};

/** What may go wrong for a tier, at worst: its own assumptions where it has some, the policy's otherwise. Seconds are elapsed. */
export function chancesOf(assume: Assume, tier: Tier): Chances {
  const { queueSeconds, durationSeconds, lostRuns, extraRuns } = { ...assume, ...tier.assume };
  return { queueSeconds, durationSeconds, lostRuns, extraRuns };
}
