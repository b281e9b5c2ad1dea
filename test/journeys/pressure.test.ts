import { beforeEach, expect, test } from 'vitest';
import { advanceTo } from '#lab/clock.ts';
import { PBS_SOURCES } from '#lab/pbs/jobs.ts';
import { addDatastore, makePbs } from '#lab/pbs/state.ts';
import { addGuest, makePve } from '#lab/pve/make.ts';
import { PVE_SOURCES } from '#lab/pve/scheduler.ts';
import { pbsAccess, pveAccess } from '#lab/scenarios/access.ts';
import { placeTiers, SCENARIO_TIERS } from '#lab/scenarios/tiers.ts';
import { emptyWorld } from '#lab/world.ts';
import type { Lease, Proxmox } from '#app/ports.ts';
import { plan } from '#app/plan.ts';
import { watch } from '#app/watch.ts';
import { seeToPressure, type PressureSeen } from '#app/watch-pressure.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import { volatileMemory } from '#store/volatile.ts';
import { grantedOnPve } from '#test/grants.ts';
import { makeTier } from '#test/make.ts';
import { saidOfLogin } from './said-of-login.ts';
import { startJourney } from './site.ts';

/** A datastore that fills, as `serve` sees to it: real requests, a node and a PBS in a lab, its own time. */

const HOUR = 3600;
const DAY = 24 * HOUR;
const GIB = 2 ** 30;
/** What is added to the datastore in a day. */
const FAST = 20 * GIB;
/** 18:00 in Vienna. */
const BEGIN = Date.UTC(2026, 10, 25, 17) / 1000;

const world = emptyWorld(BEGIN - 3 * DAY);
world.settings.manualTasks = 'timed';
const pve = makePve({ now: world.now, access: pveAccess(), node: 'pve1' });
world.pve['pve'] = pve;
for (const [vmid, tier] of [
  [101, 1],
  [104, 4],
] as const)
  addGuest(pve, world.now, { vmid, name: `app${vmid}`, disks: { scsi0: `local-zfs:vm-${vmid}-disk-0,size=8G` }, pool: `tier-${tier}` });
const pbs = makePbs({ now: world.now, access: pbsAccess('main', 'home') });
world.pbs['pbs'] = pbs;
Object.assign(addDatastore(pbs, 'main'), { totalBytes: 1000 * GIB, otherBytes: 820 * GIB });
const [first, , , fourth] = SCENARIO_TIERS;
placeTiers({ now: world.now, site: 'home', pve, pbs, pbsName: 'pbs', tiers: [first!, { ...fourth!, schedule: '04:30' }] });
advanceTo(world, BEGIN, [...PVE_SOURCES, ...PBS_SOURCES]);

const journey = await startJourney(world);
const { lab } = journey;
const tiers = [makeTier({ schedule: '04:00' }), makeTier({ id: 4, schedule: '04:30' })];
const assign = [1, 4].map((tier, index) => ({ index, tier, guests: [100 + tier], at: 'x' }));
const pressure = { tiers: [4], belowSeconds: 14 * DAY, resumeSeconds: 30 * DAY, forSeconds: 7 * DAY };
const base = journey.policy({ tiers, assign });
const home: Site = { ...base.sites[0]!, pressure, pve: { ...base.sites[0]!.pve, pressureToken: 'env:PRESSURE' } };
/** Nobody is to be disturbed at any hour. */
const alerts: Policy['alerts'] = {
  channels: [{ name: 'mail', kind: 'ntfy', url: 'https://ntfy.lan/x' }],
  routes: [{ index: 0, to: ['mail'], severity: 'error', also: false }],
  quiet: { startMinute: 0, endMinute: 1440 },
};
const policy: Policy = { ...base, sites: [home], alerts };
const secrets = { PRESSURE: grantedOnPve(lab, 'pressure', policy, home) };
const LOGIN = 'holdfast-pressure@pve!pressure';
const fresh = journey.save();

type Here = {
  readonly memory: ReturnType<typeof volatileMemory>;
  readonly proxmox: Proxmox;
  readonly lease: Lease;
  before: PressureSeen | undefined;
  readonly told: string[];
};
let here: Here;

beforeEach(async () => {
  journey.restore(fresh);
  await here?.proxmox.close();
  here = await started(policy);
});

