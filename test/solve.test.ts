import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zoneRules } from '#core/calendar/zone.ts';
import { isMixed } from '#core/retention/fall.ts';
import { KEEP_UNITS, type KeepRules, type KeepUnit } from '#core/retention/keep.ts';
import { greatestLife, leastLife, leastReach } from '#core/retention/lifetime.ts';
import { nestOf } from '#core/retention/nest.ts';
import { proveTier } from '#core/retention/prove.ts';
import { ladder, solveSchedule } from '#core/retention/solve-schedule.ts';
import { cost, keepHolds, solveKeep } from '#core/retention/solve.ts';
import { layOut, type Timeline } from '#core/retention/timeline.ts';
import { draws, TIMES } from './draws.ts';
import { makeTier, NOW } from './make.ts';
import { someTier, ZONES } from './some-tier.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

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
