import type { Tier } from '../policy/policy.ts';
import { parseEvent } from '../calendar/event.ts';
import { worstExposure } from './exposure.ts';
import { isMixed, type Chances } from './fall.ts';
import { givenRules, type KeepRules, type KeepUnit } from './keep.ts';
import { greatestLife, leastLife, leastReach } from './lifetime.ts';
import { shortestSpan, widestSpan } from './span.ts';
import { layOutIn, type Timeline } from './timeline.ts';
import { widestWait, type Where } from './upkeep.ts';
import type { ZoneRules } from '../calendar/zone.ts';
import type { UnixSeconds } from '../units.ts';

/** What keep-* options have to bring about. */
export type KeepPromise = Pick<Tier, 'retentionSeconds' | 'deleteAfterSeconds' | 'reachSeconds'>;

/** Of equal cost, the coarsest unit first: it reads as the schedule does, and a second backup in a period takes no slot. */
const SINGLE_UNITS: readonly KeepUnit[] = ['yearly', 'monthly', 'weekly', 'daily', 'hourly', 'last'];

/** PBS takes larger numbers, but nobody keeps so many points of a guest. */
const MOST_SLOTS = 40_000;

/**
 * The cheapest keep-* options, of all with one rule or two, under which the promise holds in every zone: fewest points kept, then
 * fewest options, then the coarsest unit. Undefined where none does. `pruneWaitSeconds`: how long a removable point may wait for
 * its prune. Not looked at, for what they keep is no matter of counting: weeks beside months or years where two runs may share a week,
 * and beside another rule a unit over whose end a wait may carry a backup. Argument: docs/design/retention-proof.md, 8.
 */
export function solveKeep(
  timelines: readonly Timeline[],
  promise: KeepPromise,
  chances: Chances,
  pruneWaitSeconds = 0,
): KeepRules | undefined {
  const { reachSeconds, deleteAfterSeconds } = promise;
  const quick = quickSlots(timelines, promise, chances);
  if (quick && reachSeconds === undefined && deleteAfterSeconds === undefined)
    return { [SINGLE_UNITS.find(quick.fits) ?? 'last']: quick.slots };
  const everywhere = (holds: (timeline: Timeline) => boolean): boolean => timelines.every(holds);
  const asked: Asked = {
    retains: (keep) => everywhere((timeline) => retentionHolds(timeline, keep, promise, chances)),
    reaches: (keep) => everywhere((timeline) => reachHolds(timeline, keep, promise, chances)),
    ends: (keep) => everywhere((timeline) => endHolds(timeline, keep, promise, { chances, pruneWaitSeconds })),
  };
  let best: KeepRules | undefined;
  const offer = (keep: KeepRules): void => {
    if (cost(keep) < (best ? cost(best) : Infinity) && asked.ends(keep)) best = keep;
  };
  const fine: KeepUnit[] = [];
  for (const unit of SINGLE_UNITS) {
    const retaining = quick ? (quick.fits(unit) ? quick.slots : undefined) : leastSlots((n) => asked.retains({ [unit]: n }), MOST_SLOTS);
    if (retaining === undefined) continue;
    fine.push(unit);
    const slots = leastSlots((n) => n >= retaining && asked.reaches({ [unit]: n }), MOST_SLOTS);
    if (slots !== undefined) offer({ [unit]: slots });
  }
  if (reachSeconds === undefined) return best;
  for (const [unit, coarse] of pairsOf(fine, timelines, chances))
    tryPair([unit, coarse], asked, () => (best ? cost(best) : Infinity), offer);
  return best;
}

/** What is asked of keep-* options: each of the first two goes on holding with more slots, the last one with fewer. */
type Asked = Readonly<Record<'retains' | 'reaches' | 'ends', (keep: KeepRules) => boolean>>;

/** Which two units can do together what one cannot. Units in which each run has a period to itself all count alike: one of them is enough. */
function pairsOf(fine: readonly KeepUnit[], timelines: readonly Timeline[], { queueSeconds, extraRuns }: Chances): [KeepUnit, KeepUnit][] {
  const isApart = (unit: KeepUnit): boolean => timelines.every((timeline) => timeline.isApart(unit, queueSeconds));
  const counts = (unit: KeepUnit): boolean =>
    extraRuns > 0 || (!isApart(unit) && timelines.every((timeline) => timeline.periods(unit, queueSeconds).settled));
  return SINGLE_UNITS.filter((unit) => unit !== 'last' && counts(unit)).flatMap((coarse) => {
    const finer = fine.filter((unit) => SINGLE_UNITS.indexOf(unit) > SINGLE_UNITS.indexOf(coarse));
    const [apart] = finer.filter(isApart);
    return finer
      .filter((unit) => unit === apart || counts(unit))
      .filter((unit) => !timelines.some((timeline) => isMixed(timeline, { [unit]: 1, [coarse]: 1 }, queueSeconds)))
      .map((unit): [KeepUnit, KeepUnit] => [unit, coarse]);
  });
}

