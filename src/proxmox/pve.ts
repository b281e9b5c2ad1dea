import type { BackupJob, Pool, ServerVersion, Storage, ZfsPool } from '#core/world/actual.ts';
import type { KeepRules, KeepUnit } from '#core/retention/keep.ts';
import { KEEP_UNITS } from '#core/retention/keep.ts';
import type { Rights } from '#core/rights/rights.ts';
import { segment, type Http } from './http.ts';
import { parseOptions } from './wire/options.ts';
import {
  asList,
  asRow,
  bytes,
  fail,
  flag,
  looseText,
  mapRows,
  optionalBytes,
  optionalText,
  optionalWhole,
  text,
  whole,
  words,
  type Envelope,
  type Row,
} from './wire/read.ts';

/** Needs any login. PVE says `9.2.11`, PBS `4.2` and `release: 3`. */
export function getVersion(http: Http): Promise<ServerVersion> {
  return http.get('/version', {}, ({ data }) => {
    const row = asRow(data);
    const version = text(row, 'version');
    const full = http.product === 'pbs' && !/^\d+\.\d+\.\d+/.test(version) ? `${version}.${looseText(row, 'release') ?? '0'}` : version;
    return { product: http.product, text: full, numbers: full.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0) };
  });
}

/**
 * What the login may do, of itself. Needs any login; both products answer alike.
 * @param path  only this path: the whole list leaves out paths on which nothing is left
 */
export function getRights(http: Http, path?: string): Promise<Rights> {
  return http.get('/access/permissions', { path }, ({ data }) => {
    const rights: Record<string, Record<string, boolean>> = {};
    for (const [where, privileges] of Object.entries(asRow(data))) {
      const row = asRow(privileges, where);
      rights[where] = Object.fromEntries(Object.keys(row).map((name) => [name, flag(row, name, false)]));
    }
    return rights;
  });
}

/** Zone and clock of a node. Answers every login. The zone may end with a line feed (PBS). */
export function getNodeTime(http: Http, node: string): Promise<{ readonly timeZone: string; readonly at: number }> {
  return http.get(`/nodes/${segment(node)}/time`, {}, ({ data }) => {
    const row = asRow(data);
    return { timeZone: text(row, 'timezone').trim(), at: whole(row, 'time') };
  });
}

/** Needs Pool.Audit on /pool/…; others are left out. Members come with the guests. */
export function listPools(http: Http): Promise<Omit<Pool, 'vmids' | 'storages'>[]> {
  return http.get('/pools', {}, ({ data }) =>
    mapRows(data, (row) => ({ id: text(row, 'poolid'), comment: optionalText(row, 'comment') ?? '' })),
  );
}

/** One pool, nested ones included, with its storages. Needs Pool.Audit on the pool. PVE 8.1 and newer. */
export function getPool(http: Http, pool: string): Promise<{ readonly storages: readonly string[]; readonly vmids: readonly number[] }> {
  return http.get('/pools', { poolid: pool }, ({ data }) => {
    const members = asList(asRow(asList(data)[0]).members ?? [], 'members').map((one) => asRow(one, 'members'));
    return {
      storages: members.flatMap((row) => (row['type'] === 'storage' ? [text(row, 'storage')] : [])).sort(),
      vmids: members.flatMap((row) => (row['vmid'] === undefined ? [] : [whole(row, 'vmid')])),
    };
  });
}

/** The cluster's storage configuration. Needs Datastore.Audit on /storage/…; others are left out. */
export function listStorages(http: Http): Promise<Storage[]> {
  return http.get('/storage', {}, ({ data }) => mapRows(data, readStorage));
}

function readStorage(row: Row): Storage {
  const nodes = words(row, 'nodes');
  const zfsPool = optionalText(row, 'pool');
  const path = optionalText(row, 'path');
  const type = text(row, 'type');
  const keep = readKeep(row['prune-backups']);
  return {
    id: text(row, 'storage'),
    type,
    content: words(row, 'content').sort(),
    enabled: !flag(row, 'disable', false),
    shared: flag(row, 'shared', type === 'pbs'),
    ...(nodes.length > 0 ? { nodes: nodes.sort() } : {}),
    ...(type === 'zfspool' && zfsPool !== undefined ? { zfsPool } : {}),
    ...(path === undefined ? {} : { path }),
    ...(type === 'pbs' ? { pbs: readPbsStorage(row) } : {}),
    ...(keep ? { keep } : {}),
  };
}

