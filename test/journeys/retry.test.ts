import { beforeEach, expect, test } from 'vitest';
import { advanceTo } from '#lab/clock.ts';
import { PBS_SOURCES } from '#lab/pbs/jobs.ts';
import { makePbs } from '#lab/pbs/state.ts';
import { addGuest, makePve } from '#lab/pve/make.ts';
import { PVE_SOURCES } from '#lab/pve/scheduler.ts';
import { pbsAccess, pveAccess } from '#lab/scenarios/access.ts';
import { placeTiers, SCENARIO_TIERS } from '#lab/scenarios/tiers.ts';
import { emptyWorld } from '#lab/world.ts';
import type { Lease, Proxmox } from '#app/ports.ts';
import { mayWatch } from '#app/may-watch.ts';
import { watch } from '#app/watch.ts';
import { seeToRetries, type RetriesSeen } from '#app/watch-retries.ts';
import type { Finding } from '#core/finding.ts';
import type { Policy } from '#core/policy/policy.ts';
import { openHttp } from '#proxmox/http.ts';
import { volatileMemory } from '#store/volatile.ts';
import { grantedOnPve } from '#test/grants.ts';
import { makeTier } from '#test/make.ts';
import { saidOfLogin } from './said-of-login.ts';
import { startJourney } from './site.ts';

/** A guest whose backup failed, as `serve` sees to it: real requests, a node and a PBS in a lab, its own time. */

const MINUTE = 60;
const HOUR = 3600;
/** 03:59 in Vienna, a minute before the nightly run. */
const BEFORE_RUN = Date.UTC(2026, 10, 25, 2, 59) / 1000;

const world = emptyWorld(BEFORE_RUN - 3 * 24 * HOUR);
world.settings.manualTasks = 'timed';
const pve = makePve({ now: world.now, access: pveAccess(), node: 'pve1' });
world.pve['pve'] = pve;
for (const vmid of [101, 102, 103])
  addGuest(pve, world.now, { vmid, name: `app${vmid}`, disks: { scsi0: `local-zfs:vm-${vmid}-disk-0,size=64G` }, pool: 'tier-1' });
const pbs = makePbs({ now: world.now, access: pbsAccess('main', 'home') });
world.pbs['pbs'] = pbs;
placeTiers({ now: world.now, site: 'home', pve, pbs, pbsName: 'pbs', tiers: SCENARIO_TIERS.slice(0, 1) });
advanceTo(world, BEFORE_RUN, [...PVE_SOURCES, ...PBS_SOURCES]);

const journey = await startJourney(world);
const { lab } = journey;
const tiers = [makeTier({ schedule: '04:00' })];
const withoutLogin = journey.policy({ tiers, assign: [{ index: 0, tier: 1, names: ['*'], at: 'x' }] });
const [home] = withoutLogin.sites;
const policy: Policy = { ...withoutLogin, sites: [{ ...home!, pve: { ...home!.pve, retryToken: 'env:RETRY' } }] };
const secrets = { RETRY: grantedOnPve(lab, 'retry', policy, home!) };
const LOGIN = 'holdfast-retry@pve!retry';
const fresh = journey.save();

type Here = {
  readonly memory: ReturnType<typeof volatileMemory>;
  readonly proxmox: Proxmox;
  readonly lease: Lease;
  before: RetriesSeen | undefined;
  found: readonly Finding[];
};
let here: Here;

beforeEach(async () => {
  journey.restore(fresh);
  await here?.proxmox.close();
  here = await started(policy);
});

async function started(given: Policy): Promise<Here> {
  const memory = volatileMemory();
  const [lease] = await memory.leases.round('one', ['home'], 1e6);
  return { memory, proxmox: journey.ports(given, secrets).connect(given.sites[0]!), lease: lease!, before: undefined, found: [] };
}

/** One cycle of the daemon, and what it started: `backup vm/101: started`. */
async function cycle(given = policy): Promise<readonly string[]> {
  const { memory, proxmox, lease } = here;
  const clock = { now: () => lab.world.now };
  const base = { clock, memory, policy: given, site: given.sites[0]!, lease };
  const watched = await watch({ ...base, proxmox, ...(here.before && { givenUp: here.before.givenUp }) });
  if (watched.outcome !== 'recorded' || !watched.actual) return expect.fail('nothing was seen');
  const { actual, assessment } = watched;
  here.found = watched.findings;
  const seen = await seeToRetries({ ...base, repeater: proxmox, actual, assessment, ...(here.before && { before: here.before }) });
  if (seen === 'lease-lost') return expect.fail('the lease is lost');
  here.before = seen;
  return seen.done.map(({ what, on, outcome }) => `${what} ${/(?:vm|ct)\/\d+/.exec(on)?.[0]}: ${outcome}`);
}

const repeats = () => lab.world.pve['pve']!.tasks.filter(({ user }) => user === LOGIN).toReversed();
const pointsOf = (vmid: number) =>
  lab.world.pbs['pbs']!.datastores['main']!.namespaces['home/tier-1']!.groups[`vm/${vmid}`]!.snapshots.filter(
    ({ state }) => state !== 'running',
  );
