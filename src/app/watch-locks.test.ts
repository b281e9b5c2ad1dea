import { expect, test } from 'vitest';
import type { LedgerPoint } from '#core/memory/record.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { makeActual, makePbs, makePolicy, makeSite, makeTier, NOW, unseen } from '#test/make.ts';
import type { PointName } from './ports.ts';
import { seeToLocks, type LocksInput, type LocksSeen } from './watch-locks.ts';

const DAY = 86_400;

/** A point made so many days ago, promised for 30 days. */
function point(id: string, daysAgo: number, fields: Partial<LedgerPoint> = {}): LedgerPoint {
  const at = NOW - daysAgo * DAY;
  const place = { site: 'home', server: 'pbs', datastore: 'main', namespace: 'home/tier-1', type: 'vm', id } as const;
  return { ...place, at, firstSeenAt: at, sizeBytes: 1, tier: 1, notBeforeAt: at + 30 * DAY, protected: false, ...fields };
}

/** A PBS of flags and a memory of points; `refuses` makes every write fail. */
function world(start: readonly LedgerPoint[]) {
  const key = ({ id, at }: PointName): string => `${id} ${at}`;
  const points = new Map(start.map((one) => [key(one), one]));
  const flags = new Map(start.map((one) => [key(one), one.protected]));
  const state = { refuses: false, now: NOW, scans: 0 };
  const memory: LocksInput['memory'] = {
    points: async function* () {
      state.scans += 1;
      yield [...points.values()];
    },
    groupPoints: async ({ id }) => [...points.values()].filter((one) => one.id === id),
    recordPoints: async (_lease, list) => {
      for (const one of list) points.set(key(one), one);
      return 'recorded';
    },
  };
  const protector: LocksInput['protector'] = {
    isProtected: async (one) => flags.get(key(one)) ?? false,
    setProtected: async (one, on) => {
      if (state.refuses) throw new ProxmoxError('forbidden', { server: 'pbs', call: 'protect', detail: 'backup owner check failed' });
      flags.set(key(one), on);
    },
  };
  const run = async (given: Partial<LocksInput> = {}): Promise<LocksSeen> => {
    const policy = makePolicy({ tiers: [makeTier({ lock: true })] });
    const base = {
      clock: { now: () => state.now },
      memory,
      protector,
      policy,
      site: makeSite(),
      lease: { site: 'home', holder: 'one', token: 1 },
    };
    const seen = await seeToLocks({ ...base, actual: makeActual(), changed: [], ...given });
    return seen === 'lease-lost' ? expect.fail('the lease is lost') : seen;
  };
  const add = (one: LedgerPoint): LedgerPoint => (points.set(key(one), one), one);
  return { run, state, add, flagged: () => [...flags].filter(([, on]) => on).length };
}

test('the first run sees to all, a later one to what changed, and after six hours to all again', async () => {
  const { run, state, add, flagged } = world([
    point('101', 2),
    point('102', 1),
    point('103', 31, { protected: true, lockedAt: NOW - DAY }),
  ]);
  const first = await run();
  expect([first.protected, first.lifted, flagged()]).toEqual([2, 1, 2]);
  state.now += 60;
  const second = await run({ before: first, changed: [add(point('104', 0))] });
  expect([second.protected, state.scans]).toEqual([1, 1]);
  state.now += 6 * 3600;
  await run({ before: second });
  expect(state.scans).toBe(2);
});

test('what could not be done is told until it is done, and is tried again, but not at every look', async () => {
  const { run, state } = world([point('101', 2)]);
  state.refuses = true;
  const first = await run();
  expect(first.findings.map(({ code }) => code)).toEqual(['HF-LOCK-FAILED']);
  state.now += 60;
  const second = await run({ before: first });
  expect([second.findings.length, state.scans]).toEqual([1, 1]);
  state.refuses = false;
  state.now += 300;
  const third = await run({ before: second });
  expect([third.findings, third.protected, third.again]).toEqual([[], 1, false]);
});

test('a whole datastore is protected in several runs, so that no look waits for it', async () => {
  const { run, state, flagged } = world(
    Array.from({ length: 50 }, (_, i) => Array.from({ length: 10 }, (__, day) => point(String(200 + i), day + 1))).flat(),
  );
  let seen = await run();
  expect([flagged(), seen.again]).toEqual([200, true]);
  for (let i = 0; i < 3; i++) {
    state.now += 300;
    seen = await run({ before: seen });
  }
  expect([flagged(), seen.again]).toEqual([500, false]);
});

test('a server that the look could not see is left in peace', async () => {
  const { run, flagged } = world([point('101', 2)]);
  const seen = await run({ actual: makeActual({ pbs: [makePbs({ node: unseen() })] }) });
  expect([flagged(), seen.again, seen.findings]).toEqual([0, true, []]);
});
