import { describe, expect, test } from 'vitest';
import { addGroup, addNamespace, addSnapshot, manifestFiles } from '#lab/pbs/state.ts';
import type { JobState } from '#lab/pve/state.ts';
import type { World } from '#lab/world.ts';
import { apply, type Applied, type ApplyOptions } from '#app/apply.ts';
import { plan } from '#app/plan.ts';
import type { Ports } from '#app/ports.ts';
import { explainRefusal } from '#app/refusal.ts';
import type { Plan, Step } from '#core/plan/plan.ts';
import type { Policy, Tier } from '#core/policy/policy.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { makeRule, makeSeedTiers } from '#test/make.ts';
import { startJourney } from './site.ts';

const journey = await startJourney('adr-005', 1);
const [one, two, three, four] = makeSeedTiers();
const RULES = [
  makeRule({ index: 0, tier: 1, guests: ['postgres', 'pbs'] }),
  makeRule({ index: 1, tier: 4, names: ['ollama*'] }),
  makeRule({ index: 2, tier: 3, guests: ['sandbox'] }),
];
const seedPolicy = journey.policy({ tiers: makeSeedTiers(), assign: RULES });

addStrangers(journey.lab.world);
const begin = journey.save();

/** What people made by hand: jobs that cover guests, a pool, a namespace with points, a prune job on it. */
function addStrangers(world: World): void {
  const pve = world.pve['pve']!;
  const job = (config: JobState['config']): JobState => ({
    config: { enabled: 1, schedule: '21:00', mode: 'snapshot', storage: 'local-zfs', ...config },
    consideredAt: world.now,
  });
  pve.jobs['nightly'] = job({ vmid: '101,103' });
  pve.jobs['weekly-prod'] = job({ pool: 'prod', schedule: 'sun 21:00' });
  pve.pools['prod'] = { comment: 'production', vmids: [102], storages: [] };
  const pbs = world.pbs['pbs']!;
  const group = addGroup(addNamespace(pbs.datastores['main']!, 'by-hand'), { type: 'vm', id: '101', owner: 'root@pam' });
  for (let day = 1; day <= 3; day++) {
    addSnapshot(group, { time: world.now - day * 86_400, files: manifestFiles([{ filename: 'drive-scsi0.img.fidx', size: 2 ** 30 }]) });
  }
  pbs.jobs.prune['by-hand'] = { id: 'by-hand', store: 'main', ns: 'by-hand', schedule: 'daily', 'keep-last': 30 };
}

function strangers({ pve, pbs }: World): string {
  const { jobs, pools, storages, guests } = pve['pve']!;
  const { datastores, jobs: pbsJobs } = pbs['pbs']!;
  return JSON.stringify([
    jobs['nightly']!.config,
    jobs['weekly-prod']!.config,
    pools['prod']?.comment,
    storages['local-zfs'],
    guests,
    datastores['main']!.namespaces['by-hand'],
    pbsJobs.prune['by-hand'],
  ]);
}

/** All that a plan could have made or changed, and all that people made. Without logs and task lists, which tell how often was tried. */
function placesAndJobs({ pve, pbs }: World): unknown {
  const { jobs, pools, storages, guests } = pve['pve']!;
  const { jobs: pbsJobs, datastores } = pbs['pbs']!;
  return {
    jobs: Object.fromEntries(Object.entries(jobs).map(([id, { config }]) => [id, config])),
    pools,
    storages,
    guests,
    pbsJobs,
    datastores,
  };
}

/** Guests that an enabled job of PVE takes, read from the lab's own state. */
function covered({ pve }: World): ReadonlySet<number> {
  const { jobs, pools, guests } = pve['pve']!;
  const taken = Object.values(jobs).flatMap(({ config }) => {
    if (config['enabled'] === 0) return [];
    if (typeof config['pool'] === 'string') return pools[config['pool']]?.vmids ?? [];
    if (config['all'] === 1) return Object.keys(guests).map(Number);
    const { vmid } = config;
    return typeof vmid === 'string' ? vmid.split(',').map(Number) : [];
  });
  return new Set(taken);
}

async function drawnPlan(ports: Ports): Promise<Plan> {
  const planned = await plan(ports);
  if (planned.outcome !== 'planned') throw new Error('no plan');
  return planned.drawn.plan;
}

function applyAll(ports: Ports, options: Partial<ApplyOptions> = {}): Promise<Applied> {
  return apply(ports, { allow: new Set(), confirm: async () => true, ...options });
}

/** Every weakening step is allowed. */
function applyEverything(ports: Ports): Promise<Applied> {
  const everything = new Set<string>();
  everything.has = () => true;
  return applyAll(ports, { allow: everything });
}

function brief({ action, kind, id }: Step): string {
  return `${action} ${kind} ${id}`;
}

