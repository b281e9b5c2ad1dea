import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { ASSUME, deepFreeze, makeActual, makeGuest, makePbsAccess, makePolicy, makePve, makeRule, makeSite, makeTier, NOW, seen, unseen } from '#test/make.ts'; // prettier-ignore
import { draws } from '#test/draws.ts';
import type { Alerts, Route } from '../policy/alerts.ts';
import type { Policy, Tier } from '../policy/policy.ts';
import { DEFAULT_SERVER, type ServerSettings } from '../policy/server.ts';
import { weakerThan } from './weaker.ts';

const [HOUR, DAY] = [3600, 86_400];
const NOBODY = { actuals: [makeActual({ pve: makePve({ guests: seen([]) }) })], now: NOW };

function weaker(before: Partial<Policy>, after: Partial<Policy>): readonly string[] {
  return weakerThan(makePolicy(before), makePolicy(after), NOBODY);
}

const STRICT = makeTier({
  id: 2,
  name: 'Apps',
  rpoSeconds: DAY,
  graceSeconds: HOUR,
  rtoSeconds: HOUR,
  retentionSeconds: 90 * DAY,
  reachSeconds: 60 * DAY,
  deleteAfterSeconds: 400 * DAY,
  verify: { withinSeconds: DAY, everySeconds: 30 * DAY },
  drill: { everySeconds: 30 * DAY },
  lock: true,
  offsite: { remote: 'vault', withinSeconds: 2 * DAY, direction: 'pull' },
  encryption: true,
  consistency: 'filesystem',
  budgetBytes: 500 * 2 ** 30,
  assume: { lostRuns: 1 },
});
const without = (...keys: readonly (keyof Tier)[]): Tier =>
  Object.fromEntries(Object.entries(STRICT).filter(([key]) => !keys.includes(key as keyof Tier))) as Tier;

const lesserTiers: readonly (readonly [name: string, change: Partial<Tier> | Tier, said: readonly string[]])[] = [
  ['RPO longer', { rpoSeconds: 2 * DAY }, ['tier 2: RPO 1d to 2d']],
  ['grace longer', { graceSeconds: 3 * HOUR }, ['tier 2: grace 1h to 3h']],
  ['RTO longer', { rtoSeconds: DAY }, ['tier 2: RTO 1h to 1d']],
  ['retention shorter', { retentionSeconds: 30 * DAY }, ['tier 2: retention 90d to 30d']],
  ['reach shorter', { reachSeconds: 30 * DAY }, ['tier 2: reach 60d to 30d']],
  ['reach dropped', without('reachSeconds'), ['tier 2: reach of 60d is promised no more']],
  ['old points kept longer', { deleteAfterSeconds: 500 * DAY }, ['tier 2: deletion of old points 400d to 500d']],
  ['verify later', { verify: { withinSeconds: 2 * DAY, everySeconds: 30 * DAY } }, ['tier 2: verified on arrival within 1d to 2d']],
  ['verify on arrival dropped', { verify: { everySeconds: 30 * DAY } }, ['tier 2: verified on arrival within 1d is promised no more']],
  ['verify dropped', without('verify'), ['tier 2: verified on arrival within 1d is promised no more', 'tier 2: verified again every 30d is promised no more']], // prettier-ignore
  ['drill rarer', { drill: { everySeconds: 90 * DAY } }, ['tier 2: drill every 30d to 90d']],
  ['drill dropped', without('drill'), ['tier 2: drill every 30d is promised no more']],
  ['lock dropped', { lock: false }, ['tier 2: points are locked no more']],
  ['copy later', { offsite: { ...STRICT.offsite!, withinSeconds: 7 * DAY } }, ['tier 2: copy off site within 2d to 7d']],
  ['copy elsewhere', { offsite: { ...STRICT.offsite!, remote: 'attic' } }, ['tier 2: copies go to attic instead of vault; those at vault are not renewed']],
  ['copy dropped', without('offsite'), ['tier 2: copy off site within 2d is promised no more']],
  ['encryption dropped', { encryption: false }, ['tier 2: points are encrypted no more']],
  ['consistency lowered', { consistency: 'crash' }, ['tier 2: consistency filesystem to crash']],
  ['another datastore', { datastore: 'second' }, ['tier 2: points go to the first PBS, second instead of the first PBS; those that are there are watched no more']],
  ['budget raised', { budgetBytes: 2 ** 40 }, ['tier 2: budget 500 GiB to 1 TiB']],
  ['budget dropped', without('budgetBytes'), ['tier 2: budget 500 GiB to none']],
  ['fewer lost runs borne', without('assume'), ['tier 2: its proof bears 0 lost runs in a row instead of 1']],
  ['schedule, keep values, mode, names and owner are no promise', { schedule: '*-1', keep: { last: 3 }, mode: 'stop', name: 'x', owner: 'y', storage: 'z' }, []],
]; // prettier-ignore
for (const [name, change, said] of lesserTiers)
  test(`tier: ${name}`, () => assert.deepEqual(weaker({ tiers: [STRICT] }, { tiers: [{ ...('id' in change ? {} : STRICT), ...change } as Tier] }), said)); // prettier-ignore

