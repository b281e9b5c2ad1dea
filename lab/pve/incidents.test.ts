import { expect, test } from 'vitest';
import { twoSites } from '../scenarios/two-sites.ts';
import { LAB_EPOCH } from '../lab.ts';
import { live } from './incidents.ts';

for (const seed of [1, 2, 3]) {
  test(`half a year of incidents leaves a world that fits together (${seed})`, () => {
    const world = twoSites(LAB_EPOCH);
    for (let step = 0; step < 720; step += 1) live(world, seed, step);
    world.faults.length = 0;
    const statuses = new Set(world.pve['office']!.tasks.map(({ status }) => status?.split(':')[0]));
    expect(statuses).toContain('OK');
    expect(statuses).toContain('job errors');
    expect(statuses.size).toBeGreaterThan(2);
    const running = new Set(
      Object.values(world.pbs).flatMap(({ tasks }) => tasks.filter(({ status }) => status === undefined).map(({ upid }) => upid)),
    );
    for (const namespace of Object.values(world.pbs['pbs']!.datastores['main']!.namespaces)) {
      for (const group of Object.values(namespace.groups)) {
        const times = group.snapshots.map(({ time }) => time);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(new Set(times).size).toBe(times.length);
        expect(group.snapshots.filter(({ state }) => state === 'running').length).toBe(group.lock === undefined ? 0 : 1);
        if (group.lock !== undefined) expect(running).toContain(group.lock);
      }
    }
  });
}

test('each run that says OK has left a snapshot of each of its guests, until retention takes it', () => {
  const world = twoSites(LAB_EPOCH);
  for (let step = 0; step < 240; step += 1) live(world, 4, step);
  const groups = world.pbs['pbs']!.datastores['main']!.namespaces['office/tier-1']!.groups;
  const oldest = groups['vm/101']!.snapshots[0]!.time;
  const claimed = world.pve['office']!.tasks.filter(
    ({ status, startedAt, id }) => status === 'OK' && id === '101' && startedAt > oldest + 3 * 86_400,
  ).map(({ log }) => /archive '(vm\/101\/[^']+)'/.exec(log.join('\n'))?.[1]);
  const there = groups['vm/101']!.snapshots.map(({ time }) => `vm/101/${new Date(time * 1000).toISOString().slice(0, 19)}Z`);
  expect(claimed.length).toBeGreaterThan(10);
  expect(claimed.filter((name) => !there.includes(name!))).toEqual([]);
});
