import type { UnixSeconds } from '../units.ts';
import type { KeepRules } from '../retention/keep.ts';
import type { TaskLog, Upid } from './task.ts';

/**
 * One look at a site: everything Holdfast knows about it at `asOf`.
 *
 * A part that could not be read is `known: false`, never an empty list: a real Proxmox answers 200 with an
 * empty list to a token that may not look. Lists are sorted by their key, for the servers list in no order.
 */
export type Actual = {
  readonly site: string;
  readonly asOf: UnixSeconds;
  readonly pve: PveActual;
  readonly pbs: readonly PbsActual[];
};

/** What is not known, and why. */
export type Unknown = {
  /** `snapshots of main/home/tier-1` */
  readonly what: string;
  /** `forbidden`, `unreachable`, … : the kind of a ProxmoxError, or `empty` where an empty answer proves nothing. */
  readonly kind: string;
  readonly because: string;
  /** The missing privilege by its Proxmox name and the path it is missing on, where that is the reason. */
  readonly privilege?: string;
  readonly path?: string;
};

/** A part of an observation. `complete: false`: true as far as it goes, and `gaps` says what it lacks. */
export type Observed<T> =
  | {
      readonly known: true;
      readonly asOf: UnixSeconds;
      readonly complete: boolean;
      readonly value: T;
      readonly gaps: readonly Unknown[];
    }
  | { readonly known: false; readonly asOf: UnixSeconds; readonly unknown: Unknown };

export type ServerVersion = { readonly product: 'pve' | 'pbs'; readonly text: string; readonly numbers: readonly number[] };

export type PveActual = {
  readonly version: Observed<ServerVersion>;
  readonly nodes: Observed<readonly Node[]>;
  readonly guests: Observed<readonly Guest[]>;
  readonly pools: Observed<readonly Pool[]>;
  readonly storages: Observed<readonly Storage[]>;
  readonly zfsPools: Observed<readonly ZfsPool[]>;
  readonly backupJobs: Observed<readonly BackupJob[]>;
  /** Recent vzdump tasks, newest first, with what their logs say about each guest. */
  readonly backupTasks: Observed<readonly BackupTask[]>;
};

export type Node = {
  readonly name: string;
  readonly online: boolean;
  readonly timeZone?: string;
  /** The node's clock minus ours, in seconds; undefined where it could not be read. */
  readonly clockAheadSeconds?: number;
};

export type GuestType = 'vm' | 'ct';

export type Guest = {
  readonly vmid: number;
  readonly type: GuestType;
  readonly name: string;
  readonly node: string;
  readonly running: boolean;
  readonly template: boolean;
  readonly tags: readonly string[];
  readonly pool?: string;
  readonly lock?: string;
  /** PVE's `protection`: against destroying the guest, no statement about backups. */
  readonly protection: boolean;
  readonly notes: string;
  readonly agent: { readonly configured: boolean; readonly freeze: boolean };
  readonly disks: readonly Disk[];
  /** Creation time PVE wrote into the configuration (`meta: ctime`), where it did. */
  readonly createdAt?: UnixSeconds;
  /**
   * When a task of the last two weeks made or restored it under this id, where one did. A container carries no creation time, and a restored
   * VM that of its forerunner: this says all the same that it is new. Points from before it may be its own.
   */
  readonly arrivedAt?: UnixSeconds;
  /** False where only the row of the guest could be read: then `disks`, `notes` and `agent` are empty guesses. */
  readonly configKnown: boolean;
  /** When the configuration was last read; older than the observation where nothing hinted at a change. */
  readonly configReadAt?: UnixSeconds;
  /** Size of the boot disk as the guest's row states it. */
  readonly bootDiskBytes?: number;
};

/** A disk of a VM or a mount point of a container. */
export type Disk = {
  /** `scsi0`, `rootfs`, `mp1` */
  readonly key: string;
  /** `local-zfs:vm-101-disk-0`, or a path for a bind mount or passed-through device. */
  readonly volume: string;
  /** Undefined for bind mounts and devices. */
  readonly storage?: string;
  readonly sizeBytes?: number;
  /** Whether vzdump takes it: `backup=` as Proxmox reads it (VM disks: yes unless 0; mount points: no unless 1; rootfs: yes). */
  readonly included: boolean;
  readonly kind: 'disk' | 'efi' | 'tpm' | 'rootfs' | 'mount' | 'bind' | 'device' | 'cdrom' | 'cloudinit' | 'unused';
  /** The guest whose id the volume's name carries, where it carries one. */
  readonly ownerVmid?: number;
};

