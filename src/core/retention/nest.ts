import { numbered, type Chances } from './fall.ts';
import type { KeepUnit } from './keep.ts';
import { shortestSpan, widestSpan } from './span.ts';
import type { Timeline } from './timeline.ts';

/** Slots of each unit of a nest, in its order: at least one of the first, none or more of the others. */
export type Slots = readonly number[];

/** What slots of units that nest come to, by a look at their periods and not at each run: for a search that asks thousands of times. */
export type Nest = {
  /** What `leastReach` says, in seconds; Infinity where the slots are never full. */
  readonly reachOf: (slots: Slots) => number;
  /** What `greatestLife` says, in seconds; Infinity where no point goes in the whole stretch. */
  readonly lifeOf: (slots: Slots) => number;
  /** The shortest life, in seconds, of a point whose period has a newer one: only slots of the finest unit keep it. */
  readonly supersededLifeOf: (slots: number) => number;
  /** With a unit as the coarsest, and so many slots of the finest or more, the longest life exceeds the least reach by at least so many seconds. */
  readonly spreadOf: (place: number, least: number) => number;
};

/**
 * A nest of a unit in which each run has a period to itself, with which slots begin, and of `coarser` ones, the finest first: each lies in the
 * next, and no wait carries a backup over their ends. Nobody makes backups by hand.
 */
export function nestOf(timeline: Timeline, coarser: readonly KeepUnit[], { queueSeconds, durationSeconds, lostRuns }: Chances): Nest {
  const { runs } = timeline;
  const levels = coarser.map((unit) => levelOf(runs, timeline.periods(unit, queueSeconds).earliest));
  const step = lostRuns + 1;

  function reachOf(slots: Slots): number {
    const top = topOf(slots);
    if (top === 0) return Math.max(0, (shortestSpan(timeline, slots[0]! - 1)?.seconds ?? Infinity) - queueSeconds);
    const { firsts } = levels[top - 1]!;
    let least = Infinity;
    // While the finer slots end in one period, the reach is least at the first run with which they do.
    for (let period = slots[top]! + 1; period + 1 < firsts.length; period++) {
      const newest = fill(levels, firsts[period]!, slots, top - 1);
      if (newest >= runs.length) break;
      least = Math.min(least, runs[newest]! - runs[firsts[period - slots[top]! + 1]! - 1]!);
    }
    return Math.max(0, least - queueSeconds);
  }

  function lifeOf(slots: Slots): number {
    const top = topOf(slots);
    const busySeconds = queueSeconds + durationSeconds;
    if (top === 0) return (widestSpan(timeline, slots[0]! * step)?.seconds ?? Infinity) + busySeconds;
    const { firsts } = levels[top - 1]!;
    let longest = -Infinity;
    // Of all points after which the same period fills the first slot the oldest lives longest.
    for (let period = 1; period + 1 < firsts.length; period++) {
      let at = firsts[period + 1]! - 1;
      for (let place = top; place >= 1; place--)
        at = pass(levels[place - 1]!, at, { slots: slots[place]! - (place === top ? 1 : 0), step });
      const goneBy = at + slots[0]! * step;
      if (goneBy >= runs.length) break;
      longest = Math.max(longest, runs[goneBy]! - runs[Math.max(0, firsts[period]! - step)]!);
    }
    return longest === -Infinity ? Infinity : longest + busySeconds;
  }

  function supersededLifeOf(slots: number): number {
    const { ordinals } = levels[0]!;
    let least = Infinity;
    for (let i = 0; i + slots < runs.length; i++) if (ordinals[i] === ordinals[i + 1]) least = Math.min(least, runs[i + slots]! - runs[i]!);
    return Math.max(0, least - queueSeconds);
  }

  function spreadOf(place: number, least: number): number {
    // A point that has just become the newest of its period, and the one before which it stands, leave together.
    const lostSeconds = shortestSpan(timeline, least * lostRuns)?.seconds ?? Infinity;
    return levels[place - 1]!.widestSeconds + lostSeconds + 2 * queueSeconds + durationSeconds;
  }

  return { reachOf, lifeOf, supersededLifeOf, spreadOf };
}

/** The coarsest unit that has slots. */
function topOf(slots: Slots): number {
  let top = slots.length - 1;
  while (top > 0 && slots[top] === 0) top -= 1;
  return top;
}

/**
 * Periods that have a run, by their numbers from 1 on. Behind the first runs of all stands the number of runs. `widestSeconds`: the longest time
 * between the last runs of neighbours.
 */
type Level = { readonly ordinals: Int32Array; readonly firsts: Int32Array; readonly fewestRuns: number; readonly widestSeconds: number };

function levelOf(runs: Float64Array, keys: Float64Array): Level {
  const { ordinals, newest } = numbered(keys);
  const periods = ordinals.at(-1) ?? 0;
  const firsts = new Int32Array(periods + 2);
  let fewestRuns = Infinity;
  let widestSeconds = 0;
  for (let period = 1; period <= periods; period++) firsts[period + 1] = newest[period]! + 1;
  for (let period = 1; period < periods; period++) {
    fewestRuns = Math.min(fewestRuns, newest[period]! - (period === 1 ? -1 : newest[period - 1]!));
    if (period > 1) widestSeconds = Math.max(widestSeconds, runs[newest[period]!]! - runs[newest[period - 1]!]!);
  }
  return { ordinals, firsts, fewestRuns, widestSeconds };
}

/** The first run with which the slots of the units up to `top` hold only points that are no older than run `from`. */
function fill(levels: readonly Level[], from: number, slots: Slots, top: number): number {
  let at = from;
  for (let place = top; place >= 1; place--) {
    const { ordinals, firsts } = levels[place - 1]!;
    if (slots[place]! > 0) at = firsts[ordinals[at]! + slots[place]!] ?? Infinity;
    if (at >= ordinals.length) return Infinity;
  }
  return at + slots[0]! - 1;
}

/** From the last run of a period to the last of the one that fills so many slots, with runs lost where that takes longer. */
function pass(
  { ordinals, firsts, fewestRuns }: Level,
  from: number,
  { slots, step }: { readonly slots: number; readonly step: number },
): number {
  if (from >= ordinals.length) return Infinity;
  if (fewestRuns >= step) return (firsts[ordinals[from]! + slots + 1] ?? Infinity) - 1;
  let at = from;
  for (let slot = 0; slot < slots && at < ordinals.length; slot++) at = (firsts[(ordinals[at + step] ?? Infinity) + 1] ?? Infinity) - 1;
  return at;
}
