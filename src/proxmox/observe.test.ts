import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startLab, type Lab } from '#lab/lab.ts';
import { makeNode, makePve, addGuest } from '#lab/pve/make.ts';
import { shortTask } from '#lab/pve/tasks.ts';
import { addDatastore, addGroup, addNamespace, addSnapshot, makePbs, manifestFiles } from '#lab/pbs/state.ts';
import { grant, pbsAccess, pveAccess, TOKENS } from '#lab/scenarios/access.ts';
import { emptyWorld, type World } from '#lab/world.ts';
import type { Actual, BackupGroup, Observed } from '#core/world/actual.ts';
import type { Proxmox } from '#app/ports.ts';
import type { Site } from '#core/policy/policy.ts';
import { connectSite, type SiteOptions } from './site.ts';

const NOW = Date.UTC(2026, 10, 25) / 1000;
const DAY = 86_400;
const DISK = manifestFiles([{ filename: 'drive-scsi0.img.fidx', size: 2 ** 30 }]);

/** Two guests with three points each in `home/tier-1`, and the tokens of a scenario. */
function smallWorld(): World {
  const world = emptyWorld(NOW);
  const pve = makePve({ now: NOW, access: pveAccess(), node: 'pve1' });
  for (const vmid of [101, 102])
    addGuest(pve, NOW, { vmid, name: `guest-${vmid}`, disks: { scsi0: `local-zfs:vm-${vmid}-disk-0,size=1G` }, pool: 'tier-1' });
  world.pve['pve'] = pve;
  const pbs = makePbs({ now: NOW, access: pbsAccess('main', 'home') });
  const namespace = addNamespace(addDatastore(pbs, 'main'), 'home/tier-1');
  for (const id of ['101', '102']) {
    const group = addGroup(namespace, { type: 'vm', id, owner: TOKENS.backup });
    for (const day of [3, 2, 1]) addSnapshot(group, { time: NOW - day * DAY, files: DISK });
  }
  world.pbs['pbs'] = pbs;
  return world;
}

let lab: Lab;
let proxmox: Proxmox;
let calls: string[] = [];

type Tokens = { readonly pve?: string; readonly pbs?: string; readonly datastore?: string; readonly namespace?: string };
let tokens: Tokens = {};

async function open(world: World, given: Tokens = {}): Promise<void> {
  [lab, tokens, calls] = [await startLab({ scenario: world }), given, []];
  proxmox = connectSite(site(), options());
}

function site(): Site {
  const { datastore = 'main', namespace = 'home' } = tokens;
  return {
    name: 'home',
    timeZone: 'Europe/Vienna',
    places: 'holdfast',
    pve: { urls: [lab.pve.url], fingerprint: lab.pve.fingerprint, token: 'env:PVE' },
    pbs: [{ name: 'pbs', urls: [lab.pbs.url], fingerprint: lab.pbs.fingerprint, token: 'env:PBS', datastore, namespace }],
  };
}

function options(): SiteOptions {
  const secrets: Readonly<Record<string, string>> = {
    'env:PVE': lab.pve.tokens[tokens.pve ?? TOKENS.pveAudit]!,
    'env:PBS': lab.pbs.tokens[tokens.pbs ?? TOKENS.pbsAudit]!,
  };
  return {
    now: () => lab.world.now,
    readSecret: async (ref) => ({ secret: secrets[ref]! }),
    http: { limits: { retries: 0 }, onCall: ({ method, path }) => void calls.push(`${method} ${path}`) },
  };
}

async function close(): Promise<void> {
  await proxmox.close();
  await lab.close();
}

function value<T>(part: Observed<T>): T {
  if (!part.known) throw new Error(`${part.unknown.what} is unknown: ${part.unknown.because}`);
  return part.value;
}

function groupsOf(actual: Actual, namespace = 'home/tier-1'): readonly BackupGroup[] {
  return value(actual.pbs[0]!.namespaces.find((one) => one.namespace === namespace)!.groups);
}

function pbsState(): World['pbs'][string] {
  return lab.world.pbs['pbs']!;
}

