import { afterAll, beforeAll, expect, test } from 'vitest';
import { addNamespace } from '../pbs/state.ts';
import { startLab, type Lab } from '../lab.ts';
import { grant, secretOf, TOKENS } from '../scenarios/access.ts';
import { caller, type Ask } from './testing.ts';

let lab: Lab;
let ask: Ask;
beforeAll(async () => {
  lab = await startLab({ scenario: 'adr-005' });
  ask = caller(lab);
  for (const tier of [1, 2, 3, 4]) addNamespace(lab.world.pbs['pbs']!.datastores['main']!, `home/tier-${tier}`);
});
afterAll(() => lab.close());

const backupLogin = () => ({
  type: 'pbs',
  server: 'pbs.lan',
  datastore: 'main',
  username: TOKENS.backup,
  password: secretOf(lab.world.pbs['pbs']!.access, TOKENS.backup),
  fingerprint: lab.pbs.fingerprint,
});

test('pools: a member twice, a second pool, a guest that is not there, a parent that is not there', () => {
  expect(ask('POST /pools', { poolid: 'tier-1' })).toEqual({ status: 200, data: null });
  expect(ask('PUT /pools', { poolid: 'tier-1', vms: '101,102' }).status).toBe(200);
  expect(ask('PUT /pools', { poolid: 'tier-1', vms: '101' })).toMatchObject({
    status: 500,
    message: 'update pools failed: VM 101 is already a pool member\n',
  });
  ask('POST /pools', { poolid: 'tier-2' });
  expect(ask('PUT /pools', { poolid: 'tier-2', vms: '101' }).message).toContain(
    "belongs already to pool 'tier-1' and 'allow-move' is not set",
  );
  expect(ask('PUT /pools', { poolid: 'tier-2', vms: '101', 'allow-move': '1' }).status).toBe(200);
  expect(ask('PUT /pools', { poolid: 'tier-1', vms: '101', 'allow-move': '1' }).status).toBe(200);
  expect(ask('PUT /pools', { poolid: 'tier-2', vms: '999' }).status).toBe(200);
  expect(ask('POST /pools', { poolid: 'no/parent' }).message).toContain("parent 'no' of pool 'no/parent' does not exist");
  expect(ask('POST /pools', { poolid: 'a b' })).toMatchObject({ status: 403, message: 'Permission check failed (, Pool.Allocate)\n' });
});

test('storages of type pbs: fingerprint and datastore are tried, the namespace is not, a generated key is answered once', () => {
  expect(ask('POST /storage', { storage: 'pbs-tier-1', namespace: 'home/tier-1', ...backupLogin() })).toEqual({
    status: 200,
    data: { storage: 'pbs-tier-1', type: 'pbs', config: {} },
  });
  expect(ask('POST /storage', { storage: 'pbs-ns', namespace: 'home/nowhere', ...backupLogin() }).status).toBe(200);
  expect(ask('GET /nodes/pve1/storage/pbs-ns/content').message).toBe('error listing snapshots - 400 Bad Request\n');
  expect(ask('DELETE /storage/pbs-ns').status).toBe(200);
  const refused = (changed: Record<string, string>) => ask('POST /storage', { storage: 'pbs-bad', ...backupLogin(), ...changed }).message;
  expect(refused({ datastore: 'nope' })).toBe(
    "create storage failed: pbs-bad: Cannot find datastore 'nope', check permissions and existence!\n",
  );
  expect(refused({ password: 'wrong' })).toBe('create storage failed: pbs-bad: error fetching datastores - 401 Unauthorized\n');
  expect(refused({ fingerprint: `00${':00'.repeat(31)}` })).toMatch(/error fetching datastores - fingerprint '.*' not verified, abort!/);
  const made = ask('POST /storage', { storage: 'pbs-key', namespace: 'home/tier-2', 'encryption-key': 'autogen', ...backupLogin() });
  const key = JSON.parse((made.data as { config: Record<string, string> }).config['encryption-key']!) as {
    data: string;
    fingerprint: string;
  };
  expect(JSON.stringify(ask('GET /storage').data)).toContain(key.fingerprint);
  expect(JSON.stringify(ask('GET /storage').data)).not.toContain(key.data);
});