export type Pool = {
  /** `tier-1` or nested `home/tier-1` */
  readonly id: string;
  readonly comment: string;
  readonly vmids: readonly number[];
  readonly storages: readonly string[];
};

export type Storage = {
  readonly id: string;
  readonly type: string;
  readonly content: readonly string[];
  readonly enabled: boolean;
  readonly shared: boolean;
  readonly nodes?: readonly string[];
  /** zfspool: the dataset, e.g. `rpool/data`. */
  readonly zfsPool?: string;
  /** dir: where it lies on the node. */
  readonly path?: string;
  /** type pbs */
  readonly pbs?: {
    readonly server: string;
    readonly port: number;
    readonly datastore: string;
    readonly namespace: string;
    readonly fingerprint?: string;
    readonly username: string;
    /** Fingerprint of the encryption key PVE holds for it, or `true` where it holds one it does not name. */
    readonly encryptionKey?: string | true;
  };
  /** PVE-side retention (`prune-backups`); `keep-all` is an empty rule. */
  readonly keep?: KeepRules;
  readonly usage?: { readonly totalBytes: number; readonly usedBytes: number; readonly availableBytes: number };
  /** False where the node says it is not usable at the moment; undefined where nothing was said. */
  readonly active?: boolean;
};

export type ZfsPool = {
  readonly node: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly allocatedBytes: number;
  readonly freeBytes: number;
  readonly health: string;
};

export type GuestSelection =
  | { readonly by: 'pool'; readonly pool: string }
  | { readonly by: 'vmids'; readonly vmids: readonly number[] }
  | { readonly by: 'all'; readonly exclude: readonly number[] }
  | { readonly by: 'nothing' };

/** A row of `/cluster/backup`. */
export type BackupJob = {
  readonly id: string;
  readonly enabled: boolean;
  readonly schedule: string;
  readonly selection: GuestSelection;
  readonly storage?: string;
  readonly mode: string;
  readonly node?: string;
  readonly repeatMissed: boolean;
  readonly notesTemplate?: string;
  readonly comment: string;
  readonly keep?: KeepRules;
  readonly bandwidthKibPerSecond?: number;
  readonly nextRunAt?: UnixSeconds;
  /** Which volumes PVE would take, where it could be asked: key `vmid`, then the disk's key. */
  readonly included?: ReadonlyMap<number, ReadonlyMap<string, boolean>>;
};

export type BackupTask = {
  readonly upid: Upid;
  readonly endedAt?: UnixSeconds;
  /** The list's own word: `OK`, `job errors`, `WARNINGS: 1`, `unexpected status`; undefined while it runs. */
  readonly status?: string;
  /** What the log says; undefined where it could not be read or was not asked for. */
  readonly log?: TaskLog;
};

export type PbsActual = {
  /** The policy's name for the server. */
  readonly name: string;
  readonly version: Observed<ServerVersion>;
  readonly node: Observed<{ readonly timeZone: string; readonly clockAheadSeconds: number }>;
  readonly datastores: Observed<readonly Datastore[]>;
  /** One entry for each namespace that the policy or a job names, and each below it. */
  readonly namespaces: readonly NamespaceActual[];
  readonly pruneJobs: Observed<readonly PruneJob[]>;
  readonly verifyJobs: Observed<readonly VerifyJob[]>;
  readonly syncJobs: Observed<readonly SyncJob[]>;
  readonly remotes: Observed<readonly Remote[]>;
  readonly trafficControls: Observed<readonly TrafficControl[]>;
  /** Recent prune, verify, sync and collection tasks, newest first. */
  readonly tasks: Observed<readonly PbsTask[]>;
};