function snapshotsOf(
  id: string,
): (typeof lab.world.pbs)[string]['datastores'][string]['namespaces'][string]['groups'][string]['snapshots'] {
  return pbsState().datastores['main']!.namespaces['home/tier-1']!.groups[`vm/${id}`]!.snapshots;
}

describe('observe', () => {
  beforeEach(() => open(smallWorld()));
  afterEach(close);

  test('a whole site with an audit token: every part known and complete', async () => {
    const { pve, pbs } = await proxmox.observe();
    const { name, namespaces, ...rest } = pbs[0]!;
    expect(name).toBe('pbs');
    const parts: Readonly<Record<string, Observed<unknown>>> = { ...pve, ...rest };
    for (const [name, part] of Object.entries(parts))
      expect([name, part.known && part.complete, part.known ? part.gaps : part.unknown]).toEqual([name, true, []]);
    for (const { groups } of namespaces) expect(groups.known && groups.complete).toBe(true);
  });

  test('the servers list in no order: two looks are the same', async () => {
    const first = await proxmox.observe();
    expect(await proxmox.observe()).toEqual(first);
  });

  test('a group counts its running backup: the snapshot has no size and is no recovery point', async () => {
    snapshotsOf('101').push({ time: NOW - 60, state: 'running', files: [], protected: false, newBytes: 0 });
    const group = groupsOf(await proxmox.observe())[0]!;
    expect(group.backupCount).toBe(4);
    expect(group.snapshots.at(-1)).toMatchObject({ at: NOW - 60, files: [], encryption: 'unknown' });
    expect(group.snapshots.at(-1)!.sizeBytes).toBeUndefined();
  });

  test('points come from PBS: the content of a storage, which PVE shows empty to who may not look, is never asked', async () => {
    expect(groupsOf(await proxmox.observe())).toHaveLength(2);
    expect(calls.filter((call) => /\/content/.test(call))).toEqual([]);
  });

  test('a leftover and a broken manifest have no size either', async () => {
    const [leftover, broken] = snapshotsOf('101');
    leftover!.state = 'leftover';
    broken!.state = 'broken';
    expect(groupsOf(await proxmox.observe())[0]!.snapshots.map(({ sizeBytes }) => sizeBytes === undefined)).toEqual([true, true, false]);
  });

  test('a namespace that does not exist is missing, although its own listing would name it', async () => {
    await close();
    await open(smallWorld(), { namespace: 'other' });
    const places = (await proxmox.observe()).pbs[0]!.namespaces;
    expect(places.map(({ namespace, groups }) => [namespace, groups.known ? 'known' : groups.unknown.kind])).toEqual([
      ['other', 'missing'],
    ]);
  });

  test('a datastore that does not exist is missing', async () => {
    await close();
    await open(smallWorld(), { datastore: 'nope' });
    const { datastores, namespaces } = (await proxmox.observe()).pbs[0]!;
    expect(datastores.known && datastores.gaps).toMatchObject([{ what: 'datastore nope', kind: 'missing' }]);
    expect(namespaces).toMatchObject([{ datastore: 'nope', groups: { known: false, unknown: { kind: 'missing' } } }]);
  });

  test('a mixed group shows the encryption of each point, from its archives alone', async () => {
    const [one, two] = snapshotsOf('101');
    one!.files = [
      ...manifestFiles([{ filename: 'drive-scsi0.img.fidx', size: 1 }], 'encrypt').slice(0, 1),
      ...manifestFiles([], 'sign-only'),
    ];
    two!.files = manifestFiles([{ filename: 'drive-scsi0.img.fidx', size: 1 }], 'sign-only');
    expect(groupsOf(await proxmox.observe())[0]!.snapshots.map(({ encryption }) => encryption)).toEqual(['encrypted', 'signed', 'none']);
  });

  test('a verification carries the task that set it and when that began', async () => {
    const upid = 'UPID:elsewhere:00000BE1:0001E8B1:0000004E:6B042C81:verificationjob:main\\x3ahf\\x2dhand:root@pam:';
    snapshotsOf('101')[0]!.verification = { upid, state: 'failed' };
    expect(groupsOf(await proxmox.observe())[0]!.snapshots[0]!.verification).toEqual({ upid, state: 'failed', at: 1_795_435_649 });
  });

  test('an offline datastore answers 200 without figures: that is said', async () => {
    pbsState().datastores['main']!.config['maintenance-mode'] = 'type=offline,message="disk swap"';
    const { datastores, namespaces } = (await proxmox.observe()).pbs[0]!;
    expect(datastores.known && [datastores.complete, datastores.value[0]!.usage]).toEqual([false, undefined]);
    expect(namespaces.every(({ groups }) => !groups.known && groups.unknown.kind === 'down')).toBe(true);
  });

  test('one server that is down hides no part of the other', async () => {
    lab.world.faults.push({ server: 'pbs', call: '.*', times: 1000, kind: 'refused' });
    const { pve, pbs } = await proxmox.observe();
    expect(value(pve.guests)).toHaveLength(2);
    for (const part of [pbs[0]!.datastores, pbs[0]!.pruneJobs, pbs[0]!.tasks, pbs[0]!.node])
      expect(part.known ? 'known' : part.unknown.kind).toBe('unreachable');
  });

  test('a look that takes too long ends, and what was not read by then is unknown', async () => {
    lab.world.faults.push({ server: 'pbs', call: 'GET /admin/prune', times: 10, kind: 'hang' });
    await proxmox.close();
    proxmox = connectSite(site(), { ...options(), lookSeconds: 0.3 });
    const { pve, pbs } = await proxmox.observe();
    expect(value(pve.guests)).toHaveLength(2);
    expect(pbs[0]!.pruneJobs).toMatchObject({
      known: false,
      unknown: { kind: 'unreachable', because: expect.stringContaining('stopped') },
    });
  });

  test('one call that fails hides no other part', async () => {
    lab.world.faults.push({ server: 'pve', call: 'GET /storage$', times: 10, kind: { answer: { status: 596, body: '' } } });
    const { pve } = await proxmox.observe();
    expect([pve.guests.known, pve.storages.known, !pve.storages.known && pve.storages.unknown.kind]).toEqual([true, false, 'down']);
  });

  test('a guest whose configuration cannot be read is in the list, and is known not to be known', async () => {
    lab.world.faults.push({
      server: 'pve',
      call: 'GET /nodes/pve1/qemu/101/config',
      times: 10,
      kind: { answer: { status: 500, body: '{"message":"got timeout\\n"}' } },
    });
    const { guests } = (await proxmox.observe()).pve;
    expect(value(guests).map(({ vmid, configKnown }) => [vmid, configKnown])).toEqual([
      [101, false],
      [102, true],
    ]);
    expect(guests.known && guests.gaps).toMatchObject([{ what: 'configuration of guest 101' }]);
  });

  test('a guest that a task made or restored is new, though its configuration does not say so; a failed task made nothing', async () => {
    const task = (type: string, id: string, at: number, error?: string): void =>
      void shortTask(lab.world.pve['pve']!, { node: 'pve1', type, id, user: 'root@pam', at }, [], error);
    task('qmrestore', '101', NOW - 3600);
    task('qmcreate', '102', NOW - 3600, 'storage is full');
    task('qmclone', '102', NOW - 3600);
    task('vzdump', '102', NOW - 3600);
    const first = await proxmox.observe();
    expect(value(first.pve.guests).map(({ vmid, arrivedAt }) => [vmid, arrivedAt])).toEqual([
      [101, NOW - 3600],
      [102, undefined],
    ]);
    lab.advance(20 * DAY);
    expect(value((await proxmox.observe(first)).pve.guests)[0]).toMatchObject({ vmid: 101, arrivedAt: NOW - 3600 });
  });

  test('snapshots that cannot be listed make a namespace unknown, not empty', async () => {
    for (const id of ['101', '102'])
      for (let day = 4; day < 8; day++)
        addSnapshot(pbsState().datastores['main']!.namespaces['home/tier-1']!.groups[`vm/${id}`]!, { time: NOW - day * DAY, files: DISK });
    lab.world.faults.push({ server: 'pbs', call: 'GET /admin/datastore/main/snapshots', times: 1, kind: 'half-answer' });
    const { groups } = (await proxmox.observe()).pbs[0]!.namespaces.find(({ namespace }) => namespace === 'home/tier-1')!;
    expect(groups.known).toBe(false);
  });
});