/** For each number of slots of the coarser unit the least of the finer one, until more cost more or stay too long. */
function tryPair(
  [fine, coarse]: readonly [KeepUnit, KeepUnit],
  { retains, reaches, ends }: Asked,
  costToBeat: () => number,
  offer: (keep: KeepRules) => void,
): void {
  const least = leastSlots((slots) => retains({ [fine]: slots, [coarse]: MOST_SLOTS }), MOST_SLOTS);
  if (least === undefined) return;
  for (let more = 1; least + more < costToBeat() && ends({ [fine]: least, [coarse]: more }); more++) {
    const most = Math.min(MOST_SLOTS, costToBeat() - 1 - more);
    const holds = (slots: number): boolean => {
      const keep = { [fine]: slots, [coarse]: more };
      return slots >= least && reaches(keep) && retains(keep);
    };
    if (most < MOST_SLOTS && !holds(most)) continue;
    const slots = leastSlots(holds, most);
    if (slots === undefined) continue;
    offer({ [fine]: slots, [coarse]: more });
    if (slots === least) return;
  }
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

/** The least count from 1 to `most` that holds, for a question that goes on holding once it does. */
function leastSlots(holds: (count: number) => boolean, most: number): number | undefined {
  let high = 1;
  let low = 0;
  while (!holds(high)) {
    if (high >= most) return undefined;
    low = high;
    high = Math.min(high * 2, most);
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
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

/**
 * The rarest schedule under which data is never older than promised, in every zone; undefined where even a run every quarter of
 * an hour is not enough. It keeps the time of day and the weekday of `like` where it has one of each and no clock change
 * takes that hour away, or else runs at an hour that none takes away.
 */
export function solveSchedule(allowedSeconds: number, chances: Chances, where: Where, like?: string): string | undefined {
  const safe = ladder();
  for (const [i, rung] of ladder(like).entries()) {
    for (const { schedule, waitSeconds } of [rung, safe[i]!]) {
      if (waitSeconds + chances.queueSeconds + chances.durationSeconds > allowedSeconds) continue;
      if (where.zones.every((zone) => exposureHolds(schedule, allowedSeconds, { zone, chances, fromAt: where.fromAt }))) return schedule;
    }
  }
  return undefined;
}

type At = { readonly zone: ZoneRules; readonly chances: Chances; readonly fromAt: UnixSeconds };

function exposureHolds(schedule: string, allowedSeconds: number, { zone, chances, fromAt }: At): boolean {
  const widest = chances.lostRuns === 0 ? widestWait(schedule, zone, fromAt) : widestStep(schedule, { zone, chances }, fromAt);
  return widest !== undefined && widest + chances.queueSeconds + chances.durationSeconds <= allowedSeconds;
}

/** The widest wait over as many runs as may be lost and one more. */
function widestStep(schedule: string, { zone, chances }: { zone: ZoneRules; chances: Chances }, fromAt: UnixSeconds): number | undefined {
  const timeline = layOutIn(schedule, zone, fromAt);
  return 'kind' in timeline ? undefined : worstExposure(timeline, chances)?.gapSeconds;
}

type Rung = { readonly schedule: string; readonly waitSeconds: number };

const DAY = 86_400;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** Schedules from the rarest to the densest, with a wait that each has at least once a cycle. */
export function ladder(like?: string): Rung[] {
  const { time, hour, minute, weekday } = habitOf(like);
  const months = (list: string, waitSeconds: number): Rung => ({ schedule: `*-${list}-1 ${time}`, waitSeconds });
  const weekdays = (gaps: readonly number[], waitSeconds: number): Rung => {
    const names = [0, ...gaps].map((gap) => (weekday + gap) % 7).toSorted((a, b) => a - b);
    return { schedule: `${names.map((day) => WEEKDAYS[day]).join(',')} ${time}`, waitSeconds };
  };
  const daily = (step: number): Rung => {
    const hours = Array.from({ length: 24 / step }, (_, i) => (hour % step) + i * step);
    return { schedule: `${hours.join(',')}:${minute}`, waitSeconds: step * 3600 };
  };
  return [
    months('1', 365 * DAY),
    months('1,7', 184 * DAY),
    months('1,4,7,10', 92 * DAY),
    months('1,3,5,7,9,11', 62 * DAY),
    { schedule: `*-1 ${time}`, waitSeconds: 31 * DAY },
    { schedule: `*-1,15 ${time}`, waitSeconds: 17 * DAY },
    weekdays([], 7 * DAY),
    weekdays([3], 4 * DAY),
    weekdays([2, 4], 3 * DAY),
    { schedule: time, waitSeconds: DAY },
    ...[12, 8, 6, 4, 3, 2].map(daily),
    { schedule: `*:${minute}`, waitSeconds: 3600 },
    { schedule: '*:0/30', waitSeconds: 1800 },
    { schedule: '*:0/15', waitSeconds: 900 },
  ];
}

/** At which hour and on which weekday somebody backs up; 04:00 on Sunday, an hour no clock change takes away, where it is not one. */
function habitOf(like: string | undefined): { time: string; hour: number; minute: string; weekday: number } {
  const parsed = like === undefined ? undefined : parseEvent(like);
  const event = parsed?.ok && !parsed.event.utc ? parsed.event : undefined;
  const [hours, minutes] = [event?.hours ?? [], event?.minutes ?? []];
  const one = hours.length === 1 && minutes.length === 1 && hours[0]!.from === hours[0]!.to && minutes[0]!.from === minutes[0]!.to;
  const hour = one ? hours[0]!.from : 4;
  const minute = String(one ? minutes[0]!.from : 0).padStart(2, '0');
  return {
    time: `${String(hour).padStart(2, '0')}:${minute}`,
    hour,
    minute,
    weekday: event?.weekdays.length === 1 ? event.weekdays[0]! : 6,
  };
}
