import type { Tier } from '../policy/policy.ts';
import type { Chances } from './fall.ts';
import { givenRules, type KeepRules, type KeepUnit } from './keep.ts';
import { greatestLife, leastLife, leastReach } from './lifetime.ts';
import { nestOf, type Slots } from './nest.ts';
import { leastSlots, MOST_SLOTS, searchSlots, type Asked } from './search.ts';
import { shortestSpan, widestSpan } from './span.ts';
import type { Timeline } from './timeline.ts';

/** What keep-* options have to bring about. */
export type KeepPromise = Pick<Tier, 'retentionSeconds' | 'deleteAfterSeconds' | 'reachSeconds'>;

/** Of equal cost, the coarsest unit first: it reads as the schedule does, and a second backup in a period takes no slot. */
const SINGLE_UNITS: readonly KeepUnit[] = ['yearly', 'monthly', 'weekly', 'daily', 'hourly', 'last'];

/**
 * The cheapest keep-* options under which the promise holds in every zone: fewest points kept, then one option before several, then the
 * coarsest unit. Undefined where none does. `pruneWaitSeconds`: how long a removable point may wait for its prune. Not looked at, for
 * what they keep is no matter of counting: weeks beside months or years where two runs may share a week, and beside another option
 * a unit over whose end a wait may carry a backup. Argument: docs/design/retention-proof.md, 8.
 */
export function solveKeep(
  timelines: readonly Timeline[],
  promise: KeepPromise,
  chances: Chances,
  pruneWaitSeconds = 0,
): KeepRules | undefined {
  const quick = quickSlots(timelines, promise, chances);
  if (quick && promise.reachSeconds === undefined && promise.deleteAfterSeconds === undefined)
    return { [SINGLE_UNITS.find(quick.fits) ?? 'last']: quick.slots };
  const question: Question = { timelines, promise, chances, pruneWaitSeconds };
  let best: KeepRules | undefined;
  const offer = (keep: KeepRules): void => {
    const isCheaper = cost(keep) < (best ? cost(best) : Infinity);
    if (isCheaper && timelines.every((timeline) => keepHolds(timeline, keep, promise, { chances, pruneWaitSeconds }))) best = keep;
  };
  for (const unit of SINGLE_UNITS) {
    if (quick && !quick.fits(unit)) continue;
    const slots = leastSlots((count) => count >= (quick?.slots ?? 1) && fills(question, { [unit]: count }), MOST_SLOTS);
    if (slots !== undefined) offer({ [unit]: slots });
  }
  if (promise.reachSeconds === undefined) return best;
  if (chances.extraRuns > 0) for (const keep of besideLast(question)) offer(keep);
  else
    for (const units of nestsOf(timelines, chances)) for (const keep of inNest(question, units, best ? cost(best) : Infinity)) offer(keep);
  return best;
}

type Question = {
  readonly timelines: readonly Timeline[];
  readonly promise: KeepPromise;
  readonly chances: Chances;
  readonly pruneWaitSeconds: number;
};

/** Retention and reach hold. */
function fills({ timelines, promise, chances }: Question, keep: KeepRules): boolean {
  return timelines.every((timeline) => retentionHolds(timeline, keep, promise, chances) && reachHolds(timeline, keep, promise, chances));
}

/** Where backups are made by hand, keep-last alone keeps the retention, and each other rule reaches by itself. */
function besideLast(question: Question): KeepRules[] {
  const { reachSeconds: _, ...promise } = question.promise;
  const last = leastSlots((count) => fills({ ...question, promise }, { last: count }), MOST_SLOTS);
  if (last === undefined) return [];
  return SINGLE_UNITS.filter((unit) => unit !== 'last').flatMap((unit) => {
    const slots = leastSlots((count) => fills(question, { last, [unit]: count }), MOST_SLOTS);
    return slots === undefined ? [] : [{ last, [unit]: slots }];
  });
}

/** Units that nest, the finest first, in which runs share periods and over whose ends no wait carries a backup. */
function nestsOf(timelines: readonly Timeline[], { queueSeconds }: Chances): KeepUnit[][] {
  const counts = (unit: KeepUnit): boolean =>
    timelines.some((timeline) => !timeline.isApart(unit, queueSeconds)) &&
    timelines.every((timeline) => timeline.periods(unit, queueSeconds).settled);
  const nests = [['hourly', 'daily', 'weekly'] as const, ['hourly', 'daily', 'monthly', 'yearly'] as const];
  return nests.map((units) => units.filter(counts)).filter((units) => units.length > 0);
}