test('jobs: what is refused, what is accepted and should not be, what a change replaces', () => {
  const create = (job: Record<string, string>) =>
    ask('POST /cluster/backup', { id: 'odd', storage: 'pbs-tier-1', schedule: '02:00', ...job });
  expect(create({ pool: 'nope' })).toMatchObject({ status: 403, message: "Permission check failed (pool 'nope' does not exist)\n" });
  expect(create({ pool: 'tier-1', vmid: '101' })).toMatchObject({
    status: 500,
    message: "400 Parameter verification failed.\npool: option conflicts with option 'vmid'\n",
  });
  expect(create({}).message).toBe('400 Parameter verification failed.\nvmid: property is missing\n');
  expect(create({ pool: 'tier-1', schedule: 'never' })).toMatchObject({ status: 400 });
  expect(create({ pool: 'tier-1', colour: 'red' })).toMatchObject({
    status: 400,
    errors: { colour: expect.stringContaining('not defined in schema') },
  });
  expect(create({ pool: 'tier-1', storage: 'nope', 'prune-backups': 'keep-last=0' }).status).toBe(200);
  const odd = () => ask('GET /cluster/backup/odd').data as Record<string, unknown>;
  expect(odd()).toMatchObject({ storage: 'nope', 'prune-backups': { 'keep-all': 1 } });
  expect(ask('PUT /cluster/backup/odd', { digest: '00', schedule: '03:00' }).status).toBe(400);
  const template = { 'notes-template': '{{guestname}}' };
  expect(ask('PUT /cluster/backup/odd', template)).toMatchObject({
    status: 400,
    errors: { storage: "missing property required by 'notes-template'" },
  });
  expect(ask('PUT /cluster/backup/odd', { ...template, storage: 'nope' }).status).toBe(200);
  ask('PUT /cluster/backup/odd', { vmid: '101', enabled: '0' });
  expect(odd()).not.toHaveProperty('pool');
  const row = (ask('GET /cluster/backup').data as Record<string, unknown>[]).find(({ id }) => id === 'odd');
  expect(row).toMatchObject({ enabled: 0, 'next-run': expect.any(Number) });
  expect(ask('DELETE /cluster/backup/odd').status).toBe(200);
  expect(ask('GET /cluster/backup/odd')).toMatchObject({ status: 400, errors: { id: "No such job 'odd'" } });
});

test('not-backed-up is content with a disabled job and with a guest whose disks are all left out', () => {
  const names = () => (ask('GET /cluster/backup-info/not-backed-up').data as { name: string }[]).map(({ name }) => name);
  expect(names()).toContain('sandbox');
  ask('POST /cluster/backup', { id: 'green', vmid: '104,1001', schedule: '02:00', storage: 'pbs-tier-1', enabled: '0' });
  expect(names()).not.toContain('sandbox');
  expect(names()).not.toContain('postgres-data');
  ask('DELETE /cluster/backup/green');
});

test('an audit token sees the guests, and no content of a backup storage, without a word about it', () => {
  const asAudit = caller(lab, TOKENS.pveAudit);
  expect((asAudit('GET /cluster/resources', { type: 'vm' }).data as unknown[]).length).toBe(8);
  expect(asAudit('GET /nodes/pve1/storage/pbs-tier-1/content')).toEqual({ status: 200, data: [] });
  expect(asAudit('POST /cluster/backup', { id: 'x1', pool: 'tier-1', schedule: '02:00' })).toMatchObject({
    status: 403,
    message: 'Permission check failed (/, Sys.Modify)\n',
  });
  expect(asAudit('POST /pools', { poolid: 'x1' }).message).toBe('Permission check failed (/pool/x1, Pool.Allocate)\n');
  expect(asAudit('POST /nodes/pve1/vzdump', { vmid: '101', storage: 'pbs-tier-1' }).message).toBe(
    'Permission check failed (/storage/pbs-tier-1, Datastore.AllocateSpace)\n',
  );
});

test('a scheduled run: snapshots on PBS, guests in order of their ids, a bitmap from the second night on', () => {
  ask('POST /cluster/backup', {
    id: 'hf-tier-1',
    pool: 'tier-1',
    storage: 'pbs-tier-1',
    schedule: '02:00',
    'notes-template': '{{guestname}} {{cluster}}',
  });
  lab.advance(2 * 86_400);
  const tasks = ask('GET /nodes/pve1/tasks', { typefilter: 'vzdump' }).data as { upid: string; status: string; id: string; user: string }[];
  expect(tasks.map(({ status, id, user }) => ({ status, id, user }))).toEqual([
    { status: 'OK', id: '', user: 'root@pam' },
    { status: 'OK', id: '', user: 'root@pam' },
  ]);
  const log = (ask(`GET /nodes/pve1/tasks/${encodeURIComponent(tasks[0]!.upid)}/log`, { limit: '0' }).data as { t: string }[]).map(
    ({ t }) => t,
  );
  expect(
    log.filter((line) => /Starting Backup|dirty-bitmap status/.test(line)).map((line) => line.replace(/\(.* dirty\)/, '(… dirty)')),
  ).toEqual([
    'INFO: Starting Backup of VM 101 (qemu)',
    'INFO: scsi0: dirty-bitmap status: OK (… dirty)',
    'INFO: scsi1: dirty-bitmap status: OK (… dirty)',
    'INFO: Starting Backup of VM 102 (qemu)',
    'INFO: scsi0: dirty-bitmap status: OK (… dirty)',
    'INFO: scsi1: dirty-bitmap status: OK (… dirty)',
  ]);
  const groups = lab.world.pbs['pbs']!.datastores['main']!.namespaces['home/tier-1']!.groups;
  expect(Object.keys(groups)).toEqual(['vm/101', 'vm/102']);
  expect(groups['vm/101']).toMatchObject({
    owner: TOKENS.backup,
    snapshots: [{ notes: 'postgres standalone node', state: 'finished' }, {}],
  });
});