test('tier: one that is removed is named; one that is new weakens nothing', () => {
  assert.deepEqual(weaker({ tiers: [makeTier(), STRICT] }, { tiers: [makeTier()] }), ['tier 2 (Apps) is removed']);
  assert.deepEqual(weaker({ tiers: [makeTier()] }, { tiers: [makeTier(), STRICT] }), []);
});

describe('sites', () => {
  const two = makeSite({ pbs: [makePbsAccess({ verifyNew: true }), makePbsAccess({ name: 'pbs2', urls: ['https://pbs2.lan:8007'] })] });
  const rows: readonly (readonly [name: string, after: Policy['sites'], said: readonly string[]])[] = [
    ['a site removed', [], ['site home is removed: nothing there is watched any more']],
    ['a PBS removed', [{ ...two, pbs: [two.pbs[0]!] }], ['site home: PBS pbs2 is removed: the points there are watched no more']],
    ['another datastore', [{ ...two, pbs: [two.pbs[0]!, { ...two.pbs[1]!, datastore: 'cold' }] }], ['site home: on PBS pbs2 points go to cold, namespace home instead of main, namespace home; those that are there are watched no more']], // prettier-ignore
    [
      'no verification on arrival',
      [{ ...two, pbs: [makePbsAccess(), two.pbs[1]!] }],
      ['site home: PBS pbs need not verify points as they arrive'],
    ],
    [
      'logins, addresses, pins',
      [{ ...two, pve: { urls: ['https://x:8006'], token: 'env:X', applyToken: 'env:Y', retryToken: 'env:Z' } }],
      [],
    ],
    [
      'pressure',
      [{ ...two, pressure: { tiers: [3], belowSeconds: DAY, resumeSeconds: DAY, forSeconds: DAY } }],
      ['site home: under pressure the job of tier 3 may be suspended'],
    ],
    ['a window', [{ ...two, window: { startMinute: 0, endMinute: 60 } }], []],
  ];
  for (const [name, after, said] of rows) test(name, () => assert.deepEqual(weaker({ sites: [two] }, { sites: after }), said));
});

