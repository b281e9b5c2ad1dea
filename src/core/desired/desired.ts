import type { Finding } from '../finding.ts';
import type { TierId } from '../policy/policy.ts';

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

/**
 * Wire names of Proxmox (`schedule`, `keep-daily`, `max-depth`) with values as Proxmox states them, booleans as booleans.
 * Exactly these, by kind; what carries out a step sends them as they are and translates booleans and lists:
 *
 * - `pool` (id `home/tier-1`): `comment`
 * - `pool-member` (id `home/tier-1/101`, the vmid after the last slash): `allow-move` where the guest leaves another pool
 * - `namespace` (id `main:home/tier-1`): none; its parents are objects of their own
 * - `storage`: `type` pbs, `content`, `server`, `port`, `datastore`, `namespace`, `fingerprint`, `prune-backups`, `disable`, `encryption-key`
 *   (`autogen`); username and password come from the site's backup token where it is sent, and never stand in a plan
 * - `backup-job`: `pool`, `storage`, `schedule`, `enabled`, `mode`, `repeat-missed`, `notes-template`, `comment`, `prune-backups`, `bwlimit`
 * - `prune-job`: `store`, `ns`, `max-depth`, `schedule`, `disable`, `keep-last` … `keep-yearly`, `comment`
 * - `verify-job`: `store`, `ns`, `max-depth`, `schedule`, `ignore-verified`, `outdated-after`, `comment`
 * - `sync-job`: `sync-direction`, `store`, `ns`, `remote`, `remote-store`, `remote-ns`, `max-depth`, `owner`, `schedule`,
 *   `remove-vanished`, `rate-in`, `rate-out`, `comment`
 * - `datastore`: `gc-schedule`, `verify-new`; only ever changed
 * - `traffic-control` (id `hf-office`): `network`, `timeframe`, `rate-in`, `rate-out`, `comment`
 */
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
  readonly tier?: TierId;
  /** Why it must be as it is, for the reader of a plan. */
  readonly because: string;
};

/** What must exist at a site for the policy's promises to hold. */
export type Desired = {
  readonly site: string;
  /** In the order in which they can be made: places, storages, jobs. */
  readonly objects: readonly ManagedObject[];
  /** Tiers that could not be compiled, each with a finding: what exists for them is left as it is. */
  readonly uncompiled: readonly TierId[];
  readonly findings: readonly Finding[];
};