function readPbsStorage(row: Row): NonNullable<Storage['pbs']> {
  const fingerprint = optionalText(row, 'fingerprint');
  const key = looseText(row, 'encryption-key');
  return {
    server: text(row, 'server'),
    port: optionalWhole(row, 'port') ?? 8007,
    datastore: text(row, 'datastore'),
    namespace: optionalText(row, 'namespace') ?? '',
    ...(fingerprint === undefined ? {} : { fingerprint: fingerprint.toUpperCase() }),
    username: optionalText(row, 'username') ?? 'root@pam',
    ...(key === undefined ? {} : { encryptionKey: key === '1' ? true : key }),
  };
}

export type StorageState = { readonly id: string; readonly active: boolean; readonly usage?: NonNullable<Storage['usage']> };

/**
 * Whether each storage works on one node, and its usage. Needs Datastore.Audit or AllocateSpace.
 * A storage that is not active reports zeros, which are no figures; `/cluster/resources` would still call it available.
 */
export function listStorageStates(http: Http, node: string): Promise<StorageState[]> {
  return http.get(`/nodes/${segment(node)}/storage`, {}, ({ data }) =>
    mapRows(data, (row) => {
      const active = flag(row, 'active', false);
      const [total, used, available] = ['total', 'used', 'avail'].map((name) => optionalBytes(row, name));
      const known = active && total !== undefined && total > 0 && used !== undefined && available !== undefined;
      const usage = known ? { usage: { totalBytes: total, usedBytes: used, availableBytes: available } } : {};
      return { id: text(row, 'storage'), active, ...usage };
    }),
  );
}

/** Needs Sys.Audit on /. A disabled job has a next run too. */
export function listBackupJobs(http: Http): Promise<BackupJob[]> {
  return http.get('/cluster/backup', {}, ({ data }) => mapRows(data, readBackupJob));
}

function readBackupJob(row: Row): BackupJob {
  const [node, storage, notesTemplate] = ['node', 'storage', 'notes-template'].map((name) => optionalText(row, name));
  const keep = readKeep(row['prune-backups']);
  const limit = optionalWhole(row, 'bwlimit');
  const nextRunAt = optionalWhole(row, 'next-run');
  return {
    id: text(row, 'id'),
    enabled: flag(row, 'enabled', true),
    schedule: optionalText(row, 'schedule') ?? oldSchedule(row),
    selection: readSelection(row),
    ...(storage === undefined ? {} : { storage }),
    mode: optionalText(row, 'mode') ?? 'snapshot',
    ...(node === undefined ? {} : { node }),
    repeatMissed: flag(row, 'repeat-missed', false),
    ...(notesTemplate === undefined ? {} : { notesTemplate }),
    comment: looseText(row, 'comment') ?? '',
    ...(keep ? { keep } : {}),
    ...(limit === undefined ? {} : { bandwidthKibPerSecond: limit }),
    ...(nextRunAt === undefined ? {} : { nextRunAt }),
  };
}

/** Jobs written before PVE 7 have `dow` and `starttime`; PVE itself joins them like this. */
function oldSchedule(row: Row): string {
  const [days, time] = [optionalText(row, 'dow'), optionalText(row, 'starttime')];
  return time === undefined ? fail('schedule', 'a text', row['schedule']) : [days, time].filter(Boolean).join(' ');
}

/** In PVE's own order: a pool wins over a list, a list over all; `exclude` alone means all. */
function readSelection(row: Row): BackupJob['selection'] {
  const pool = optionalText(row, 'pool');
  if (pool !== undefined) return { by: 'pool', pool };
  const vmids = toVmids(row, 'vmid');
  if (vmids.length > 0) return { by: 'vmids', vmids };
  const exclude = toVmids(row, 'exclude');
  return flag(row, 'all', exclude.length > 0) ? { by: 'all', exclude } : { by: 'nothing' };
}