/** The cheapest options of a nest beside a unit in which each run has a period to itself, where they cost less than so many points. */
function inNest({ timelines, promise, chances, pruneWaitSeconds }: Question, units: readonly KeepUnit[], costToBeat: number): KeepRules[] {
  const nests = timelines.map((timeline) => nestOf(timeline, units, chances));
  const { retentionSeconds, reachSeconds = 0, deleteAfterSeconds = Infinity } = promise;
  const retains = (slots: Slots): boolean =>
    timelines.every((timeline) => retentionHolds(timeline, keepOf(units, slots), promise, chances));
  const least = leastSlots((count) => nests.every((nest) => nest.supersededLifeOf(count) >= retentionSeconds), MOST_SLOTS);
  if (least === undefined) return [];
  const asked: Asked = {
    reaches: (slots) => nests.every(({ reachOf }) => reachOf(slots) >= reachSeconds),
    ends: (slots) => nests.every(({ lifeOf }) => lifeOf(slots) + pruneWaitSeconds <= deleteAfterSeconds),
    retains,
  };
  const windowSeconds = deleteAfterSeconds - pruneWaitSeconds - reachSeconds;
  const usable = units.filter((_, i) => nests.every(({ spreadOf }) => spreadOf(i + 1, least) <= windowSeconds));
  const slots = searchSlots(usable.length + 1, least, { asked, costToBeat });
  return slots ? [spelled(timelines, chances, keepOf(units, slots))] : [];
}
function keepOf(units: readonly KeepUnit[], slots: Slots): KeepRules {
  return Object.fromEntries((['last', ...units] as const).flatMap((unit, i) => (slots[i]! > 0 ? [[unit, slots[i]!]] : [])));
}

/** Slots as options: the counting ones in the coarsest unit that is finer than the others. A single one of them is as good as one more of the next. */
function spelled(timelines: readonly Timeline[], { queueSeconds }: Chances, keep: KeepRules): KeepRules {
  const { last, ...others } = keep;
  const [finest] = givenRules(others);
  if (finest && last === 1) return { ...others, [finest.unit]: finest.slots + 1 };
  const finer = SINGLE_UNITS.slice(finest ? SINGLE_UNITS.indexOf(finest.unit) + 1 : 0);
  const counting = finer.find((unit) => timelines.every((timeline) => timeline.isApart(unit, queueSeconds)));
  return { [counting ?? 'last']: last, ...others };
}

/**
 * The common case in a few steps. Where a point that shares its period goes too early, only units help in which no two runs share
 * one; for these all a rule does is count, so all need the same number. Undefined where this shortcut does not hold.
 */
function quickSlots(
  timelines: readonly Timeline[],
  { retentionSeconds }: KeepPromise,
  chances: Chances,
): { readonly fits: (unit: KeepUnit) => boolean; readonly slots: number } | undefined {
  const needed = retentionSeconds + chances.queueSeconds;
  if (chances.extraRuns > 0 || timelines.some((timeline) => (widestSpan(timeline, 1)?.seconds ?? 0) >= needed)) return undefined;
  const slots = Math.max(...timelines.map((timeline) => leastStep(timeline, needed) ?? Infinity));
  if (slots === Infinity) return undefined;
  return { fits: (unit) => timelines.every((timeline) => timeline.isApart(unit, chances.queueSeconds)), slots };
}

/** The least number of runs that never pass in less than so many seconds. */
function leastStep(timeline: Timeline, seconds: number): number | undefined {
  const half = Math.ceil(timeline.runs.length / 2) - 1;
  return half < 1 ? undefined : leastSlots((step) => shortestSpan(timeline, step)!.seconds >= seconds, half);
}

/** Points kept after a prune. */
export function cost(keep: KeepRules): number {
  return givenRules(keep).reduce((sum, { slots }) => sum + slots, 0);
}

type Around = { readonly chances: Chances; readonly pruneWaitSeconds: number };

/** Whether keep-* options bring about all that is promised, on one timeline and whatever may happen. */
export function keepHolds(timeline: Timeline, keep: KeepRules, promise: KeepPromise, around: Around): boolean {
  const { chances } = around;
  return (
    retentionHolds(timeline, keep, promise, chances) &&
    reachHolds(timeline, keep, promise, chances) &&
    endHolds(timeline, keep, promise, around)
  );
}

function endHolds(
  timeline: Timeline,
  keep: KeepRules,
  { deleteAfterSeconds }: KeepPromise,
  { chances, pruneWaitSeconds }: Around,
): boolean {
  if (deleteAfterSeconds === undefined) return true;
  const longest = greatestLife(timeline, keep, chances);
  return longest !== undefined && longest.seconds + pruneWaitSeconds <= deleteAfterSeconds;
}

function retentionHolds(timeline: Timeline, keep: KeepRules, { retentionSeconds }: KeepPromise, chances: Chances): boolean {
  const shortest = leastLife(timeline, keep, chances);
  return shortest === undefined || shortest.seconds >= retentionSeconds;
}

function reachHolds(timeline: Timeline, keep: KeepRules, { reachSeconds }: KeepPromise, chances: Chances): boolean {
  if (reachSeconds === undefined) return true;
  const shortest = leastReach(timeline, keep, chances);
  return shortest === undefined || shortest.seconds >= reachSeconds;
}
