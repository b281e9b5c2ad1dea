import type { Access } from '../auth.ts';

/** A simulated PVE cluster. Plain data; only endpoints and the scheduler change it. */
export type PveState = {
  product: 'pve';
  version: { release: string; repoid: string; version: string };
  /** SHA-256 of its certificate; set when the lab starts. */
  fingerprint?: string;
  access: Access;
  /** Absent: a single node that is in no cluster. */
  clusterName?: string;
  nodes: Record<string, NodeState>;
  guests: Record<number, GuestState>;
  pools: Record<string, PoolState>;
  /** By id, in the order of the configuration file. */
  storages: Record<string, StorageState>;
  jobs: Record<string, JobState>;
  /** What lies on a volume, by volume id; where there is none, a share of its size. */
  volumes: Record<string, VolumeData>;
  /** Oldest first. */
  tasks: TaskState[];
  /** Configurations as they lie in backups, by `vm/101`, oldest first: one where it was another than before. */
  saved: Record<string, { from: number; config: GuestState['config'] }[]>;
  /** Commands an agent was asked to run, by process id. */
  commands: Record<number, CommandState>;
  /** How fast a guest's disks are read, and how fast a PBS takes in what it does not know. */
  rate: { readBytesPerSecond: number; writeBytesPerSecond: number };
  /** How many there ever were. */
  taskCount: number;
  /** How many tasks it keeps: the real index is rotated at about 1000. */
  keepTasks: number;
};

export type NodeState = {
  online: boolean;
  ip: string;
  timeZone: string;
  /** How far its clock runs ahead of the others. */
  clockAheadSeconds: number;
  bootedAt: number;
  memoryBytes: number;
  cpus: number;
  rootBytes: number;
  rootUsedBytes: number;
  /** Absent: no ZFS on it. */
  zfs?: ZfsState[];
};

export type ZfsState = { name: string; sizeBytes: number; allocatedBytes: number; fragmentationPercent: number; health: string };

export type GuestKind = 'qemu' | 'lxc';

export type GuestState = {
  vmid: number;
  kind: GuestKind;
  node: string;
  /** Absent while it is stopped. */
  runningSince?: number;
  template?: boolean;
  /** As its configuration file says, numbers as PVE returns them; `lock` included. */
  config: Record<string, string | number>;
  /** An agent runs inside, whatever the configuration says; it answers this long after the start. */
  agentAfterSeconds?: number;
  /** QEMU's memory of what was written since its last backup to a group; lost when it stops. */
  bitmap?: { group: string; at: number };
};

export type VolumeData = { usedBytes: number; changedBytesPerDay: number };

export type PoolState = { comment?: string; vmids: number[]; storages: string[] };

export type StorageState = {
  type: string;
  /** As `GET /storage` shows it, without `storage`, `type` and `digest`. */
  config: Record<string, string | number>;
  /** type pbs: the secret of its login. */
  password?: string;
  /** Other types: what `status` says of it. */
  totalBytes?: number;
  usedBytes?: number;
};

export type JobState = {
  /** As `GET /cluster/backup` shows it, without `id`, `type` and `next-run`. */
  config: Record<string, JobSetting>;
  /** Start of its last run, its creation, or its last change: the next run is the first one after it. */
  consideredAt: number;
  /** Nodes that were down when it was due, where `repeat-missed` makes them run it later. */
  missedOn?: string[];
  /** When it is due; absent where that must be found anew, null where it never is. */
  dueAt?: number | null;
};

export type JobSetting = string | number | Record<string, string | number>;

export type TaskState = {
  upid: string;
  node: string;
  pid: number;
  pstart: number;
  startedAt: number;
  type: string;
  /** `101`, or empty. */
  id: string;
  /** `root@pam` or `root@pam!hf` */
  user: string;
  endedAt?: number;
  /** `OK`, `job errors`, …; absent while it runs. */
  status?: string;
  log: string[];
  /** What it does next, and when; absent where nothing remains. */
  next?: { at: number; run: DumpRun | PowerRun };
};

/** A backup run between two moments in which something happens. */
export type DumpRun = {
  kind: 'dump';
  options: DumpOptions;
  /** Guests still to come, in the order of their ids. */
  queue: number[];
  failed: number;
  /** Lines that began with `WARN:`. */
  warnings: number;
  /** Waits for another run on the node. */
  waiting?: boolean;
  deadline?: number;
  current?: CurrentBackup;
  job?: string;
};

/** A task that only takes its time: what it says and does at its end. */
export type PowerRun = { kind: 'done'; status: string; lines: string[]; effect: Effect };

export type Effect = { do: 'start' | 'stop' | 'unlock' | 'destroy'; vmid: number; purge?: boolean };

/** Options of a run, wire names. */
export type DumpOptions = Record<string, JobSetting>;

/** The guest a run is at. */
export type CurrentBackup = {
  vmid: number;
  startedAt: number;
  /** The task of PBS that holds its unfinished snapshot. */
  session: string;
  /** What the log says at its end. */
  lines: string[];
  files: { filename: string; size: number }[];
  newBytes: number;
  /** Where a bitmap begins with it. */
  bitmapGroup?: string;
};

export type CommandState = { vmid: number; exitedAt: number; exitCode: number; output: string };
