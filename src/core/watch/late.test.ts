import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GuestAssessment } from '../assess/assessment.ts';
import type { Posture } from '../assess/posture.ts';
import { lateFindings } from './late.ts';

const HOUR = 3600;

function guest(
  rpo: Posture | undefined,
  tier: number | undefined = 1,
  late?: readonly [hours: number, breaksInHours: number],
): GuestAssessment {
  return {
    site: 'home',
    type: 'vm',
    vmid: 101,
    name: 'postgres',
    ...(tier === undefined ? {} : { tier }),
    posture: 'broken',
    because: 'something else',
    points: [],
    rule: '',
    findings: [],
    ...(rpo && {
      rpo: {
        posture: rpo,
        because: 'a point is 3h late; the newest is 1d 2h old, promised is 1d + 2h grace',
        ...(late && { late: { bySeconds: late[0] * HOUR, breaksInSeconds: late[1] * HOUR } }),
      },
    }),
  };
}

const CASES: readonly { readonly name: string; readonly guest: GuestAssessment; readonly told: readonly string[] }[] = [
  { name: 'a guest that waits for its first point is told to nobody', guest: guest('attention'), told: [] },
  { name: 'a point that is a little late neither', guest: guest('attention', 1, [1, 2]), told: [] },
  { name: 'half-way to the break it is a warning', guest: guest('attention', 1, [1, 1]), told: ['warning'] },
  { name: 'a point beyond the grace is a warning', guest: guest('at-risk'), told: ['warning'] },
  { name: 'a promise that broke is an error', guest: guest('broken'), told: ['error'] },
  { name: 'a guest that is fine', guest: guest('protected'), told: [] },
  { name: 'a guest of which nothing is known is told by what hides it', guest: guest(undefined), told: [] },
  { name: 'a guest nobody promised anything', guest: { ...guest('broken'), tier: undefined } as unknown as GuestAssessment, told: [] },
];
for (const { name, guest: one, told } of CASES) {
  test(name, () =>
    assert.deepEqual(
      lateFindings({ site: 'home', guests: [one] }).map(({ severity }) => severity),
      told,
    ),
  );
}

test('it says how late and what was promised', () => {
  assert.equal(
    lateFindings({ site: 'home', guests: [guest('at-risk', 1, [3, 1])] })[0]!.problem,
    'A point is 3h late; the newest is 1d 2h old, promised is 1d + 2h grace, and it breaks in 1h',
  );
});

test('what was told stays told while nobody knows how the guest stands, and ends when somebody does', () => {
  const [finding] = lateFindings({ site: 'home', guests: [guest('broken')] });
  const known = [{ finding: finding!, state: 'open' as const }];
  const blind = { ...guest(undefined), posture: 'unknown' as const };
  assert.deepEqual(lateFindings({ site: 'home', guests: [blind] }, { known }), [finding]);
  assert.deepEqual(lateFindings({ site: 'home', guests: [blind] }), []);
  assert.deepEqual(lateFindings({ site: 'home', guests: [guest('protected')] }, { known }), []);
  assert.deepEqual(lateFindings({ site: 'home', guests: [blind] }, { known: [{ finding: finding!, state: 'resolved' }] }), []);
});

const GIVEN_UP = [
  ['ours', 'put the policy, the storage or its login right (X), then back it up again:'],
  ['permanent', 'see to the guest, its disks and their room (its last run failed: X), then back it up again:'],
  ['transient', 'see what became of its last run (it is not started again: X), then back it up again:'],
] as const;
for (const [kind, fix] of GIVEN_UP)
  test(`a guest whose backup is not started again: ${kind}`, () => {
    const late = guest('broken');
    const told = lateFindings({ site: 'home', guests: [late] }, { givenUp: new Map([[late.vmid, { class: kind, because: 'X' }]]) });
    assert.equal(told[0]!.fix.split('\n')[0], fix);
  });

const THRESHOLDS = [
  { name: 'a threshold tells earlier than half-way', rpo: guest('attention', 1, [1, 5]), late: HOUR, told: 1 },
  { name: 'a threshold tells later than the grace', rpo: guest('at-risk', 1, [3, 1]), late: 4 * HOUR, told: 0 },
  { name: 'what is broken is told whatever the threshold says', rpo: guest('broken'), late: 99 * HOUR, told: 1 },
  { name: "another tier's threshold says nothing", rpo: guest('attention', 2, [1, 5]), late: HOUR, told: 0 },
];
for (const { name, rpo, late, told } of THRESHOLDS) {
  test(name, () => assert.equal(lateFindings({ site: 'home', guests: [rpo] }, { lateSeconds: new Map([[1, late]]) }).length, told));
}
