import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  makeActual,
  makeGroup,
  makeGuest,
  makePbs,
  makePolicy,
  makePve,
  makeSite,
  makeSnapshot,
  makeTier,
  NOW,
  seen,
  seenInPart,
  unseen,
} from '#test/make.ts';
import { DAY, place, point, site } from '#test/make-ledger.ts';
import type { GroupPlace, LedgerPoint } from '../memory/record.ts';
import type { Actual, PbsTask } from '../world/actual.ts';
import { parseUpid } from '../world/upid.ts';
import { findingKey } from '../watch/key.ts';
import { enter, type Entered, type EnterInput } from './enter.ts';
import { groupsToEnter, placeKey } from './place.ts';

function entered(actual: Actual, points: readonly LedgerPoint[], input: Partial<EnterInput> = {}): Entered {
  return enter({ policy: makePolicy(), site: makeSite(), actual, now: NOW, groups: [{ place, points }], ...input });
}

function task(id: string, fields: { readonly type?: string; readonly startedAt?: number } = {}): PbsTask {
  const { type = 'prunejob', startedAt = NOW - 600 } = fields;
  const escaped = id.replaceAll('-', '\\x2d').replaceAll('/', '-').replaceAll(':', '\\x3a');
  const text = `UPID:pbs:00000BE1:0001E8B1:00000041:${startedAt.toString(16).toUpperCase()}:${type}:${escaped}:root@pam:`;
  return { upid: parseUpid(text)!, endedAt: startedAt + 60, status: 'OK' };
}

const two = [point({ at: NOW - 2 * DAY }), point({ at: NOW - DAY })];
const newer = makeGroup({ snapshots: [makeSnapshot({ at: NOW - DAY })] });

/** One line for what came out: points as `age notBefore-age flags`, in days before NOW. */
function spell({ points, findings, over }: Entered): string {
  const days = (at: number | undefined): string => (at === undefined ? '-' : String(Math.round((at - NOW) / DAY)));
  const lines = points.map((one) =>
    [
      days(one.at),
      `till ${days(one.notBeforeAt)}`,
      ...(one.sizeBytes === undefined ? ['unfinished'] : []),
      ...(one.verified ? [one.verified.state] : []),
      ...(one.protected ? ['protected'] : []),
      ...(one.lockedAt === undefined ? [] : ['ours']),
      ...(one.goneAt === undefined ? [] : ['gone']),
    ].join(' '),
  );
  return [...lines, ...findings.map(({ severity, code }) => `${severity} ${code}`), ...new Set(over.map(() => 'over'))].join('; ');
}

