import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePolicy, makeTier, NOW } from '#test/make.ts';
import type { LedgerPoint } from '../memory/record.ts';
import type { Tier } from '../policy/policy.ts';
import type { Clocks } from './clocks.ts';
import { lockLimit, planLocks } from './locks.ts';

const DAY = 86_400;
const agreed: Clocks = { earliestAt: NOW, middleAt: NOW, latestAt: NOW, serverKnown: true };

/** A point made so many days ago under a promise of 30 days. */
function point(daysAgo: number, fields: Partial<LedgerPoint> = {}): LedgerPoint {
  const at = NOW - daysAgo * DAY;
  return {
    site: 'home',
    server: 'pbs',
    datastore: 'main',
    namespace: 'home/tier-1',
    type: 'vm',
    id: '101',
    at,
    firstSeenAt: at + 3600,
    sizeBytes: 1,
    tier: 1,
    notBeforeAt: at + 30 * DAY,
    protected: false,
    ...fields,
  };
}

const ours = { protected: true, lockedAt: NOW - 20 * DAY } as const;
const ok = { verified: { state: 'ok', at: NOW } } as const;
const bad = { verified: { state: 'failed', at: NOW } } as const;

const cases: readonly {
  name: string;
  points: readonly LedgerPoint[];
  tier?: Partial<Tier>;
  clocks?: Partial<Clocks>;
  drilled?: readonly number[];
  /** Days ago: `+` set, `-` lifted, `!` too many. */
  expected: string;
}[] = [
  { name: 'what is not due is protected', points: [point(2), point(1)], expected: '+1 +2' },
  { name: 'what is protected is left', points: [point(2, ours), point(1, { protected: true })], expected: '' },
  { name: 'what is due is not', points: [point(31), point(30)], expected: '' },
  { name: 'what never finished is not', points: [(({ sizeBytes: _s, ...rest }) => rest)(point(1))], expected: '' },
  { name: 'a corrupt one is: chunks come back', points: [point(1, bad)], expected: '+1' },
  { name: 'a tier that does not lock', points: [point(1)], tier: { lock: false }, expected: '' },
  { name: 'a tier that is no more', points: [point(1, { tier: 7 })], expected: '' },
  { name: 'a point nobody promised anything to', points: [(({ tier: _t, notBeforeAt: _n, ...rest }) => rest)(point(1))], expected: '' },
  { name: 'ours is lifted when due', points: [point(31, ours), point(1, ours)], expected: '-31' },
  { name: 'on the second, not before', points: [point(30, { ...ours, notBeforeAt: NOW + 1 })], expected: '' },
  { name: 'another’s is never lifted', points: [point(31, { protected: true })], expected: '' },
  {
    name: 'ours is kept to its end where the tier no longer locks',
    points: [point(2, ours), point(31, ours)],
    tier: { lock: false },
    expected: '-31',
  },
  {
    name: 'ours is kept to its end where the tier is no more',
    points: [point(2, { ...ours, tier: 7 }), point(31, { ...ours, tier: 7 })],
    expected: '-31',
  },
  {
    name: 'a policy that shortens changes no date: the longer one wins',
    points: [point(10, ours)],
    tier: { retentionSeconds: DAY },
    expected: '',
  },
  { name: 'the newest verified one always, however old', points: [point(90, ok), point(60, ok), point(40)], expected: '+60' },
  { name: 'and it is never lifted', points: [point(90, { ...ours, ...ok }), point(60, { ...ours, ...ok })], expected: '-90' },
  {
    name: 'a younger one that was found corrupt does not take its place',
    points: [point(60, { ...ours, ...ok }), point(31, { ...ours, ...bad })],
    expected: '-31',
  },
  { name: 'the newest drilled one always', points: [point(90), point(60), point(40)], drilled: [90, 60], expected: '+60' },
  {
    name: 'a point dated ahead takes the place of none',
    points: [point(60, { ...ours, ...ok }), point(-400, { ...ok, ...ours, notBeforeAt: NOW })],
    expected: '--400',
  },
  { name: 'one clock that says not yet is enough to keep', points: [point(31, ours)], clocks: { earliestAt: NOW - 2 * DAY }, expected: '' },
  { name: 'and to protect', points: [point(31)], clocks: { earliestAt: NOW - 2 * DAY }, expected: '+31' },
  {
    name: 'where the server’s clock is not known nothing is lifted',
    points: [point(31, ours), point(1)],
    clocks: { serverKnown: false },
    expected: '+1',
  },
  { name: 'an intent that was not carried out is carried out', points: [point(1, { lockedAt: NOW - 60 })], expected: '+1' },
  { name: 'an intent that is due is dropped', points: [point(31, { lockedAt: NOW - 60 })], expected: '-31' },
];

for (const { name, points, tier = {}, clocks = {}, drilled = [], expected } of cases) {
  test(`planLocks: ${name}`, () => {
    const policy = makePolicy({ tiers: [makeTier({ lock: true, ...tier })] });
    const instants = new Set(drilled.map((days) => NOW - days * DAY));
    const { protect, lift, beyond } = planLocks({ policy, clocks: { ...agreed, ...clocks }, points, drilled: instants });
    const days = (sign: string, list: readonly LedgerPoint[]): string[] => list.map(({ at }) => `${sign}${(NOW - at) / DAY}`);
    const got = [
      ...days(
        '+',
        protect.map((step) => step.point),
      ),
      ...days(
        '-',
        lift.map((step) => step.point),
      ),
      ...days('!', beyond),
    ];
    assert.equal(got.join(' '), expected);
  });
}

test('planLocks: no more than twice what a schedule makes are locked in one group; the newest come first, and the verified one always', () => {
  const tier = makeTier({ lock: true });
  const limit = lockLimit(tier);
  assert.equal(limit, 70);
  const flood = Array.from({ length: 100 }, (_, i) => point(i / 10, i === 99 ? ok : {}));
  const { protect, beyond } = planLocks({ policy: makePolicy({ tiers: [tier] }), clocks: agreed, points: flood });
  assert.deepEqual([protect.length, beyond.length], [limit + 1, 100 - limit - 1]);
  assert.equal(protect.at(-1)!.point, flood[99]);
  const locked = flood.map((one, i) => (i < 80 ? { ...one, ...ours } : one));
  const later = planLocks({ policy: makePolicy({ tiers: [tier] }), clocks: agreed, points: locked });
  assert.deepEqual([later.protect.map((step) => step.point.at), later.lift], [[flood[99]!.at], []]);
});
