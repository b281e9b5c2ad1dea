import { beforeEach, expect, test, vi } from 'vitest';
import { addDatastore, addGroup, addNamespace, addSnapshot, makePbs, manifestFiles, type GroupState } from '#lab/pbs/state.ts';
import { addGuest, makePve } from '#lab/pve/make.ts';
import { pbsAccess, pveAccess, TOKENS } from '#lab/scenarios/access.ts';
import { emptyWorld } from '#lab/world.ts';
import type { Memory, Ports } from '#app/ports.ts';
import { lock } from '#app/lock.ts';
import { openHttp } from '#proxmox/http.ts';
import { volatileMemory } from '#store/volatile.ts';
import { makeTier } from '#test/make.ts';
import { runHere } from '#test/cli.ts';
import { startJourney } from './site.ts';

const START = Date.UTC(2026, 10, 25, 12) / 1000;
const DAY = 86_400;

const world = emptyWorld(START);
world.pve['pve'] = makePve({ now: START, access: pveAccess(), node: 'pve1' });
addGuest(world.pve['pve'], START, { vmid: 101, name: 'postgres', disks: { scsi0: 'local-zfs:vm-101-disk-0,size=1G' }, pool: 'tier-1' });
const pbs = makePbs({ now: START, access: pbsAccess('main', 'home') });
const namespace = addNamespace(addDatastore(pbs, 'main'), 'home/tier-1');
const FILES = manifestFiles([{ filename: 'drive-scsi0.img.fidx', size: 2 ** 30 }]);
const own = addGroup(namespace, { type: 'vm', id: '101', owner: TOKENS.backup });
for (const day of [9, 6, 3, 1]) addSnapshot(own, { time: START - day * DAY, files: FILES, protected: day === 9 });
world.pbs['pbs'] = pbs;

const journey = await startJourney(world);
const fresh = journey.save();
const group = (): GroupState => journey.lab.world.pbs['pbs']!.datastores['main']!.namespaces['home/tier-1']!.groups['vm/101']!;
/** Ages in days of the points that are protected, oldest first. */
const flags = (): number[] =>
  group()
    .snapshots.filter((one) => one.protected)
    .map(({ time }) => (START - time) / DAY);

let memory: Memory;
let ports: Ports & { readonly memory: Memory };
const tier = (retentionDays: number) => makeTier({ lock: true, retentionSeconds: retentionDays * DAY });

function promise(retentionDays: number): void {
  const policy = journey.policy({ tiers: [tier(retentionDays)], assign: [{ index: 0, tier: 1, names: ['*'], at: 'x' }] });
  ports = { ...journey.ports(policy), memory };
}

beforeEach(() => {
  journey.restore(fresh);
  memory = volatileMemory();
  promise(7);
});

const apply = async () => {
  const found = await lock(ports, { apply: { by: 'ana', holder: 'test' } });
  return found.outcome === 'shown' ? found.sites[0]! : expect.fail('the policy is invalid');
};

test('a look alone sets nothing, and remembers nothing', async () => {
  const found = await lock(ports, {});
  expect(found.outcome === 'shown' && found.sites[0]!.groups[0]).toMatchObject({ points: 4, ours: 0, others: 1, toProtect: 3, toLift: 0 });
  expect(flags()).toEqual([9]);
  for await (const batch of memory.points('home')) expect(batch).toEqual([]);
});

test('what is not due is protected with the backup token, what is due is lifted, what a person set stays', async () => {
  expect((await apply()).done).toEqual({ protected: 3, lifted: 0 });
  expect(flags()).toEqual([9, 6, 3, 1]);
  expect((await apply()).done).toEqual({ protected: 0, lifted: 0 });
  journey.lab.world.now += 2 * DAY;
  expect((await apply()).done).toEqual({ protected: 0, lifted: 1 });
  expect(flags()).toEqual([9, 3, 1]);
  const acts = (await memory.audit(0)).map(({ by, act, on }) => `${by} ${act} ${on}`);
  expect(acts.at(-1)).toBe('ana lift home: main:home/tier-1 vm/101/2026-11-19T12:00:00Z');
});

