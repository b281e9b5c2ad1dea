import { expect, test } from 'vitest';
import type { Memory, Ports, Proxmox } from '#app/ports.ts';
import type { Policy } from '#core/policy/policy.ts';
import { readinessOf } from '#app/health.ts';
import { emptyRows, volatileMemory } from '#store/volatile.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { Actual } from '#core/world/actual.ts';
import { makeActual, makeGroup, makePbs, makePve, makeSite, makeSnapshot, makeTier, NOW, seen } from '#test/make.ts';
import { virtualTime, type VirtualTime } from '#test/virtual-time.ts';
import { startDaemon, type Daemon } from './daemon.ts';
import { connectFake, darkActual, fakePorts, fakeSite, policyOf, recordingLog, recordingNotifier, type FakeSite } from './testing/site.ts';
import type { WorkerPorts } from './worker.ts';

type Rig = {
  readonly daemon: Daemon;
  readonly memory: Memory;
  readonly log: ReturnType<typeof recordingLog>;
  readonly write: (policy: Policy) => void;
};

function start(time: VirtualTime, sites: Readonly<Record<string, FakeSite>>, ports: Partial<WorkerPorts> = {}, replica = 'one'): Rig {
  const [memory, log] = [ports.memory ?? volatileMemory(time.nowMs), recordingLog()];
  let policy = policyOf(...Object.keys(sites));
  const load = async () => ({ policy, findings: [], file: 'holdfast.yaml' });
  const daemon = startDaemon({
    ports: { ...fakePorts(time, sites, { log, memory, ...ports }), load },
    policy,
    replica,
    version: '0',
    allowed: new Set(),
  });
  return { daemon, memory, log, write: (next) => void (policy = next) };
}

const stateOf = ({ daemon }: Rig, site = 'home') => daemon.watching().sites.find((one) => one.site === site)!;

test('the first look comes at once, and then at the pace of what it costs', async () => {
  const [time, home] = [virtualTime(), fakeSite()];
  const rig = start(time, { home });
  await time.pass(1);
  expect(home.looks).toBe(1);
  expect(stateOf(rig).look?.outcome).toBe('complete');
  await time.pass(3600);
  expect(home.looks).toBeGreaterThanOrEqual(13);
  expect((home.looks * 40 + home.pulses * 2) / 60).toBeLessThan(20);
  await rig.daemon.stop();
});

test('work that ended is looked at soon; a hint too, and many hints are one', async () => {
  const [time, home] = [virtualTime(), fakeSite()];
  const rig = start(time, { home });
  await time.pass(60);
  home.sign = 'b';
  await time.pass(17);
  expect(home.looks).toBe(2);
  await time.pass(30);
  for (let i = 0; i < 100; i++) rig.daemon.hint();
  await time.pass(25);
  expect(home.looks).toBe(3);
  rig.daemon.hint('elsewhere');
  await time.pass(25);
  expect(home.looks).toBe(3);
  await rig.daemon.stop();
});

test('an outage is told within 30 s, makes nothing better, and its end is told with the next look', async () => {
  const [time, home, notifier] = [virtualTime(), fakeSite(), recordingNotifier()];
  const rig = start(time, { home }, { notifier });
  await time.pass(100);
  const told = (): string[] => notifier.sent.splice(0).flatMap(({ channel, subject }) => (channel === 'web' ? [subject] : []));
  told();
  expect(stateOf(rig).guests.map(({ posture }) => posture)).toEqual(['broken']);
  Object.assign(home, { silent: ['pve'], actual: darkActual });
  await time.pass(30);
  expect(told()).toMatchInlineSnapshot(`
    [
      "error: home: PVE: The server does not answer: nothing listens there",
    ]
  `);
  expect(stateOf(rig)).toMatchObject({
    silent: [{ server: 'pve', kind: 'unreachable', because: 'nothing listens there' }],
    look: { outcome: 'failed' },
  });
  expect(stateOf(rig).guests.map(({ posture }) => posture)).toEqual(['broken']);
  await time.pass(6 * 3600);
  expect(told()).toEqual([]);
  expect(stateOf(rig).guests.map(({ posture }) => posture)).toEqual(['broken']);
  Object.assign(home, { silent: [], actual: () => makeActual({ asOf: NOW + Math.floor(time.nowMs() / 1000) }) });
  await time.pass(30);
  expect(told()).toMatchInlineSnapshot(`
    [
      "over: home: PVE: The server does not answer: nothing listens there",
    ]
  `);
  expect(stateOf(rig)).toMatchObject({ silent: [], look: { outcome: 'complete' } });
  await rig.daemon.stop();
});

