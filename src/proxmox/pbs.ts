import type { Datastore, PbsJobState, PruneJob, Remote, SyncJob, TrafficControl, VerifyJob } from '#core/world/actual.ts';
import { KEEP_UNITS, type KeepUnit } from '#core/retention/keep.ts';
import type { Http } from './http.ts';
import { readTask, type TaskQuery, type TaskRow } from './pve.ts';
import { parseByteSize } from './wire/byte-size.ts';
import { asList, flag, mapRows, optionalBytes, optionalDigest, optionalText, optionalWhole, text, type Row } from './wire/read.ts';

/** Names of the datastores the login may see; the others are left out without a word. */
export function listDatastoreNames(http: Http): Promise<string[]> {
  return http.get('/admin/datastore', {}, ({ data }) => mapRows(data, (row) => text(row, 'store')).sort());
}

export type DatastoreConfig = Pick<Datastore, 'name' | 'comment' | 'path' | 'gcSchedule' | 'verifyNew' | 'maintenance' | 'digest'>;

/** Needs Datastore.Audit on /datastore/{store}; others are left out. */
export function listDatastoreConfigs(http: Http): Promise<DatastoreConfig[]> {
  return http.get('/config/datastore', {}, (envelope) => {
    const digest = optionalDigest(envelope);
    return mapRows(envelope.data, (row) => readDatastore(row, digest));
  });
}

function readDatastore(row: Row, digest: string | undefined): DatastoreConfig {
  const [path, gcSchedule, maintenance] = ['path', 'gc-schedule', 'maintenance-mode'].map((name) => optionalText(row, name));
  return {
    name: text(row, 'name'),
    comment: optionalText(row, 'comment') ?? '',
    ...(path === undefined ? {} : { path }),
    ...(gcSchedule === undefined ? {} : { gcSchedule }),
    verifyNew: flag(row, 'verify-new', false),
    ...(maintenance === undefined ? {} : { maintenance }),
    ...(digest === undefined ? {} : { digest }),
  };
}

export type DatastoreUsage = Pick<Datastore, 'name' | 'usage'> & { readonly error?: string };

/** Space of each datastore. One that is offline answers 200 with an `error` and no figures; a total of 0 is none. Needs Datastore.Audit or Backup. */
export function listDatastoreUsage(http: Http): Promise<DatastoreUsage[]> {
  return http.get('/status/datastore-usage', {}, ({ data }) =>
    mapRows(data, (row) => {
      const [totalBytes, usedBytes, availableBytes] = ['total', 'used', 'avail'].map((name) => optionalBytes(row, name));
      const error = optionalText(row, 'error');
      const known = totalBytes !== undefined && totalBytes > 0 && usedBytes !== undefined && availableBytes !== undefined;
      return {
        name: text(row, 'store'),
        ...(known ? { usage: { totalBytes, usedBytes, availableBytes } } : {}),
        ...(error === undefined ? {} : { error }),
      };
    }),
  );
}

/** Collection of each datastore: never run means no `last-run-*`, and zeros that are no figures. Needs Datastore.Audit. */
export function listGarbageCollections(http: Http): Promise<{ readonly store: string; readonly gc: NonNullable<Datastore['gc']> }[]> {
  return http.get('/admin/gc', {}, ({ data }) => mapRows(data, (row) => ({ store: text(row, 'store'), gc: readGc(row) })));
}

function readGc(row: Row): NonNullable<Datastore['gc']> {
  const ran = optionalText(row, 'upid') !== undefined;
  const state = readState(row);
  const [disk, pending, bad] = ['disk-bytes', 'pending-bytes', 'still-bad'].map((name) => optionalWhole(row, name));
  return {
    ...(state.lastRunEndedAt === undefined ? {} : { lastRunEndedAt: state.lastRunEndedAt }),
    ...(state.lastRunState === undefined ? {} : { lastRunState: state.lastRunState }),
    ...(state.nextRunAt === undefined ? {} : { nextRunAt: state.nextRunAt }),
    ...(ran && disk !== undefined ? { diskBytes: disk } : {}),
    ...(ran && pending !== undefined ? { pendingBytes: pending } : {}),
    ...(ran && bad !== undefined ? { stillBadChunks: bad } : {}),
  };
}

function readState(row: Row): PbsJobState {
  const nextRunAt = optionalWhole(row, 'next-run');
  const lastRunEndedAt = optionalWhole(row, 'last-run-endtime');
  const [lastRunState, lastRunUpid] = ['last-run-state', 'last-run-upid'].map((name) => optionalText(row, name));
  return {
    ...(nextRunAt === undefined ? {} : { nextRunAt }),
    ...(lastRunEndedAt === undefined ? {} : { lastRunEndedAt }),
    ...(lastRunState === undefined ? {} : { lastRunState }),
    ...(lastRunUpid === undefined ? {} : { lastRunUpid }),
  };
}

/** Needs Datastore.Audit or Modify on each job's own path; others are left out. A schedule that never comes has no next run. */
export function listPruneJobs(http: Http): Promise<PruneJob[]> {
  return http.get('/admin/prune', {}, (envelope) => mapRows(envelope.data, (row) => readPruneJob(row, optionalDigest(envelope))));
}

function readPruneJob(row: Row, digest: string | undefined): PruneJob {
  const keep: Partial<Record<KeepUnit, number>> = {};
  for (const unit of KEEP_UNITS) {
    const count = optionalWhole(row, `keep-${unit}`);
    if (count !== undefined) keep[unit] = count;
  }
  const maxDepth = optionalWhole(row, 'max-depth');
  return {
    id: text(row, 'id'),
    datastore: text(row, 'store'),
    namespace: optionalText(row, 'ns') ?? '',
    ...(maxDepth === undefined ? {} : { maxDepth }),
    schedule: text(row, 'schedule'),
    disabled: flag(row, 'disable', false),
    keep,
    comment: optionalText(row, 'comment') ?? '',
    ...(digest === undefined ? {} : { digest }),
    ...readState(row),
  };
}

