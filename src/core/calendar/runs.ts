import type { CalendarEvent } from './event.ts';
import { type Field, matches } from './field.ts';
import { nextDay, nextRun } from './next.ts';
import { changedDays, localDayAt, periodAt, UTC, type ZoneRules } from './zone.ts';
import { DAY_SECONDS, type UnixSeconds } from '../units.ts';

/** An event in its zone, and a stretch of time: `fromAt` belongs to it, `toAt` does not. */
export type Stretch = {
  readonly event: CalendarEvent;
  readonly zone: ZoneRules;
  readonly fromAt: UnixSeconds;
  readonly toAt: UnixSeconds;
};

/** Days that look alike: each of `times` begins `everySeconds` after the one before. Days that look alike come with the same array. */
export type Alike = {
  /** When the first begins. */
  readonly baseAt: UnixSeconds;
  /** Its runs, ascending, counted from there; at least one. */
  readonly seconds: readonly number[];
  readonly times: number;
  readonly everySeconds: number;
};

/** Receives all runs of a stretch, ascending. */
export type RunVisitor = (days: Alike) => void;

/** All runs of a stretch, ascending: those that `nextRun` finds one after the other, at a fraction of the time. */
export function runsBetween(stretch: Stretch): UnixSeconds[] {
  const runs: UnixSeconds[] = [];
  visitRuns(stretch, ({ baseAt, seconds, times, everySeconds }) => {
    for (let i = 0; i < times; i++) for (const second of seconds) runs.push(baseAt + i * everySeconds + second);
  });
  return runs;
}

/** Longer silences are left to `nextRun`, because Proxmox's search gives up after so many steps. */
const LONG_SILENCE_DAYS = 366;
const ALONE = [0] as const;

/**
 * Gives all runs of a stretch to `visit`, many days at a time: between two clock changes the days of an event look alike,
 * and only runs beside a change are searched one by one.
 *
 * @returns  whether a run follows on the stretch
 */
export function visitRuns({ event, zone, fromAt, toAt }: Stretch, visit: RunVisitor): boolean {
  const rules = event.utc ? UTC : zone;
  const pattern = dayPattern(event);
  let next = nextRun(event, zone, fromAt - 1);
  while (next !== undefined && next < toAt) {
    const day = localDayAt(rules, next);
    const period = periodAt(rules, next);
    const second = next - day * DAY_SECONDS + rules.offsetSeconds[period]!;
    const isPlain = changedDays(rules, period).last < day && changedDays(rules, period + 1).first > day;
    const seconds = isPlain ? pattern.find(([first]) => first === second) : undefined;
    if (seconds) next = visitDays({ event, rules, pattern, day, period, seconds, toAt }, visit);
    else visit({ baseAt: next, seconds: ALONE, times: 1, everySeconds: DAY_SECONDS });
    next = nextRun(event, zone, next);
  }
  return next !== undefined;
}

type Days = {
  readonly event: CalendarEvent;
  readonly rules: ZoneRules;
  readonly pattern: DayPattern;
  /** The first day, the period of the zone in which it begins, and its runs. */
  readonly day: number;
  readonly period: number;
  readonly seconds: readonly number[];
  readonly toAt: UnixSeconds;
};

/** Visits days until the runs of one must be searched. Returns the last run, or the last second before `toAt`. */
function visitDays({ event, rules, pattern, toAt, ...first }: Days, visit: RunVisitor): UnixSeconds {
  let { day, period, seconds } = first;
  const stepDays = stepDaysOf(event);
  const steady = stepDays === undefined ? undefined : pattern[stepDays === 1 ? 1 : 0];
  const everySeconds = (stepDays ?? 1) * DAY_SECONDS;
  for (;;) {
    const baseAt = day * DAY_SECONDS - rules.offsetSeconds[period]!;
    const lastAt = baseAt + seconds.at(-1)!;
    if (lastAt >= toAt) {
      const inside = seconds.filter((second) => baseAt + second < toAt);
      if (inside.length > 0) visit({ baseAt, seconds: inside, times: 1, everySeconds });
      return toAt - 1;
    }
    const untilDay = changedDays(rules, period + 1).first;
    const more = seconds === steady ? Math.min(untilDay - 1 - day, Math.floor((toAt - 1 - lastAt) / DAY_SECONDS)) : 0;
    const steps = Math.floor(more / (stepDays ?? 1));
    visit({ baseAt, seconds, times: 1 + steps, everySeconds });
    day += steps * (stepDays ?? 1);
    const endAt = lastAt + steps * everySeconds;
    const next = nextDay(event, day + 1);
    if (next === undefined || next - day > LONG_SILENCE_DAYS) return endAt;
    period = periodInto(rules, period, next);
    const isPlain = changedDays(rules, period + 1).first > next;
    const runs = isPlain ? pattern[next === day + 1 ? 1 : 0]! : runsBesideChange(event, pattern, rules, period + 1);
    if (!runs) return endAt;
    seconds = runs;
    day = next;
  }
}

