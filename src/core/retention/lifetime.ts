import { fallsOf, isMixed, isSure, type Chances } from './fall.ts';
import { givenRules, type KeepRules, type KeepUnit } from './keep.ts';
import { shortestSpan, widestSpan, type Span } from './span.ts';
import type { Timeline } from './timeline.ts';

/** A point's life, by indices of the timeline's runs: its own, and the one whose point pushes it out. */
export type Life = {
  readonly seconds: number;
  readonly madeBy: number;
  readonly removedBy: number;
  /** A backup made by hand is among those that push it out. */
  readonly byHand: boolean;
};

/**
 * The shortest life a point can have, counted from when its backup began to the first instant at which a prune may take it.
 * Undefined where nothing is removed in the whole stretch. A prune may run at any time: by schedule, made up late, or by hand.
 */
export function leastLife(timeline: Timeline, keep: KeepRules, chances: Chances): Life | undefined {
  const rules = givenRules(keep);
  if (rules.length === 0) return undefined;
  if (chances.extraRuns > 0) return leastLifeWithExtras(timeline, keep.last ?? 0, chances);
  const { runs } = timeline;
  const counting = countingSlots(timeline, keep, chances);
  if (counting !== undefined) {
    const span = shortestSpan(timeline, counting);
    return span && lifeOf(span, span.seconds - chances.queueSeconds, false);
  }
  const { falls } = fallsOf(timeline, keep, chances);
  let shortest: Life | undefined;
  let least = Infinity;
  for (let i = 0; i < falls.length; i++) {
    const fall = falls[i]!;
    if (fall >= falls.length) continue;
    const seconds = runs[fall]! - runs[i]!;
    if (seconds >= least) continue;
    least = seconds;
    shortest = { seconds: Math.max(0, seconds - chances.queueSeconds), madeBy: i, removedBy: fall, byHand: false };
  }
  return shortest;
}

/** The slots of keep-* options that do nothing but count runs. */
function countingSlots(timeline: Timeline, keep: KeepRules, { queueSeconds }: Chances): number | undefined {
  const [only, more] = givenRules(keep);
  return only && !more && timeline.isApart(only.unit, queueSeconds) ? only.slots : undefined;
}

/**
 * Backups by hand can stand in a point's hour a second after it, so only keep-last protects: `slots` newer ones must exist,
 * and they cluster around one run as densely as they may, its extras before and after it.
 */
function leastLifeWithExtras(timeline: Timeline, slots: number, { extraRuns, queueSeconds }: Chances): Life | undefined {
  const gaps = Math.max(0, Math.ceil((slots - 2 * extraRuns) / (extraRuns + 1)));
  const span = shortestSpan(timeline, gaps);
  return span && lifeOf(span, span.seconds - queueSeconds, true);
}

function lifeOf({ from, to }: Span, seconds: number, byHand: boolean): Life {
  return { seconds: Math.max(0, seconds), madeBy: from, removedBy: to, byHand };
}

/**
 * How far back a restore reaches right after the worst prune, once the rules are full; undefined where they never are in the
 * whole stretch. `madeBy` is the oldest point left, `removedBy` the newest.
 */
export function leastReach(timeline: Timeline, keep: KeepRules, chances: Chances): Life | undefined {
  const { runs } = timeline;
  if (givenRules(keep).length === 0) return undefined;
  if (chances.extraRuns > 0) return leastReachWithExtras(timeline, keep, chances);
  const counting = countingSlots(timeline, keep, chances);
  if (counting !== undefined) {
    const span = shortestSpan(timeline, counting - 1);
    return span && lifeOf(span, span.seconds - chances.queueSeconds, false);
  }
  const { edges } = fallsOf(timeline, keep, chances);
  let shortest: Life | undefined;
  let least = Infinity;
  for (let m = 0; m < edges.length; m++) {
    const edge = edges[m]!;
    if (edge < 0) continue;
    const seconds = runs[m]! - runs[edge]!;
    if (seconds >= least) continue;
    least = seconds;
    shortest = { seconds: Math.max(0, seconds - chances.queueSeconds), madeBy: edge, removedBy: m, byHand: false };
  }
  return shortest;
}