/** Needs Datastore.Audit or Verify on each job's own path; others are left out. */
export function listVerifyJobs(http: Http): Promise<VerifyJob[]> {
  return http.get('/admin/verify', {}, (envelope) => mapRows(envelope.data, (row) => readVerifyJob(row, optionalDigest(envelope))));
}

function readVerifyJob(row: Row, digest: string | undefined): VerifyJob {
  const [maxDepth, outdatedAfterDays] = ['max-depth', 'outdated-after'].map((name) => optionalWhole(row, name));
  const schedule = optionalText(row, 'schedule');
  return {
    id: text(row, 'id'),
    datastore: text(row, 'store'),
    namespace: optionalText(row, 'ns') ?? '',
    ...(maxDepth === undefined ? {} : { maxDepth }),
    ...(schedule === undefined ? {} : { schedule }),
    ignoreVerified: flag(row, 'ignore-verified', true),
    ...(outdatedAfterDays === undefined ? {} : { outdatedAfterDays }),
    comment: optionalText(row, 'comment') ?? '',
    ...(digest === undefined ? {} : { digest }),
    ...readState(row),
  };
}

/** Pull and push jobs. Needs Datastore.Audit on the store and Remote.Audit on the remote; others are left out. Servers before 3.2.11 know only pulls. */
export function listSyncJobs(http: Http, canPush: boolean): Promise<SyncJob[]> {
  const params = canPush ? { 'sync-direction': 'all' } : {};
  return http.get('/admin/sync', params, (envelope) => mapRows(envelope.data, (row) => readSyncJob(row, optionalDigest(envelope))));
}

function readSyncJob(row: Row, digest: string | undefined): SyncJob {
  const [maxDepth, transferLast] = ['max-depth', 'transfer-last'].map((name) => optionalWhole(row, name));
  const [remote, owner, schedule] = ['remote', 'owner', 'schedule'].map((name) => optionalText(row, name));
  const [rateIn, rateOut] = ['rate-in', 'rate-out'].map((name) => parseByteSize(row, name));
  return {
    id: text(row, 'id'),
    direction: row['sync-direction'] === 'push' ? 'push' : 'pull',
    datastore: text(row, 'store'),
    namespace: optionalText(row, 'ns') ?? '',
    ...(remote === undefined ? {} : { remote }),
    remoteDatastore: text(row, 'remote-store'),
    remoteNamespace: optionalText(row, 'remote-ns') ?? '',
    ...(maxDepth === undefined ? {} : { maxDepth }),
    ...(owner === undefined ? {} : { owner }),
    ...(schedule === undefined ? {} : { schedule }),
    removeVanished: flag(row, 'remove-vanished', false),
    ...(transferLast === undefined ? {} : { transferLast }),
    groupFilters: texts(row, 'group-filter'),
    ...(rateIn === undefined ? {} : { rateInBytesPerSecond: rateIn }),
    ...(rateOut === undefined ? {} : { rateOutBytesPerSecond: rateOut }),
    comment: optionalText(row, 'comment') ?? '',
    ...(digest === undefined ? {} : { digest }),
    ...readState(row),
  };
}

function texts(row: Row, name: string): string[] {
  return asList(row[name] ?? [], name).map((_, i) => text(row[name] as Row, String(i)));
}

/** Needs Remote.Audit on /remote/{name}; others are left out. Its secret never leaves the server. */
export function listRemotes(http: Http): Promise<Remote[]> {
  return http.get('/config/remote', {}, ({ data }) =>
    mapRows(data, (row) => ({
      name: text(row, 'name'),
      host: text(row, 'host'),
      port: optionalWhole(row, 'port') ?? 8007,
      authId: text(row, 'auth-id'),
      comment: optionalText(row, 'comment') ?? '',
    })),
  );
}

/** Limits by network and time of day. Needs Sys.Audit on /; the configuration itself could be read only with Sys.Modify. */
export function listTrafficControls(http: Http): Promise<TrafficControl[]> {
  return http.get('/admin/traffic-control', {}, (envelope) => {
    const digest = optionalDigest(envelope);
    return mapRows(envelope.data, (row) => {
      const [rateIn, rateOut, burstIn, burstOut] = ['rate-in', 'rate-out', 'burst-in', 'burst-out'].map((name) => parseByteSize(row, name));
      return {
        name: text(row, 'name'),
        users: texts(row, 'users'),
        ...(burstIn === undefined ? {} : { burstInBytes: burstIn }),
        ...(burstOut === undefined ? {} : { burstOutBytes: burstOut }),
        networks: texts(row, 'network'),
        timeframes: texts(row, 'timeframe'),
        ...(rateIn === undefined ? {} : { rateInBytesPerSecond: rateIn }),
        ...(rateOut === undefined ? {} : { rateOutBytesPerSecond: rateOut }),
        comment: optionalText(row, 'comment') ?? '',
        ...(digest === undefined ? {} : { digest }),
      };
    });
  });
}

/** Tasks since an instant, newest first, running ones included; `type` is a part of the type's name. Sees own tasks only without Sys.Audit on /system/tasks. `total` counts rows, not tasks. */
export function listPbsTasks(http: Http, { type, sinceAt, limit }: TaskQuery): Promise<TaskRow[]> {
  return http.get('/nodes/localhost/tasks', { typefilter: type, since: sinceAt, limit }, ({ data }) => mapRows(data, readTask));
}