export type Datastore = {
  readonly name: string;
  readonly comment: string;
  readonly path?: string;
  readonly gcSchedule?: string;
  readonly verifyNew: boolean;
  readonly maintenance?: string;
  readonly usage?: { readonly totalBytes: number; readonly usedBytes: number; readonly availableBytes: number };
  readonly gc?: {
    readonly lastRunEndedAt?: UnixSeconds;
    readonly lastRunState?: string;
    readonly nextRunAt?: UnixSeconds;
    readonly diskBytes?: number;
    readonly pendingBytes?: number;
    readonly stillBadChunks?: number;
  };
  /** Digest of `/config/datastore`, for a write that must not overwrite another's. */
  readonly digest?: string;
};

export type NamespaceActual = {
  readonly datastore: string;
  /** `home/tier-1`; empty for the root. */
  readonly namespace: string;
  readonly groups: Observed<readonly BackupGroup[]>;
};

export type BackupGroup = {
  readonly type: 'vm' | 'ct' | 'host';
  readonly id: string;
  readonly owner: string;
  readonly comment: string;
  /** As the server counts, unfinished ones included. */
  readonly backupCount: number;
  /** Oldest first. */
  readonly snapshots: readonly Snapshot[];
  /** When the snapshots were last listed; older than the observation where the group did not change. */
  readonly listedAt: UnixSeconds;
};

export type Snapshot = {
  /** When the guest's backup began: the age of its data, and its name on PBS. */
  readonly at: UnixSeconds;
  /** Undefined while it runs, or where it is left over or broken: then it is no recovery point. */
  readonly sizeBytes?: number;
  readonly protected: boolean;
  readonly owner: string;
  readonly comment: string;
  readonly verification?: {
    readonly state: 'ok' | 'failed';
    /** The task that set it. A synced snapshot carries its source's. */
    readonly upid: string;
    /** When that task began, from the UPID. */
    readonly at: UnixSeconds;
  };
  readonly encryption: 'none' | 'encrypted' | 'signed' | 'mixed' | 'unknown';
  /** Archive names: `drive-scsi0.img.fidx`, `root.pxar.didx`, `qemu-server.conf.blob`. */
  readonly files: readonly string[];
};

export type PbsJobState = {
  readonly nextRunAt?: UnixSeconds;
  readonly lastRunEndedAt?: UnixSeconds;
  readonly lastRunState?: string;
  readonly lastRunUpid?: string;
};

export type PruneJob = PbsJobState & {
  readonly id: string;
  readonly datastore: string;
  readonly namespace: string;
  /** Undefined: down to full depth, other tiers' namespaces included. */
  readonly maxDepth?: number;
  readonly schedule: string;
  readonly disabled: boolean;
  readonly keep: KeepRules;
  readonly comment: string;
  readonly digest?: string;
};

export type VerifyJob = PbsJobState & {
  readonly id: string;
  readonly datastore: string;
  readonly namespace: string;
  readonly maxDepth?: number;
  readonly schedule?: string;
  readonly ignoreVerified: boolean;
  readonly outdatedAfterDays?: number;
  readonly comment: string;
  readonly digest?: string;
};

export type SyncJob = PbsJobState & {
  readonly id: string;
  readonly direction: 'pull' | 'push';
  readonly datastore: string;
  readonly namespace: string;
  /** Undefined: a local pull. */
  readonly remote?: string;
  readonly remoteDatastore: string;
  readonly remoteNamespace: string;
  readonly maxDepth?: number;
  readonly owner?: string;
  readonly schedule?: string;
  readonly removeVanished: boolean;
  readonly transferLast?: number;
  readonly groupFilters: readonly string[];
  readonly rateInBytesPerSecond?: number;
  readonly rateOutBytesPerSecond?: number;
  readonly comment: string;
  readonly digest?: string;
};

export type Remote = {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly authId: string;
  readonly comment: string;
};

export type TrafficControl = {
  readonly name: string;
  readonly networks: readonly string[];
  readonly timeframes: readonly string[];
  readonly rateInBytesPerSecond?: number;
  readonly rateOutBytesPerSecond?: number;
  readonly burstInBytes?: number;
  readonly burstOutBytes?: number;
  /** Only these users, from PBS 4.1 on; everybody where empty. */
  readonly users: readonly string[];
  readonly comment: string;
  readonly digest?: string;
};

export type PbsTask = {
  readonly upid: Upid;
  readonly endedAt?: UnixSeconds;
  readonly status?: string;
};