/** A memory that has seen the datastore fill for ten days, or one that knows nothing. */
async function started(given: Policy, days = 10): Promise<Here> {
  const memory = volatileMemory();
  const [lease] = await memory.leases.round('one', ['home'], 1e6);
  const usage = Array.from({ length: days }, (_, ago) => {
    const usedBytes = store().otherBytes - (days - ago) * FAST;
    const totalBytes = store().totalBytes;
    return {
      site: 'home',
      what: 'datastore:pbs/main',
      at: BEGIN - (days - ago) * DAY,
      totalBytes,
      usedBytes,
      availableBytes: totalBytes - usedBytes,
    };
  });
  const nothing = { points: [], tasks: [], lives: [], postures: [], alerts: [], audit: [] };
  await memory.record(lease!, { site: 'home', at: BEGIN - 1, look: { outcome: 'complete', seconds: 1 }, usage, ...nothing });
  return { memory, proxmox: journey.ports(given, secrets).connect(given.sites[0]!), lease: lease!, before: undefined, told: [] };
}

/** One cycle of the daemon, and what it did: `suspend 4: done`. */
async function cycle(given = policy): Promise<readonly string[]> {
  const { memory, proxmox, lease } = here;
  const common = { clock: { now: () => lab.world.now }, memory, policy: given, site: given.sites[0]!, lease };
  const watched = await watch({ ...common, proxmox });
  if (watched.outcome !== 'recorded' || !watched.actual) return expect.fail('nothing was seen');
  here.told.push(...watched.record.alerts.map(({ subject }) => subject));
  const { actual, assessment, forecasts } = watched;
  const input = { ...common, suspender: proxmox, actual, assessment, forecasts };
  const seen = await seeToPressure({ ...input, ...(here.before && { before: here.before }) });
  if (seen === 'lease-lost') return expect.fail('the lease is lost');
  here.before = seen;
  return seen.done.map(({ act, tier, outcome }) => `${act} ${tier}: ${outcome}`);
}

/** Days go by with a look every twelve hours; what was done, with the number of days since the beginning. */
async function live(days: number, growsBytesPerDay: number, given = policy): Promise<readonly string[]> {
  const done: string[] = [];
  for (let look = 0; look < days * 2; look++) {
    lab.advance(12 * HOUR);
    store().otherBytes += growsBytesPerDay / 2;
    done.push(...(await cycle(given)).map((one) => `day ${Math.floor((lab.world.now - BEGIN) / DAY)}: ${one}`));
  }
  return done;
}

const store = () => lab.world.pbs['pbs']!.datastores['main']!;
const jobs = () => lab.world.pve['pve']!.jobs;
const jobOf = (tier: number) => jobs()[`hf-tier-${tier}`]!.config;
const newestOf = (tier: number) => store().namespaces[`home/tier-${tier}`]!.groups[`vm/${100 + tier}`]!.snapshots.at(-1)!.time;
const postureOf = async (vmid: number) => (await here.memory.postures('home')).find((one) => one.vmid === vmid)?.posture;
/** All that is configured on both servers, but for what Holdfast changes on the job of tier 4. */
const configured = () => {
  const { pve, pbs } = lab.world;
  const { [`hf-tier-4`]: own, ...others } = pve['pve']!.jobs;
  const { enabled: _, comment: __, ...rest } = own!.config;
  const configs = Object.values(others).map(({ config }) => config);
  return structuredClone({ configs, rest, storages: pve['pve']!.storages, pools: pve['pve']!.pools, pbs: pbs['pbs']!.jobs });
};
const plannedJobs = async () => {
  const planned = await plan(journey.ports(policy, secrets));
  if (planned.outcome !== 'planned') return expect.fail('no plan');
  const steps = planned.drawn.plan.steps.filter(({ kind }) => kind === 'backup-job');
  return {
    steps: steps.map(({ id, settings }) => `${id} ${settings['enabled'] ?? 'as it is'}`),
    codes: planned.findings.map(({ code }) => code),
  };
};

const LOUD = 'error: home: backup job hf-tier-4: Tier 4 is not backed up: its job is suspended';
const loud = () => here.told.filter((subject) => subject.includes('hf-tier-4')).map((subject) => subject.slice(0, LOUD.length));

