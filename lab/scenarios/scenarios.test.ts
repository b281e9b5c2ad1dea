import { expect, test } from 'vitest';
import { worldOf } from '#test/worlds.ts';
import { LAB_EPOCH, startLab } from '../lab.ts';
import { MESSY_PLANTED } from './messy-plants.ts';
import { SCENARIOS } from './scenarios.ts';

for (const name of Object.keys(SCENARIOS).filter((one) => one !== 'fleet-10k')) {
  test(`${name}: the same each time`, () => {
    expect(JSON.stringify(SCENARIOS[name]!(LAB_EPOCH)) === JSON.stringify(worldOf(name))).toBe(true);
  });
}

test('fleet-10k: 10,000 guests and 600,000 points of theirs', () => {
  const world = SCENARIOS['fleet-10k']!(LAB_EPOCH);
  expect(Object.keys(world.pve['pve']!.guests).length).toBe(10_000);
  let points = 0;
  const ctime = (vmid: string): number => Number(/ctime=(\d+)/.exec(String(world.pve['pve']!.guests[Number(vmid)]!.config['meta']))![1]);
  for (const { groups } of Object.values(world.pbs['pbs']!.datastores['main']!.namespaces)) {
    for (const { id, snapshots } of Object.values(groups)) {
      points += snapshots.length;
      if (snapshots[0]!.time < ctime(id)) expect.fail(`guest ${id} is younger than its first point`);
    }
  }
  expect(points).toBe(600_000);
});

test('two-sites: the same ids at both, each in its own namespace', () => {
  const world = worldOf('two-sites');
  const namespaces = world.pbs['pbs']!.datastores['main']!.namespaces;
  for (const site of ['office', 'plant']) {
    expect(Object.keys(world.pve[site]!.guests)).toEqual(['101', '102', '103', '104']);
    expect(namespaces[`${site}/tier-1`]!.groups['vm/101']!.snapshots.at(-1)).toMatchObject({
      state: 'finished',
      notes: expect.stringContaining(`${site}-db`),
    });
  }
});

test('healthy-30: each run was a success, each point is finished and verified, retention holds', async () => {
  const lab = await startLab({ scenario: worldOf('healthy-30') });
  const pve = lab.world.pve['pve']!;
  expect(new Set(pve.tasks.map(({ status }) => status))).toEqual(new Set(['OK']));
  const groups = Object.values(lab.world.pbs['pbs']!.datastores['main']!.namespaces).flatMap((namespace) =>
    Object.values(namespace.groups),
  );
  expect(groups.length).toBe(30);
  for (const { snapshots } of groups)
    for (const one of snapshots) expect(one).toMatchObject({ state: 'finished', verification: { state: 'ok' } });
  await lab.close();
});

test('messy-homelab: each planted hazard is on an object that is there', () => {
  const world = worldOf('messy-homelab');
  const [pve, pbs] = [world.pve['pve']!, world.pbs['pbs']!];
  const there: Record<string, (id: string) => boolean> = {
    guest: (id) => id in pve.guests,
    'backup-job': (id) => id in pve.jobs,
    'prune-job': (id) => id in pbs.jobs.prune,
    'verify-job': (id) => id in pbs.jobs.verify,
    'sync-job': (id) => id in pbs.jobs.sync,
    storage: (id) => id in pve.storages,
    datastore: (id) => id in pbs.datastores,
    namespace: (id) => id in pbs.datastores['main']!.namespaces,
    group: (id) => Object.values(pbs.datastores['main']!.namespaces).some(({ groups }) => id in groups),
    node: (id) => id in pve.nodes,
    pbs: (id) => id in world.pbs,
  };
  expect(MESSY_PLANTED.filter(({ where }) => !there[where.kind]!(where.id))).toEqual([]);
  expect(new Set(MESSY_PLANTED.map(({ hazard }) => hazard)).size).toBe(MESSY_PLANTED.length);
  expect(new Set(MESSY_PLANTED.map(({ where }) => `${where.kind} ${where.id}`)).size).toBe(MESSY_PLANTED.length);
});

test('messy-homelab: the past is as bad as the plants say', () => {
  const world = worldOf('messy-homelab');
  const namespaces = world.pbs['pbs']!.datastores['main']!.namespaces;
  const points = (tier: number, group: string) => namespaces[`homelab/tier-${tier}`]!.groups[group]?.snapshots ?? [];
  const archives = (tier: number, group: string) =>
    points(tier, group)
      .at(-1)!
      .files.map(({ filename }) => filename);
  expect(points(1, 'vm/335')).toEqual([]);
  expect(points(1, 'vm/312').length).toBe(1);
  expect(archives(1, 'vm/1306')).toContain('drive-scsi0.img.fidx');
  expect(archives(1, 'vm/306')).not.toContain('drive-scsi1.img.fidx');
  expect(archives(5, 'vm/325')).toEqual(['qemu-server.conf.blob', 'index.json.blob']);
  expect(points(2, 'vm/326').at(-1)!.verification?.state).toBe('failed');
  expect(points(2, 'vm/334').at(-1)!.state).toBe('leftover');
  expect(
    world.pve['pve']!.tasks.some(({ log }) => log.includes('INFO: skipping guest filesystem freeze - agent configured but not running?')),
  ).toBe(true);
});
