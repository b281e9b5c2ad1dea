import { beforeEach, describe, expect, test } from 'vitest';
import { advanceTo } from '../clock.ts';
import { rootAccess } from '../roles.ts';
import { emptyWorld, type World } from '../world.ts';
import { abortBackup, finishBackup, openBackup } from './backup.ts';
import { PBS_SOURCES } from './jobs.ts';
import { addDatastore, addGroup, addNamespace, addSnapshot, makePbs, manifestFiles, type GroupState, type PbsState } from './state.ts';
import { pbsCaller, type Ask } from './testing.ts';

const NOW = Date.UTC(2026, 10, 25, 12) / 1000;
const DAY = 86_400;
const GROUP = { 'backup-type': 'vm', 'backup-id': '101' };
const FILES = manifestFiles([{ filename: 'drive-scsi0.img.fidx', size: 2 ** 30 }]);

let world: World;
let pbs: PbsState;
let ask: Ask;

beforeEach(() => {
  world = emptyWorld(NOW);
  pbs = makePbs({ now: NOW, access: rootAccess('pbs') });
  world.pbs['pbs'] = pbs;
  addNamespace(addDatastore(pbs, 'main'), 'home/tier-1');
  ask = pbsCaller(world);
});

function group(store = 'main', ns = 'home/tier-1', owner = 'root@pam!lab'): GroupState {
  return addGroup(addNamespace(pbs.datastores[store]!, ns), { type: 'vm', id: '101', owner });
}

function daily(count: number, into = group()): GroupState {
  for (let day = count; day > 0; day -= 1) addSnapshot(into, { time: NOW - day * DAY, files: FILES, newBytes: 2 ** 20 });
  return into;
}

function advance(seconds: number): void {
  advanceTo(world, world.now + seconds, PBS_SOURCES);
}

function logOf(upid: unknown): string {
  return pbs.tasks.find((task) => task.upid === upid)!.log.join('\n');
}

