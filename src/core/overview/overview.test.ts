import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deepFreeze, makeTier, NOW } from '#test/make.ts';
import type { Finding } from '../finding.ts';
import { exposureOf } from './exposure.ts';
import { headlineOf } from './headline.ts';
import { promisesOf, type GuestStanding } from './promises.ts';

const HOUR = 3600;
const NONE = { protected: 0, attention: 0, 'at-risk': 0, broken: 0, unknown: 0, exempt: 0 };

const HEADLINES = [
  { name: 'nobody', counts: {}, mood: 'empty', says: 'There is no guest' },
  {
    name: 'all well',
    counts: { protected: 30, exempt: 2 },
    mood: 'good',
    says: 'Each of 30 guests has the recovery points it was promised; no restore',
  },
  { name: 'nothing promised', counts: { exempt: 2 }, mood: 'attention', says: 'Nothing is promised' },
  {
    name: 'one broken',
    counts: { protected: 29, broken: 1 },
    worst: 'db',
    mood: 'bad',
    says: 'The promise to 1 of 30 guests is broken, db first',
  },
  { name: 'one at risk', counts: { protected: 29, 'at-risk': 1 }, mood: 'bad', says: 'is about to break' },
  { name: 'one unknown', counts: { protected: 29, unknown: 1 }, mood: 'unknown', says: 'How 1 of 30 guests stands is not known' },
  {
    name: 'one late',
    counts: { protected: 29, attention: 1 },
    mood: 'attention',
    says: 'Every promise holds; 1 of 30 guests needs attention',
  },
  {
    name: 'all well as far as it is seen',
    counts: { protected: 30 },
    unseen: [{ site: 'branch', because: 'it was not looked at yet' }],
    mood: 'unknown',
    says: 'branch: it was not looked at yet',
  },
] as const;
for (const { name, counts, mood, says, ...rest } of HEADLINES) {
  test(`headline: ${name}`, () => {
    const found = headlineOf({ unseen: [], sites: 1, ...rest, counts: { ...NONE, ...counts } });
    assert.equal(found.mood, mood);
    assert.ok(found.headline.includes(says), found.headline);
  });
}

const well = { posture: 'protected', because: 'well' } as const;
const guest = (parts: Partial<GuestStanding> = {}): GuestStanding =>
  deepFreeze({
    site: 'home',
    vmid: 101,
    name: 'db',
    tier: 1,
    ...well,
    newestPointAt: NOW - 10 * HOUR,
    promises: { rpo: well, reachesAt: NOW - 100 * HOUR },
    ...parts,
  });
const gone: Finding = {
  severity: 'error',
  code: 'HF-POINT-GONE',
  at: 'home: vm/101',
  problem: 'It went',
  why: '',
  fix: '',
  site: 'home',
  tier: 1,
};
const tier = makeTier({
  verify: { everySeconds: 100 * HOUR },
  drill: { everySeconds: 100 * HOUR },
  lock: true,
  offsite: { remote: 'vault', withinSeconds: HOUR, direction: 'push' },
  budgetBytes: 1000,
});
const use = { tier: 1, guests: 1, newBytes: 950, perDayBytes: 10 };

const PROMISES = [
  {
    name: 'all is well',
    guests: [guest({ promises: { rpo: well, offsite: { known: true, newestAt: NOW } } })],
    stands: { rpo: 'kept', verify: 'kept', offsite: 'kept', retention: 'kept', lock: 'kept', rto: 'unproven', drill: 'unproven' },
  },
  { name: 'nobody has the tier', guests: [], stands: { rpo: 'unknown', retention: 'unknown', lock: 'unknown', rto: 'unproven' } },
  {
    name: 'one was not seen',
    guests: [guest(), guest({ posture: 'unknown', promises: undefined as never })],
    stands: { rpo: 'unknown', verify: 'unknown', retention: 'unknown', lock: 'unknown' },
  },
  { name: 'another replica says it is well', guests: [guest({ promises: undefined as never })], stands: { rpo: 'kept', verify: 'kept' } },
  {
    name: 'another replica said so before it was gone',
    guests: [guest({ promises: undefined as never })],
    unseenSites: ['home'],
    stands: { rpo: 'unknown', verify: 'unknown', lock: 'unknown' },
  },
  { name: 'a budget that is not used up', guests: [guest()], use, stands: { budget: 'kept' } },
  { name: 'a budget, and a site was not seen', guests: [guest()], use, unseenSites: ['home'], stands: { budget: 'unknown' } },
  {
    name: 'a budget nearly used up, and a site was not seen',
    guests: [guest()],
    use,
    findings: [{ ...gone, code: 'HF-BUDGET', severity: 'warning' }],
    unseenSites: ['home'],
    stands: { budget: 'attention' },
  },
  { name: 'a budget of which no log speaks', guests: [guest()], stands: { budget: 'unknown' } },
  {
    name: 'the copies cannot be seen',
    guests: [guest({ promises: { rpo: well, offsite: { known: false } } })],
    stands: { rpo: 'kept', offsite: 'unknown' },
  },
  {
    name: 'the site was not seen whole',
    guests: [guest()],
    unseenSites: ['home'],
    stands: { rpo: 'kept', retention: 'unknown', lock: 'unknown' },
  },
  { name: 'a point went early', guests: [guest()], findings: [gone], stands: { retention: 'broken' } },
  {
    name: 'a debt of verification',
    guests: [guest({ promises: { rpo: well, verify: { posture: 'attention', because: 'old' } } })],
    stands: { verify: 'attention' },
  },
] as const;
for (const { name, guests, stands, ...rest } of PROMISES) {
  test(`promises: ${name}`, () => {
    const found = promisesOf({ tier, guests, findings: [], unseenSites: [], now: NOW, ...rest });
    const told = Object.fromEntries(found.map((one) => [one.promise, one.stands]));
    for (const [promise, word] of Object.entries(stands)) assert.equal(told[promise], word, promise);
  });
}

test('promises: the age that is named is that of the guest that is named', () => {
  const empty = guest({
    vmid: 102,
    name: 'new',
    newestPointAt: undefined as never,
    promises: { rpo: { posture: 'broken', because: 'no point' } },
  });
  const rpo = (guests: readonly GuestStanding[]) => promisesOf({ tier, guests, findings: [], unseenSites: [], now: NOW })[0]!;
  assert.deepEqual([rpo([guest()]).worst, rpo([guest()]).worstGuest?.vmid], [10 * HOUR, 101]);
  assert.deepEqual([rpo([guest(), empty]).worst, rpo([guest(), empty]).worstGuest?.vmid], [undefined, 102]);
});

test('exposure: it falls where a point was finished, and jumps where the newest one goes', () => {
  const points = [
    { at: 100, finishedAt: 110, usable: true },
    { at: 200, finishedAt: 220, usable: true, goneAt: 260 },
    { at: 240, finishedAt: 250, usable: false },
  ];
  assert.deepEqual(exposureOf(points, { since: 50, now: 300 }), [
    { at: 110, seconds: 10 },
    { at: 220, seconds: 120 },
    { at: 220, seconds: 20 },
    { at: 260, seconds: 60 },
    { at: 260, seconds: 160 },
    { at: 300, seconds: 200 },
  ]);
});