test('while it fills the lowest tier is suspended, loudly, and taken back when it fills no more; nothing else is changed', async () => {
  const before = configured();
  const planned = await plannedJobs();
  const done = [...(await cycle()), ...(await live(1, FAST))];
  expect(done).toEqual(['suspend 4: done']);
  expect(jobOf(4)).toMatchObject({
    enabled: 0,
    comment: expect.stringMatching(/, suspended 2026-11-25T17:00:00Z to 2026-12-02T17:00:00Z$/),
  });
  expect(loud()).toEqual([LOUD]);
  const newest = [1, 4].map(newestOf);
  expect(await plannedJobs()).toEqual({ steps: planned.steps, codes: expect.arrayContaining([...planned.codes, 'HF-PRESSURE']) });
  expect(await live(0.5, 0)).toEqual([]);
  expect([1, 4].map((tier, i) => newestOf(tier) - newest[i]!)).toEqual([DAY, 0]);
  expect([await postureOf(101), await postureOf(104)]).toEqual(['protected', 'broken']);
  expect(await live(0.5, 0)).toEqual(['day 2: take-back 4: done']);
  expect(jobOf(4)['enabled']).toBe(1);
  expect(await live(1, 0)).toEqual([]);
  expect(newestOf(4)).toBeGreaterThan(newest[1]!);
  expect(await postureOf(104)).toBe('protected');
  expect(here.told.filter((subject) => subject.includes('hf-tier-4')).at(-1)).toMatch(/^over: /);
  expect(configured()).toEqual(before);
  const audit = (await here.memory.audit(0)).map(({ by, act, on }) => `${by} ${act} ${on}`);
  expect(audit).toEqual(['holdfast suspend-job home: backup job hf-tier-4', 'holdfast take-back-job home: backup job hf-tier-4']);
});

test('it comes back after a week though it fills on, also where the database was lost; and is left alone for as long', async () => {
  await cycle();
  expect(jobOf(4)['enabled']).toBe(0);
  here = await started(policy, 0);
  expect(await live(7, FAST / 2)).toEqual(['day 7: take-back 4: done']);
  expect(await live(3, FAST / 4)).toEqual([]);
  expect(jobOf(4)['enabled']).toBe(1);
});

test('a policy that no longer names it takes it back at once', async () => {
  await cycle();
  lab.advance(600);
  const { pressure: _, ...unpressed } = home;
  expect(await cycle({ ...policy, sites: [unpressed] })).toEqual(['take-back 4: done']);
});

test('killed after the write, the next process does nothing twice', async () => {
  const { proxmox } = here;
  const stale = await proxmox.observe();
  expect(await cycle()).toEqual(['suspend 4: done']);
  const comment = jobOf(4)['comment'];
  here.before = undefined;
  lab.advance(600);
  expect(await cycle()).toEqual([]);
  // Not even on a look from before the write.
  here = { ...here, proxmox: { ...proxmox, observe: async () => ({ ...stale, asOf: lab.world.now }) } };
  expect(await cycle()).toEqual(['suspend 4: failed']);
  expect(jobOf(4)['comment']).toBe(comment);
  here = { ...here, proxmox };
});

test('a login that may not is told once, and is not asked at every look', async () => {
  const { acl } = lab.world.pve['pve']!.access;
  acl.splice(0, acl.length, ...acl.filter(({ authId, path }) => authId !== LOGIN || path !== '/storage/pbs-tier-4'));
  expect([await cycle(), await cycle()]).toEqual([['suspend 4: failed'], []]);
  expect(await live(0.5, FAST)).toEqual([expect.stringMatching(/suspend 4: failed$/)]);
  const audit = await here.memory.audit(0);
  expect(audit.at(-1)).toMatchObject({ act: 'suspend-job-not-done', detail: expect.stringContaining('Datastore.Allocate') });
  expect(jobOf(4)['enabled']).toBe(1);
});

test('the login that grants makes has all it needs and no more; one that reaches further is refused', async () => {
  const ports = journey.ports(policy, secrets);
  const found = (given: Policy) => saidOfLogin(ports, given, 'pressureToken');
  expect(await found(policy)).toEqual({ told: [], refused: [] });
  const { pressure: __, ...unpressed } = home;
  expect(await found({ ...policy, sites: [unpressed] })).toEqual({ told: [], refused: [] });
  const sealed = tiers.map((tier) => ({ ...tier, encryption: true }));
  expect((await found({ ...policy, tiers: sealed })).refused).toEqual([`${LOGIN} has Datastore.Allocate on /storage/pbs-tier-4`]);
  const { storages: _, ...unguarded } = home;
  const power = `${LOGIN} has Datastore.Allocate on /storage/pbs-tier-4`;
  expect(await found({ ...policy, sites: [unguarded] })).toEqual({ told: [`HF-LOGIN-DELETES ${power}`], refused: [power] });
  const { acl } = lab.world.pve['pve']!.access;
  for (const authId of [LOGIN, LOGIN.split('!')[0]!]) acl.push({ path: '/', authId, role: 'HoldfastPressureRoot', propagate: true });
  const wide = `${LOGIN} has Sys.Modify on all that lies below /`;
  expect(await found(policy)).toEqual({ told: [`HF-LOGIN-DELETES ${wide}`], refused: [wide] });
});