describe('guests', () => {
  const tiers = [makeTier({ id: 1, name: 'Critical' }), makeTier({ id: 3, name: 'Sandbox', rpoSeconds: 30 * DAY })];
  const guests = [101, 102, 103, 104, 105, 106, 107].map((vmid) => makeGuest({ vmid, name: `db-${vmid}` }));
  const look = (value = guests) => ({ actuals: [makeActual({ pve: makePve({ guests: seen(value) }) })], now: NOW });
  const fall = (rules: Policy['assign'], before: Policy['assign'] = [makeRule({ tier: 1, names: ['*'] })], at = look()) =>
    weakerThan(makePolicy({ tiers, assign: before }), makePolicy({ tiers, assign: rules }), at);

  test('that fall to a lower tier are named, each kind of fall once', () => {
    assert.deepEqual(fall([makeRule({ tier: 3, guests: [102] }), makeRule({ index: 1, tier: 1 })]), [
      'site home: vm/102 db-102 falls from tier 1 (Critical) to tier 3 (Sandbox): RPO 1d to 30d',
    ]);
    assert.deepEqual(fall([makeRule({ tier: 3 })]), [
      'site home: 7 guests (vm/101 db-101, vm/102 db-102, vm/103 db-103, vm/104 db-104, vm/105 db-105 and 2 more) fall from tier 1 (Critical) to tier 3 (Sandbox): RPO 1d to 30d',
    ]);
  });
  test('that fall to nothing, or to no backup for a time', () => {
    assert.deepEqual(fall([makeRule({ tier: 1, names: ['db-10[1-6]'] }), makeRule({ index: 1, tier: 1, guests: [101, 102, 103, 104, 105, 106] })]), [
      'site home: vm/107 db-107 falls from tier 1 (Critical) to no tier',
    ]); // prettier-ignore
    const excused = [makeRule({ tier: 'none', guests: [101], until: '2027-03-01', reason: 'x' }), makeRule({ index: 1, tier: 1 })];
    const longer = [{ ...excused[0]!, until: '2027-09-01' }, excused[1]!];
    assert.deepEqual(fall(excused), ['site home: vm/101 db-101 falls from tier 1 to no backup, accepted until 2027-03-01']);
    assert.deepEqual(fall(longer, excused), ['site home: vm/101 db-101 falls to no backup, accepted until 2027-09-01']);
    assert.deepEqual(fall(excused, longer), []);
  });
  test('that rise, or change between equal tiers, lose nothing', () => {
    assert.deepEqual(fall([makeRule({ tier: 1 })], [makeRule({ tier: 3 })]), []);
    assert.deepEqual(fall([makeRule({ tier: 1 })], [makeRule({ index: 0, tier: 1, tags: ['no-such'] })]), []);
  });
  test('whom nobody saw are a doubt where the rules changed, and none where they did not', () => {
    const blind = { actuals: [makeActual({ pve: makePve({ guests: unseen() }) })], now: NOW };
    const doubt = 'site home: other guests have other tiers, and which of them lose by it cannot be told, for not all could be seen';
    const before = [makeRule({ tier: 1 })];
    assert.deepEqual(fall([makeRule({ tier: 3, guests: [7] }), makeRule({ index: 1, tier: 1 })], before, blind), [doubt]);
    assert.deepEqual(fall([makeRule({ tier: 1, reason: 'told better', at: 'other.yaml:1' })], before, blind), []);
    assert.deepEqual(fall([makeRule({ tier: 3, guests: [7] }), makeRule({ index: 1, tier: 1 })], before, { actuals: [], now: NOW }), [
      doubt,
    ]);
  });
});

describe('exceptions', () => {
  const disk = { finding: 'HF-DISK-LEFT-OUT', guest: 101, disk: 'scsi1', reason: 'scratch', until: '2027-01-01' };
  const rows: readonly (readonly [string, Policy['exceptions'] & {}, Policy['exceptions'] & {}, readonly string[]])[] = [
    ['new', [], [disk], ['exception: HF-DISK-LEFT-OUT, of guest 101, disk scsi1 is accepted until 2027-01-01']],
    ['longer', [disk], [{ ...disk, until: '2027-06-01' }], ['exception: HF-DISK-LEFT-OUT, of guest 101, disk scsi1 is accepted until 2027-06-01 instead of 2027-01-01']],
    ['shorter, for another reason', [disk], [{ ...disk, until: '2026-12-01', reason: 'y', by: 'z' }], []],
    ['gone', [disk], [], []],
  ]; // prettier-ignore
  for (const [name, before, after, said] of rows)
    test(name, () => assert.deepEqual(weaker({ exceptions: before }, { exceptions: after }), said));
});

