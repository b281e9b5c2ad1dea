import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UsageSample } from '../memory/record.ts';
import { forecast, toldOf, type Forecast } from './forecast.ts';

const DAY = 86_400;
const GIB = 2 ** 30;
const NOW = 20_000 * DAY + 43_200;
const TOTAL = 1000 * GIB;

/** One sample a day, the last of them now. */
function filled(usedGiB: readonly number[], total = TOTAL): UsageSample[] {
  return usedGiB.map((used, i) => ({
    site: 'home',
    what: 'datastore:pbs/main',
    at: NOW - (usedGiB.length - 1 - i) * DAY,
    totalBytes: total,
    usedBytes: used * GIB,
    availableBytes: total - used * GIB,
  }));
}

const days = (count: number, used: (day: number) => number): number[] => Array.from({ length: count }, (_, day) => used(day));

type Known = Extract<Forecast, { known: true }>;
function known(samples: readonly UsageSample[]): Known {
  const [found] = forecast(samples, NOW);
  assert.ok(found?.known, JSON.stringify(found));
  return found;
}

const inDays = (at: number | undefined): number | undefined => (at === undefined ? undefined : Math.round((at - NOW) / DAY));

describe('forecast', () => {
  const CASES = [
    { name: 'steady growth', samples: filled(days(30, (day) => 500 + day * 10)), fullIn: 21, stuckIn: 20 },
    {
      name: 'growth with a weekly collection',
      samples: filled(days(56, (day) => 300 + day * 10 - (day % 7 === 6 ? 40 : 0))),
      fullIn: 19,
      stuckIn: 18,
    },
    {
      name: 'one full backup in the middle is no growth for ever',
      samples: filled(days(30, (day) => (day < 15 ? 300 : 600))),
      fullIn: undefined,
      stuckIn: undefined,
    },
    {
      name: 'one full backup of late is none either',
      samples: filled(days(30, (day) => (day < 26 ? 300 : 600))),
      fullIn: undefined,
      stuckIn: undefined,
    },
    {
      name: 'something that began to fill it five days ago',
      samples: filled(days(30, (day) => (day < 24 ? 300 : 300 + (day - 24) * 50))),
      fullIn: 9,
      stuckIn: 9,
    },
    {
      name: 'and was removed again',
      samples: filled(days(30, (day) => (day < 22 || day === 29 ? 300 : 300 + (day - 22) * 50))),
      fullIn: undefined,
      stuckIn: undefined,
    },
    { name: 'a store that shrinks', samples: filled(days(30, (day) => 500 - day)), fullIn: undefined, stuckIn: undefined },
    { name: 'a store that stands still', samples: filled(days(30, () => 500)), fullIn: undefined, stuckIn: undefined },
    { name: 'a full store', samples: filled(days(30, () => 1000)), fullIn: 0, stuckIn: 0 },
    { name: 'a store too full for its collection', samples: filled(days(30, () => 995)), fullIn: undefined, stuckIn: 0 },
  ];
  for (const { name, samples, fullIn, stuckIn } of CASES) {
    test(name, () => {
      const { fullAt, stuckAt } = known(samples);
      assert.equal(inDays(fullAt.usual), fullIn);
      assert.equal(inDays(stuckAt.usual), stuckIn);
    });
  }

  test('the fast edge comes first, the slow edge last', () => {
    const { perDay, fullAt } = known(filled(days(40, (day) => 300 + day * 8 + ((day * 7) % 11))));
    assert.ok(perDay.low < perDay.usual && perDay.usual < perDay.high);
    assert.ok(fullAt.high! < fullAt.usual! && fullAt.usual! < fullAt.low!);
  });

  test('from six days nothing is foretold, and that is said', () => {
    const [found] = forecast(filled(days(6, (day) => 500 + day * 10)), NOW);
    assert.deepEqual(found && !found.known && found.because, 'it was seen on 6 days at this size; 7 are needed');
  });

  test('a store that was enlarged is foretold from then on only', () => {
    const before = filled(days(20, (day) => 700 + day * 10)).map((sample) => ({ ...sample, at: sample.at - 10 * DAY }));
    const [found] = forecast(
      [
        ...before,
        ...filled(
          days(5, () => 900),
          2 * TOTAL,
        ),
      ],
      NOW,
    );
    assert.equal(found?.known, false);
  });

  test('samples older than sixty days count for nothing', () => {
    const old = filled(days(30, (day) => day * 30)).map((sample) => ({ ...sample, at: sample.at - 61 * DAY }));
    assert.deepEqual(forecast([...old, ...filled(days(10, () => 500))], NOW)[0], forecast(filled(days(10, () => 500)), NOW)[0]);
  });

  test('each store by itself, and in no order of the samples', () => {
    const main = filled(days(10, (day) => 500 + day));
    const other = main.map((sample) => ({ ...sample, what: 'zfs:pve1/rpool', usedBytes: 5 * GIB }));
    const found = forecast([...other, ...main].toReversed(), NOW);
    assert.deepEqual(
      found.map(({ what }) => what),
      ['datastore:pbs/main', 'zfs:pve1/rpool'],
    );
    assert.equal(found[1]?.known && found[1].perDay.usual, 0);
  });
});

test('toldOf: of a store that was not measured for a day nothing is foretold', () => {
  const found = known(filled(days(30, (day) => 500 + day * 10)));
  assert.equal(toldOf(found, NOW + DAY), found);
  const told = toldOf(found, NOW + 3 * DAY);
  assert.deepEqual([told.known, told.known ? '' : told.because], [false, 'it was last measured 3d ago']);
  assert.equal('fullAt' in told, false);
  assert.deepEqual([told.usedBytes, told.at], [found.usedBytes, NOW]);
});