describe('apply on the seed’s fleet', () => {
  test('makes all four tiers but what is not Holdfast’s, and a plan afterwards is empty', async () => {
    journey.restore(begin);
    const ports = journey.ports(seedPolicy);
    const applied = await applyAll(ports);
    expect([applied.outcome, applied.findings, applied.held.map(({ step }) => step.weakening)]).toEqual(['applied', [], ['take:vm-102']]);
    expect((await applyEverything(ports)).outcome).toBe('applied');
    expect((await drawnPlan(ports)).steps.map(brief)).toEqual([]);
  });

  test('switches on a storage that was disabled by hand', async () => {
    journey.restore(begin);
    const ports = journey.ports(seedPolicy);
    await applyEverything(ports);
    const config = () => journey.lab.world.pve['pve']!.storages['pbs-tier-4']!.config;
    config()['disable'] = 1;
    expect((await drawnPlan(ports)).steps.map((step) => `${brief(step)}: ${step.because}`)).toEqual([
      'change storage pbs-tier-4: disable on → off',
    ]);
    expect((await applyAll(ports)).outcome).toBe('applied');
    expect([config()['disable'], (await drawnPlan(ports)).steps]).toEqual([0, []]);
  });

  test('touches nothing that people made', async () => {
    journey.restore(begin);
    const before = strangers(journey.lab.world);
    await applyEverything(journey.ports(seedPolicy));
    expect(strangers(journey.lab.world)).toBe(before);
  });

  test('writes each intent before its write, and how it ended after it', async () => {
    journey.restore(begin);
    const ports = journey.ports(seedPolicy);
    const { done } = await applyAll(ports);
    const intents = await ports.store.intents();
    expect(intents.map(({ phase, step }) => `${phase} ${step.id}`)).toEqual(done.flatMap(({ id }) => [`started ${id}`, `done ${id}`]));
  });

  test('refuses a saved plan when the world has moved on, and does nothing', async () => {
    journey.restore(begin);
    const ports = journey.ports(seedPolicy);
    const saved = await drawnPlan(ports);
    journey.lab.world.pve['pve']!.pools['tier-3'] = { vmids: [], storages: [] };
    const before = JSON.stringify(placesAndJobs(journey.lab.world));
    expect((await applyAll(ports, { saved })).outcome).toBe('stale');
    expect(JSON.stringify(placesAndJobs(journey.lab.world))).toBe(before);
  });

  test('obeys a saved plan though new points arrived', async () => {
    journey.restore(begin);
    const ports = journey.ports(seedPolicy);
    const saved = await drawnPlan(ports);
    journey.lab.world.now += 3600;
    expect((await applyAll(ports, { saved })).outcome).toBe('applied');
  });

  test('a read-only token plans; each write it may not make names the right it lacks, and nothing more is tried', async () => {
    journey.restore(begin);
    const audit = seedPolicy.sites[0]!;
    const { applyToken: _, ...pve } = audit.pve;
    const readOnly: Policy = { ...seedPolicy, sites: [{ ...audit, pve, pbs: audit.pbs.map(({ applyToken: __, ...pbs }) => pbs) }] };
    const ports = journey.ports(readOnly);
    const before = JSON.stringify(placesAndJobs(journey.lab.world));
    expect((await drawnPlan(ports)).steps.length).toBeGreaterThan(20);
    const applied = await applyAll(ports);
    if (applied.outcome !== 'failed') throw new Error('a read-only token wrote something');
    expect([applied.error.kind, applied.error.privilege, applied.error.path]).toEqual(['forbidden', 'Pool.Allocate', '/pool/tier-1']);
    expect(JSON.stringify(placesAndJobs(journey.lab.world))).toBe(before);
  });
});

/** Nothing is done. Not `refused`: the lab takes that for a PBS that is down for its PVE, too, and then PVE refuses storages. */
const NOT_DONE = { answer: { status: 596, reason: 'Broken pipe', body: '' } };