describe('observe with too few rights', () => {
  afterEach(close);

  const withPbs = async (role: string | undefined, path: string): Promise<Actual> => {
    const world = smallWorld();
    const { access } = world.pbs['pbs']!;
    access.acl = access.acl.filter(({ authId }) => authId !== TOKENS.pbsAudit);
    if (role) grant(access, TOKENS.pbsAudit, role, path);
    await open(world);
    return proxmox.observe();
  };

  test('a PBS token without any right gets 200 and empty lists: unknown, with the right by name', async () => {
    const { datastores, pruneJobs, remotes, namespaces } = (await withPbs(undefined, '/')).pbs[0]!;
    expect(datastores).toMatchObject({ known: false, unknown: { kind: 'empty', privilege: 'Datastore.Audit', path: '/datastore' } });
    expect(pruneJobs).toMatchObject({ known: false, unknown: { privilege: 'Datastore.Audit' } });
    expect(remotes).toMatchObject({ known: false, unknown: { privilege: 'Remote.Audit', path: '/remote' } });
    expect(namespaces.every(({ groups }) => !groups.known)).toBe(true);
  });

  test('DatastoreBackup alone sees only its own groups: an empty list is unknown', async () => {
    const actual = await withPbs('DatastoreBackup', '/datastore/main');
    expect(actual.pbs[0]!.namespaces.find(({ namespace }) => namespace === 'home/tier-1')!.groups).toMatchObject({
      known: false,
      unknown: { kind: 'empty', privilege: 'Datastore.Audit', path: '/datastore/main/home/tier-1' },
    });
  });

  test('without RemoteAudit the sync jobs with a remote are missing from the list: incomplete', async () => {
    const { syncJobs, tasks } = (await withPbs('Audit', '/')).pbs[0]!;
    expect(syncJobs).toMatchObject({ known: true, complete: false, gaps: [{ privilege: 'Remote.Audit', path: '/remote' }] });
    expect(tasks.known && tasks.complete).toBe(true);
  });

  test('without Sys.Audit only own tasks are listed: incomplete', async () => {
    const { tasks } = (await withPbs('DatastoreAudit', '/datastore/main')).pbs[0]!;
    expect(tasks).toMatchObject({ known: true, complete: false, gaps: [{ privilege: 'Sys.Audit', path: '/system/tasks' }] });
  });

  test('a namespace from which the right was taken away is unknown, though the level above still has it', async () => {
    const world = smallWorld();
    grant(world.pbs['pbs']!.access, TOKENS.pbsAudit, 'NoAccess', '/datastore/main/home/tier-1');
    await open(world);
    const places = (await proxmox.observe()).pbs[0]!.namespaces;
    expect(places.find(({ namespace }) => namespace === 'home/tier-1')?.groups.known ?? false).toBe(false);
  });

  test('a PVE token without VM.Audit: no guests are listed, and none is believed to be all', async () => {
    const world = smallWorld();
    const { access } = world.pve['pve']!;
    access.acl = access.acl.filter(({ authId }) => authId !== TOKENS.pveAudit);
    await open(world);
    const { guests, storages, pools, backupJobs } = (await proxmox.observe()).pve;
    expect(guests).toMatchObject({ known: false, unknown: { kind: 'empty', privilege: 'VM.Audit', path: '/vms' } });
    expect(storages).toMatchObject({ known: false, unknown: { privilege: 'Datastore.Audit' } });
    expect(pools).toMatchObject({ known: false, unknown: { privilege: 'Pool.Audit' } });
    expect(backupJobs).toMatchObject({ known: false, unknown: { kind: 'forbidden', privilege: 'Sys.Audit', path: '/' } });
  });
});

