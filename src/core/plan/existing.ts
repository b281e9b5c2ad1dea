import { keepSettings } from '../desired/jobs.ts';
import { isOurs, readMark, type Mark } from '../desired/mark.ts';
import type { ObjectKind, Settings } from '../desired/desired.ts';
import type { Actual, BackupJob, Observed, PbsActual, Storage, SyncJob, TrafficControl, Unknown } from '../world/actual.ts';

/** An object as it is on a server, in the words of `ManagedObject`, defaults written out. */
export type ExistingObject = {
  readonly kind: ObjectKind;
  readonly server: string;
  readonly id: string;
  readonly settings: Settings;
  /** Holdfast made it: id and comment say so. Places carry no mark and are nobody's. */
  readonly ours: boolean;
  readonly mark?: Mark;
};

/** How much an observation proves about the objects of one kind on one server. */
export type Knowledge =
  | { readonly how: 'whole' }
  | { readonly how: 'partly'; readonly gaps: readonly Unknown[] }
  | { readonly how: 'not'; readonly unknown: Unknown };

export type Existing = {
  readonly find: (kind: ObjectKind, server: string, id: string) => ExistingObject | undefined;
  readonly all: readonly ExistingObject[];
  readonly knowledge: (kind: ObjectKind, server: string, id: string) => Knowledge;
};

/** Everything that exists at a site and that Holdfast could have made, or could collide with. */
export function existing(actual: Actual): Existing {
  const all = [...pveObjects(actual), ...actual.pbs.flatMap(pbsObjects)];
  const byKey = new Map(all.map((object) => [keyOf(object.kind, object.server, object.id), object]));
  return {
    all,
    find: (kind, server, id) => byKey.get(keyOf(kind, server, id)),
    knowledge: (kind, server, id) => knowledge(actual, { kind, server, id }),
  };
}

function keyOf(kind: ObjectKind, server: string, id: string): string {
  return `${kind} ${server} ${id}`;
}

function pveObjects({ pve }: Actual): ExistingObject[] {
  const on = { server: 'pve', ours: false };
  return [
    ...values(pve.pools).flatMap((pool): ExistingObject[] => [
      { ...on, kind: 'pool', id: pool.id, settings: { comment: pool.comment } },
      ...pool.vmids.map((vmid): ExistingObject => ({ ...on, kind: 'pool-member', id: `${pool.id}/${vmid}`, settings: {} })),
    ]),
    ...values(pve.storages).map((storage): ExistingObject => ({
      ...on,
      kind: 'storage',
      id: storage.id,
      settings: storageSettings(storage),
    })),
    ...values(pve.backupJobs).map((job) => owned({ kind: 'backup-job', server: 'pve', id: job.id, settings: backupJobSettings(job) })),
  ];
}

function storageSettings({ type, content, enabled, pbs, keep }: Storage): Settings {
  return {
    type,
    content: content.toSorted(),
    disable: !enabled,
    ...(pbs && { server: pbs.server, datastore: pbs.datastore, namespace: pbs.namespace }),
    ...(pbs && pbs.port !== 8007 && { port: pbs.port }),
    ...(pbs?.fingerprint !== undefined && { fingerprint: pbs.fingerprint }),
    ...(pbs?.encryptionKey !== undefined && { 'encryption-key': 'autogen' }),
    ...(keep && { 'prune-backups': pruneBackups(keep) }),
  };
}

function backupJobSettings(job: BackupJob): Settings {
  const { selection } = job;
  return {
    ...(selection.by === 'pool' && { pool: selection.pool }),
    ...(selection.by === 'vmids' && { vmid: selection.vmids.join(',') }),
    ...(selection.by === 'all' && { all: true }),
    ...(selection.by === 'all' && selection.exclude.length > 0 && { exclude: selection.exclude.join(',') }),
    ...(job.storage !== undefined && { storage: job.storage }),
    schedule: job.schedule,
    enabled: job.enabled,
    mode: job.mode,
    'repeat-missed': job.repeatMissed,
    ...(job.notesTemplate !== undefined && { 'notes-template': job.notesTemplate }),
    ...(job.keep && { 'prune-backups': pruneBackups(job.keep) }),
    ...(job.bandwidthKibPerSecond && { bwlimit: job.bandwidthKibPerSecond }),
    ...(job.node !== undefined && { node: job.node }),
    comment: job.comment,
  };
}

/** `{}` → `keep-all=1`, `{ daily: 7 }` → `keep-daily=7` */
function pruneBackups(keep: Parameters<typeof keepSettings>[0]): string {
  const rules = Object.entries(keepSettings(keep)).map(([name, count]) => `${name}=${count}`);
  return rules.length === 0 ? 'keep-all=1' : rules.join(',');
}