test('log lines are counted from 0 by start and from 1 by n; limit 0 is all lines, but no tasks', () => {
  const [task] = ask('GET /nodes/pve1/tasks').data as { upid: string }[];
  const path = `GET /nodes/pve1/tasks/${encodeURIComponent(task!.upid)}/log`;
  expect((ask(path, { start: '2', limit: '2' }).data as { n: number }[]).map(({ n }) => n)).toEqual([3, 4]);
  expect(ask('GET /nodes/pve1/tasks', { limit: '0' }).data).toEqual([]);
  expect(ask('GET /nodes/pve1/tasks/UPID:nonsense/status')).toMatchObject({ status: 400, errors: { upid: 'unable to parse worker upid' } });
});

test('a run of nothing answers OK in place of a task', () => {
  ask('POST /pools', { poolid: 'nobody' });
  expect(ask('POST /nodes/pve1/vzdump', { pool: 'nobody', storage: 'pbs-tier-1' }).data).toBe('OK');
});

test('a run that is under way: an unfinished snapshot, a locked guest, a second run that waits for the node', () => {
  lab.world.settings.manualTasks = 'timed';
  const guests = lab.world.pve['pve']!.guests;
  const group = () => lab.world.pbs['pbs']!.datastores['main']!.namespaces['home/tier-2']!.groups['vm/103'];
  const upid = ask('POST /nodes/pve1/vzdump', { vmid: '103', storage: 'pbs-key' }).data as string;
  const second = ask('POST /nodes/pve1/vzdump', { vmid: '104', storage: 'pbs-key' }).data as string;
  expect(group()?.snapshots).toMatchObject([{ state: 'running', files: [] }]);
  expect(guests[103]!.config['lock']).toBe('backup');
  expect((ask('GET /nodes/pve1/tasks', { source: 'active' }).data as { status: string }[]).map(({ status }) => status)).toEqual([
    'RUNNING',
    'RUNNING',
  ]);
  expect(lab.world.pve['pve']!.tasks.find((task) => task.upid === second)!.log).toEqual(['INFO: trying to get global lock - waiting...']);
  lab.advance(4 * 3600);
  expect(lab.world.pve['pve']!.tasks.find((task) => task.upid === upid)).toMatchObject({ status: 'OK' });
  expect(group()?.snapshots).toMatchObject([{ state: 'finished', fingerprint: expect.stringMatching(/^([0-9a-f]{2}:){31}/) }]);
  expect(guests[103]!.config).not.toHaveProperty('lock');
  expect(lab.world.pve['pve']!.tasks.find((task) => task.upid === second)).toMatchObject({
    status: 'OK',
    log: expect.arrayContaining(['INFO: got global lock']),
  });
});

test('failures: a locked guest, one that is not there, a PBS that is down, a datastore without room', () => {
  const run = (vmid: string) => {
    const upid = ask('POST /nodes/pve1/vzdump', { vmid, storage: 'pbs-tier-1' }).data as string;
    lab.advance(4 * 3600);
    return lab.world.pve['pve']!.tasks.find((task) => task.upid === upid)!;
  };
  const { guests } = lab.world.pve['pve']!;
  guests[103]!.config['lock'] = 'snapshot';
  expect(run('103')).toMatchObject({
    status: 'job errors',
    log: expect.arrayContaining(['ERROR: Backup of VM 103 failed - VM is locked (snapshot)']),
  });
  delete guests[103]!.config['lock'];
  expect(run('104,999').log).toContain("ERROR: Backup of VM 999 failed - unable to find VM '999'");
  lab.world.faults.push({ server: 'pbs', call: '', times: 1e9, kind: 'refused' });
  expect(run('103').status).toBe(
    "could not activate storage 'pbs-tier-1': pbs-tier-1: error fetching datastores - 500 Can't connect to pbs.lan:8007 (Connection refused)",
  );
  lab.world.faults.length = 0;
  const datastore = lab.world.pbs['pbs']!.datastores['main']!;
  datastore.otherBytes = datastore.totalBytes;
  expect(run('103')).toMatchObject({
    status: 'job errors',
    log: expect.arrayContaining([expect.stringContaining('No space left on device (os error 28)')]),
  });
  datastore.otherBytes = 2 ** 30;
  expect(guests[103]!.config).not.toHaveProperty('lock');
});