describe('the second look', () => {
  beforeEach(() => open(smallWorld()));
  afterEach(close);

  test('sees a new point, a removed one, a changed owner and a finished one', async () => {
    const first = await proxmox.observe();
    addSnapshot(pbsState().datastores['main']!.namespaces['home/tier-1']!.groups['vm/101']!, { time: NOW - 60, files: DISK });
    snapshotsOf('102').shift();
    const second = await proxmox.observe(first);
    expect(groupsOf(second).map(({ snapshots }) => snapshots.length)).toEqual([4, 2]);
  });

  test('a group that vanished is gone', async () => {
    const first = await proxmox.observe();
    delete pbsState().datastores['main']!.namespaces['home/tier-1']!.groups['vm/102'];
    expect(groupsOf(await proxmox.observe(first)).map(({ id }) => id)).toEqual(['101']);
  });

  test('keeps what a group held when it cannot be listed now, with its age, and says so', async () => {
    const first = await proxmox.observe();
    addSnapshot(pbsState().datastores['main']!.namespaces['home/tier-1']!.groups['vm/101']!, { time: NOW - 60, files: DISK });
    lab.advance(600);
    lab.world.faults.push({ server: 'pbs', call: 'GET /admin/datastore/main/snapshots', times: 10, kind: 'half-answer' });
    const second = await proxmox.observe(first);
    expect(groupsOf(second)[0]).toMatchObject({ listedAt: first.asOf, snapshots: groupsOf(first)[0]!.snapshots });
    const place = second.pbs[0]!.namespaces.find(({ namespace }) => namespace === 'home/tier-1')!.groups;
    expect(place.known && place.gaps).toMatchObject([{ what: 'snapshots of main:home/tier-1', kind: 'unreachable' }]);
  });
});