const cases: readonly { name: string; actual: Actual; points?: readonly LedgerPoint[]; input?: Partial<EnterInput>; expected: string }[] = [
  { name: 'a new finished point gets its date', actual: site(seen([newer])), expected: '-1 till 29' },
  {
    name: 'an unfinished one gets none',
    actual: site(seen([makeGroup({ snapshots: [{ ...makeSnapshot({ at: NOW }), sizeBytes: undefined as never }] })])),
    expected: '0 till - unfinished',
  },
  {
    name: 'once finished it gets its date',
    actual: site(seen([newer])),
    points: [(({ sizeBytes: _s, notBeforeAt: _n, tier: _t, policyVersion: _p, ...rest }) => rest)(point({ at: NOW - DAY }))],
    expected: '-1 till 29',
  },
  { name: 'what is remembered so is not written again', actual: site(seen([newer])), points: [point({ at: NOW - DAY })], expected: '' },
  {
    name: 'verified and protected are changes',
    actual: site(
      seen([
        makeGroup({
          snapshots: [makeSnapshot({ at: NOW - DAY, protected: true, verification: { state: 'ok', upid: 'x', at: NOW - 3600 } })],
        }),
      ]),
    ),
    points: [point({ at: NOW - DAY })],
    expected: '-1 till 29 ok protected',
  },
  {
    name: 'a verification that a sync brought along is none',
    actual: site(
      seen([makeGroup({ snapshots: [makeSnapshot({ at: NOW - DAY, verification: { state: 'ok', upid: 'x', at: NOW - 2 * DAY } })] })]),
    ),
    points: [point({ at: NOW - DAY })],
    expected: '',
  },
  {
    name: 'a later policy that promises more lengthens',
    actual: site(seen([newer])),
    points: [point({ at: NOW - DAY })],
    input: { policy: makePolicy({ tiers: [makeTier({ retentionSeconds: 60 * DAY })] }) },
    expected: '-1 till 59',
  },
  {
    name: 'it lengthens also where the group was not listed anew',
    actual: site(seen([makeGroup({ snapshots: [makeSnapshot({ at: NOW - DAY })], listedAt: NOW - 300 })])),
    points: [point({ at: NOW - DAY })],
    input: { policy: makePolicy({ tiers: [makeTier({ retentionSeconds: 60 * DAY })] }) },
    expected: '-1 till 59',
  },
  {
    name: 'a later policy that promises less shortens nothing',
    actual: site(seen([newer])),
    points: [point({ at: NOW - DAY })],
    input: { policy: makePolicy({ tiers: [makeTier({ retentionSeconds: 7 * DAY })] }) },
    expected: '',
  },
  {
    name: 'a tier that is no more leaves the date as it is',
    actual: site(seen([newer])),
    points: [point({ at: NOW - DAY })],
    input: { policy: makePolicy({ tiers: [] }) },
    expected: '',
  },
  {
    name: 'a point outside the tiers has no date',
    actual: makeActual({ pbs: [makePbs({ namespaces: [{ datastore: 'main', namespace: '', groups: seen([newer]) }] })] }),
    input: { groups: [{ place: { ...place, namespace: '' }, points: [] }] },
    expected: '-1 till -',
  },
  { name: 'gone before its date', actual: site(seen([newer])), points: two, expected: '-2 till 28 gone; error HF-POINT-GONE' },
  {
    name: 'gone after its date',
    actual: site(seen([newer])),
    points: [point({ at: NOW - 40 * DAY }), two[1]!],
    expected: '-40 till -10 gone',
  },
  {
    name: 'an unfinished one that is gone was nothing',
    actual: site(seen([newer])),
    points: [(({ sizeBytes: _s, notBeforeAt: _n, ...rest }) => rest)(two[0]!), two[1]!],
    expected: '-2 till - unfinished gone',
  },
  {
    name: 'a corrupt one that is gone is a smaller loss',
    actual: site(seen([newer])),
    points: [{ ...two[0]!, verified: { state: 'failed', at: NOW } }, two[1]!],
    expected: '-2 till 28 failed gone; warning HF-POINT-GONE',
  },
  {
    name: 'the group is gone whole',
    actual: site(seen([])),
    points: two,
    expected: '-2 till 28 gone; -1 till 29 gone; error HF-POINT-GONE',
  },
  { name: 'a namespace that could not be read', actual: site(unseen()), points: two, expected: '' },
  {
    name: 'a namespace that is not listed any more',
    actual: site(unseen({ kind: 'missing', because: 'the level above does not list this namespace' })),
    points: two,
    expected: '',
  },
  { name: 'a namespace nobody looked at', actual: makeActual(), points: two, expected: '' },
  { name: 'a server that is no more in the policy', actual: makeActual({ pbs: [] }), points: two, expected: '' },
  { name: 'a group that is missing from half a list', actual: site(seenInPart([])), points: two, expected: '' },
  {
    name: 'a group that was not listed anew',
    actual: site(seen([makeGroup({ snapshots: [], listedAt: NOW - 300 })])),
    points: two,
    expected: '',
  },
  {
    name: 'a loss is told again while its date has not come',
    actual: site(seen([newer])),
    points: [{ ...two[0]!, goneAt: NOW - DAY }, two[1]!],
    expected: 'error HF-POINT-GONE',
  },
  {
    name: 'and no more after it',
    actual: site(seen([newer])),
    points: [point({ at: NOW - 31 * DAY, goneAt: NOW - 2 * DAY }), two[1]!],
    expected: '',
  },
  {
    name: 'points that come back: an empty mount point is mended',
    actual: site(seen([makeGroup({ snapshots: two.map(({ at }) => makeSnapshot({ at })) })])),
    points: two.map((one) => ({ ...one, goneAt: NOW - 300 })),
    expected: '-2 till 28; -1 till 29; over',
  },
  {
    name: 'a point dated far ahead counts from when it was first seen',
    actual: site(seen([makeGroup({ snapshots: [makeSnapshot({ at: NOW + 3650 * DAY })] })])),
    expected: '3650 till 30',
  },
  {
    name: 'a clock that jumped ahead ends no promise',
    actual: site(seen([newer]), { node: seen({ timeZone: 'UTC', clockAheadSeconds: 400 * DAY }) }),
    points: two,
    expected: '-2 till 28 gone; error HF-POINT-GONE',
  },
  {
    name: 'an accepted loss is not told',
    actual: site(seen([newer])),
    points: two,
    input: { policy: makePolicy({ exceptions: [{ finding: 'HF-POINT-GONE', guest: 101, reason: 'ours', until: '2027-01-01' }] }) },
    expected: '-2 till 28 gone',
  },
  {
    name: 'our intent to protect is found carried out',
    actual: site(seen([makeGroup({ snapshots: [makeSnapshot({ at: NOW - DAY, protected: true })] })])),
    points: [{ ...two[1]!, lockedAt: NOW - 60 }],
    expected: '-1 till 29 protected ours',
  },
  {
    name: 'a flag found long after the intent is a stranger’s',
    actual: site(seen([makeGroup({ snapshots: [makeSnapshot({ at: NOW - DAY, protected: true })] })])),
    points: [{ ...two[1]!, lockedAt: NOW - 2 * DAY }],
    expected: '-1 till 29 protected',
  },
  {
    name: 'our protection was lifted by somebody',
    actual: site(seen([newer])),
    points: [{ ...two[1]!, protected: true, lockedAt: NOW - 60 }],
    expected: '-1 till 29; error HF-LOCK-LIFTED',
  },
  {
    name: 'our protection of a point that is due was lifted: by us, before we died',
    actual: site(seen([makeGroup({ snapshots: [makeSnapshot({ at: NOW - 40 * DAY })] })])),
    points: [point({ at: NOW - 40 * DAY, protected: true, lockedAt: NOW - 40 * DAY })],
    expected: '-40 till -10',
  },
];