const postureOf = async (vmid: number) => (await here.memory.postures('home')).find((one) => one.vmid === vmid)?.posture;

/** PBS goes away while the first guest is being read: that one fails in the middle, the others at once. */
function breakRun(): void {
  lab.advance(MINUTE + 1);
  lab.world.faults.push({ server: 'pbs', call: '.', times: 1e9, kind: 'refused' });
  lab.advance(2 * MINUTE);
  lab.world.faults.length = 0;
}

test('what fails for a passing reason is backed up again, one guest after the other, and is protected', async () => {
  breakRun();
  const points = [101, 102, 103].map((vmid) => pointsOf(vmid).length);
  const told: string[] = [];
  for (let minutes = 0; minutes < 90; minutes += 5) {
    told.push(...(await cycle()));
    expect(repeats().filter(({ endedAt }) => endedAt === undefined).length).toBeLessThanOrEqual(1);
    lab.advance(5 * MINUTE);
  }
  expect(told).toEqual(['backup vm/101: started', 'backup vm/102: started', 'backup vm/103: started']);
  expect(repeats().map(({ status }) => status)).toEqual(['OK', 'OK', 'OK']);
  expect([101, 102, 103].map((vmid, i) => pointsOf(vmid).length - points[i]!)).toEqual([1, 1, 1]);
  expect([await postureOf(101), await postureOf(103)]).toEqual(['protected', 'protected']);
  const audit = (await here.memory.audit(0)).map(({ by, act, on }) => `${by} ${act} ${on}`);
  expect(audit).toContain('holdfast repeat-backup home: vm/101 app101');
});

test('the login that grants makes has all it needs and can delete nothing; one that reaches other storages is refused', async () => {
  const ports = journey.ports(policy, secrets);
  const found = (given: Policy) => saidOfLogin(ports, given, 'retryToken');
  expect(await found(policy)).toEqual({ told: [], refused: [] });
  const { storages: _, ...unguarded } = policy.sites[0]!;
  const power = `${LOGIN} has Datastore.AllocateSpace on /storage/pbs-tier-1`;
  expect(await found({ ...policy, sites: [unguarded] })).toEqual({ told: [`HF-LOGIN-DELETES ${power}`], refused: [power] });
  const [finding] = (await mayWatch(ports.examiner, { site: unguarded, tiers }, new Set())).refused;
  expect(finding?.fix).toContain('name the login of these storages');
  const { acl } = lab.world.pve['pve']!.access;
  for (const authId of [LOGIN, LOGIN.split('!')[0]!])
    acl.push({ path: '/storage/local', authId, role: 'HoldfastRetryStorage', propagate: true });
  const wide = `${LOGIN} has Datastore.AllocateSpace on /storage/local`;
  expect(await found(policy)).toEqual({ told: [`HF-LOGIN-DELETES ${wide}`], refused: [wide] });
});

test('a night in which PBS was away is made up for when it is back', async () => {
  lab.world.faults.push({ server: 'pbs', call: '.', times: 1e9, kind: 'refused' });
  lab.advance(20 * MINUTE);
  expect(await cycle()).toEqual([]);
  expect(repeats()).toEqual([]);
  lab.world.faults.length = 0;
  const told: string[] = [];
  for (let minutes = 0; minutes < 30; minutes += 5) {
    told.push(...(await cycle()));
    lab.advance(5 * MINUTE);
  }
  expect(told).toEqual(['backup vm/101: started', 'backup vm/102: started', 'backup vm/103: started']);
  expect(repeats().map(({ status }) => status)).toEqual(['OK', 'OK', 'OK']);
});

test('without a login for it nothing is started', async () => {
  breakRun();
  here = await started(withoutLogin);
  lab.advance(20 * MINUTE);
  expect(await cycle(withoutLogin)).toEqual([]);
});

test('what needs a person is left to a person', async () => {
  lab.world.pbs['pbs']!.datastores['main']!.otherBytes = lab.world.pbs['pbs']!.datastores['main']!.totalBytes;
  lab.advance(10 * MINUTE);
  expect(lab.world.pve['pve']!.tasks.at(-1)).toMatchObject({ status: expect.stringMatching(/error/) });
  for (let minutes = 0; minutes < 90; minutes += 15) {
    expect(await cycle()).toEqual([]);
    lab.advance(15 * MINUTE);
  }
  expect(repeats()).toEqual([]);
  lab.advance(24 * HOUR);
  expect(await cycle()).toEqual([]);
  const late = here.found.find(({ code, vmid }) => code === 'HF-LATE' && vmid === 101);
  expect(late?.fix).toContain(
    'see to the guest, its disks and their room (its last run failed: there is no room for it), then back it up again',
  );
});