describe('alerts', () => {
  const tiers = [makeTier({ id: 1, owner: 'dba' }), makeTier({ id: 2 })];
  const route = (rest: Partial<Route> = {}): Route => ({ index: 0, to: ['mail'], severity: 'warning', also: false, ...rest });
  const MAIL = { name: 'mail', kind: 'email', to: ['a@x', 'b@x'], from: 'h@x', server: 'smtps://x:465' } as const;
  const HOOK = { name: 'hook', kind: 'webhook', url: 'https://x/' } as const;
  const alerts = (rest: Partial<Alerts> = {}): Alerts => ({ channels: [MAIL, HOOK], routes: [route()], ...rest });
  const rows: readonly (readonly [name: string, before: Alerts, after: Alerts | undefined, said: readonly string[]])[] = [
    ['dropped whole', alerts(), undefined, ['alerts: nobody is told of anything any more']],
    ['a channel removed', alerts(), alerts({ channels: [MAIL] }), ['alerts: channel hook is removed']],
    ['a person left out', alerts(), alerts({ channels: [{ ...MAIL, to: ['a@x', 'c@x'] }, HOOK] }), ['alerts: channel mail no longer reaches b@x']],
    ['another address', alerts(), alerts({ channels: [MAIL, { ...HOOK, url: 'https://y/' }] }), ['alerts: channel hook leads elsewhere']],
    ['another login there', alerts(), alerts({ channels: [{ ...MAIL, login: 'env:L' }, { ...HOOK, secret: 'env:S' }] }), []],
    ['errors only', alerts(), alerts({ routes: [route({ severity: 'error' })] }), ['alerts: warnings of site home as a whole, warnings of tier 1 at home, warnings of tier 2 at home are no longer told to mail']],
    ['one tier only', alerts(), alerts({ routes: [route({ tiers: [1] })] }), ['alerts: errors of tier 2 at home, warnings of site home as a whole, warnings of tier 2 at home are no longer told to mail']],
    ['a route before it', alerts(), alerts({ routes: [route({ to: ['hook'], owners: ['dba'], severity: 'error' }), route({ index: 1 })] }), ['alerts: errors of site home as a whole, errors of tier 1 at home are no longer told to mail']],
    ['a route before it that goes on', alerts(), alerts({ routes: [route({ to: ['hook'], also: true }), route({ index: 1 })] }), []],
    ['not repeated', alerts({ routes: [route({ repeatSeconds: HOUR })] }), alerts(), ['alerts: errors of site home as a whole, errors of tier 1 at home, errors of tier 2 at home, warnings of site home as a whole and 2 more are told to mail once and not again every 1h']],
    ['repeated, once a day', alerts(), alerts({ routes: [route({ repeatSeconds: HOUR, severity: 'warning', digestMinute: 480 })] }), ['alerts: errors of site home as a whole, errors of tier 1 at home, errors of tier 2 at home, warnings of site home as a whole and 2 more are told to mail once a day only, at 08:00']],
    ['escalated later', alerts({ routes: [route({ escalate: { afterSeconds: HOUR, to: ['hook'] } })] }), alerts({ routes: [route({ escalate: { afterSeconds: 2 * HOUR, to: ['hook'] } })] }), ['alerts: errors of site home as a whole, errors of tier 1 at home, errors of tier 2 at home, warnings of site home as a whole and 2 more are told to hook after 2h instead of 1h']],
    ['escalated where it was told at once', alerts({ routes: [route({ to: ['mail', 'hook'] })] }), alerts({ routes: [route({ escalate: { afterSeconds: 60, to: ['hook'] } })] }), ['alerts: errors of site home as a whole, errors of tier 1 at home, errors of tier 2 at home, warnings of site home as a whole and 2 more are no longer told to hook']],
    ['told at once where it was escalated', alerts({ routes: [route({ escalate: { afterSeconds: 60, to: ['hook'] } })] }), alerts({ routes: [route({ to: ['mail', 'hook'] })] }), []],
    ['quiet hours begin', alerts(), alerts({ quiet: { startMinute: 1320, endMinute: 360 } }), ['alerts: nobody is disturbed 22:00-06:00']],
    ['quiet hours widened', alerts({ quiet: { startMinute: 1320, endMinute: 360 } }), alerts({ quiet: { startMinute: 1260, endMinute: 360 } }), ['alerts: nobody is disturbed 21:00-06:00 instead of 22:00-06:00']],
    ['quiet hours narrowed', alerts({ quiet: { startMinute: 1320, endMinute: 360 } }), alerts({ quiet: { startMinute: 1380, endMinute: 300 } }), []],
    ['a threshold later', alerts({ lateSeconds: new Map([[1, HOUR]]) }), alerts({ lateSeconds: new Map([[1, 5 * HOUR]]) }), ['alerts: points of tier 1 are told 5h late instead of 1h late']],
    ['a threshold earlier', alerts({ lateSeconds: new Map([[1, HOUR]]) }), alerts({ lateSeconds: new Map([[1, 60]]) }), []],
    ['a threshold dropped', alerts({ lateSeconds: new Map([[1, HOUR]]) }), alerts(), ['alerts: points of tier 1 are told half-way to the broken promise instead of 1h late']],
    ['no heartbeat', alerts({ heartbeat: { url: 'env:B', everySeconds: 60 } }), alerts(), ['alerts: the heartbeat is dropped: nobody outside tells when Holdfast is silent']],
    ['a slower heartbeat', alerts({ heartbeat: { url: 'env:B', everySeconds: 60 } }), alerts({ heartbeat: { url: 'env:B', everySeconds: 600 } }), ['alerts: the heartbeat comes every 10m instead of 1m']],
  ]; // prettier-ignore
  for (const [name, before, after, said] of rows)
    test(name, () => assert.deepEqual(weaker({ tiers, alerts: before }, after ? { tiers, alerts: after } : { tiers }), said));
});