function toVmids(row: Row, name: string): number[] {
  return words(row, name)
    .map((word) => (/^\d{1,9}$/.test(word) ? Number(word) : fail(name, 'a list of guest ids', row[name])))
    .sort((a, b) => a - b);
}

/** `keep-daily=7,keep-weekly=4`, or the same as an object with numbers or texts. Values of 0 and keep-all keep by no rule. */
export function readKeep(value: unknown): KeepRules | undefined {
  if (value === undefined || value === null) return undefined;
  const row = typeof value === 'string' ? parseOptions(value) : asRow(value, 'prune-backups');
  const keep: Partial<Record<KeepUnit, number>> = {};
  for (const unit of KEEP_UNITS) {
    const count = optionalWhole(row, `keep-${unit}`);
    if (count !== undefined && count > 0) keep[unit] = count;
  }
  return keep;
}

/** Which volumes a job would take, by guest and disk key. Needs Sys.Audit on /; rows need VM.Audit. `reason` is derived from the key's presence and may be wrong. */
export function getIncludedVolumes(http: Http, job: string): Promise<ReadonlyMap<number, ReadonlyMap<string, boolean>>> {
  return http.get(`/cluster/backup/${segment(job)}/included_volumes`, {}, ({ data }) => {
    const guests = mapRows(asRow(data)['children'], (guest) => {
      const volumes = mapRows(
        guest['children'] ?? [],
        (row) => [text(row, 'id').replace(/^\d+:/, ''), flag(row, 'included', false)] as const,
        'children',
      );
      return [whole(guest, 'id'), new Map(volumes)] as const;
    });
    return new Map(guests);
  });
}

/** Needs Sys.Audit on /. 500 where the node has no ZFS. Sizes are raw: parity included. */
export function listZfsPools(http: Http, node: string): Promise<ZfsPool[]> {
  return http.get(`/nodes/${segment(node)}/disks/zfs`, {}, ({ data }) =>
    mapRows(data, (row) => ({
      node,
      name: text(row, 'name'),
      sizeBytes: bytes(row, 'size'),
      allocatedBytes: bytes(row, 'alloc'),
      freeBytes: bytes(row, 'free'),
      health: optionalText(row, 'health') ?? 'unknown',
    })),
  );
}

export type TaskRow = { readonly upid: string; readonly endedAt?: number; readonly status?: string };
export type TaskQuery = { readonly type?: string; readonly sinceAt?: number; readonly limit: number };

/**
 * Tasks of one node, newest first, running ones included. Sees own tasks only without Sys.Audit on /nodes/{node}.
 * `limit=0` would give none. A running task has no end and no status, or the status `RUNNING`.
 */
export function listPveTasks(http: Http, node: string, { type, sinceAt, limit }: TaskQuery): Promise<TaskRow[]> {
  const params = { source: 'all', typefilter: type, since: sinceAt, limit };
  return http.get(`/nodes/${segment(node)}/tasks`, params, ({ data }) => mapRows(data, readTask));
}

/** One row of a task list of PVE or PBS. Without `endedAt` it still runs. */
export function readTask(row: Row): TaskRow {
  const endedAt = optionalWhole(row, 'endtime');
  const status = optionalText(row, 'status');
  const ended = endedAt !== undefined && status !== 'RUNNING';
  return { upid: text(row, 'upid'), ...(ended ? { endedAt } : {}), ...(status === undefined || status === 'RUNNING' ? {} : { status }) };
}

/** Lines of a task's log, all of them. PVE counts `start` from 0, PBS from 1. Needs Sys.Audit on /nodes/{node} for tasks of others. */
export function getTaskLog(http: Http, node: string, upid: string): Promise<string> {
  return http.get(`/nodes/${segment(node)}/tasks/${segment(upid)}/log`, { start: 0, limit: 0 }, readLog);
}

function readLog({ data }: Envelope): string {
  return mapRows(data, (row) => ({ n: whole(row, 'n'), line: looseText(row, 't') ?? '' }))
    .sort((a, b) => a.n - b.n)
    .map(({ line }) => line)
    .join('\n');
}