test('no prune and no deletion removes a locked point, not even with the right to', async () => {
  await apply();
  const { url, fingerprint, tokens } = journey.lab.pbs;
  const http = openHttp({ product: 'pbs', name: 'pbs', urls: [url], fingerprint, token: async () => tokens[TOKENS.pbsApply]! });
  const named = { ns: 'home/tier-1', 'backup-type': 'vm', 'backup-id': '101' };
  await http.send('POST', '/admin/datastore/main/prune', { ...named, 'keep-last': 1 }, () => {});
  const deleted = http.send('DELETE', '/admin/datastore/main/snapshots', { ...named, 'backup-time': START - 3 * DAY }, () => {});
  await expect(deleted).rejects.toThrow('protected');
  await http.close();
  expect(group().snapshots.length).toBe(4);
});

test('a policy that shortens lifts nothing before the longer date, one that lengthens protects for longer', async () => {
  promise(30);
  await apply();
  promise(1);
  journey.lab.world.now += 20 * DAY;
  expect((await apply()).done).toEqual({ protected: 0, lifted: 0 });
  journey.lab.world.now += 9 * DAY;
  expect((await apply()).done).toEqual({ protected: 0, lifted: 3 });
});

test('a clock of the server that jumped ahead lifts nothing', async () => {
  await apply();
  journey.lab.world.pbs['pbs']!.clockAheadSeconds = 400 * DAY;
  expect((await apply()).done).toEqual({ protected: 0, lifted: 0 });
});

test('a protection that somebody lifted is set again', async () => {
  await apply();
  group().snapshots[2]!.protected = false;
  expect((await apply()).done).toEqual({ protected: 1, lifted: 0 });
});

test('a group of another login is told, and hides no other', async () => {
  group().owner = 'root@pam';
  const other = addGroup(journey.lab.world.pbs['pbs']!.datastores['main']!.namespaces['home/tier-1']!, {
    type: 'vm',
    id: '102',
    owner: TOKENS.backup,
  });
  addSnapshot(other, { time: START - DAY, files: FILES });
  const { done, findings } = await apply();
  expect(done).toEqual({ protected: 1, lifted: 0 });
  expect(findings.map(({ code, problem }) => `${code} ${problem}`)).toEqual([
    expect.stringMatching(/^HF-LOCK-FAILED 3 protections could not .* owner check failed/),
  ]);
});

test('a site that a watch holds is left to it, and nobody stays who seems to watch too', async () => {
  await memory.leases.round('daemon', ['home'], 60);
  const release = vi.spyOn(memory.leases, 'release');
  expect((await apply()).done).toBe('elsewhere');
  expect(release).toHaveBeenCalledOnce();
  expect(flags()).toEqual([9]);
});

test('as people see it', async () => {
  const shown = await runHere(['lock', '--apply', '--by', 'ana'], { nowAt: START, ports });
  expect(shown.code).toBe(0);
  expect(shown.out).toContain('3 protected, 0 lifted.');
  expect(shown.out).toContain('a flag, not write-once');
  const { sites } = JSON.parse((await runHere(['lock', '--json'], { nowAt: START, ports })).out) as { sites: { groups: unknown[] }[] };
  expect(sites[0]!.groups).toMatchObject([{ id: '101', guest: 'postgres', ours: 3, others: 1, toProtect: 0 }]);
});

test('a PBS that does not answer is no PBS on which nothing should be protected', async () => {
  journey.lab.world.faults.push({ server: 'pbs', call: '.', times: 1e9, kind: 'refused' });
  const { code, out } = await runHere(['lock'], { nowAt: START, ports });
  expect(code).toBe(1);
  expect(out).toContain('PBS pbs could not be read');
  expect(out).not.toContain('nothing should be');
});

test('a site that is not there is no site where all is well', async () => {
  const ran = await runHere(['lock', '--site', 'hom'], { nowAt: START, ports });
  expect([ran.code, ran.out]).toEqual([2, expect.stringContaining('The policy has no site "hom"')]);
});
