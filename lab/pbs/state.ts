import type { Access } from '../auth.ts';

/** A PBS server. Plain data; nothing but its endpoints, its jobs and backup sessions change it. */
export type PbsState = {
  product: 'pbs';
  /** Host name: first part of each UPID. */
  node: string;
  /** Where PVE and remotes find it: what stands in a storage's `server` and a remote's `host`. */
  host: string;
  port: number;
  /** The port of the machine it really listens on; set when the lab starts. */
  listensOn?: number;
  version: { release: string; repoid: string; version: string };
  /** Zone of the host: calendar events and prune periods are counted in it. */
  timeZone: string;
  /** How far its clock runs ahead of the world's. */
  clockAheadSeconds: number;
  bootedAt: number;
  access: Access;
  /** By name, in no particular order. */
  datastores: Record<string, DatastoreState>;
  /** Configuration as the API shows it, `id` or `name` included; by id. */
  jobs: Record<JobKind, Record<string, Section>>;
  remotes: Record<string, Section>;
  trafficControls: Record<string, Section>;
  /** Last runs, by `kind:id`; garbage collection by `gc:store`. */
  jobRuns: Record<string, JobRun>;
  /** Oldest first. */
  tasks: Task[];
  taskCount: number;
  /** What verify, sync and garbage collection get through. */
  rate: { verifyBytesPerSecond: number; syncBytesPerSecond: number };
  /** SHA-256 of its certificate; set when the lab starts. */
  fingerprint: string;
};

export type JobKind = 'prune' | 'verify' | 'sync';

export type Value = string | number | boolean | readonly string[];

/** A section of a configuration file, with the names of the API. */
export type Section = Record<string, Value>;

export type JobRun = {
  /** When the job was made or changed: the first run is the first due moment after it. */
  changedAt: number;
  startedAt?: number;
  endedAt?: number;
  status?: string;
  upid?: string;
  /** When the scheduler last tried, whether or not a task came of it. */
  triedAt?: number;
};

export type DatastoreState = {
  /** `name`, `path`, `comment`, `gc-schedule`, `verify-new`, `maintenance-mode`, … as the API shows them. */
  config: Section;
  totalBytes: number;
  /** What lies on the file system besides the backups. */
  otherBytes: number;
  /** By path; the root is the empty string and always there. */
  namespaces: Record<string, NamespaceState>;
  /** Chunks no snapshot uses any more, until garbage collection takes them. */
  garbage: Garbage[];
  /** Set by the last collection. */
  gc: GcStatus;
  /** Chunks set aside as corrupt. */
  badChunks: number;
};

export type NamespaceState = { groups: Record<string, GroupState> };

export type BackupType = 'vm' | 'ct' | 'host';

export type GroupState = {
  type: BackupType;
  id: string;
  owner: string;
  notes?: string;
  /** Oldest first. */
  snapshots: SnapshotState[];
  /** UPID of the task that holds the group's lock. */
  lock?: string;
};

export type BackupFile = { readonly filename: string; readonly 'crypt-mode': 'none' | 'encrypt' | 'sign-only'; readonly size: number };

export type SnapshotState = {
  time: number;
  /** `running`: being written. `leftover`: no manifest. `broken`: a manifest nobody can read. */
  state: 'finished' | 'running' | 'leftover' | 'broken';
  /** The manifest included. Snapshots may share one list. */
  files: readonly BackupFile[];
  protected: boolean;
  notes?: string;
  verification?: { upid: string; state: 'ok' | 'failed' };
  /** Of the key it is encrypted or signed with. */
  fingerprint?: string;
  /** When its chunks were written, where that was later than `time`. */
  arrivedAt?: number;
  /** Chunk bytes on disk that came with it and no older one has. */
  newBytes: number;
  /** A chunk on disk is damaged: the next verification that reads it will find out. */
  corrupt?: boolean;
};

export type Garbage = { bytes: number; chunks: number; touchedAt: number };

export type GcStatus = {
  upid: string | null;
  'index-file-count': number;
  'index-data-bytes': number;
  'disk-bytes': number;
  'disk-chunks': number;
  'removed-bytes': number;
  'removed-chunks': number;
  'pending-bytes': number;
  'pending-chunks': number;
  'removed-bad': number;
  'still-bad': number;
  'cache-stats'?: { hits: number; misses: number };
};

export type Task = {
  upid: string;
  type: string;
  /** Not escaped. */
  workerId: string;
  authId: string;
  startedAt: number;
  /** When it is over; in the future while it runs. */
  endsAt: number;
  /** The list's word for it; absent while it runs. */
  status?: string;
  log: string[];
  /** What is still to be done at the end. */
  work?: Work;
  /** Of a backup. */
  session?: Session;
  /** `prune:hf-tier-1` where it is a run of a job. */
  job?: string;
};