describe('false greens', () => {
  test('groups count a backup that is still running; snapshots show it without a size', () => {
    openBackup(world, pbs, { authId: 'root@pam!lab', store: 'main', ns: 'home/tier-1', type: 'vm', id: '101', time: NOW });
    expect(ask('GET /admin/datastore/main/groups', { ns: 'home/tier-1' }).data).toMatchObject([
      { 'backup-count': 1, 'last-backup': NOW, files: [] },
    ]);
    expect(ask('GET /admin/datastore/main/snapshots', { ns: 'home/tier-1' }).data).toEqual([
      { 'backup-type': 'vm', 'backup-id': '101', 'backup-time': NOW, files: [], owner: 'root@pam!lab', protected: false },
    ]);
  });

  test('a verify job ends OK over a snapshot that it knows to be corrupt', () => {
    daily(2).snapshots[0]!.corrupt = true;
    expect(ask('POST /config/verify', { id: 'hf-tier-1', store: 'main', ns: 'home/tier-1' }).status).toBe(200);
    ask('POST /admin/verify/hf-tier-1/run');
    expect(pbs.jobRuns['verify:hf-tier-1']!.status).toContain('verification failed');
    advance(60);
    ask('POST /admin/verify/hf-tier-1/run');
    expect(pbs.jobRuns['verify:hf-tier-1']!.status).toBe('OK');
    expect(group().snapshots.map(({ verification }) => verification?.state)).toEqual(['failed', 'ok']);
  });

  test('a synced snapshot brings along that its source was verified', () => {
    daily(1);
    addDatastore(pbs, 'vault');
    ask('POST /admin/datastore/main/verify', { ns: 'home/tier-1' });
    ask('POST /config/sync', { id: 'hf-copy', store: 'vault', 'remote-store': 'main', 'remote-ns': 'home/tier-1', owner: 'root@pam!lab' });
    ask('POST /admin/sync/hf-copy/run');
    const [copy] = ask('GET /admin/datastore/vault/snapshots').data as { verification: { upid: string } }[];
    expect(copy!.verification.upid).toBe(group().snapshots[0]!.verification!.upid);
  });

  test('of two sync jobs into one namespace the one with remove-vanished deletes what the other brought', () => {
    daily(1);
    addDatastore(pbs, 'vault');
    const other = addGroup(addNamespace(pbs.datastores['main']!, 'home/tier-2'), { type: 'vm', id: '102', owner: 'root@pam!lab' });
    addSnapshot(other, { time: NOW - DAY, files: FILES });
    const both = { store: 'vault', 'remote-store': 'main', owner: 'root@pam!lab' };
    ask('POST /config/sync', { id: 'hf-one', ...both, 'remote-ns': 'home/tier-1' });
    ask('POST /config/sync', { id: 'hf-two', ...both, 'remote-ns': 'home/tier-2', 'remove-vanished': '1' });
    ask('POST /admin/sync/hf-one/run');
    ask('POST /admin/sync/hf-two/run');
    expect(Object.keys(pbs.datastores['vault']!.namespaces['']!.groups)).toEqual(['vm/102']);
    expect(pbs.jobRuns['sync:hf-two']!.status).toBe('OK');
  });

  test('deleting a group with one protected snapshot is refused, and has deleted all the others', () => {
    daily(3).snapshots[1]!.protected = true;
    const reply = ask('DELETE /admin/datastore/main/groups', { ...GROUP, ns: 'home/tier-1' });
    expect([reply.status, reply.body]).toEqual([400, 'group only partially deleted due to protected snapshots']);
    expect(group().snapshots.map(({ protected: kept }) => kept)).toEqual([true]);
  });

  test('below a namespace that is not there the list names it', () => {
    expect(ask('GET /admin/datastore/main/namespace', { parent: 'nope' }).data).toEqual([{ ns: 'nope' }]);
  });

  test('a task that never was is stopped; one that wrote a line after its last is unknown, though the list says why it failed', () => {
    const never = 'UPID:pbs1:00000BE1:0001E8B1:00009999:6B042CC0:prunejob:main:root@pam!lab:';
    expect(ask(`GET /nodes/localhost/tasks/${encodeURIComponent(never)}/status`).data).toMatchObject({
      status: 'stopped',
      exitstatus: 'unknown',
    });
    const opened = openBackup(world, pbs, { authId: 'root@pam!lab', store: 'main', ns: 'home/tier-1', type: 'vm', id: '101', time: NOW });
    if (!opened.ok) throw new Error(opened.error);
    abortBackup(world, pbs, opened.upid);
    expect(ask(`GET /nodes/localhost/tasks/${encodeURIComponent(opened.upid)}/status`).data).toMatchObject({ exitstatus: 'unknown' });
    expect(ask('GET /nodes/localhost/tasks').data).toMatchObject([{ status: 'connection error: connection reset' }]);
    expect(Object.keys(pbs.datastores['main']!.namespaces['home/tier-1']!.groups)).toEqual([]);
  });

  test('accepted, though they can never do what they say', () => {
    for (const [id, job] of Object.entries({
      'hf-bad': { store: 'main', schedule: '25:00' },
      'hf-never': { store: 'main', schedule: '2-31 00:00' },
      'hf-none': { store: 'nope', schedule: 'daily' },
      'hf-ns': { store: 'main', ns: 'missing', schedule: 'daily' },
    })) {
      expect(ask('POST /config/prune', { id, ...job }).status).toBe(200);
    }
    const rows = ask('GET /admin/prune').data as { id: string; 'next-run'?: number }[];
    const next = Object.fromEntries(rows.map((row) => [row.id, row['next-run']]));
    expect(next['hf-never']).toBeUndefined();
    expect(new Date(next['hf-bad']! * 1000).getUTCMinutes()).toBe(25);
  });
});

