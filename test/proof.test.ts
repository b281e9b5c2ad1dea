import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { proveTiers } from '#core/retention/whole.ts';
import { zoneRules } from '#core/calendar/zone.ts';
import type { Tier } from '#core/policy/policy.ts';
import { isMixed, type Chances } from '#core/retention/fall.ts';
import { KEEP_UNITS, type KeepRules, type KeepUnit } from '#core/retention/keep.ts';
import { greatestLife, leastLife, leastReach } from '#core/retention/lifetime.ts';
import { nestOf } from '#core/retention/nest.ts';
import { proveTier } from '#core/retention/prove.ts';
import { ladder, solveSchedule } from '#core/retention/solve-schedule.ts';
import { cost, keepHolds, solveKeep } from '#core/retention/solve.ts';
import { layOut, type Timeline } from '#core/retention/timeline.ts';
import { pruneGroup } from '#lab/pbs/prune.ts';
import { draws, TIMES } from './draws.ts';
import { deepFreeze, makePolicy, makeTier, NOW } from './make.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const ZONES = ['UTC', 'Europe/Vienna', 'America/New_York', 'Pacific/Auckland', 'America/Santiago', 'Australia/Lord_Howe'];
const SCHEDULES = [
  '04:00',
  '23:50',
  '4,16:00',
  'sun 05:00',
  'mon,thu 23:30',
  '*-1 22:00',
  '*-1,15 23:55',
  '1,4,7,10-1 23:30',
  'sat *-1..7 05:00',
];

const someTier = fc.record({
  schedule: fc.constantFrom(...SCHEDULES),
  timeZone: fc.constantFrom(...ZONES),
  retentionDays: fc.integer({ min: 1, max: 120 }),
  reachDays: fc.option(fc.integer({ min: 10, max: 300 }), { nil: undefined }),
  queueSeconds: fc.constantFrom(0, 600, 1200, 5400),
  durationSeconds: fc.constantFrom(60, 2400),
  lostRuns: fc.constantFrom(0, 0, 1, 2),
  extraRuns: fc.constantFrom(0, 0, 1, 2),
});

/** A year and a half of a tier as chance would have it within what is declared, pruned at any time by the lab's own prune. */
function live(
  timeline: Timeline,
  keep: KeepRules,
  chances: Chances,
  chance: () => number,
): { life: number; exposure: number; reach: number } {
  const { runs } = timeline;
  const first = Math.floor(chance() * 200) % Math.max(1, runs.length - 60);
  const last = Math.min(runs.length - 1, first + 160);
  const begins: { at: number; done: number }[] = [];
  let lost = 0;
  for (let i = first; i < last; i++) {
    const mayLose = lost < chances.lostRuns && chance() < 0.3;
    lost = mayLose ? lost + 1 : 0;
    const at = runs[i]! + Math.floor(extreme(chance()) * chances.queueSeconds);
    if (!mayLose) begins.push({ at, done: at + Math.max(1, Math.floor(chance() * chances.durationSeconds)) });
    const room = runs[i + 1]! - runs[i]! - chances.queueSeconds - chances.durationSeconds - 120;
    const extras = room > 0 ? chances.extraRuns : 0;
    for (let extra = 0; extra < extras; extra++) {
      if (chance() < 0.4) continue;
      const handAt = runs[i]! + chances.queueSeconds + chances.durationSeconds + 60 + Math.floor(extreme(chance()) * room);
      begins.push({ at: handAt, done: handAt + 1 });
    }
  }
  begins.sort((a, b) => a.at - b.at);
  let left: { time: number }[] = [];
  const seen = { life: Infinity, exposure: 0, reach: Infinity };
  let before: number | undefined;
  for (const { at, done } of begins.filter((one, i) => i === 0 || one.at > begins[i - 1]!.at)) {
    if (before !== undefined) seen.exposure = Math.max(seen.exposure, done - before);
    before = at;
    left.push({ time: at });
    if (chance() < 0.2) continue;
    const marks = pruneGroup(left, keep, timeline.zone.timeZone);
    for (const [i, mark] of marks.entries()) if (mark === 'removed') seen.life = Math.min(seen.life, done - left[i]!.time);
    left = left.filter((_, i) => marks[i] !== 'removed');
    if (left.length >= cost(keep)) seen.reach = Math.min(seen.reach, done - left[0]!.time);
  }
  return seen;
}