test('PVE prunes with its own login: not allowed, the guest counts as failed and its backup is there all the same', () => {
  const points = () => lab.world.pbs['pbs']!.datastores['main']!.namespaces['home/tier-1']!.groups['vm/102']!.snapshots.length;
  const run = () => {
    const upid = ask('POST /nodes/pve1/vzdump', { vmid: '102', storage: 'pbs-tier-1', 'prune-backups': 'keep-last=1' }).data as string;
    lab.advance(4 * 3600);
    return lab.world.pve['pve']!.tasks.find((task) => task.upid === upid)!;
  };
  ask('PUT /cluster/backup/hf-tier-1', { enabled: '0' });
  const before = points();
  expect(run()).toMatchObject({
    status: 'job errors',
    log: expect.arrayContaining(['ERROR: Backup of VM 102 failed - error pruning backups - check log']),
  });
  expect(points()).toBe(before + 1);
  for (const authId of ['pve@pbs', TOKENS.backup])
    grant(lab.world.pbs['pbs']!.access, authId, 'DatastorePowerUser', '/datastore/main/home');
  expect(run()).toMatchObject({
    status: 'OK',
    log: expect.arrayContaining([`INFO: pruned ${before + 1} backup(s) not covered by keep-retention policy`]),
  });
  expect(points()).toBe(1);
});

test('a node that goes down: its run ends in the middle, its guest stays locked, and what it missed is made up for when it is back', async () => {
  const other = await startLab({ scenario: 'two-sites' });
  const pve = other.world.pve['office']!;
  pve.jobs['hf-tier-1']!.config['bwlimit'] = 1;
  other.advance(3 * 3600 + 30);
  expect(pve.guests[101]!.config['lock']).toBe('backup');
  pve.nodes['office1']!.online = false;
  other.advance(2 * 86_400);
  expect(pve.tasks.at(-1)).toMatchObject({ status: 'unexpected status' });
  expect(pve.tasks.at(-1)!.log.at(-1)).not.toContain('TASK');
  expect(pve.guests[101]!.config['lock']).toBe('backup');
  delete pve.guests[101]!.config['lock'];
  pve.nodes['office1']!.online = true;
  const before = pve.taskCount;
  other.advance(60);
  expect(pve.taskCount).toBe(before + 1);
  await other.close();
});

test('false greens: a backup without a disk, and the stopped holder of a disk that another guest writes to', () => {
  const run = (vmid: string) => {
    const upid = ask('POST /nodes/pve1/vzdump', { vmid, storage: 'pbs-tier-1' }).data as string;
    lab.advance(4 * 3600);
    return lab.world.pve['pve']!.tasks.find((task) => task.upid === upid)!;
  };
  expect(run('1001')).toMatchObject({
    status: 'OK',
    log: expect.arrayContaining(['INFO: backup contains no disks', 'INFO: Backup job finished successfully']),
  });
  lab.world.pve['pve']!.guests[1004]!.config['scsi0'] = 'zfs-longhorn:vm-1004-disk-0,size=50G';
  expect(run('1004')).toMatchObject({
    status: 'OK',
    log: expect.arrayContaining(['INFO: status = stopped', 'INFO: backup mode: stop', 'INFO: stopping kvm after backup task']),
  });
});

test('two years of nights take seconds, and each is like the other', async () => {
  const began = process.threadCpuUsage();
  const worlds: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const other = await startLab({ scenario: 'adr-005' });
    addNamespace(other.world.pbs['pbs']!.datastores['main']!, 'home/tier-1');
    const asRoot = caller(other);
    asRoot('POST /storage', { storage: 'pbs-tier-1', namespace: 'home/tier-1', ...backupLogin(), fingerprint: other.pbs.fingerprint });
    asRoot('POST /cluster/backup', { id: 'nightly', vmid: '101,102,103,104', storage: 'pbs-tier-1', schedule: '02:00' });
    other.advance(365 * 86_400);
    worlds.push(JSON.stringify({ datastores: other.world.pbs['pbs']!.datastores, guests: other.world.pve['pve']!.guests }));
    await other.close();
  }
  expect(worlds[0]).toBe(worlds[1]);
  expect(process.threadCpuUsage(began).user / 1e6).toBeLessThan(20);
});