/** Work that takes time, as plain data: carried out when its task ends. */
export type Work =
  | {
      readonly kind: 'verify';
      readonly job?: string;
      readonly scope: Scope;
      readonly ignoreVerified: boolean;
      readonly outdatedAfterDays?: number;
    }
  | { readonly kind: 'sync'; readonly job: string }
  | { readonly kind: 'gc'; readonly store: string }
  | { readonly kind: 'prune'; readonly scope: PruneWork };

export type PruneWork = {
  readonly store: string;
  readonly ns: string;
  readonly maxDepth?: number | undefined;
  /** With `keep-last` … among others. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly dryRun: boolean;
  /** Only this one's groups. */
  readonly owner?: string | undefined;
};

export type Scope = {
  readonly store: string;
  readonly ns: string;
  readonly maxDepth?: number;
  /** `vm/120` */
  readonly group?: string;
  readonly time?: number;
  /** Groups of one owner only. */
  readonly owner?: string;
};

export type Session = {
  readonly store: string;
  readonly ns: string;
  readonly type: BackupType;
  readonly id: string;
  readonly time: number;
};

const NO_GC: GcStatus = {
  upid: null,
  'index-file-count': 0,
  'index-data-bytes': 0,
  'disk-bytes': 0,
  'disk-chunks': 0,
  'removed-bytes': 0,
  'removed-chunks': 0,
  'pending-bytes': 0,
  'pending-chunks': 0,
  'removed-bad': 0,
  'still-bad': 0,
};

export type PbsOptions = {
  readonly now: number;
  readonly access: Access;
  readonly node?: string;
  readonly host?: string;
  readonly port?: number;
  readonly timeZone?: string;
};

/** A PBS 4.2 without any datastore. */
export function makePbs(options: PbsOptions): PbsState {
  return {
    product: 'pbs',
    node: options.node ?? 'pbs1',
    host: options.host ?? 'pbs.lab',
    port: options.port ?? 8007,
    version: { release: '3', repoid: 'bc863d45e', version: '4.2' },
    timeZone: options.timeZone ?? 'Europe/Vienna',
    clockAheadSeconds: 0,
    bootedAt: options.now - 86_400,
    access: options.access,
    datastores: {},
    jobs: { prune: {}, verify: {}, sync: {} },
    remotes: {},
    trafficControls: {},
    jobRuns: {},
    tasks: [],
    taskCount: 0,
    rate: { verifyBytesPerSecond: 200 * 2 ** 20, syncBytesPerSecond: 80 * 2 ** 20 },
    fingerprint: '',
  };
}

/** Adds a datastore of 4 TiB, or of the size given, with a root namespace. */
export function addDatastore(
  pbs: PbsState,
  name: string,
  options: { readonly totalBytes?: number; readonly path?: string } = {},
): DatastoreState {
  const datastore: DatastoreState = {
    config: { name, path: options.path ?? `/mnt/datastore/${name}` },
    totalBytes: options.totalBytes ?? 4 * 2 ** 40,
    otherBytes: 2 ** 30,
    namespaces: { '': { groups: {} } },
    garbage: [],
    gc: { ...NO_GC },
    badChunks: 0,
  };
  pbs.datastores[name] = datastore;
  return datastore;
}

/** Adds a namespace and every level above it. */
export function addNamespace(datastore: DatastoreState, path: string): NamespaceState {
  const parts = path === '' ? [] : path.split('/');
  for (let level = 1; level <= parts.length; level += 1) {
    datastore.namespaces[parts.slice(0, level).join('/')] ??= { groups: {} };
  }
  return datastore.namespaces[path]!;
}

/** Adds a group, or gives the one that is there. */
export function addGroup(
  namespace: NamespaceState,
  group: { readonly type: BackupType; readonly id: string; readonly owner: string },
): GroupState {
  return (namespace.groups[`${group.type}/${group.id}`] ??= { ...group, snapshots: [] });
}

/** Adds a snapshot in its place by time: a finished, unprotected one unless said otherwise. */
export function addSnapshot(group: GroupState, snapshot: Partial<SnapshotState> & Pick<SnapshotState, 'time' | 'files'>): SnapshotState {
  const added: SnapshotState = { state: 'finished', protected: false, newBytes: 0, ...snapshot };
  const place = group.snapshots.findIndex((other) => other.time > added.time);
  group.snapshots.splice(place < 0 ? group.snapshots.length : place, 0, added);
  return added;
}

/** Files of a finished snapshot: the archives given, and the manifest. */
export function manifestFiles(
  archives: readonly { readonly filename: string; readonly size: number }[],
  cryptMode: BackupFile['crypt-mode'] = 'none',
): readonly BackupFile[] {
  return [...archives, { filename: 'index.json.blob', size: 330 }].map((file) => ({ ...file, 'crypt-mode': cryptMode }));
}
