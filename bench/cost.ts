/**
 * What watching asks of the servers of a 12-guest site with 94 snapshots, and how fast it tells: the first whole picture, the requests of an
 * hour in which nothing changes (the clock is virtual, the calls are not), and two outages in real time: a PBS that refuses, a PVE that hangs.
 */
import type { AlertRecord } from '#core/memory/record.ts';
import { POSTURES } from '#core/assess/posture.ts';
import type { Policy } from '#core/policy/policy.ts';
import type { Proxmox, Timers } from '#app/ports.ts';
import { loadPolicy } from '#config/policy-source.ts';
import { startDaemon, type Daemon } from '#daemon/daemon.ts';
import { startLab, type Lab } from '#lab/lab.ts';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';
import { secretsOf } from '#lab/scenarios/policy.ts';
import { SCENARIOS } from '#lab/scenarios/scenarios.ts';
import type { World } from '#lab/world.ts';
import { examineSite } from '#proxmox/examine.ts';
import { connectSite } from '#proxmox/site.ts';
import { volatileMemory } from '#store/volatile.ts';
import { virtualTime } from '#test/virtual-time.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realTimers } from '../src/timers.ts';
import { report } from './result.ts';

const GUESTS = 12;
const POINTS = 94;
/** A Wednesday's noon: no job is due before the night. */
const NOON = Date.UTC(2026, 10, 25, 12) / 1000;

type Rig = {
  readonly daemon: Daemon;
  readonly lab: Lab;
  readonly sent: (AlertRecord & { readonly atMs: number })[];
  readonly asked: number[];
};

const ALERTS: NonNullable<Policy['alerts']> = {
  channels: [{ name: 'hook', kind: 'webhook', url: 'http://127.0.0.1/' }],
  routes: [{ index: 0, to: ['hook'], severity: 'error', also: false }],
};

await quietHour();
await outages();

async function quietHour(): Promise<void> {
  const lab = await startLab({ scenario: small(NOON) });
  let underWay = 0;
  const time = virtualTime({ idle: () => underWay === 0, onPass: (seconds) => lab.advance(seconds) });
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    underWay += 1;
    return work.finally(() => (underWay -= 1));
  };
  const { daemon, asked } = start(lab, { timers: time, now: () => lab.world.now, counted });
  await time.pass(60);
  const before = asked.length;
  await time.pass(3600);
  await daemon.stop();
  await lab.close();
  const hour = asked.slice(before);
  const most = Math.max(...hour.map((at) => hour.filter((other) => other >= at && other < at + 600).length)) / 10;
  report({
    name: 'requests a minute while nothing changes',
    measured: `  ${hour.length} requests in an hour to PVE and PBS together; in the busiest ten minutes ${most.toFixed(1)} a minute`,
    value: hour.length / 60,
    limit: 20,
    unit: '',
  });
}

async function outages(): Promise<void> {
  const lab = await startLab({ scenario: small(Math.floor(Date.now() / 1000)), clock: 'real' });
  const beganMs = performance.now();
  const rig = start(lab, { timers: realTimers, now: () => Math.floor(Date.now() / 1000), counted: (work) => work });
  await until(() => state(rig).look !== undefined);
  const site = state(rig);
  const points = Object.values(lab.world.pbs['pbs']!.datastores['main']!.namespaces).flatMap(({ groups }) => Object.values(groups));
  report({
    name: 'first whole picture',
    measured: `  ${site.guests.length} guests, ${points.reduce((sum, { snapshots }) => sum + snapshots.length, 0)} snapshots, look ${site.look!.outcome}`,
    value: (performance.now() - beganMs) / 1000,
    limit: 10,
    unit: 's',
  });
  await outage(rig, 'a PBS that refuses', { server: 'pbs', kind: 'refused' });
  await outage(rig, 'a PVE that hangs', { server: 'pve', kind: 'hang' });
  await rig.daemon.stop();
  await lab.close();
}

async function outage(rig: Rig, name: string, fault: { readonly server: string; readonly kind: 'refused' | 'hang' }): Promise<void> {
  const before = new Map(state(rig).guests.map(({ vmid, posture }) => [vmid, rank(posture)]));
  // The worst moment: just after a pulse.
  const pulses = rig.asked.length;
  await until(() => rig.asked.length > pulses);
  await pause(500);
  const beganMs = performance.now();
  rig.lab.world.faults.push({ ...fault, call: '.', times: 1e9 });
  const told = await message(rig, 'error');
  const better = state(rig).guests.filter(({ vmid, posture }) => rank(posture) < before.get(vmid)!);
  report({
    name: `${name}: told after`,
    measured: `  ${told.subject}; ${better.length} of ${before.size} guests seem better than before`,
    value: better.length > 0 ? Infinity : (told.atMs - beganMs) / 1000,
    limit: 30,
    unit: 's',
  });
  const looks = sum(state(rig).looks);
  rig.lab.world.faults.length = 0;
  const over = await message(rig, 'over');
  report({
    name: `${name}: looks until its end is told`,
    measured: `  ${over.subject}`,
    value: sum(state(rig).looks) - looks,
    limit: 1,
    unit: '',
  });
}