/** Whole periods that lie between the newest of n periods and the oldest last no shorter than this. */
const SHORTEST_PERIOD_SECONDS: Readonly<Record<Exclude<KeepUnit, 'last'>, number>> = {
  hourly: 3600,
  daily: 23 * 3600,
  weekly: 167 * 3600,
  monthly: 28 * 86_400 - 3600,
  yearly: 365 * 86_400 - 3600,
};

function leastReachWithExtras(timeline: Timeline, keep: KeepRules, { extraRuns, queueSeconds }: Chances): Life | undefined {
  const gaps = Math.max(0, Math.ceil(((keep.last ?? 1) - 1 - 2 * extraRuns) / (extraRuns + 1)));
  const span = shortestSpan(timeline, gaps);
  if (!span) return undefined;
  let seconds = span.seconds - queueSeconds;
  for (const { unit, slots } of givenRules(keep)) {
    if (unit === 'last' || (keep.weekly && (unit === 'monthly' || unit === 'yearly'))) continue;
    seconds = Math.max(seconds, (slots - 2) * SHORTEST_PERIOD_SECONDS[unit]);
  }
  return lifeOf(span, seconds, true);
}

/**
 * The longest life a point can have until a prune may take it, with as many runs lost as is tolerated; `seconds` is without the
 * wait for that prune. Undefined where a point may be kept for ever or longer than the whole stretch.
 */
export function greatestLife(timeline: Timeline, keep: KeepRules, chances: Chances): Life | undefined {
  const { runs } = timeline;
  const rules = givenRules(keep).toReversed();
  if (rules.length === 0) return undefined;
  if (isMixed(timeline, keep, chances.queueSeconds)) return greatestSimulated(timeline, keep, chances);
  const busySeconds = chances.queueSeconds + chances.durationSeconds;
  const step = chances.lostRuns + 1;
  const counted = countingSlots(timeline, keep, chances);
  if (counted !== undefined) {
    const span = widestSpan(timeline, counted * step);
    return span && lifeOf(span, span.seconds + busySeconds, false);
  }
  const counting = rules.map(({ unit }) => timeline.isApart(unit, chances.queueSeconds));
  const ends = rules.map(({ unit }, place) => (counting[place] ? undefined : lastOfPeriod(timeline, unit, chances.queueSeconds)));
  let longest: Life | undefined;
  for (let i = 0; i < runs.length; i++) {
    let at = i;
    let next = i;
    for (let place = 0; place < rules.length; place++) {
      const { slots } = rules[place]!;
      const last = ends[place];
      if (!last) next = at = at + slots * step;
      else
        for (let slot = 0; slot < slots && next < runs.length; slot++) {
          next = at + step;
          at = last[next] ?? runs.length;
        }
    }
    if (next >= runs.length) break;
    const seconds = runs[next]! - runs[i]! + busySeconds;
    if (!longest || seconds > longest.seconds) longest = { seconds, madeBy: i, removedBy: next, byHand: false };
  }
  return longest;
}

/** Weeks and months together: what was seen, where every point that had the time fell. */
function greatestSimulated(timeline: Timeline, keep: KeepRules, chances: Chances): Life | undefined {
  if (!isSure(timeline, keep, chances)) return undefined;
  const { runs } = timeline;
  const { falls } = fallsOf(timeline, keep, chances);
  let longest: Life | undefined;
  for (let i = 0; i < falls.length; i++) {
    const fall = falls[i]!;
    if (fall >= runs.length) {
      if (i < runs.length / 2) return undefined;
      continue;
    }
    const seconds = runs[fall]! - runs[i]! + chances.queueSeconds + chances.durationSeconds;
    if (!longest || seconds > longest.seconds) longest = { seconds, madeBy: i, removedBy: fall, byHand: false };
  }
  return longest;
}

/** For each run the last one that may still lie in its period. */
function lastOfPeriod(timeline: Timeline, unit: KeepUnit, queueSeconds: number): Int32Array {
  const { earliest, latest } = timeline.periods(unit, queueSeconds);
  const last = new Int32Array(earliest.length);
  let end = 0;
  for (let i = 0; i < last.length; i++) {
    end = Math.max(end, i);
    while (end + 1 < last.length && earliest[end + 1]! <= latest[i]!) end += 1;
    last[i] = end;
  }
  return last;
}
