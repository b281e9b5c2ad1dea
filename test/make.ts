import type {
  Actual,
  BackupGroup,
  BackupJob,
  BackupTask,
  Datastore,
  Guest,
  Observed,
  PbsActual,
  Pool,
  PruneJob,
  PveActual,
  Snapshot,
  Storage,
  SyncJob,
  Unknown,
  VerifyJob,
} from '#core/world/actual.ts';
import type { Assume, AssignRule, PbsAccess, Policy, Site, Tier } from '#core/policy/policy.ts';
import type { Upid } from '#core/world/task.ts';

/** 2026-11-25 12:00:00 UTC: the instant at which made things were seen. */
export const NOW = 1_795_608_000;

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Freezes a value and everything below it: a decision that changes its input fails in the test. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of value instanceof Map ? value.values() : Object.values(value)) deepFreeze(part);
  }
  return value;
}

/** A part that was read whole. */
export function seen<T>(value: T, asOf = NOW): Observed<T> {
  return deepFreeze({ known: true, asOf, complete: true, value, gaps: [] });
}

/** A part that was read with something missing. */
export function seenInPart<T>(value: T, gap: Partial<Unknown> = {}): Observed<T> {
  return deepFreeze({ known: true, asOf: NOW, complete: false, value, gaps: [makeUnknown(gap)] });
}

/** A part that could not be read; a missing right where nothing else is said. */
export function unseen<T>(unknown: Partial<Unknown> = {}): Observed<T> {
  return deepFreeze({ known: false, asOf: NOW, unknown: makeUnknown(unknown) });
}

export function makeUnknown(unknown: Partial<Unknown> = {}): Unknown {
  return { what: 'this part', kind: 'forbidden', because: 'Permission check failed', ...unknown };
}

export const ASSUME: Assume = deepFreeze({
  durationSeconds: 40 * 60,
  queueSeconds: 20 * 60,
  lostRuns: 0,
  extraRuns: 0,
  restoreBytesPerSecond: 100 * 2 ** 20,
});

/** Tier 1 of the seed: daily at 02:00, 30 days. */
export function makeTier(tier: Partial<Tier> = {}): Tier {
  const id = tier.id ?? 1;
  return deepFreeze({
    id,
    name: `Tier ${id}`,
    pool: `tier-${id}`,
    rpoSeconds: DAY,
    graceSeconds: 2 * HOUR,
    rtoSeconds: 4 * HOUR,
    retentionSeconds: 30 * DAY,
    schedule: '02:00',
    lock: false,
    encryption: false,
    consistency: 'filesystem',
    mode: 'snapshot',
    ...tier,
  });
}

/** The seed's four tiers with the graces they need. */
export function makeSeedTiers(): readonly Tier[] {
  return deepFreeze([
    makeTier({ id: 1, name: 'Critical production', verify: { withinSeconds: DAY, everySeconds: 30 * DAY } }),
    makeTier({
      id: 2,
      name: 'Standard application',
      rpoSeconds: 7 * DAY,
      rtoSeconds: DAY,
      retentionSeconds: 84 * DAY,
      schedule: 'sat 03:00',
      verify: { everySeconds: 30 * DAY },
    }),
    makeTier({
      id: 3,
      name: 'Development',
      rpoSeconds: 30 * DAY,
      graceSeconds: 2 * DAY,
      rtoSeconds: 2 * DAY,
      retentionSeconds: 90 * DAY,
      schedule: '*-1 04:00',
    }),
    makeTier({
      id: 4,
      name: 'Cache',
      rpoSeconds: 90 * DAY,
      graceSeconds: 3 * DAY,
      rtoSeconds: 7 * DAY,
      retentionSeconds: 180 * DAY,
      schedule: '1,4,7,10-1 05:00',
      consistency: 'crash',
    }),
  ]);
}

const FINGERPRINT = Array.from({ length: 32 }, () => '12').join(':');

export function makePbsAccess(pbs: Partial<PbsAccess> = {}): PbsAccess {
  return deepFreeze({
    name: 'pbs',
    urls: ['https://pbs.lan:8007'],
    fingerprint: FINGERPRINT,
    token: 'env:HOLDFAST_PBS_TOKEN',
    datastore: 'main',
    namespace: 'home',
    ...pbs,
  });
}

