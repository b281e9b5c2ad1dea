import type { Finding } from '../finding.ts';

/** What Holdfast may create on PVE and PBS. */
export type ObjectKind =
  | 'pool'
  | 'pool-member'
  | 'namespace'
  | 'storage'
  | 'backup-job'
  | 'prune-job'
  | 'verify-job'
  | 'sync-job'
  | 'datastore'
  | 'traffic-control';

export type Setting = string | number | boolean | readonly string[];

/** Wire names of Proxmox (`schedule`, `keep-daily`, `max-depth`) with values as Proxmox states them. */
export type Settings = Readonly<Record<string, Setting>>;

/** One object on one server, reduced to what Holdfast decides about it. */
export type ManagedObject = {
  readonly kind: ObjectKind;
  /** `pve`, or the policy's name of a PBS. */
  readonly server: string;
  /** `hf-tier-1`; a namespace's is `datastore:path`, a member's `pool/vmid`. */
  readonly id: string;
  readonly settings: Settings;
  /** Tier and site it serves. */
  readonly site: string;
  readonly tier?: number;
  /** Why it must be as it is, for the reader of a plan. */
  readonly because: string;
};

/** What must exist at a site for the policy's promises to hold. */
export type Desired = {
  readonly site: string;
  /** In the order in which they can be made: places, storages, jobs. */
  readonly objects: readonly ManagedObject[];
  readonly findings: readonly Finding[];
};
