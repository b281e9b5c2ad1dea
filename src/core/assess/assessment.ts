import type { Finding, FindingCode } from '../finding.ts';
import type { TierId } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Unknown } from '../world/actual.ts';
import type { JudgedPoint } from './evidence.ts';
import type { Posture, Verdict } from './posture.ts';

/** How a site stands against its policy at one moment. */
export type Assessment = {
  readonly site: string;
  /** When the site was looked at. */
  readonly asOf: UnixSeconds;
  readonly timeZone: string;
  /** By tier, then by vmid; guests without a tier last. */
  readonly guests: readonly GuestAssessment[];
  readonly findings: readonly Finding[];
  /** What could not be seen; where guests are among it, not all of them stand here. */
  readonly unseen: readonly (Unknown & { readonly server?: string })[];
  /** The list of guests could not be read: that none stands here says nothing. */
  readonly guestsUnseen?: true;
};

/** Promises about the points of one guest, each for itself; of a data VM with several users, the worst of theirs. */
export type PromiseVerdicts = {
  readonly rpo: Verdict;
  /** What verification owes; absent where it owes nothing. */
  readonly verify?: Verdict;
  /** Where a copy is promised: when the data of the newest one there is from, and what is owed. */
  readonly offsite?: { readonly known: boolean; readonly newestAt?: UnixSeconds; readonly owed?: Verdict };
  /** The oldest point that counts: how far a restore reaches. */
  readonly reachesAt?: UnixSeconds;
};

export type GuestAssessment = {
  readonly site: string;
  readonly type: 'vm' | 'ct';
  readonly vmid: number;
  readonly name: string;
  /** The tier whose promise holds; undefined where nothing is promised to the guest. */
  readonly tier?: TierId;
  /** `exempt`: a dated exception says that nothing is promised. It is no posture: nothing is claimed. */
  readonly posture: Posture | 'exempt';
  /** One plain sentence: what holds and why. */
  readonly because: string;
  /** Now minus the data time of the newest usable point; undefined where there is none. */
  readonly exposureSeconds?: number;
  readonly newestPointAt?: UnixSeconds;
  /** When a task of the server last read a usable point whole. */
  readonly verifiedAt?: UnixSeconds;
  /** How its RPO stands by itself, whatever else was found; absent where that is not known, or where a guest that uses its disks keeps it. */
  readonly rpo?: Verdict;
  /** How each promise about its points stands by itself; absent where that is not known, or where nothing is promised. */
  readonly promises?: PromiseVerdicts;
  /** Newest first, with those that do not count and why. */
  readonly points: readonly JudgedPoint[];
  /** Which rule gave the tier, in words. */
  readonly rule: string;
  readonly findings: readonly FindingCode[];
};