test('a site is judged by its own time: a point made an hour ago there comes from no future, though our clock is two hours behind', async () => {
  const time = virtualTime();
  const ahead = { timeZone: 'Europe/Vienna', clockAheadSeconds: 7200 };
  const snapshots = [makeSnapshot({ at: NOW + 3600 })];
  const namespaces = [{ datastore: 'main', namespace: 'home/tier-1', groups: seen([makeGroup({ snapshots })]) }];
  const nodes = seen([{ name: 'pve1', online: true, ...ahead }]);
  const actual = (): Actual => makeActual({ pve: makePve({ nodes }), pbs: [makePbs({ node: seen(ahead), namespaces })] });
  const rig = start(time, { home: fakeSite({ actual }) });
  await time.pass(60);
  expect(stateOf(rig).guests[0]?.because).not.toContain('future');
  expect(stateOf(rig).guests[0]?.newestPointAt).toBe(NOW + 3600);
  expect(stateOf(rig).findings.map(({ code }) => code)).toContain('HF-CLOCK-DIFFERS');
  await rig.daemon.stop();
});

test('a memory that is another one than before is told, and each site is looked at as if for the first time', async () => {
  const [time, home] = [virtualTime(), fakeSite()];
  const own = volatileMemory(time.nowMs);
  let name = 'first';
  const lost = { severity: 'warning', code: 'HF-DATABASE-LOST', at: 'x', problem: 'It is gone', why: 'w', fix: 'f' } as const;
  const memory: Memory = { ...own, name: async () => name, troubles: async () => (name === 'first' ? [] : [lost]) };
  const observed: (Actual | undefined)[] = [];
  const connect = (): Proxmox => {
    const open = connectFake(home, () => NOW + Math.floor(time.nowMs() / 1000));
    return { ...open, observe: (previous) => (observed.push(previous), open.observe(previous)) };
  };
  const rig = start(time, { home }, { memory, connect });
  await time.pass(100);
  expect(observed.map((previous) => previous !== undefined)).toEqual([false]);
  expect(readinessOf(rig.daemon.watching(), NOW).notices).toEqual([]);
  name = 'second';
  await time.pass(10);
  expect(observed.map((previous) => previous !== undefined)).toEqual([false, false]);
  expect(rig.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toContain('It is gone');
  expect(stateOf(rig).findings.map(({ code }) => code)).toContain('HF-DATABASE-LOST');
  expect(readinessOf(rig.daemon.watching(), NOW)).toMatchObject({ status: 'ok', notices: ['It is gone'] });
  await rig.daemon.stop();
});

test('a login that a server refuses is told by its name: the one that looks at once, the others when they are examined', async () => {
  const [time, home, notifier] = [virtualTime(), fakeSite(), recordingNotifier()];
  const refused = (login: string) =>
    new ProxmoxError('refused', { server: 'pbs', call: 'GET /version', detail: 'authentication failed', login });
  let valid = true;
  const base = { product: 'pbs', server: 'pbs', url: '', hosts: [] } as const;
  const examiner: Ports['examiner'] = {
    examine: async () => [
      { ...base, login: 'token', tokenId: 'holdfast@pbs!audit', rights: {} },
      { ...base, login: 'backupToken', ...(valid ? { rights: {} } : { trouble: refused('pve@pbs!backup') }) },
    ],
    showCertificate: () => Promise.reject(new Error('not asked')),
  };
  const connect = (): Proxmox => {
    const open = connectFake(home, () => NOW + Math.floor(time.nowMs() / 1000));
    return {
      ...open,
      pulse: async () => ({ sign: 'a', silent: home.silent.map((server) => ({ server, trouble: refused('holdfast@pbs!audit') })) }),
    };
  };
  const rig = start(time, { home }, { notifier, examiner, connect });
  const warned = (): string[] => rig.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  await time.pass(100);
  notifier.sent.length = 0;
  valid = false;
  home.silent = ['pbs'];
  await time.pass(30);
  expect(warned()).toContain('refused: login holdfast@pbs!audit');
  expect(warned()).not.toContain('a server gives no sign of life');
  home.silent = [];
  await time.pass(3600);
  expect(warned().filter((message) => message === 'refused: login at home: pbs (backupToken)')).toHaveLength(1);
  const about = { severity: 'error', text: expect.stringContaining('The login pve@pbs!backup is refused: authentication failed') };
  expect(notifier.sent.filter(({ text }) => text.includes('HF-LOGIN'))).toMatchObject([about, about]);
  valid = true;
  await time.pass(300);
  expect(notifier.sent.at(-1)).toMatchObject({ severity: 'over', subject: expect.stringContaining('The login pve@pbs!backup') });
  await rig.daemon.stop();
});

test('a site whose look never ends delays no other', async () => {
  const [time, home, branch] = [virtualTime(), fakeSite({ answers: false }), fakeSite()];
  const rig = start(time, { home, branch });
  await time.pass(600);
  expect(home.looks).toBe(1);
  expect(branch.looks).toBeGreaterThan(2);
  const stopping = rig.daemon.stop();
  await time.pass(10);
  await stopping;
  expect(stateOf(rig).looks).toEqual({ complete: 0, partial: 0, failed: 0 });
});

test('a site that breaks us is told, and tried again, and no other site feels it', async () => {
  const [time, home, branch] = [virtualTime(), fakeSite(), fakeSite()];
  home.actual = () => JSON.parse('{') as never;
  const rig = start(time, { home, branch });
  await time.pass(120);
  expect(home.looks).toBeGreaterThan(2);
  expect(stateOf(rig)).toMatchObject({ state: 'starting', lastFailure: expect.stringContaining('JSON') });
  expect(stateOf(rig, 'branch').look?.outcome).toBe('complete');
  await rig.daemon.stop();
});

test('two replicas share the sites; one that dies is replaced within 15 s, one that ends at once', async () => {
  const time = virtualTime();
  const rows = emptyRows();
  const names = ['a', 'b', 'c', 'd'];
  const sites = Object.fromEntries(names.map((name) => [name, fakeSite()]));
  const memories = [volatileMemory(time.nowMs, rows), volatileMemory(time.nowMs, rows)] as const;
  const dying: Memory = {
    ...memories[0],
    leases: { ...memories[0].leases, round: async (...of) => (dead ? new Promise(() => {}) : memories[0].leases.round(...of)) },
  };
  let dead = false;
  const one = start(time, sites, { memory: dying });
  const two = start(time, sites, { memory: memories[1] }, 'two');
  await time.pass(30);
  const held = ({ daemon }: Rig): number => daemon.watching().sites.filter(({ state }) => state === 'watched').length;
  expect([held(one), held(two)]).toEqual([2, 2]);
  dead = true;
  await time.pass(15);
  expect(held(two)).toBe(4);
  await two.daemon.stop();
  const three = start(time, sites, { memory: memories[1] }, 'three');
  await time.pass(4);
  expect(held(three)).toBe(4);
  await three.daemon.stop();
});

test('messages are sent once; a channel that refuses is tried again and holds up no other', async () => {
  const [time, home] = [virtualTime(), fakeSite()];
  let refusal: string | undefined = '550 no such user';
  const notifier = recordingNotifier(({ channel }) => (channel === 'mail' ? refusal : undefined));
  const rig = start(time, { home }, { notifier });
  await time.pass(600);
  expect(notifier.sent.map(({ channel, severity }) => `${channel}: ${severity}`)).toEqual(['web: error']);
  expect(rig.log.lines.filter(({ message }) => message === 'a message was not taken').at(-1)?.fields).toMatchObject({
    channel: 'mail',
    error: '550 no such user',
  });
  refusal = undefined;
  await time.pass(600);
  expect(notifier.sent.map(({ channel, severity }) => `${channel}: ${severity}`)).toEqual(['web: error', 'mail: error']);
  expect(stateOf(rig).messages).toEqual({ sent: 2, failed: expect.any(Number) });
  await rig.daemon.stop();
});

test('the heartbeat goes on while every site is watched, and stays away when one is not', async () => {
  const [time, home, notifier] = [virtualTime(), fakeSite(), recordingNotifier()];
  let rights: Record<string, Record<string, boolean>> = {};
  const examine = async () =>
    [{ product: 'pbs', server: 'pbs', url: '', login: 'token', tokenId: 'holdfast@pbs!all', rights, hosts: [] }] as const;
  const examiner = { examine, showCertificate: () => Promise.reject(new Error('not asked')) };
  const rig = start(time, { home }, { notifier, examiner });
  await time.pass(3000);
  expect(notifier.beats.count).toBe(10);
  rights = { '/': { 'Permissions.Modify': true } };
  await time.pass(3600);
  const before = notifier.beats.count;
  await time.pass(3000);
  expect(stateOf(rig).state).toBe('refused');
  expect(notifier.beats.count).toBe(before);
  await rig.daemon.stop();
});

test('a login that could delete stops the watch of its site, and the watch goes on when it cannot any more', async () => {
  const [time, home] = [virtualTime(), fakeSite()];
  let rights: Record<string, Record<string, boolean>> = { '/datastore': { 'Datastore.Prune': true } };
  const examine = async () =>
    [{ product: 'pbs', server: 'pbs', url: '', login: 'token', tokenId: 'holdfast@pbs!all', rights, hosts: [] }] as const;
  const rig = start(time, { home }, { examiner: { examine, showCertificate: () => Promise.reject(new Error('not asked')) } });
  await time.pass(300);
  expect(stateOf(rig)).toMatchObject({ state: 'refused', refusal: 'holdfast@pbs!all has Datastore.Prune on /datastore' });
  expect(home.looks).toBe(0);
  rights = { '/datastore': { 'Datastore.Audit': true } };
  await time.pass(120);
  expect(stateOf(rig).state).toBe('watched');
  await rig.daemon.stop();
});

test('what failed is started again, told and counted; not while the rights of a login are not known', async () => {
  const time = virtualTime();
  const damaged = makeSnapshot({ at: NOW - 34 * 3600, verification: { state: 'failed', upid: 'UPID', at: NOW - 30 * 3600 } });
  const groups = seen([makeGroup({ snapshots: [damaged, makeSnapshot()] })]);
  const pbs = makePbs({ namespaces: [{ datastore: 'main', namespace: 'home/tier-1', groups }] });
  const home = fakeSite({ actual: () => makeActual({ pbs: [pbs] }) });
  let known = false;
  const asked: number[] = [];
  const connect = (): Proxmox => ({
    ...connectFake(home, () => NOW + Math.floor(time.nowMs() / 1000)),
    startVerify: async ({ at }) => (asked.push(at), { outcome: 'started', upid: 'UPID' }),
  });
  const examine = async () =>
    [{ product: 'pbs', server: 'pbs', url: '', login: 'token', hosts: [], ...(known && { rights: {} }) }] as const;
  const examiner = { examine, showCertificate: () => Promise.reject(new Error('not asked')) };
  const rig = start(time, { home }, { connect, examiner });
  rig.write({ ...policyOf('home'), sites: [makeSite({ pve: { ...makeSite().pve, retryToken: 'env:RETRY' } })] });
  rig.daemon.reload();
  await time.pass(1200);
  expect([asked, stateOf(rig).looks.complete > 1]).toEqual([[], true]);
  known = true;
  await time.pass(900);
  expect(asked[0]).toBe(damaged.at);
  expect(stateOf(rig).retries).toMatchObject({ started: asked.length, failed: 0 });
  expect(rig.log.lines.map(({ message }) => message)).toContain('a verification was started again');
  await rig.daemon.stop();
});

test('a protection that a person takes over stays theirs, though a look that read it as ours is written down meanwhile', async () => {
  const time = virtualTime();
  const own = volatileMemory(time.nowMs);
  let written: Promise<void> = Promise.resolve();
  const memory: Memory = { ...own, record: async (...given) => written.then(() => own.record(...given)) };
  let verification: { readonly state: 'ok'; readonly upid: string; readonly at: number } | undefined;
  const snapshot = makeSnapshot();
  const home: FakeSite = fakeSite({
    actual: () => {
      const now = { ...snapshot, protected: home.locked.has(snapshot.at), ...(verification && { verification }) };
      const groups = seen([makeGroup({ snapshots: [now], listedAt: NOW + Math.floor(time.nowMs() / 1000) })]);
      return makeActual({ pbs: [makePbs({ namespaces: [{ datastore: 'main', namespace: 'home/tier-1', groups }] })] });
    },
  });
  const rig = start(time, { home }, { memory });
  rig.write({ ...policyOf('home'), tiers: [makeTier({ lock: true })] });
  rig.daemon.reload();
  await time.pass(600);
  const known = async () => (await Array.fromAsync(own.points('home'))).flat()[0]!;
  expect(await known()).toMatchObject({ at: snapshot.at, protected: true, lockedAt: expect.any(Number) });
  // The next look has something new to write of the point, and is held just before it writes.
  verification = { state: 'ok', upid: 'UPID', at: NOW };
  let goOn = (): void => {};
  written = new Promise((resolve) => void (goOn = resolve));
  rig.daemon.hint('home');
  await time.pass(60);
  const handed = rig.daemon.hands('home')!.handOver(await known());
  await time.pass(1);
  goOn();
  expect(await handed).toBe('done');
  await time.pass(1200);
  expect(await known()).toMatchObject({ protected: true, verified: { state: 'ok' } });
  expect((await known()).lockedAt).toBeUndefined();
  await rig.daemon.stop();
});

test('the policy is read anew: sites come and go, and a policy that is wrong changes nothing', async () => {
  const [time, sites] = [virtualTime(), { home: fakeSite(), branch: fakeSite() }];
  const rig = start(time, sites);
  await time.pass(5);
  rig.write(policyOf('branch'));
  rig.daemon.reload();
  await time.pass(5);
  expect(rig.daemon.watching().sites.map(({ site }) => site)).toEqual(['branch']);
  expect(sites.home.closed).toBe(1);
  await rig.daemon.stop();
});

test('a clean end: what is under way is written down, leases are given back, and no timer is left', async () => {
  const [time, home] = [virtualTime(), fakeSite()];
  const rig = start(time, { home });
  await time.pass(5);
  await rig.daemon.stop();
  const [lease] = await rig.memory.leases.round('two', ['home'], 9);
  expect(lease?.holder).toBe('two');
  const looks = home.looks;
  await time.pass(3600);
  expect(home.looks).toBe(looks);
});