/** A site `home` with one PVE and one PBS, whose places Holdfast makes. */
export function makeSite(site: Partial<Site> = {}): Site {
  return deepFreeze({
    name: 'home',
    timeZone: 'Europe/Vienna',
    pve: { urls: ['https://pve.lan:8006'], token: 'env:HOLDFAST_PVE_TOKEN' },
    pbs: [makePbsAccess()],
    places: 'holdfast',
    storages: { backupToken: 'env:HOLDFAST_BACKUP_TOKEN' },
    ...site,
  });
}

export function makeRule(rule: Partial<AssignRule> = {}): AssignRule {
  const index = rule.index ?? 0;
  return deepFreeze({ index, tier: 1, at: `holdfast.yaml:${40 + index}`, ...rule });
}

/** One site, tier 1, everybody in it. */
export function makePolicy(policy: Partial<Policy> = {}): Policy {
  return deepFreeze({
    sites: [makeSite()],
    tiers: [makeTier()],
    assign: [makeRule({ names: ['*'] })],
    assume: ASSUME,
    ...policy,
  });
}

/** A running VM with one disk on `local-zfs` and an agent. */
export function makeGuest(guest: Partial<Guest> = {}): Guest {
  const vmid = guest.vmid ?? 101;
  return deepFreeze({
    vmid,
    type: 'vm',
    name: `guest-${vmid}`,
    node: 'pve1',
    running: true,
    template: false,
    tags: [],
    protection: false,
    notes: '',
    agent: { configured: true, freeze: true },
    disks: [
      {
        key: 'scsi0',
        volume: `local-zfs:vm-${vmid}-disk-0`,
        storage: 'local-zfs',
        sizeBytes: 32 * 2 ** 30,
        included: true,
        kind: 'disk',
        ownerVmid: vmid,
      },
    ],
    configKnown: true,
    ...guest,
  });
}

export function makePool(pool: Partial<Pool> = {}): Pool {
  return deepFreeze({ id: 'tier-1', comment: '', vmids: [], storages: [], ...pool });
}

/** PVE's storage of tier 1 as Holdfast makes it. */
export function makePbsStorage(storage: Partial<Storage> = {}): Storage {
  return deepFreeze({
    id: 'pbs-tier-1',
    type: 'pbs',
    content: ['backup'],
    enabled: true,
    shared: true,
    pbs: {
      server: 'pbs.lan',
      port: 8007,
      datastore: 'main',
      namespace: 'home/tier-1',
      fingerprint: FINGERPRINT,
      username: 'pve@pbs!home',
    },
    keep: {},
    ...storage,
  });
}

/** A job made by hand: two guests, nightly. */
export function makeBackupJob(job: Partial<BackupJob> = {}): BackupJob {
  return deepFreeze({
    id: 'backup-1a2b',
    enabled: true,
    schedule: '21:00',
    selection: { by: 'vmids', vmids: [101] },
    storage: 'local',
    mode: 'snapshot',
    repeatMissed: false,
    comment: '',
    ...job,
  });
}

export function makePruneJob(job: Partial<PruneJob> = {}): PruneJob {
  return deepFreeze({
    id: 'default-main',
    datastore: 'main',
    namespace: '',
    schedule: 'daily',
    disabled: false,
    keep: { daily: 7 },
    comment: '',
    ...job,
  });
}

export function makeVerifyJob(job: Partial<VerifyJob> = {}): VerifyJob {
  return deepFreeze({ id: 'v-1', datastore: 'main', namespace: '', ignoreVerified: true, comment: '', ...job });
}

export function makeSyncJob(job: Partial<SyncJob> = {}): SyncJob {
  return deepFreeze({
    id: 's-1',
    direction: 'push',
    datastore: 'main',
    namespace: '',
    remote: 'vault',
    remoteDatastore: 'vault',
    remoteNamespace: '',
    removeVanished: false,
    groupFilters: [],
    comment: '',
    ...job,
  });
}

export function makeDatastore(datastore: Partial<Datastore> = {}): Datastore {
  return deepFreeze({ name: 'main', comment: '', verifyNew: false, gcSchedule: 'daily', ...datastore });
}