/** Chance that likes the ends: that is where proofs break. */
function extreme(chance: number): number {
  return chance < 0.3 ? 0 : chance > 0.7 ? 1 : chance;
}

describe('no proved policy is refuted by living it', { timeout: 120_000 * TIMES }, () => {
  test('with keep values that were computed', () => {
    let proved = 0;
    fc.assert(
      fc.property(someTier, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (given, dice) => {
        const { queueSeconds, durationSeconds, lostRuns, extraRuns, timeZone } = given;
        const chances = { queueSeconds, durationSeconds, lostRuns, extraRuns };
        const timeline = layOut(given.schedule, { timeZone, fromAt: NOW }) as Timeline;
        const promise = {
          retentionSeconds: given.retentionDays * DAY,
          ...(given.reachDays !== undefined && given.reachDays > given.retentionDays && { reachSeconds: given.reachDays * DAY }),
        };
        const keep = solveKeep([timeline], promise, chances);
        fc.pre(keep !== undefined && cost(keep) < 150);
        proved += 1;
        const seen = live(timeline, keep, chances, () => dice.next().value);
        expect(seen.life, JSON.stringify(keep)).toBeGreaterThanOrEqual(promise.retentionSeconds);
      }),
      draws(60),
    );
    expect(proved).toBeGreaterThan(20);
  });

  test('with keep values that somebody typed: life and reach are never less than the proof says', () => {
    const slots = fc.integer({ min: 1, max: 9 });
    const anyKeep = fc
      .record(Object.fromEntries(KEEP_UNITS.map((unit) => [unit, slots])), { requiredKeys: [] })
      .filter((keep) => Object.keys(keep).length > 0);
    fc.assert(
      fc.property(someTier, anyKeep, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (given, keep, dice) => {
        const { queueSeconds, durationSeconds, lostRuns, extraRuns, timeZone } = given;
        const chances = { queueSeconds, durationSeconds, lostRuns, extraRuns };
        const timeline = layOut(given.schedule, { timeZone, fromAt: NOW }) as Timeline;
        const shortest = leastLife(timeline, keep, chances);
        const seen = live(timeline, keep, chances, () => dice.next().value);
        expect(seen.life).toBeGreaterThanOrEqual(shortest?.seconds ?? Infinity);
        const reach = leastReach(timeline, keep, chances);
        if (reach) expect(seen.reach).toBeGreaterThanOrEqual(reach.seconds);
      }),
      draws(80),
    );
  });

  test('and data never gets older', () => {
    fc.assert(
      fc.property(someTier, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (given, dice) => {
        const { queueSeconds, durationSeconds, lostRuns, timeZone, schedule } = given;
        const chances = { queueSeconds, durationSeconds, lostRuns, extraRuns: 0 };
        const tier = makeTier({ schedule, keep: { last: 3 } });
        const proof = proveTier(tier, {
          assume: { ...chances, restoreBytesPerSecond: 1 },
          timeZones: [timeZone],
          fromAt: NOW,
          strict: false,
        });
        const timeline = layOut(schedule, { timeZone, fromAt: NOW }) as Timeline;
        const seen = live(timeline, { last: 3 }, chances, () => dice.next().value);
        expect(seen.exposure).toBeLessThanOrEqual(proof.proofs.find(({ promise }) => promise === 'rpo')!.worstSeconds!);
      }),
      draws(40),
    );
  });
});

const MOST_TRIED = 5;

/** All keep options of at most three rules that keep no more points than so many. */
function rulesUpTo(most: number): KeepRules[] {
  const more = (keep: KeepRules, from: number, left: number, rules: number): KeepRules[] =>
    rules === 0
      ? []
      : KEEP_UNITS.slice(from).flatMap((unit, i) =>
          Array.from({ length: left }, (_, slot) => ({ ...keep, [unit]: slot + 1 })).flatMap((next, slot) => [
            next,
            ...more(next, from + i + 1, left - slot - 1, rules - 1),
          ]),
        );
  return more({}, 0, Math.max(0, most), 3);
}

