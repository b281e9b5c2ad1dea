import { expect, test } from 'vitest';
import type { Memory } from '#app/ports.ts';
import { placeKey } from '#core/ledger/place.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { parseUpid } from '#core/world/upid.ts';
import type { GroupPlace, LedgerPoint } from '#core/memory/record.ts';
import type { Actual } from '#core/world/actual.ts';
import { makeActual, makeGroup, makePbs, makePolicy, makeSite, makeSnapshot, NOW, seen } from '#test/make.ts';
import { rememberedGroups } from './ledger.ts';
import { enterGroups, type LedgerEntered, type LedgerInput } from './watch-ledger.ts';

const DAY = 86_400;
const place: GroupPlace = { site: 'home', server: 'pbs', datastore: 'main', namespace: 'home/tier-1', type: 'vm', id: '101' };

/** A memory of points that hands them out in small batches and counts what it was asked. */
function memoryOf(start: readonly LedgerPoint[]) {
  const points = new Map(start.map((point) => [`${point.site} ${point.namespace} ${point.id} ${point.at}`, point]));
  const asked = { groups: 0, written: 0 };
  const memory: LedgerInput['memory'] & Pick<Memory, 'points'> = {
    sites: async () => [...new Set([...points.values()].map(({ site }) => site))],
    groups: async (site) => [
      ...new Map([...points.values()].filter((point) => point.site === site).map((point) => [placeKey(point), placeOf(point)])).values(),
    ],
    groupPoints: async ({ site, namespace, id }) => {
      asked.groups += 1;
      return [...points.values()].filter((point) => point.site === site && point.namespace === namespace && point.id === id);
    },
    points: async function* () {
      const all = [...points.values()];
      for (let i = 0; i < all.length; i += 3) yield all.slice(i, i + 3);
    },
    recordPoints: async (_lease, list) => {
      asked.written += list.length;
      for (const point of list) points.set(`${point.site} ${point.namespace} ${point.id} ${point.at}`, point);
      return 'recorded';
    },
  };
  return { memory, asked, keep: (list: readonly LedgerPoint[]) => void memory.recordPoints(lease, list, []) };
}

function placeOf({ site, server, datastore, namespace, type, id }: GroupPlace): GroupPlace {
  return { site, server, datastore, namespace, type, id };
}

const lease = { site: 'home', holder: 'one', token: 1 };

/** Groups by id, each with points so many days old. */
function look(groups: Readonly<Record<string, readonly number[]>>, namespace = 'home/tier-1', asOf = NOW): Actual {
  const value = Object.entries(groups).map(([id, days]) =>
    makeGroup({ id, snapshots: days.map((day) => makeSnapshot({ at: NOW - day * DAY })), listedAt: asOf }),
  );
  const other = namespace === 'home/tier-1' ? [] : [{ datastore: 'main', namespace: 'home/tier-1', groups: seen([], asOf) }];
  return makeActual({ asOf, pbs: [makePbs({ namespaces: [{ datastore: 'main', namespace, groups: seen(value, asOf) }, ...other] })] });
}

function input(memory: LedgerInput['memory'], actual: Actual, previous?: Actual): LedgerInput {
  return { memory, lease, policy: makePolicy(), site: makeSite(), actual, now: NOW, whole: !previous, ...(previous ? { previous } : {}) };
}

async function entered(given: LedgerInput): Promise<LedgerEntered> {
  const result = await enterGroups(given);
  return result === 'lease-lost' ? expect.fail('the lease is lost') : result;
}

test('a first look enters every group; what vanished while nobody looked is told', async () => {
  const { memory, keep } = memoryOf([]);
  keep((await entered(input(memory, look({ 101: [2, 1], 102: [3, 2, 1], 103: [1] })))).points);
  const { points, findings } = await entered(input(memory, look({ 101: [2, 1], 103: [1], 104: [1] })));
  expect(points.map(({ id, goneAt }) => `${id}${goneAt === undefined ? '' : ' gone'}`).toSorted()).toEqual([
    '102 gone',
    '102 gone',
    '102 gone',
    '104',
  ]);
  expect(findings.map(({ code, at }) => `${code} ${at.slice(0, 12)}`)).toEqual(['HF-POINT-GONE home: vm/102']);
});

test('a later look asks the memory only for what changed', async () => {
  const { memory, asked, keep } = memoryOf([]);
  const before = look({ 101: [2, 1], 102: [2, 1] });
  keep((await entered(input(memory, before))).points);
  asked.groups = 0;
  const later = look({ 101: [2, 1], 102: [1] }, 'home/tier-1', NOW + 60);
  const groups = later.pbs[0]!.namespaces[0]!.groups;
  const quiet = groups.known ? groups.value.map((group) => (group.id === '101' ? { ...group, listedAt: NOW } : group)) : [];
  const actual = makeActual({
    ...later,
    pbs: [makePbs({ namespaces: [{ datastore: 'main', namespace: 'home/tier-1', groups: seen(quiet, NOW + 60) }] })],
  });
  const { points } = await entered({ ...input(memory, actual, before), now: NOW + 60 });
  expect([asked.groups, points.map(({ id, goneAt }) => [id, goneAt])]).toEqual([1, [['102', NOW + 60]]]);
});