test('a run by hand that fails is the business of whoever ran it', async () => {
  lab.advance(6 * HOUR);
  const { url, fingerprint, tokens } = lab.pve;
  const http = openHttp({ product: 'pve', name: 'pve', urls: [url], fingerprint, token: async () => tokens['root@pam!lab']! });
  await http.send('POST', '/nodes/pve1/vzdump', { vmid: 101, storage: 'pbs-tier-1' }, () => {});
  await http.close();
  lab.world.faults.push({ server: 'pbs', call: '.', times: 1e9, kind: 'refused' });
  lab.advance(2 * MINUTE);
  lab.world.faults.length = 0;
  expect(lab.world.pve['pve']!.tasks.at(-1)).toMatchObject({ user: 'root@pam!lab', status: expect.stringMatching(/error/) });
  lab.advance(20 * MINUTE);
  expect(await cycle()).toEqual([]);
});

test('another backup on the node holds it off', async () => {
  breakRun();
  lab.advance(10 * MINUTE);
  const other = { node: 'pve1', vmid: 103, storage: 'pbs-tier-1', mode: 'snapshot', notes: 'by hand' };
  expect(await here.proxmox.startBackup(other)).toMatchObject({ outcome: 'started' });
  expect(await cycle()).toEqual([]);
  expect(await here.proxmox.startBackup({ ...other, vmid: 101 })).toEqual({ outcome: 'busy' });
  expect(repeats().length).toBe(1);
});

test('killed after a start, the next process starts no second one', async () => {
  breakRun();
  lab.advance(10 * MINUTE);
  const { proxmox } = here;
  const stale = await proxmox.observe();
  expect(await cycle()).toEqual(['backup vm/101: started']);
  here.before = undefined;
  expect(await cycle()).toEqual([]);
  // Not even on a look from before the start.
  const observe = async () => ({ ...stale, asOf: lab.world.now });
  here = { ...here, proxmox: { ...proxmox, observe } };
  expect(await cycle()).toEqual(['backup vm/101: busy']);
  expect(repeats().length).toBe(1);
  here = { ...here, proxmox };
});

test('three tries that fail are enough, and the next night begins anew', async () => {
  breakRun();
  lab.advance(10 * MINUTE);
  const told: string[] = [];
  for (let minutes = 0; minutes < 6 * 60; minutes += 5) {
    const started = await cycle();
    told.push(...started.filter((one) => one.includes('101')));
    if (started.length > 0) {
      lab.world.faults.push({ server: 'pbs', call: '.', times: 1e9, kind: 'refused' });
      lab.advance(MINUTE);
      lab.world.faults.length = 0;
    }
    lab.advance(5 * MINUTE);
  }
  expect(told).toEqual(Array(3).fill('backup vm/101: started'));
  lab.advance(20 * HOUR);
  expect(await cycle()).toEqual([]);
  expect(await postureOf(101)).toBe('protected');
});

test('a login that may not is told once, and is not asked at every look', async () => {
  breakRun();
  const { acl } = lab.world.pve['pve']!.access;
  acl.splice(0, acl.length, ...acl.filter(({ authId, path }) => authId !== LOGIN || path !== '/vms'));
  lab.advance(10 * MINUTE);
  expect(await cycle()).toEqual(['backup vm/101: failed']);
  lab.advance(10 * MINUTE);
  expect(await cycle()).toEqual(['backup vm/102: failed']);
  const audit = await here.memory.audit(0);
  expect(audit.at(-1)).toMatchObject({ act: 'repeat-backup-not-started', detail: expect.stringContaining('VM.Backup') });
});

/** The newest point of 101 has a damaged chunk, verification finds it, and the next night's backup has ended. */
async function damagePoint(): Promise<(typeof points)[number]> {
  lab.advance(10 * MINUTE);
  const points = pointsOf(101);
  const damaged = points.at(-1)!;
  damaged.corrupt = true;
  lab.advance(4 * HOUR);
  expect(damaged.verification?.state).toBe('failed');
  expect(await cycle()).toEqual([]);
  lab.advance(21 * HOUR);
  return damaged;
}

test('a damaged point is read once more when a newer backup may have brought the damaged data back, as this one did', async () => {
  const damaged = await damagePoint();
  expect(await cycle()).toEqual(['verify vm/101: started']);
  lab.advance(HOUR);
  expect(damaged.verification?.state).toBe('ok');
  expect(await cycle()).toEqual([]);
});

test('and not again where it is still damaged, until the next newer backup', async () => {
  const damaged = await damagePoint();
  damaged.corrupt = true;
  expect(await cycle()).toEqual(['verify vm/101: started']);
  lab.advance(HOUR);
  expect(damaged.verification?.state).toBe('failed');
  expect(await cycle()).toEqual([]);
  lab.advance(24 * HOUR);
  expect(await cycle()).toEqual(['verify vm/101: started']);
});

test('whether another try would end before the next run is reckoned with what its tier assumes', async () => {
  breakRun();
  lab.advance(10 * MINUTE);
  const slow: Policy = { ...policy, tiers: policy.tiers.map((tier) => ({ ...tier, assume: { queueSeconds: 24 * HOUR } })) };
  expect(await cycle(slow)).toEqual([]);
  expect(here.before?.givenUp.get(101)?.because).toContain('the next run comes before');
  expect(await cycle()).toEqual(['backup vm/101: started']);
});