for (const one of cases) {
  test(`enter: ${one.name}`, () => {
    const first = entered(one.actual, one.points ?? [], one.input);
    assert.equal(spell(first), one.expected);
    const groups = one.input?.groups ?? [{ place, points: one.points ?? [] }];
    const again = enter({
      policy: makePolicy(),
      site: makeSite(),
      actual: one.actual,
      now: NOW,
      ...one.input,
      groups: groups.map((group) => merged(group, first)),
    });
    assert.deepEqual(again.points, [], 'a second time writes nothing');
    const told = first.findings.filter(({ code }) => code !== 'HF-LOCK-LIFTED');
    assert.deepEqual(again.findings, told, 'a second time tells the same, but of what only the change showed');
  });
}

function merged(group: { readonly place: GroupPlace; readonly points: readonly LedgerPoint[] }, { points }: Entered): typeof group {
  const byAt = new Map([...group.points, ...points.filter((one) => placeKey(one) === placeKey(group.place))].map((one) => [one.at, one]));
  return { place: group.place, points: [...byAt.values()] };
}

const removers = [
  { name: 'the prune job of the namespace', tasks: [task('main:home/tier-1')], says: /prunejob of root@pam \(UPID/ },
  { name: 'a prune job above it', tasks: [task('main:home')], says: /prunejob of root@pam/ },
  { name: 'a prune of the root', tasks: [task('main:', { type: 'prune' })], says: /prune of root@pam/ },
  { name: 'a prune of the group', tasks: [task('main:home/tier-1:vm/101', { type: 'prune' })], says: /prune of root@pam/ },
  { name: 'a sync into the namespace', tasks: [task('vault:off:main:home/tier-1:s-1', { type: 'syncjob' })], says: /syncjob of root@pam/ },
  { name: 'a prune of another group', tasks: [task('main:home/tier-1:vm/102', { type: 'prune' })], says: /no task removed it/ },
  { name: 'a prune of another tier', tasks: [task('main:home/tier-2')], says: /no task removed it/ },
  { name: 'a prune of another store', tasks: [task('other:home/tier-1')], says: /no task removed it/ },
  {
    name: 'a prune that ended before the last look',
    tasks: [task('main:home/tier-1', { startedAt: NOW - 7200 })],
    says: /no task removed it/,
  },
];

for (const { name, tasks, says } of removers) {
  test(`enter: who removed it: ${name}`, () => {
    const previous = site(seen([makeGroup({ snapshots: [], listedAt: NOW - 3600 })]), {}, NOW - 3600);
    const { points, findings } = entered(site(seen([newer]), { tasks: seen(tasks) }), two, { previous });
    assert.match(points[0]!.goneBy!, says);
    assert.match(findings[0]!.why, says);
  });
}

test('enter: who removed it where the tasks could not be read is not guessed', () => {
  const { points, findings } = entered(site(seen([newer]), { tasks: unseen() }), two);
  assert.equal(points[0]!.goneBy, undefined);
  assert.match(findings[0]!.why, /could not be read/);
});

test('enter: a group that moved to another tier takes its dates and its lock along, and is no loss', () => {
  const moved = { ...place, namespace: 'home/tier-2' };
  const locked = [{ ...two[1]!, protected: true, lockedAt: NOW - DAY }];
  const actual = makeActual({
    pbs: [
      makePbs({
        namespaces: [
          { datastore: 'main', namespace: 'home/tier-1', groups: seen([]) },
          {
            datastore: 'main',
            namespace: 'home/tier-2',
            groups: seen([makeGroup({ snapshots: [makeSnapshot({ at: NOW - DAY, protected: true })] })]),
          },
        ],
      }),
    ],
  });
  const policy = makePolicy({ tiers: [makeTier(), makeTier({ id: 2, retentionSeconds: 7 * DAY })] });
  const groups = [
    { place, points: locked },
    { place: moved, points: [] },
  ];
  const { points, findings } = enter({ policy, site: makeSite(), actual, now: NOW, groups });
  assert.deepEqual(findings, []);
  assert.equal(points.find(({ namespace }) => namespace === 'home/tier-1')!.goneBy, 'moved to main:home/tier-2');
  const there = points.find(({ namespace }) => namespace === 'home/tier-2')!;
  assert.deepEqual([there.notBeforeAt, there.lockedAt, there.goneAt], [two[1]!.notBeforeAt, NOW - DAY, undefined]);
});

test('enter: an id that another guest took over is not blamed on that guest', () => {
  const guests = seen([makeGuest({ createdAt: NOW - 3600 })]);
  const actual = { ...site(seen([])), pve: makePve({ guests }) };
  const { findings } = entered(actual, two);
  assert.equal(findings[0]!.vmid, undefined);
});

test('enter: a whole group that went says so, and how its newest stood', () => {
  const [finding] = entered(site(seen([])), [two[0]!, { ...two[1]!, verified: { state: 'ok', at: NOW } }]).findings;
  assert.match(
    finding!.problem,
    /2 points of guest-101, .* went before their dates .*nothing of the group is left, and its newest was verified/,
  );
});

test('enter: a namespace of which nothing is left is told once, and is over when its groups are back', () => {
  const other = { ...place, id: '102' };
  const before = [
    { place, points: two },
    { place: other, points: two.map((one) => ({ ...one, id: '102' })) },
  ];
  const base = { policy: makePolicy(), site: makeSite(), now: NOW };
  const { findings, points } = enter({ ...base, actual: site(seen([])), groups: before });
  assert.deepEqual(
    findings.map(({ at, vmid }) => [at, vmid]),
    [['home: main:home/tier-1, all gone 2026-11-25 13:00:00', undefined]],
  );
  assert.match(findings[0]!.problem, /all 2 groups went, 4 points of them before their dates/);
  const snapshots = two.map(({ at }) => makeSnapshot({ at }));
  const back = site(seen([makeGroup({ snapshots }), makeGroup({ id: '102', snapshots })]));
  const groups = before.map((group) => ({ place: group.place, points: points.filter(({ id }) => id === group.place.id) }));
  const returned = enter({ ...base, actual: back, groups });
  assert.ok(returned.over.includes(findingKey(findings[0]!)));
  assert.deepEqual(returned.findings, []);
});

test('groupsToEnter: what was listed anew, and what a whole list lacks now', () => {
  const before = site(seen([newer, makeGroup({ id: '102' }), makeGroup({ id: '103' })]));
  const now = site(seen([newer, { ...makeGroup({ id: '102' }), listedAt: NOW - 300 }]));
  assert.deepEqual(
    groupsToEnter(now, before).map(({ id }) => id),
    ['101', '103'],
  );
  assert.deepEqual(
    groupsToEnter(site(seenInPart([newer])), before).map(({ id }) => id),
    ['101'],
  );
  assert.deepEqual(groupsToEnter(site(unseen()), before), []);
});