describe('what is solved is proved, and the next cheaper is not', { timeout: 120_000 * TIMES }, () => {
  test('keep values', () => {
    fc.assert(
      fc.property(someTier, (given) => {
        const { queueSeconds, durationSeconds, lostRuns, extraRuns, timeZone, retentionDays } = given;
        const chances = { queueSeconds, durationSeconds, lostRuns, extraRuns };
        const timeline = layOut(given.schedule, { timeZone, fromAt: NOW }) as Timeline;
        const keep = solveKeep([timeline], { retentionSeconds: retentionDays * DAY }, chances);
        fc.pre(keep !== undefined);
        expect(leastLife(timeline, keep, chances)?.seconds ?? Infinity).toBeGreaterThanOrEqual(retentionDays * DAY);
        const fewer = cost(keep) - 1;
        for (const unit of fewer > 0 ? KEEP_UNITS : []) {
          expect(leastLife(timeline, { [unit]: fewer }, chances)?.seconds ?? Infinity, `${unit} ${fewer}`).toBeLessThan(
            retentionDays * DAY,
          );
        }
      }),
      draws(40),
    );
  });

  test('keep values beside a reach and a last day: no rules that cost less hold', () => {
    let solved = 0;
    fc.assert(
      fc.property(
        fc.constantFrom('04:00', '4,16:00', 'mon,thu 23:30', 'sun 05:00', '*-1,15 23:55'),
        fc.record({
          retentionDays: fc.integer({ min: 1, max: 30 }),
          reachDays: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
          deleteDays: fc.option(fc.integer({ min: 20, max: 120 }), { nil: undefined }),
          lostRuns: fc.constantFrom(0, 0, 1),
        }),
        (schedule, { retentionDays, reachDays, deleteDays, lostRuns }) => {
          const chances = { queueSeconds: 1200, durationSeconds: 2400, lostRuns, extraRuns: 0 };
          const timeline = layOut(schedule, { timeZone: 'Europe/Vienna', fromAt: NOW }) as Timeline;
          const promise = {
            retentionSeconds: retentionDays * DAY,
            ...(reachDays !== undefined && { reachSeconds: (retentionDays + reachDays) * DAY }),
            ...(deleteDays !== undefined && { deleteAfterSeconds: (retentionDays + deleteDays) * DAY }),
          };
          const holds = (keep: KeepRules): boolean => keepHolds(timeline, keep, promise, { chances, pruneWaitSeconds: DAY + HOUR });
          const keep = solveKeep([timeline], promise, chances, DAY + HOUR);
          if (keep) solved += 1;
          if (keep) expect(holds(keep)).toBe(true);
          const most = keep ? Math.min(cost(keep) - 1, MOST_TRIED) : MOST_TRIED;
          for (const cheaper of rulesUpTo(most))
            if (!isMixed(timeline, cheaper, chances.queueSeconds) && holds(cheaper))
              expect.fail(`${JSON.stringify(cheaper)} holds and costs less than ${JSON.stringify(keep)}`);
        },
      ),
      draws(10),
    );
    expect(solved).toBeGreaterThan(2);
  });

  test('reach', () => {
    const timeline = layOut('04:00', { timeZone: 'Europe/Vienna', fromAt: NOW }) as Timeline;
    const chances = { queueSeconds: 1200, durationSeconds: 2400, lostRuns: 0, extraRuns: 0 };
    const keep = solveKeep([timeline], { retentionSeconds: 30 * DAY, reachSeconds: 365 * DAY }, chances)!;
    expect(keep).toEqual({ daily: 31, yearly: 2 });
    expect(leastReach(timeline, keep, chances)!.seconds).toBeGreaterThanOrEqual(365 * DAY);
    expect(leastReach(timeline, { daily: 31, yearly: 1 }, chances)!.seconds).toBeLessThan(365 * DAY);
  });

  test('reach and a last day: where the cheapest that reaches stays too long, the next cheapest is taken', () => {
    const timeline = layOut('mon,thu 23:30', { timeZone: 'America/New_York', fromAt: NOW }) as Timeline;
    const chances = { queueSeconds: 0, durationSeconds: 2400, lostRuns: 0, extraRuns: 0 };
    const promise = { retentionSeconds: 11 * DAY, reachSeconds: 31 * DAY };
    expect(solveKeep([timeline], promise, chances)).toEqual({ daily: 4, yearly: 2 });
    expect(solveKeep([timeline], { ...promise, deleteAfterSeconds: 118 * DAY }, chances)).toEqual({ daily: 4, monthly: 2 });
  });

  const several = [
    { name: 'more slots of both than each unit has by itself', schedule: '*-1,15 23:55', days: [1, 45, 94], keep: { last: 2, monthly: 2 } },
    { name: 'days between hours and weeks', schedule: '*:00', days: [1, 300, 310], keep: { hourly: 25, daily: 6, weekly: 43 } },
    { name: 'no weeks where a week is too long to stay', schedule: '4,16:00', days: [1, 90, 96], keep: { hourly: 3, daily: 90 } },
    { name: 'weeks that only count beside years', schedule: 'sun 05:00', days: [84, 365, undefined], keep: { weekly: 13, yearly: 2 } },
    { name: 'weeks where months would stay too long', schedule: '04:00', days: [30, 400, 420], keep: { daily: 31, weekly: 54 } },
    { name: 'nothing, of hours and days', schedule: '*:00', days: [7, 365, 365.5], keep: undefined },
  ] as const;
  test.each(several)('a reach and a last day: $name', ({ schedule, days: [retention, reach, last], keep }) => {
    const timeline = layOut(schedule, { timeZone: 'Europe/Vienna', fromAt: NOW }) as Timeline;
    const chances = { queueSeconds: 1200, durationSeconds: 2400, lostRuns: 0, extraRuns: 0 };
    const promise = {
      retentionSeconds: retention * DAY,
      reachSeconds: reach * DAY,
      ...(last !== undefined && { deleteAfterSeconds: last * DAY }),
    };
    expect(solveKeep([timeline], promise, chances, DAY + HOUR)).toEqual(keep);
  });

  test('what a nest says of reach and life is what the proof says run by run', () => {
    const nested = fc.constantFrom<[string, KeepUnit[]]>(
      ['04:00', ['weekly']],
      ['4,16:00', ['daily', 'weekly']],
      ['1,2,20:00', ['daily', 'monthly', 'yearly']],
      ['mon,thu 23:30', ['weekly']],
      ['*-1,15 23:55', ['monthly', 'yearly']],
      ['*-1,2,3 04:00', ['weekly']],
    );
    const slots = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 3, maxLength: 3 }));
    fc.assert(
      fc.property(
        nested,
        slots,
        fc.constantFrom('Europe/Vienna', 'Pacific/Auckland'),
        fc.nat({ max: 2 }),
        (given, slots, timeZone, lostRuns) => {
          const [schedule, units] = given;
          const [last, others] = slots;
          const chances = { queueSeconds: 1200, durationSeconds: 2400, lostRuns, extraRuns: 0 };
          const timeline = layOut(schedule, { timeZone, fromAt: NOW }) as Timeline;
          const keep = { last, ...Object.fromEntries(units.map((unit, i) => [unit, others[i]!])) };
          const nest = nestOf(timeline, units, chances);
          const all = [last, ...others.slice(0, units.length)];
          expect(nest.reachOf(all)).toBe(leastReach(timeline, keep, chances)?.seconds ?? Infinity);
          expect(nest.lifeOf(all)).toBe(greatestLife(timeline, keep, chances)?.seconds ?? Infinity);
          const top = all.findLastIndex((count) => count > 0);
          if (top > 0) expect(nest.lifeOf(all) - nest.reachOf(all)).toBeGreaterThanOrEqual(nest.spreadOf(top, last));
        },
      ),
      draws(60),
    );
  });

  test('schedules', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2 * HOUR, max: 400 * DAY }),
        fc.constantFrom(...ZONES),
        fc.constantFrom(0, 1),
        (allowed, timeZone, lostRuns) => {
          const chances = { queueSeconds: 1200, durationSeconds: 2400, lostRuns, extraRuns: 0 };
          const where = { zones: [zoneRules(timeZone, NOW, NOW)!], fromAt: NOW };
          const schedule = solveSchedule(allowed, chances, where);
          fc.pre(schedule !== undefined);
          const rungs = ladder().map((rung) => rung.schedule);
          const holds = (event: string): boolean => {
            const tier = makeTier({ schedule: event, rpoSeconds: allowed, graceSeconds: 0, keep: { last: 2 } });
            const { proofs } = proveTier(tier, {
              assume: { ...chances, restoreBytesPerSecond: 1 },
              timeZones: [timeZone],
              fromAt: NOW,
              strict: false,
            });
            return proofs.find(({ promise }) => promise === 'rpo')!.holds;
          };
          expect(holds(schedule)).toBe(true);
          const place = rungs.indexOf(schedule);
          if (place > 0) expect(holds(rungs[place - 1]!)).toBe(false);
        },
      ),
      draws(12),
    );
  });
});