/** The healthy company cut down: its first guests with their newest points. */
function small(now: number): World {
  const world = SCENARIOS['healthy-30']!(now);
  const pve = world.pve['pve']!;
  const kept = new Set(Object.keys(pve.guests).slice(0, GUESTS));
  for (const vmid of Object.keys(pve.guests)) if (!kept.has(vmid)) delete pve.guests[Number(vmid)];
  for (const pool of Object.values(pve.pools)) pool.vmids = pool.vmids.filter((vmid) => kept.has(String(vmid)));
  const namespaces = Object.values(world.pbs['pbs']!.datastores['main']!.namespaces);
  for (const { groups } of namespaces) for (const [name, { id }] of Object.entries(groups)) if (!kept.has(id)) delete groups[name];
  const groups = namespaces.flatMap((namespace) => Object.values(namespace.groups));
  let left = POINTS;
  for (const [index, group] of groups.entries()) {
    group.snapshots = group.snapshots.slice(-Math.ceil(left / (groups.length - index)));
    left -= group.snapshots.length;
  }
  return world;
}

type Given = { readonly timers: Timers; readonly now: () => number; readonly counted: <T>(work: Promise<T>) => Promise<T> };

function start(lab: Lab, { timers, now, counted }: Given): Rig {
  const policy: Policy = { ...policyOf(lab, now()), alerts: ALERTS };
  const secrets = secretsOf(lab);
  const asked: number[] = [];
  const sent: Rig['sent'] = [];
  const options = {
    now,
    readSecret: async (ref: string) => ({ secret: secrets[ref.slice('env:'.length)]! }),
    http: { onCall: () => void asked.push(timers.nowMs() / 1000) },
  };
  const daemon = startDaemon({
    ports: {
      clock: { now },
      timers,
      memory: volatileMemory(timers.nowMs),
      log: { info: () => {}, warn: () => {} },
      notifier: {
        send: async (_channel, alert) => void sent.push({ ...alert, atMs: performance.now() }),
        arrived: async () => 'unasked',
        beat: async () => {},
      },
      connect: (site) => countedSite(connectSite(site, options), counted),
      examiner: {
        examine: (site, examine) => counted(examineSite(site, options, examine)),
        showCertificate: () => Promise.reject(new Error('not asked')),
      },
      load: async () => ({ policy, findings: [], file: 'holdfast.yaml' }),
    },
    policy,
    replica: 'bench',
    version: '0',
    allowed: new Set(),
  });
  return { daemon, lab, sent, asked };
}

function countedSite(site: Proxmox, counted: Given['counted']): Proxmox {
  return { ...site, observe: (previous) => counted(site.observe(previous)), pulse: () => counted(site.pulse()) };
}

function policyOf(lab: Lab, now: number): Policy {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const file = join(folder, 'holdfast.yaml');
  writeFileSync(file, scenarioPolicy('healthy-30', lab)!);
  const { policy, findings } = loadPolicy(file, folder, now);
  rmSync(folder, { recursive: true });
  if (!policy) throw new Error(findings.map(({ problem }) => problem).join('\n'));
  return policy;
}

function state({ daemon }: Rig): ReturnType<Daemon['watching']>['sites'][number] {
  return daemon.watching().sites[0]!;
}

async function message({ sent }: Rig, severity: AlertRecord['severity']): Promise<Rig['sent'][number]> {
  const wanted = (): Rig['sent'][number] | undefined =>
    sent.find((one) => one.severity === severity && /does not answer/.test(one.subject));
  await until(() => wanted() !== undefined);
  const found = wanted()!;
  sent.length = 0;
  return found;
}

async function until(done: () => boolean): Promise<void> {
  const endMs = performance.now() + 120_000;
  while (!done()) {
    if (performance.now() > endMs) throw new Error('what was waited for did not come in two minutes');
    await pause(50);
  }
}

function pause(ms: number): Promise<void> {
  return realTimers.sleep(ms, new AbortController().signal);
}

function rank(posture: string): number {
  return POSTURES.findIndex((one) => one === posture);
}

function sum(looks: Readonly<Record<string, number>>): number {
  return Object.values(looks).reduce((all, one) => all + one, 0);
}
