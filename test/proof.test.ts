import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Chances } from '#core/retention/fall.ts';
import { KEEP_UNITS, type KeepRules } from '#core/retention/keep.ts';
import { leastLife, leastReach } from '#core/retention/lifetime.ts';
import { proveTier } from '#core/retention/prove.ts';
import { cost, solveKeep } from '#core/retention/solve.ts';
import { layOut, type Timeline } from '#core/retention/timeline.ts';
import { pruneGroup } from '#lab/pbs/prune.ts';
import { draws, TIMES } from './draws.ts';
import { makeTier, NOW } from './make.ts';
import { someTier } from './some-tier.ts';

const DAY = 86_400;

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

test('weeks and months together are carried out prune by prune', () => {
  const timeline = layOut('04:00', { timeZone: 'Europe/Vienna', fromAt: NOW }) as Timeline;
  const chances = { queueSeconds: 0, durationSeconds: 60, lostRuns: 0, extraRuns: 0 };
  expect(leastLife(timeline, { weekly: 1, monthly: 3 }, chances)!.seconds).toBeLessThanOrEqual(DAY);
});