const ASSUME = { durationSeconds: 2400, queueSeconds: 1200, lostRuns: 0, extraRuns: 0, restoreBytesPerSecond: 100 * 2 ** 20 };
const SEED: readonly Tier[] = [
  makeTier({ id: 1, schedule: '04:00', statedKeep: { daily: 30 } }),
  makeTier({ id: 2, schedule: 'sun 05:00', rpoSeconds: 7 * DAY, retentionSeconds: 84 * DAY, statedKeep: { weekly: 12 } }),
  makeTier({
    id: 3,
    schedule: '*-1 22:00',
    rpoSeconds: 30 * DAY,
    graceSeconds: 26 * HOUR,
    retentionSeconds: 90 * DAY,
    statedKeep: { monthly: 3 },
  }),
  makeTier({
    id: 4,
    schedule: '*-1,4,7,10-1 23:30',
    rpoSeconds: 90 * DAY,
    graceSeconds: 50 * HOUR,
    retentionSeconds: 180 * DAY,
    statedKeep: { last: 2 },
    assume: { extraRuns: 1 },
  }),
];
const given = (strict: boolean): Parameters<typeof proveTier>[1] =>
  deepFreeze({ assume: ASSUME, timeZones: ['Europe/Vienna'], fromAt: NOW, strict });