test('a site that got another name takes its dates and locks along, and what went before is no loss of it', async () => {
  const first = await entered(input(memoryOf([]).memory, look({ 101: [3, 2, 1] })));
  const lock = { protected: true, lockedAt: NOW - 60 };
  const formerly = memoryOf(first.points.map((one) => ({ ...one, ...lock, site: 'formerly', notBeforeAt: NOW + 90 * DAY })));
  const snapshots = [2, 1].map((day) => makeSnapshot({ at: NOW - day * DAY, protected: true }));
  const places = [{ datastore: 'main', namespace: 'home/tier-1', groups: seen([makeGroup({ snapshots })]) }];
  const { points, findings } = await entered(input(formerly.memory, makeActual({ pbs: [makePbs({ namespaces: places })] })));
  expect(findings).toEqual([]);
  const taken = { site: 'home', notBeforeAt: NOW + 90 * DAY, lockedAt: NOW - 60 };
  expect(points).toMatchObject([taken, taken]);
});

test('a group that moved while nobody looked is known as moved', async () => {
  const { memory, keep } = memoryOf([]);
  keep((await entered(input(memory, look({ 101: [2, 1], 102: [1] })))).points);
  const { points, findings } = await entered(input(memory, look({ 101: [2, 1], 102: [1] }, 'home/tier-2')));
  expect(findings).toEqual([]);
  expect(points.filter(({ goneBy }) => goneBy === 'moved to main:home/tier-2').length).toBe(3);
  expect(points.filter(({ namespace, notBeforeAt }) => namespace === 'home/tier-2' && notBeforeAt !== undefined).length).toBe(3);
});

test('very many points are written ahead, and a lost lease stops', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 1200 }, (_, i) => [String(1000 + i), Array.from({ length: 20 }, (_, day) => 20 - day)]),
  );
  const { memory, asked } = memoryOf([]);
  const { points } = await entered(input(memory, look(many)));
  expect([asked.written + points.length, asked.written > 0]).toEqual([24_000, true]);
  expect(await enterGroups(input({ ...memoryOf([]).memory, recordPoints: async () => 'lease-lost' }, look(many)))).toBe('lease-lost');
});

test('groups come whole, whatever the batches of the memory', async () => {
  const points = ['101', '102'].flatMap((id) =>
    Array.from({ length: 4 }, (_, i): LedgerPoint => ({ ...place, id, at: NOW + i, firstSeenAt: NOW, protected: false })),
  );
  const groups = [];
  for await (const group of rememberedGroups(memoryOf(points).memory, 'home')) groups.push([group.place.id, group.points.length]);
  expect(groups).toEqual([
    ['101', 4],
    ['102', 4],
  ]);
});

test('the log of a task that may have removed a point says whether it did', async () => {
  const { memory, keep } = memoryOf([]);
  keep((await entered(input(memory, look({ 101: [3, 2, 1] })))).points);
  const later = look({ 101: [1] });
  const upid = (type: string, pid: string): string =>
    `UPID:pbs:${pid}:0001E8B1:00000041:${(NOW + 60).toString(16).toUpperCase()}:${type}:main\\x3ahome-tier\\x2d1:root@pam:`;
  const tasks = ['00000BE1', '00000BE2'].map((pid) => ({ upid: parseUpid(upid('prunejob', pid))!, endedAt: NOW + 70, status: 'OK' }));
  const actual = makeActual({ ...later, pbs: [{ ...later.pbs[0]!, tasks: seen(tasks) }] });
  const asked: string[] = [];
  const taskLog = async (_server: string, text: string): Promise<string> => {
    asked.push(text);
    return text === tasks[1]!.upid.text
      ? 'x: removing backup snapshot "/main/ns/home/ns/tier-1/vm/101/2026-11-22T12:00:00Z"'
      : 'x: TASK OK';
  };
  const { points, findings } = await entered({ ...input(memory, actual), now: NOW + 600, taskLog });
  expect(asked.length).toBe(2);
  expect(points.map(({ goneBy }) => goneBy)).toEqual([
    `removed by prunejob of root@pam (${tasks[1]!.upid.text})`,
    'no task removed it: somebody deleted it by hand or over the API',
  ]);
  expect(findings[0]!.why).toContain(`prunejob of root@pam (${tasks[1]!.upid.text}) removed it; no task removed it`);
  const without = await entered({
    ...input(memory, actual),
    now: NOW + 600,
    taskLog: async () => Promise.reject(new ProxmoxError('busy', { server: 'pbs', call: 'read', detail: 'x' })),
  });
  expect(without.findings[0]!.why).toContain('in that time ran prunejob of root@pam');
});
