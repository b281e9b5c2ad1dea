import { beforeEach, expect, test } from 'vitest';
import { addDatastore, addGroup, addNamespace, addSnapshot, makePbs, manifestFiles } from '#lab/pbs/state.ts';
import { addGuest, makePve } from '#lab/pve/make.ts';
import { pbsAccess, pveAccess, TOKENS } from '#lab/scenarios/access.ts';
import { emptyWorld } from '#lab/world.ts';
import type { Lease, Memory } from '#app/ports.ts';
import { watch, type Handed, type Watched } from '#app/watch.ts';
import type { Finding } from '#core/finding.ts';
import { openHttp } from '#proxmox/http.ts';
import { volatileMemory } from '#store/volatile.ts';
import { makeTier } from '#test/make.ts';
import { startJourney } from './site.ts';

const START = Date.UTC(2026, 10, 25, 12) / 1000;
const DAY = 86_400;

const world = emptyWorld(START);
world.pve['pve'] = makePve({ now: START, access: pveAccess(), node: 'pve1' });
addGuest(world.pve['pve'], START, { vmid: 101, name: 'postgres', disks: { scsi0: 'local-zfs:vm-101-disk-0,size=1G' }, pool: 'tier-1' });
const pbs = makePbs({ now: START, access: pbsAccess('main', 'home') });
const datastore = addDatastore(pbs, 'main');
addNamespace(datastore, 'home/tier-2');
const own = addGroup(addNamespace(datastore, 'home/tier-1'), { type: 'vm', id: '101', owner: TOKENS.backup });
const files = manifestFiles([{ filename: 'drive-scsi0.img.fidx', size: 2 ** 30 }]);
for (const day of [5, 4, 3, 2, 1]) addSnapshot(own, { time: START - day * DAY, files });
world.pbs['pbs'] = pbs;

const journey = await startJourney(world);
const fresh = journey.save();
const policy = journey.policy({ tiers: [makeTier(), makeTier({ id: 2 })], assign: [{ index: 0, tier: 1, names: ['*'], at: 'x' }] });
const named = { ns: 'home/tier-1', 'backup-type': 'vm', 'backup-id': '101' };

let memory: Memory;
let lease: Lease;
let handed: Handed | undefined;

beforeEach(async () => {
  journey.restore(fresh);
  [memory, handed] = [volatileMemory(), undefined];
  lease = (await memory.leases.round('one', ['home'], 3600))[0]!;
  await cycle();
});

/** One look, a minute later. */
async function cycle(): Promise<Extract<Watched, { outcome: 'recorded' }>> {
  journey.lab.world.now += 60;
  const { clock, connect } = journey.ports(policy);
  const proxmox = connect(policy.sites[0]!);
  const watched = await watch({ clock, memory, proxmox, policy, site: policy.sites[0]!, lease, ...(handed && { previous: handed }) });
  await proxmox.close();
  if (watched.outcome !== 'recorded') return expect.fail('the lease is lost');
  handed = watched.handed;
  return watched;
}

async function call(method: 'POST' | 'DELETE', path: string, params: Readonly<Record<string, string | number>>): Promise<void> {
  const { url, fingerprint, tokens } = journey.lab.pbs;
  const http = openHttp({ product: 'pbs', name: 'pbs', urls: [url], fingerprint, token: async () => tokens['root@pam!lab']! });
  await http.send(method, `/admin/datastore/main/${path}`, params, () => {});
  await http.close();
}

function losses({ findings }: { readonly findings: readonly Finding[] }): Finding[] {
  return findings.filter(({ code }) => code === 'HF-POINT-GONE');
}

test('each point gets its date at the first look', async () => {
  const dates = (
    await memory.groupPoints({ site: 'home', server: 'pbs', datastore: 'main', namespace: 'home/tier-1', type: 'vm', id: '101' })
  ).map(({ at, tier, notBeforeAt }) => [tier, notBeforeAt! - at]);
  expect(dates).toEqual(Array.from({ length: 5 }, () => [1, 30 * DAY]));
});

test('a prune that undercuts the promise is named, with its task and user, by its own log', async () => {
  await call('POST', 'prune', { ...named, 'keep-last': 2 });
  const [loss, ...more] = losses(await cycle());
  expect(more).toEqual([]);
  expect(loss!.problem).toMatch(/^3 points of postgres, .* went before their dates .*; 2 are left$/);
  expect(loss!.why).toMatch(/prune of root@pam!lab \(UPID:pbs1:.*\) removed it$/);
});

test('a deletion over the API is told as one, though another prune ran in that time', async () => {
  await call('POST', 'prune', { ...named, 'keep-last': 30 });
  await call('DELETE', 'snapshots', { ...named, 'backup-time': START - 3 * DAY });
  const [loss] = losses(await cycle());
  expect(loss!.why).toContain('no task removed it: somebody deleted it by hand or over the API');
});

test('a loss stays open at the next looks, after a restart too, and is one', async () => {
  await call('DELETE', 'snapshots', { ...named, 'backup-time': START - 3 * DAY });
  await cycle();
  await cycle();
  handed = undefined;
  await cycle();
  const lives = (await memory.lives('home', 0)).filter(({ finding }) => finding.code === 'HF-POINT-GONE');
  expect(lives.map(({ state }) => state)).toEqual(['open']);
});

test('a whole group that went says in what state', async () => {
  await call('DELETE', 'groups', named);
  expect(losses(await cycle())[0]!.problem).toContain('nothing of the group is left, and its newest was never verified');
});

test('what a token may not see any more is not gone', async () => {
  const { acl } = journey.lab.world.pbs['pbs']!.access;
  const kept = acl.splice(0, acl.length);
  expect(losses(await cycle())).toEqual([]);
  acl.push(...kept);
  const { record } = await cycle();
  expect(record.points).toEqual([]);
});

test('a group that moves to another tier keeps its dates and is no loss', async () => {
  await call('POST', 'move-group', { ...named, 'target-ns': 'home/tier-2' });
  journey.lab.world.now += 3600;
  const watched = await cycle();
  expect(losses(watched)).toEqual([]);
  expect(watched.record.points.map(({ namespace, goneBy }) => goneBy ?? namespace).toSorted()).toEqual([
    ...Array.from({ length: 5 }, () => 'home/tier-2'),
    ...Array.from({ length: 5 }, () => 'moved to main:home/tier-2'),
  ]);
});