describe('rights', () => {
  beforeEach(() => {
    pbs.access.users['audit@pbs'] = { enabled: true, tokens: { one: { secret: 'x', separate: true } } };
  });

  test('a token and its user both need the right; until then lists are empty and 200; and it works five seconds later', () => {
    const audit = pbsCaller(world, 'audit@pbs!one');
    ask('PUT /access/acl', { path: '/', role: 'Audit', 'auth-id': 'audit@pbs!one' });
    advance(6);
    expect(audit('GET /admin/datastore')).toMatchObject({ status: 200, data: [] });
    expect(audit('GET /access/permissions')).toMatchObject({ status: 200, data: {} });
    expect(audit('GET /admin/datastore/main/status').status).toBe(403);
    ask('PUT /access/acl', { path: '/', role: 'Audit', 'auth-id': 'audit@pbs' });
    expect(audit('GET /admin/datastore/main/status').status).toBe(403);
    advance(6);
    expect(audit('GET /admin/datastore/main/status').status).toBe(200);
  });

  /** status, groups, jobs, gc, remotes, verify, protect, namespace, prune job, collect: the status, or how many rows a 200 had. */
  const TABLE = {
    Audit: [200, '1 row', '1 row', 200, 'no row', 403, 403, 403, 400, 403],
    DatastoreAudit: [200, '1 row', '1 row', 200, 'no row', 403, 403, 403, 400, 403],
    DatastoreReader: [200, '1 row', '1 row', 200, 'no row', 200, 403, 403, 400, 403],
    DatastoreBackup: [200, 'no row', 'no row', 403, 'no row', 200, 400, 403, 400, 403],
    DatastorePowerUser: [200, 'no row', 'no row', 403, 'no row', 200, 400, 403, 400, 403],
    DatastoreAdmin: [200, '1 row', '1 row', 200, 'no row', 200, 200, 200, 200, 200],
  } as const;

  test.each(Object.entries(TABLE))('%s may', (role, expected) => {
    daily(1);
    const path = role === 'Audit' ? '/' : '/datastore';
    for (const authId of ['audit@pbs', 'audit@pbs!one']) pbs.access.acl.push({ path, authId, role, propagate: true });
    ask('POST /config/prune', { id: 'hf-one', store: 'main', schedule: 'daily' });
    ask('POST /config/remote', { name: 'vault', host: 'vault.lab', 'auth-id': 'root@pam!lab', password: 'x' });
    const audit = pbsCaller(world, 'audit@pbs!one');
    const rows = ({ status, data }: ReturnType<Ask>) => (status === 200 ? ((data as unknown[]).length === 0 ? 'no row' : '1 row') : status);
    const ns = { ns: 'home/tier-1' };
    expect([
      audit('GET /admin/datastore/main/status').status,
      rows(audit('GET /admin/datastore/main/groups', ns)),
      rows(audit('GET /admin/prune')),
      audit('GET /admin/datastore/main/gc').status,
      rows(audit('GET /config/remote')),
      audit('POST /admin/datastore/main/verify', ns).status,
      audit('PUT /admin/datastore/main/protected', { ...GROUP, ...ns, 'backup-time': String(NOW - DAY), protected: '1' }).status,
      audit('POST /admin/datastore/main/namespace', { name: 'x' }).status,
      audit('POST /config/prune', { id: 'hf-x', store: 'main', schedule: 'daily' }).status,
      audit('POST /admin/datastore/main/gc').status,
    ]).toEqual(expected);
  });
});