test('what every proof takes for given', () => {
  const rosier = { ...ASSUME, durationSeconds: 60, restoreBytesPerSecond: 2 ** 30 };
  assert.deepEqual(weaker({}, { assume: rosier }), [
    'the proof of every tier takes a backup for 1m long instead of 40m',
    'the proof of every tier takes a restore for 1 GiB/s fast instead of 100 MiB/s',
  ]);
  assert.deepEqual(weaker({ assume: rosier }, {}), []);
});

describe('server', () => {
  const server = (rest: Partial<ServerSettings> = {}): ServerSettings => ({ ...DEFAULT_SERVER, ...rest });
  const oidc = {
    issuer: 'https://id.lan',
    clientId: 'x',
    label: 'x',
    scopes: [],
    nameClaim: 'n',
    rolesClaim: 'r',
    roles: [],
  } as unknown as ServerSettings['oidc'] & {};
  const rows: readonly (readonly [name: string, before: ServerSettings | undefined, after: ServerSettings | undefined, said: readonly string[]])[] = [
    ['a shorter wait', undefined, server({ waitingSeconds: 60 }), ['server: who is alone waits 1m instead of 30m before approving an own change that weakens']],
    ['a longer wait', undefined, server({ waitingSeconds: HOUR }), []],
    ['another directory', server(), server({ oidc }), ['server: others are let in by OpenID Connect, or as something else']],
    ['the same directory', server({ oidc }), server({ oidc: { ...oidc } }), []],
    ['no directory any more', server({ oidc }), undefined, []],
    ['another proxy', server(), server({ proxy: { trusted: ['10.0.0.1'], roles: {} } }), ['server: others are let in by the reverse proxy, or as something else']],
  ]; // prettier-ignore
  for (const [name, before, after, said] of rows)
    test(name, () => assert.deepEqual(weaker(before ? { server: before } : {}, after ? { server: after } : {}), said));
});

test('drills that are dropped', () => {
  assert.deepEqual(weaker({ drills: { every: '30d' } }, {}), ['drills: nothing is rehearsed any more']);
});

/** Numbers of a tier, most of which are promises of a time. */
const arbTier: fc.Arbitrary<Tier> = fc
  .record(
    {
      rpoSeconds: fc.integer({ min: 1, max: 99 }),
      graceSeconds: fc.integer({ min: 0, max: 9 }),
      retentionSeconds: fc.integer({ min: 1, max: 99 }),
      reachSeconds: fc.integer({ min: 1, max: 99 }),
      verify: fc.record({ everySeconds: fc.integer({ min: 1, max: 99 }), withinSeconds: fc.integer({ min: 1, max: 99 }) }),
      drill: fc.record({ everySeconds: fc.integer({ min: 1, max: 99 }) }),
      lock: fc.boolean(),
      encryption: fc.boolean(),
      consistency: fc.constantFrom('crash', 'filesystem'),
    },
    { requiredKeys: [] },
  )
  .map((tier) => makeTier(tier as Partial<Tier>));

test('laws: an equal policy weakens nothing, what one way strengthens the other way weakens, and falls add up', () => {
  fc.assert(
    fc.property(arbTier, arbTier, arbTier, (a, b, c) => {
      const less = (from: Tier, to: Tier): readonly string[] => weaker({ tiers: [from] }, { tiers: [to] });
      const subjects = (said: readonly string[]): readonly string[] =>
        said.map((text) => text.slice('tier 1: '.length).replace(/ (of )?\d.*| filesystem .*/, ''));
      assert.deepEqual(less(a, deepFreeze(structuredClone(a))), []);
      const [there, back] = [subjects(less(a, b)), subjects(less(b, a))];
      assert.deepEqual(
        there.filter((subject) => back.includes(subject)),
        [],
      );
      if (there.length + back.length === 0) assert.deepEqual({ ...a }, { ...b });
      if (less(a, b).length === 0 && less(b, c).length === 0) assert.deepEqual(less(a, c), []);
    }),
    draws(300),
  );
});