/** The last period of a zone, not before `from`, that begins before a local day does. */
function periodInto(rules: ZoneRules, from: number, day: number): number {
  let period = from;
  while (changedDays(rules, period + 1).last < day) period += 1;
  return period;
}

/**
 * The runs of a day on which the clocks change once, counted from its beginning; undefined where the search must settle them: in an hour
 * that the change touches, with an open step, or where skipped times move back.
 */
function runsBesideChange(event: CalendarEvent, [times]: DayPattern, rules: ZoneRules, change: number): number[] | undefined {
  const changeAt = rules.startsAt[change]!;
  const [before, after] = [rules.offsetSeconds[change - 1]!, rules.offsetSeconds[change]!];
  const { first, last } = changedDays(rules, change);
  const isLone = first === last && changedDays(rules, change + 1).first > last;
  if (!isLone || changeAt >= rules.negativeSavingSinceAt || !isClosed(event)) return undefined;
  const local = changeAt - first * DAY_SECONDS;
  const from = Math.floor((local + Math.min(before, after)) / 3600) * 3600;
  const until = Math.ceil((local + Math.max(before, after)) / 3600) * 3600;
  if (times!.some((second) => second >= from && second < until)) return undefined;
  return times!.map((second) => (second < from ? second : second + before - after));
}

/** Every how many days an event without a date comes; undefined where it has a date or several weekdays. */
function stepDaysOf({ weekdays, years, months, days }: CalendarEvent): 1 | 7 | undefined {
  if (years.length + months.length + days.length > 0 || weekdays.length > 1) return undefined;
  return weekdays.length === 0 ? 1 : 7;
}

/**
 * Seconds of the day at which an event runs: on a day after one without runs, and on a day after one with runs. They differ
 * where an open step runs over midnight (`0/5:0` skips it then). Empty where no such rule holds.
 */
export type DayPattern = readonly (readonly number[])[];

/** The pattern of an event by its time alone, as if it ran every day in UTC: no clock changes in it. Both lists ascend; one list twice where no step runs over midnight. */
export function dayPattern(event: CalendarEvent): DayPattern {
  if (isClosed(event)) {
    const day = timesOf(event);
    return day.length === 0 ? [] : [day, day];
  }
  const everyDay: CalendarEvent = { ...event, utc: true, weekdays: [], years: [], months: [], days: [] };
  const days: [number[], number[], number[]] = [[], [], []];
  for (let at = nextRun(everyDay, UTC, -1); at !== undefined && at < 3 * DAY_SECONDS; at = nextRun(everyDay, UTC, at)) {
    days[Math.floor(at / DAY_SECONDS)]!.push(at % DAY_SECONDS);
  }
  const [first, following, third] = days;
  if (first.length === 0 || !sameNumbers(following, third)) return [];
  return [first, sameNumbers(first, following) ? first : following];
}

/** No step of its time runs on over the end of its field. */
function isClosed({ hours, minutes, seconds }: CalendarEvent): boolean {
  return [hours, minutes, seconds].every((field) => field.every(({ to }) => to !== undefined));
}

/** The seconds of a day at which an event with closed times runs. */
function timesOf({ hours, minutes, seconds }: CalendarEvent): number[] {
  const [eachMinute, eachSecond] = [valuesOf(minutes, 60), valuesOf(seconds, 60)];
  return valuesOf(hours, 24).flatMap((hour) =>
    eachMinute.flatMap((minute) => eachSecond.map((second) => hour * 3600 + minute * 60 + second)),
  );
}

function valuesOf(field: Field, end: number): number[] {
  const [only] = field;
  if (field.length === 1 && only!.from === only!.to) return [only!.from];
  return Array.from({ length: end }, (_, value) => value).filter((value) => matches(field, value));
}

function sameNumbers(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, i) => value === right[i]);
}