function pbsObjects(pbs: PbsActual): ExistingObject[] {
  const server = pbs.name;
  const nothing = { server, ours: false, settings: {} };
  return [
    ...pbs.namespaces
      .filter(({ groups }) => groups.known)
      .map(({ datastore, namespace }): ExistingObject => ({ ...nothing, kind: 'namespace', id: `${datastore}:${namespace}` })),
    ...values(pbs.datastores).map((store): ExistingObject => {
      const settings = { ...(store.gcSchedule !== undefined && { 'gc-schedule': store.gcSchedule }), 'verify-new': store.verifyNew };
      return { kind: 'datastore', server, id: store.name, settings, ours: false };
    }),
    ...values(pbs.pruneJobs).map((job) => {
      const { schedule, disabled: disable, comment } = job;
      const settings = { ...scope(job), schedule, disable, ...keepSettings(job.keep), comment };
      return owned({ kind: 'prune-job', server, id: job.id, settings });
    }),
    ...values(pbs.verifyJobs).map((job) => {
      const settings: Settings = {
        ...scope(job),
        ...(job.schedule !== undefined && { schedule: job.schedule }),
        'ignore-verified': job.ignoreVerified,
        ...(job.outdatedAfterDays !== undefined && { 'outdated-after': job.outdatedAfterDays }),
        comment: job.comment,
      };
      return owned({ kind: 'verify-job', server, id: job.id, settings });
    }),
    ...values(pbs.syncJobs).map((job) => owned({ kind: 'sync-job', server, id: job.id, settings: syncSettings(job) })),
    ...values(pbs.trafficControls).map((rule) => {
      return owned({ kind: 'traffic-control', server, id: rule.name, settings: trafficSettings(rule) });
    }),
  ];
}

function syncSettings(job: SyncJob): Settings {
  return {
    'sync-direction': job.direction,
    ...scope(job),
    ...(job.remote !== undefined && { remote: job.remote }),
    'remote-store': job.remoteDatastore,
    ...(job.remoteNamespace !== '' && { 'remote-ns': job.remoteNamespace }),
    ...(job.owner !== undefined && { owner: job.owner }),
    ...(job.schedule !== undefined && { schedule: job.schedule }),
    'remove-vanished': job.removeVanished,
    ...(job.transferLast !== undefined && { 'transfer-last': job.transferLast }),
    ...(job.groupFilters.length > 0 && { 'group-filter': job.groupFilters }),
    ...rates(job),
    comment: job.comment,
  };
}

/** What a rule does not limit it does not name. */
function trafficSettings(rule: TrafficControl): Settings {
  const { networks, timeframes, users, burstInBytes, burstOutBytes, comment } = rule;
  return {
    network: networks,
    ...(timeframes.length > 0 && { timeframe: timeframes }),
    ...(users.length > 0 && { users }),
    ...rates(rule),
    ...(burstInBytes !== undefined && { 'burst-in': `${burstInBytes} B` }),
    ...(burstOutBytes !== undefined && { 'burst-out': `${burstOutBytes} B` }),
    comment,
  };
}

/** The root namespace is said by leaving it out. */
function scope(job: { readonly datastore: string; readonly namespace: string; readonly maxDepth?: number }): Settings {
  const { datastore: store, namespace: ns, maxDepth } = job;
  return { store, ...(ns !== '' && { ns }), ...(maxDepth !== undefined && { 'max-depth': maxDepth }) };
}

function rates(limits: { readonly rateInBytesPerSecond?: number; readonly rateOutBytesPerSecond?: number }): Settings {
  const { rateInBytesPerSecond: rateIn, rateOutBytesPerSecond: rateOut } = limits;
  return { ...(rateIn !== undefined && { 'rate-in': `${rateIn} B` }), ...(rateOut !== undefined && { 'rate-out': `${rateOut} B` }) };
}

function owned(object: Omit<ExistingObject, 'ours' | 'mark'>): ExistingObject {
  const comment = object.settings['comment'];
  const mark = typeof comment === 'string' ? readMark(comment) : undefined;
  return { ...object, ours: mark !== undefined && isOurs(object.id, String(comment)), ...(mark && { mark }) };
}

function values<T>(observed: Observed<readonly T[]>): readonly T[] {
  return observed.known ? observed.value : [];
}

function knowledge(actual: Actual, object: { readonly kind: ObjectKind; readonly server: string; readonly id: string }): Knowledge {
  const { pve } = actual;
  const pbs = actual.pbs.find(({ name }) => name === object.server);
  const parts: Readonly<Record<ObjectKind, Observed<unknown> | undefined>> = {
    pool: pve.pools,
    'pool-member': pve.pools,
    storage: pve.storages,
    'backup-job': pve.backupJobs,
    namespace: pbs?.datastores,
    datastore: pbs?.datastores,
    'prune-job': pbs?.pruneJobs,
    'verify-job': pbs?.verifyJobs,
    'sync-job': pbs?.syncJobs,
    'traffic-control': pbs?.trafficControls,
  };
  return (object.kind === 'namespace' && pbs && unseenNamespace(pbs, object.id)) || knows(parts[object.kind]);
}

const UNSEEN: Knowledge = { how: 'not', unknown: { what: 'the server', kind: 'unreachable', because: 'it was not looked at' } };

/** A list may lack a figure of a row and still have all rows; only a gap of kind `empty` says that rows may be left out. */
function knows(observed: Observed<unknown> | undefined): Knowledge {
  if (!observed) return UNSEEN;
  if (!observed.known) return { how: 'not', unknown: observed.unknown };
  const rowsLeftOut = observed.gaps.filter(({ kind }) => kind === 'empty');
  return rowsLeftOut.length === 0 ? { how: 'whole' } : { how: 'partly', gaps: rowsLeftOut };
}

/** A namespace that was asked for and is not there is known not to be there; one that could not be asked for is not. */
function unseenNamespace(pbs: PbsActual, id: string): Knowledge | undefined {
  const seen = pbs.namespaces.find(({ datastore, namespace }) => `${datastore}:${namespace}` === id);
  if (!seen || seen.groups.known || seen.groups.unknown.kind === 'missing') return undefined;
  return { how: 'not', unknown: seen.groups.unknown };
}