describe('time', () => {
  test('a prune job runs at its second, and again; the last state stands in its row', () => {
    daily(10);
    ask('POST /config/prune', { id: 'hf-tier-1', store: 'main', ns: 'home/tier-1', schedule: '06:30', 'keep-daily': '3' });
    advance(DAY);
    const [row] = ask('GET /admin/prune').data as Record<string, number | string>[];
    expect([row!['last-run-state'], row!['last-run-endtime']]).toEqual(['OK', Date.UTC(2026, 10, 26, 5, 30, 1) / 1000]);
    expect(group().snapshots).toHaveLength(3);
    expect(logOf(row!['last-run-upid'])).toContain("task triggered by schedule '06:30'");
    // Its task is named after the place, not after the job.
    expect(row!['last-run-upid']).toContain(':prunejob:main');
    expect(row!['last-run-upid']).not.toContain('hf-tier-1:');
    advance(2 * DAY);
    expect(pbs.tasks.map(({ startedAt }) => startedAt)).toEqual([26, 27, 28].map((day) => Date.UTC(2026, 10, day, 5, 30) / 1000));
  });

  test('collection right after a prune frees nothing; a day and five minutes later it does', () => {
    daily(10);
    for (const snapshot of group().snapshots) snapshot.arrivedAt = NOW;
    ask('POST /admin/datastore/main/prune', { ...GROUP, ns: 'home/tier-1', 'keep-last': '1' });
    ask('POST /admin/datastore/main/gc');
    expect(ask('GET /admin/datastore/main/gc').data).toMatchObject({ 'removed-bytes': 0 });
    expect(pbs.datastores['main']!.gc['pending-bytes']).toBeGreaterThan(0);
    advance(DAY + 301);
    ask('POST /admin/datastore/main/gc');
    expect(pbs.datastores['main']!.gc['removed-bytes']).toBeGreaterThan(0);
    expect(pbs.datastores['main']!.gc['pending-bytes']).toBe(0);
  });

  test('a full datastore fails the client, and the server only says that the backup was not finished', () => {
    pbs.datastores['main']!.otherBytes = pbs.datastores['main']!.totalBytes - 10;
    const opened = openBackup(world, pbs, { authId: 'root@pam!lab', store: 'main', ns: 'home/tier-1', type: 'vm', id: '101', time: NOW });
    const done = opened.ok ? finishBackup(world, pbs, opened.upid, { files: FILES, newBytes: 2 ** 20 }) : opened;
    expect(done).toMatchObject({ ok: false, error: expect.stringContaining('No space left on device') as string });
    expect(pbs.tasks.at(-1)!.status).toBe('backup ended but finished state is not set.');
  });

  test('a year of nightly prune, verify and collection takes seconds', () => {
    daily(30);
    pbs.datastores['main']!.config['gc-schedule'] = 'sat 18:15';
    ask('POST /config/prune', { id: 'hf-prune', store: 'main', schedule: '06:30', 'keep-daily': '30' });
    ask('POST /config/verify', { id: 'hf-verify', store: 'main', schedule: '07:00', 'outdated-after': '30' });
    const begun = process.threadCpuUsage();
    advance(365 * DAY);
    expect(pbs.tasks.length).toBeGreaterThan(700);
    expect(process.threadCpuUsage(begun).user / 1e6).toBeLessThan(15);
  });
});

test('a stale digest is refused, a right one is not', () => {
  ask('POST /config/prune', { id: 'hf-one', store: 'main', schedule: 'daily' });
  const { digest = '' } = ask('GET /config/prune/hf-one');
  expect(ask('PUT /config/prune/hf-one', { 'keep-last': '3', digest: '0'.repeat(64) }).body).toBe(
    'detected modified configuration - file changed by other user? Try again.',
  );
  expect(ask('PUT /config/prune/hf-one', { 'keep-last': '3', digest }).status).toBe(200);
});

test('lists come in no order', () => {
  for (let id = 0; id < 10; id += 1) ask('POST /config/prune', { id: `hf-${id}`, store: 'main', schedule: 'daily' });
  const orders = Array.from({ length: 3 }, () => (ask('GET /config/prune').data as { id: string }[]).map(({ id }) => id).join(' '));
  expect(new Set(orders).size).toBeGreaterThan(1);
});

test('asking changes nothing', () => {
  daily(3);
  const before = JSON.stringify(world);
  for (const path of ['/admin/datastore', '/status/datastore-usage', '/admin/prune', '/config/sync', '/nodes/x/tasks', '/admin/gc'])
    ask(`GET ${path}`);
  ask('GET /admin/datastore/main/snapshots', { ns: 'home/tier-1' });
  ask('POST /admin/datastore/main/prune', { ...GROUP, ns: 'home/tier-1', 'keep-last': '1', 'dry-run': '1' });
  expect(JSON.stringify(world)).toBe(before);
});