test('each kind of write names the right that a read-only token lacks, and the command that gives it', async () => {
  journey.restore(begin);
  const site = seedPolicy.sites[0]!;
  const { applyToken: _, ...pve } = site.pve;
  const limits = { traffic: [{ name: 'office', networks: ['10.0.0.0/8'], rateInBytesPerSecond: 2 ** 20 }], gcSchedule: 'sat 07:00' };
  const readOnly = { ...site, pve, pbs: site.pbs.map(({ applyToken: __, ...pbs }) => ({ ...pbs, ...limits })) };
  journey.lab.world.pbs['pbs']!.remotes['vault'] = { name: 'vault', host: '192.0.2.9', 'auth-id': 'sync@pbs' };
  const offsite: Tier['offsite'] = { remote: 'vault', withinSeconds: 2 * 86_400, direction: 'push', datastore: 'vault' };
  const policy: Policy = { ...seedPolicy, sites: [readOnly], tiers: seedPolicy.tiers.map((tier) => ({ ...tier, offsite })) };
  const { steps } = await drawnPlan(journey.ports(policy));
  const proxmox = journey.ports(policy).connect(readOnly);
  const lacking = new Map<string, string>();
  for (const step of steps) {
    const error = await proxmox.carryOut(step).catch((caught: unknown) => caught);
    if (!(error instanceof ProxmoxError)) throw new Error(`${brief(step)} was not refused`);
    const told = explainRefusal(policy, step, error);
    lacking.set(step.kind, `${told.privilege} on ${told.path}`);
    expect(told.fix).toContain(`lacks ${told.privilege} on ${told.path}`);
    expect(told.fix).toMatch(step.server === 'pve' ? /^ {4}pveum acl modify /m : /^ {4}proxmox-backup-manager acl update /m);
  }
  await proxmox.close();
  expect(Object.fromEntries(lacking)).toEqual({
    pool: 'Pool.Allocate on /pool/tier-4',
    namespace: 'Datastore.Modify on /datastore/main',
    storage: 'Datastore.Allocate on /storage',
    'backup-job': 'Sys.Modify on /',
    'pool-member': 'Pool.Allocate on /pool/tier-1',
    datastore: 'Datastore.Modify on /datastore/main',
    'sync-job': 'Remote.DatastoreBackup on /remote/vault/vault',
    'verify-job': 'Datastore.Verify on /datastore/main/home/tier-2',
    'prune-job': 'Datastore.Modify on /datastore/main/home/tier-4',
    'traffic-control': 'Sys.Modify on /',
  });
});

/** Lets `requests` calls through, then strikes all that follow: as if the process had died there. */
function killAfter(requests: number, last: 'refused' | 'lost-answer'): void {
  const { faults } = journey.lab.world;
  faults.length = 0;
  if (last === 'lost-answer') faults.push({ call: '.', after: requests, times: 1, kind: 'lost-answer' });
  faults.push({ call: '.', after: requests, times: Number.MAX_SAFE_INTEGER, kind: NOT_DONE });
}

/** What is left of the counters says whether a call was struck. */
async function runKilled(policy: Policy, requests: number, last: 'refused' | 'lost-answer'): Promise<'ended' | 'killed'> {
  killAfter(requests, last);
  const { faults } = journey.lab.world;
  try {
    await applyEverything(journey.ports(policy));
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
  }
  const struck = faults.at(-1)!.times < Number.MAX_SAFE_INTEGER || (last === 'lost-answer' && faults[0]!.times === 0);
  faults.length = 0;
  return struck ? 'killed' : 'ended';
}

describe('apply killed after every single request', () => {
  /** From nothing, and from one policy to another: tier 1 gets another pool, tier 2 keeps less, tier 4 goes and its guests with it. */
  const moved = journey.policy({
    tiers: [
      { ...one!, pool: 'gold' },
      { ...two!, keep: { last: 3 } },
      { ...three!, schedule: '*-15 04:00' },
    ],
    assign: [makeRule({ index: 0, tier: 1, guests: ['postgres', 'pbs', 'sandbox'] }), makeRule({ index: 1, tier: 3, names: ['ollama*'] })],
  });
  const STORIES = [
    { name: 'from nothing', from: undefined, to: seedPolicy },
    { name: 'from one policy to another', from: seedPolicy, to: moved },
  ];
  expect(four!.id).toBe(4);

  for (const { name, from, to } of STORIES) {
    for (const last of ['refused', 'lost-answer'] as const) {
      test(
        `${name}, the last request ${last === 'refused' ? 'never sent' : 'done and its answer lost'}`,
        { timeout: 300_000 },
        async () => {
          journey.restore(begin);
          if (from) await applyEverything(journey.ports(from));
          const start = journey.save();
          const before = strangers(journey.lab.world);
          const unchanged = JSON.stringify(placesAndJobs(journey.lab.world));
          const hadJob = covered(journey.lab.world);
          const { done } = await applyEverything(journey.ports(to));
          const wanted = placesAndJobs(journey.lab.world);
          expect((await drawnPlan(journey.ports(to))).steps).toEqual([]);

          let requests = 0;
          let interrupted = 0;
          for (let outcome = 'killed'; outcome === 'killed'; requests++) {
            journey.restore(start);
            outcome = await runKilled(to, requests, last);
            const bare = [...hadJob].filter((vmid) => !covered(journey.lab.world).has(vmid));
            expect([requests, bare]).toEqual([requests, []]);
            if (outcome === 'ended') break;
            // Where nothing was written, the next run is the very run that made `wanted`.
            if (JSON.stringify(placesAndJobs(journey.lab.world)) === unchanged) continue;
            interrupted++;
            await applyEverything(journey.ports(to));
            expect(placesAndJobs(journey.lab.world), `killed after ${requests} requests`).toEqual(wanted);
            expect(strangers(journey.lab.world)).toBe(before);
          }
          // Each step was interrupted after it at least once, but for the last.
          expect(interrupted).toBeGreaterThanOrEqual(done.length - 1);
          expect(requests).toBeGreaterThan(done.length + 20);
        },
      );
    }
  }
});
