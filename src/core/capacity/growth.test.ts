import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TaskRecord } from '../memory/record.ts';
import { budgetFindings, fillFindings } from './findings.ts';
import type { Forecast } from './forecast.ts';
import { costOfPoints, growthOf, tierUse } from './growth.ts';

const DAY = 86_400;
const GIB = 2 ** 30;
const NOW = 1_795_608_000;
const SITE = { name: 'home', timeZone: 'Europe/Vienna' };

function run(daysAgo: number, guests: TaskRecord['guests']): TaskRecord {
  const startedAt = NOW - daysAgo * DAY;
  return { site: 'home', upid: `UPID:${daysAgo}`, startedAt, endedAt: startedAt + 600, status: 'OK', guests };
}

const ok = (vmid: number, gib: number, reusedFraction?: number): TaskRecord['guests'][number] => ({
  vmid,
  result: 'ok',
  bytes: gib * GIB,
  ...(reusedFraction === undefined ? {} : { reusedFraction }),
});

const TASKS = [
  run(1, [ok(101, 100, 0.99), ok(102, 10, 0.5)]),
  run(3, [ok(101, 100, 0.97), { vmid: 102, result: 'failed', bytes: 99 * GIB, reusedFraction: 0 }]),
  run(4, [ok(101, 100, 0.98), ok(102, 10)]),
  run(10, [ok(101, 100, 0)]),
];

describe('growth', () => {
  const [postgres, cache] = growthOf(TASKS, (vmid) => (vmid === 101 ? 1 : 4), NOW);

  test('the first run is the guest itself, the others are what it grows by', () => {
    assert.equal(postgres!.runs, 4);
    assert.equal(postgres!.newBytes / GIB, 106);
    assert.equal(Math.round((postgres!.perDayBytes! / GIB) * 100) / 100, 0.6);
    assert.equal(Math.round(postgres!.perRunBytes! / GIB), 2);
  });

  test('a failed run and one without figures count for nothing; one run foretells nothing', () => {
    assert.deepEqual([cache!.runs, cache!.newBytes / GIB, cache!.perDayBytes], [1, 5, undefined]);
  });

  test('ten points more cost ten usual runs; unknown where no usual run is known', () => {
    assert.equal(Math.round(costOfPoints(postgres!, 10)! / GIB), 20);
    assert.equal(costOfPoints(cache!, 10), undefined);
  });

  test('a tier near its budget is told, one without a budget is not', () => {
    const uses = tierUse([postgres!, cache!], [{ id: 1, budgetBytes: 110 * GIB }, { id: 4 }]);
    const told = budgetFindings(uses, { site: SITE, now: NOW });
    assert.deepEqual(
      told.map(({ code, tier }) => [code, tier]),
      [['HF-BUDGET', 1]],
    );
    assert.match(told[0]!.problem, /about 106 GiB of new data, close to its budget of 110 GiB/);
    assert.deepEqual(budgetFindings(tierUse([postgres!], [{ id: 1, budgetBytes: 200 * GIB }]), { site: SITE, now: NOW }), []);
  });
});

describe('stores that fill', () => {
  const fills = (stuckInDays: number | undefined, availableGiB = 100): Forecast => ({
    what: 'datastore:pbs/main',
    at: NOW,
    totalBytes: 1000 * GIB,
    usedBytes: (1000 - availableGiB) * GIB,
    availableBytes: availableGiB * GIB,
    days: 30,
    known: true,
    perDay: { low: GIB, usual: 5 * GIB, high: 9 * GIB },
    fullAt: stuckInDays === undefined ? {} : { usual: NOW + (stuckInDays + 2) * DAY },
    stuckAt: stuckInDays === undefined ? {} : { usual: NOW + stuckInDays * DAY },
  });
  const CASES = [
    { name: 'in three weeks', forecast: fills(18), told: ['warning'] },
    { name: 'this week', forecast: fills(5), told: ['error'] },
    { name: 'now', forecast: fills(0, 5), told: ['error'] },
    { name: 'in six weeks', forecast: fills(42), told: [] },
    { name: 'never', forecast: fills(undefined), told: [] },
  ];
  for (const { name, forecast, told } of CASES) {
    test(name, () =>
      assert.deepEqual(
        fillFindings([forecast], { site: SITE, now: NOW }).map(({ severity }) => severity),
        told,
      ),
    );
  }

  test('it says the day on which collection ends, and the later one of the disk', () => {
    assert.equal(
      fillFindings([fills(18)], { site: SITE, now: NOW })[0]!.problem,
      'The datastore pbs/main has 100 GiB free, growing by 5 GiB a day: on 2026-12-13, in 18d, garbage collection can no longer run; it is full on 2026-12-15',
    );
  });
});
