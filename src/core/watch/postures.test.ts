import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Assessment, GuestAssessment } from '../assess/assessment.ts';
import type { PostureRecord } from '../memory/record.ts';
import { isOutage } from './outage.ts';
import { postureChanges, standings as standingsIn, type Standing } from './postures.ts';

const AT = 1_795_608_000;

function makeGuest(guest: Partial<GuestAssessment>): GuestAssessment {
  return {
    site: 'home',
    type: 'vm',
    vmid: 101,
    name: 'db',
    tier: 1,
    posture: 'protected',
    because: 'well',
    points: [],
    rule: '',
    findings: [],
    ...guest,
  };
}

function makeAssessment(parts: Partial<Assessment>): Assessment {
  return { site: 'home', asOf: AT, timeZone: 'UTC', guests: [], findings: [], unseen: [], ...parts };
}

function makeRecord(record: Partial<PostureRecord>): PostureRecord {
  return { site: 'home', vmid: 101, name: 'db', tier: 1, at: AT - 60, posture: 'protected', because: 'well', ...record };
}

function standings(before: readonly PostureRecord[], now: Assessment): readonly Standing[] {
  return standingsIn(before, now, { out: isOutage(now, { site: 'home', known: [], now: AT }) });
}

const OUT = [{ what: 'groups of main:home', kind: 'unreachable', because: 'nothing listens there' }];
const NO_RIGHT = [{ what: 'remotes', kind: 'forbidden', because: 'Permission check failed' }];

const CASES = [
  { name: 'a look that sees all says how it is', before: 'broken', unseen: [], now: 'protected', after: 'protected' },
  { name: 'a missing right is no outage', before: 'broken', unseen: NO_RIGHT, now: 'protected', after: 'protected' },
  { name: 'in an outage what was well becomes unknown', before: 'protected', unseen: OUT, now: 'unknown', after: 'unknown' },
  { name: 'in an outage what was broken stays broken', before: 'broken', unseen: OUT, now: 'unknown', after: 'broken' },
  { name: 'in an outage nothing becomes better', before: 'at-risk', unseen: OUT, now: 'attention', after: 'at-risk' },
  { name: 'in an outage something may become worse', before: 'attention', unseen: OUT, now: 'broken', after: 'broken' },
  { name: 'nobody claims anything of an exempt guest', before: 'broken', unseen: OUT, now: 'exempt', after: 'exempt' },
] as const;

for (const { name, before, unseen, now, after } of CASES) {
  test(`standings: ${name}`, () => {
    const [standing] = standings([makeRecord({ posture: before })], makeAssessment({ unseen, guests: [makeGuest({ posture: now })] }));
    assert.equal(standing?.posture, after);
  });
}

test('standings: a promised point that went weighs beside what was seen, and makes nothing better', () => {
  const losses = new Map([[101, { posture: 'broken', because: 'a point went' } as const]]);
  for (const [posture, after] of [
    ['protected', 'broken'],
    ['unknown', 'broken'],
    ['broken', 'broken'],
    ['exempt', 'exempt'],
  ] as const) {
    const [standing] = standingsIn([], makeAssessment({ guests: [makeGuest({ posture })] }), { out: false, losses });
    assert.deepEqual(
      [standing?.posture, standing?.because],
      [after, posture === 'broken' || posture === 'exempt' ? 'well' : 'a point went'],
    );
  }
});

test('standings: a guest that is not listed is gone only where the list was seen', () => {
  const gone = standings([makeRecord({})], makeAssessment({}));
  assert.deepEqual(
    gone.map(({ posture }) => posture),
    ['gone'],
  );
  const unseen = standings(
    [makeRecord({}), makeRecord({ vmid: 102, posture: 'broken' })],
    makeAssessment({ guestsUnseen: true, unseen: OUT }),
  );
  assert.deepEqual(
    unseen.map(({ posture }) => posture),
    ['unknown', 'broken'],
  );
});

test('standings: a long outage does not make the sentence longer with each look', () => {
  const once = standings([makeRecord({ posture: 'broken', because: 'no point' })], makeAssessment({ guestsUnseen: true }));
  const twice = standings([makeRecord({ ...once[0]! })], makeAssessment({ guestsUnseen: true }));
  assert.equal(once[0]!.because, 'no point; since then: the site could not be seen');
  assert.equal(twice[0]!.because, once[0]!.because);
});

test('postureChanges: only what changed is written down; a guest that went is written once', () => {
  const before = [makeRecord({}), makeRecord({ vmid: 102 })];
  const after = standings(before, makeAssessment({ guests: [makeGuest({ exposureSeconds: 99, because: 'another sentence' })] }));
  assert.deepEqual(
    postureChanges(before, after, { site: 'home', at: AT }).map(({ vmid, posture }) => ({ vmid, posture })),
    [{ vmid: 102, posture: 'gone' }],
  );
  assert.deepEqual(standings([makeRecord({ posture: 'gone' })], makeAssessment({})), []);
});