describe('the seed', () => {
  test.each(SEED.map((tier) => [tier.id, tier] as const))('tier %i holds with its grace', (_id, tier) => {
    const proof = proveTier(tier, given(false));
    expect(proof.findings).toEqual([]);
    expect(proof.proofs.every(({ holds }) => holds)).toBe(true);
  });

  const broken = [
    { id: 1, worst: ['1d 2h', '29d 22h 40m'], keep: { daily: 31 } },
    { id: 2, worst: ['7d 2h', '83d 22h 40m'], keep: { weekly: 13 } },
    { id: 3, worst: ['31d 2h', '88d 22h 40m'], keep: { monthly: 4 } },
    { id: 4, worst: ['92d 2h', '89d 22h 40m'], keep: { last: 5 } },
  ];
  test.each(broken)(
    'tier $id breaks its RPO and its stated keep when nothing is forgiven, each with a fix that passes',
    ({ id, worst, keep }) => {
      const tier = SEED[id - 1]!;
      const proof = proveTier(tier, given(true));
      expect(proof.keep).toEqual(keep);
      expect(proof.findings.map(({ code, at }) => `${code} ${at}`)).toEqual([
        `HF-RPO tiers.${id}.rpo`,
        `HF-RETENTION tiers.${id}.stated.keep`,
      ]);
      for (const [i, finding] of proof.findings.entries()) {
        expect(finding.problem).toContain(worst[i]);
        expect(finding.problem).toMatch(/\d{4}-\d\d-\d\d/);
        const after = proveTier(proof.fixes[i]!.tier, given(true));
        expect(after.findings.map(({ at }) => at)).not.toContain(finding.at);
        expect(after.findings.length).toBe(proof.findings.length - 1);
      }
    },
  );

  test('all fixes together leave nothing', () => {
    const tiers = SEED.map((tier) => {
      const proof = proveTier(tier, given(true));
      const { statedKeep: _, ...rest } = tier;
      return { ...rest, schedule: proof.fixes.find(({ promise }) => promise === 'rpo')!.tier.schedule };
    });
    const { tiers: proofs } = proveTiers(makePolicy({ tiers, assume: ASSUME }), NOW, true);
    expect(proofs.flatMap(({ findings }) => findings)).toEqual([]);
  });
});