describe('a fleet', () => {
  const GUESTS = 3000;
  beforeEach(() => {
    const world = emptyWorld(NOW);
    const pve = makePve({ now: NOW, access: pveAccess(), node: 'pve1' });
    pve.nodes['pve2'] = makeNode({ now: NOW, ip: '10.99.0.2' });
    const pbs = makePbs({ now: NOW, access: pbsAccess('main', 'home') });
    const store = addDatastore(pbs, 'main');
    for (let i = 0; i < GUESTS; i++) {
      const vmid = 1000 + i;
      addGuest(pve, NOW, {
        vmid,
        name: `g${vmid}`,
        node: i % 2 ? 'pve1' : 'pve2',
        disks: { scsi0: `local-zfs:vm-${vmid}-disk-0,size=1G` },
      });
      const group = addGroup(addNamespace(store, `home/tier-${1 + (i % 3)}`), { type: 'vm', id: String(vmid), owner: TOKENS.backup });
      for (const day of [2, 1]) addSnapshot(group, { time: NOW - day * DAY, files: DISK });
    }
    [world.pve['pve'], world.pbs['pbs']] = [pve, pbs];
    return open(world);
  });
  afterAll(close);

  test('one changed group in a hundred costs less than one request in twenty', async () => {
    const first = await proxmox.observe();
    const before = calls.length;
    expect(before).toBeGreaterThan(GUESTS);
    const changed = Object.entries(pbsState().datastores['main']!.namespaces)
      .flatMap(([, { groups }]) => Object.values(groups))
      .filter((_, i) => i % 100 === 0);
    for (const group of changed) addSnapshot(group, { time: NOW - 60, files: DISK });
    calls = [];
    const second = await proxmox.observe(first);
    expect(calls.length).toBeLessThan(before / 20);
    const points = [1, 2, 3]
      .flatMap((tier) => groupsOf(second, `home/tier-${tier}`))
      .reduce((sum, { snapshots }) => sum + snapshots.length, 0);
    expect(points).toBe(2 * GUESTS + changed.length);
    expect(value(second.pve.guests).every(({ configKnown }) => configKnown)).toBe(true);
  });
});