/** A finished, unverified snapshot of 10 GiB. */
export function makeSnapshot(snapshot: Partial<Snapshot> = {}): Snapshot {
  return deepFreeze({
    at: NOW - 10 * HOUR,
    sizeBytes: 10 * 2 ** 30,
    protected: false,
    owner: 'pve@pbs!home',
    comment: '',
    encryption: 'none',
    files: ['drive-scsi0.img.fidx', 'qemu-server.conf.blob'],
    ...snapshot,
  });
}

export function makeGroup(group: Partial<BackupGroup> = {}): BackupGroup {
  const snapshots = group.snapshots ?? [makeSnapshot()];
  return deepFreeze({
    type: 'vm',
    id: '101',
    owner: 'pve@pbs!home',
    comment: '',
    backupCount: snapshots.length,
    listedAt: NOW,
    ...group,
    snapshots,
  });
}

/** Snapshots begun every `everySeconds`, `count` of them, the newest 10 hours before NOW; oldest first. */
export function makeSnapshots(count: number, everySeconds = DAY, snapshot: Partial<Snapshot> = {}): readonly Snapshot[] {
  return Array.from({ length: count }, (_, index) =>
    makeSnapshot({ at: NOW - 10 * HOUR - (count - 1 - index) * everySeconds, ...snapshot }),
  );
}

/** A PVE of one node with one guest, no pool, no job. */
export function makePve(pve: Partial<PveActual> = {}): PveActual {
  return deepFreeze({
    version: seen({ product: 'pve', text: '9.2.11', numbers: [9, 2, 11] }),
    nodes: seen([{ name: 'pve1', online: true, timeZone: 'Europe/Vienna', clockAheadSeconds: 0 }]),
    guests: seen([makeGuest()]),
    pools: seen([]),
    storages: seen([]),
    zfsPools: seen([]),
    backupJobs: seen([]),
    backupTasks: seen([]),
    ...pve,
  });
}

/** A PBS with the datastore `main`, its root namespace empty, no job. */
export function makePbs(pbs: Partial<PbsActual> = {}): PbsActual {
  return deepFreeze({
    name: 'pbs',
    version: seen({ product: 'pbs', text: '4.2.3', numbers: [4, 2, 3] }),
    node: seen({ timeZone: 'Europe/Vienna', clockAheadSeconds: 0 }),
    datastores: seen([makeDatastore()]),
    namespaces: [{ datastore: 'main', namespace: '', groups: seen([]) }],
    pruneJobs: seen([]),
    verifyJobs: seen([]),
    syncJobs: seen([]),
    remotes: seen([]),
    trafficControls: seen([]),
    tasks: seen([]),
    ...pbs,
  });
}

/** A site as it is before Holdfast did anything: one guest that nothing protects. */
export function makeActual(actual: Partial<Actual> = {}): Actual {
  return deepFreeze({ site: 'home', asOf: NOW, pve: makePve(), pbs: [makePbs()], ...actual });
}

export function makeUpid(upid: Partial<Upid> = {}): Upid {
  const startedAt = upid.startedAt ?? NOW - 10 * HOUR;
  return deepFreeze({
    text: `UPID:pve1:00000BE1:0001E8B1:${startedAt.toString(16).toUpperCase()}:vzdump::root@pam:`,
    product: 'pve',
    node: 'pve1',
    pid: 3041,
    pstart: 125_105,
    startedAt,
    type: 'vzdump',
    id: '',
    user: 'root@pam',
    ...upid,
  });
}

/** A vzdump run on pve1 in which each of `durations` (seconds by vmid) succeeded. */
export function makeBackupTask(durations: Readonly<Record<number, number>>, upid: Partial<Upid> = {}): BackupTask {
  const made = makeUpid(upid);
  const guests = Object.entries(durations).map(([vmid, durationSeconds]) => ({
    vmid: Number(vmid),
    result: 'ok' as const,
    durationSeconds,
  }));
  const total = guests.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  return deepFreeze({ upid: made, endedAt: made.startedAt + total, status: 'OK', log: { overall: 'ok', guests } });
}