const troubled: readonly { name: string; tier: Partial<Tier>; code: string; zone?: string }[] = [
  { name: 'a time the clock change takes away', tier: { schedule: '02:00' }, code: 'HF-RPO' },
  { name: 'a schedule that never comes', tier: { schedule: '2-31 04:00' }, code: 'HF-CALENDAR-NEVER' },
  { name: 'a schedule that ends', tier: { schedule: '2027-1-1 04:00' }, code: 'HF-CALENDAR-ENDS' },
  { name: 'no schedule at all', tier: { schedule: 'soon' }, code: 'HF-CALENDAR-EVENT' },
  { name: 'more often than a scheduler looks', tier: { schedule: '*:*:0/5' }, code: 'HF-SCHEDULE-DENSE' },
  { name: 'an unknown zone', tier: {}, code: 'HF-ZONE', zone: 'Mars/Olympus' },
  { name: 'keep values that undercut', tier: { schedule: '04:00', keep: { daily: 7 } }, code: 'HF-RETENTION' },
  { name: 'waiting that carries a backup over midnight', tier: { schedule: '23:50', keep: { daily: 40 } }, code: 'HF-RETENTION' },
  {
    name: 'a backup by hand on the same day',
    tier: { schedule: '04:00', keep: { daily: 40 }, assume: { extraRuns: 1 } },
    code: 'HF-RETENTION',
  },
  { name: 'a reach too far', tier: { schedule: '04:00', keep: { daily: 40 }, reachSeconds: 60 * DAY }, code: 'HF-REACH' },
  {
    name: 'a point that stays too long',
    tier: { schedule: '04:00', keep: { daily: 40 }, deleteAfterSeconds: 35 * DAY },
    code: 'HF-DELETE-AFTER',
  },
  { name: 'nothing between two ages', tier: { schedule: '04:00', deleteAfterSeconds: 30 * DAY + HOUR }, code: 'HF-KEEP-NONE' },
  {
    name: 'everything kept and a last day promised',
    tier: { schedule: '04:00', keep: {}, deleteAfterSeconds: 90 * DAY },
    code: 'HF-DELETE-AFTER',
  },
  { name: 'verification too often', tier: { schedule: '04:00', verify: { everySeconds: DAY } }, code: 'HF-VERIFY-LATE' },
  {
    name: 'a copy too late',
    tier: { schedule: '04:00', offsite: { remote: 'vault', withinSeconds: DAY, direction: 'push', schedule: '05:00' } },
    code: 'HF-COPY-LATE',
  },
];

test.each(troubled)('$name is a finding, and its fix is proved', ({ tier, code, zone }) => {
  const made = makeTier(tier);
  const where = { assume: ASSUME, timeZones: [zone ?? 'Europe/Vienna'], fromAt: NOW, strict: false };
  const proof = proveTier(made, where);
  expect(proof.findings.map((finding) => finding.code)).toContain(code);
  if (code === 'HF-ZONE') return;
  const fix = proof.fixes.find((one) => one.code === code)!;
  expect(proof.findings.map((finding) => finding.fix)).toContain(fix.text);
  expect(proveTier(fix.tier, where).findings.map((finding) => finding.code)).not.toContain(code);
});

test('a tier that locks keeps no more points than its keep values and its locks together, and about as many', () => {
  const tier = makeTier({ schedule: '04:00', lock: true });
  const { keep, pointsKept } = proveTier(tier, given(false));
  const { runs } = layOut(tier.schedule, { timeZone: 'Europe/Vienna', fromAt: NOW }) as Timeline;
  let left: number[] = [];
  let most = 0;
  for (const at of runs.subarray(0, 200)) {
    left.push(at);
    most = Math.max(most, left.length);
    const isLocked = (time: number): boolean => at < time + tier.retentionSeconds;
    const marks = pruneGroup(
      left.map((time) => ({ time, protected: isLocked(time) })),
      keep!,
      'Europe/Vienna',
    );
    left = left.filter((_, i) => marks[i] !== 'removed');
  }
  const locked = pointsKept!.locked!;
  expect([keep, locked, proveTier(makeTier({ schedule: '04:00' }), given(false)).pointsKept!.locked]).toEqual([
    { daily: 31 },
    31,
    undefined,
  ]);
  expect(most).toBeLessThanOrEqual(pointsKept!.most + locked);
  expect(most).toBeGreaterThan(pointsKept!.least + locked - 3);
});

test('weeks and months together are carried out prune by prune', () => {
  const timeline = layOut('04:00', { timeZone: 'Europe/Vienna', fromAt: NOW }) as Timeline;
  const chances = { queueSeconds: 0, durationSeconds: 60, lostRuns: 0, extraRuns: 0 };
  expect(leastLife(timeline, { weekly: 1, monthly: 3 }, chances)!.seconds).toBeLessThanOrEqual(DAY);
});
