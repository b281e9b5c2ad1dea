import type { Finding, FindingCode, Severity } from '../../finding.ts';
import type { Tier } from '../../policy/policy.ts';
import type { GuestResult } from '../../world/task.ts';
import type { BackupGroup, BackupJob, Guest, Observed, Storage } from '../../world/actual.ts';
import type { AssessInput } from '../assess.ts';
import type { Covering } from '../covering.ts';
import { leadsTo } from '../leads.ts';
import type { Neighbours } from '../neighbours.ts';
import type { TierHere } from '../tier-here.ts';

/** What every hazard is looked for in: one observation, with its look-ups made once. */
export type Surroundings = AssessInput & {
  /** Templates are not among them. */
  readonly guests: readonly Guest[];
  readonly guestByVmid: ReadonlyMap<number, Guest>;
  readonly neighbours: Neighbours;
  /** The tier whose promise a guest has; undefined where it has none. */
  readonly tierOf: (vmid: number) => Tier | undefined;
  readonly tiers: ReadonlyMap<number, TierHere>;
  /** Guests to which nothing is promised on purpose, until a day. */
  readonly exempt: ReadonlySet<number>;
  readonly jobs: readonly BackupJob[];
  readonly storages: ReadonlyMap<string, Storage>;
  readonly covering: Covering;
  /** Whether some backup runs at this moment. */
  readonly busy: boolean;
  /** What the newest log that tells of a guest says of it, and the newest of a run that was good for it. */
  readonly lastRuns: ReadonlyMap<number, GuestResult>;
  readonly lastGoodRuns: ReadonlyMap<number, GuestResult>;
};

/** Looks for one family of hazards. What could not be read raises none: that is told by the posture. */
export type Hazard = (around: Surroundings) => Finding[];

type Told = {
  readonly code: FindingCode;
  readonly problem: string;
  readonly why: string;
  readonly fix: string;
  readonly severity?: Severity;
  readonly disk?: string;
  readonly touches?: readonly number[];
};

/** `home: vm/101 postgres` */
export function onGuest({ site }: Surroundings, guest: Guest, told: Told): Finding {
  const { severity = 'warning', ...rest } = told;
  return { severity, ...rest, at: `${site.name}: ${guest.type}/${guest.vmid} ${guest.name}`, site: site.name, vmid: guest.vmid };
}

/** `home: storage pbs-tier-1` */
export function onObject({ site }: Surroundings, object: string, told: Told): Finding {
  const { severity = 'warning', ...rest } = told;
  return { severity, ...rest, at: `${site.name}: ${object}`, site: site.name };
}

/** The group a guest's points lie in, in the namespace of its own tier; undefined where there is none or it cannot be seen. */
export function groupOf({ tiers, tierOf }: Surroundings, guest: Guest): BackupGroup | undefined {
  const tier = tierOf(guest.vmid);
  const groups = tier && tiers.get(tier.id)?.groups;
  return groups?.known ? groups.byName.get(`${guest.type}/${guest.vmid}`) : undefined;
}

/** The value of a part, or nothing where it is not known. */
export function listOf<T>(part: Observed<readonly T[]>): readonly T[] {
  return part.known ? part.value : [];
}

/** Storages of PVE that lead to where a tier lies, by whatever name. */
export function storagesOf({ site, actual }: Surroundings, { place }: TierHere): Storage[] {
  return place ? listOf(actual.pve.storages).filter((storage) => leadsTo(site, storage, place)) : [];
}
