import { searchBesideChanges } from './beside.ts';
import { DAY_SECONDS } from './civil.ts';
import type { CalendarEvent } from './event.ts';
import { nextDay, nextRun } from './next.ts';
import { changedDays, localDayAt, offsetSecondsAt, periodAt, UTC, type ZoneRules } from './zone.ts';
import type { UnixSeconds } from '../units.ts';

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
 * and only days with a change are searched run by run.
 *
 * @returns  whether a run follows on the stretch
 */
export function visitRuns({ event, zone, fromAt, toAt }: Stretch, visit: RunVisitor): boolean {
  const rules = event.utc ? UTC : zone;
  const pattern = dayPattern(event);
  const search = searchBesideChanges(event, rules);
  let next = nextRun(event, zone, fromAt - 1);
  while (next !== undefined && next < toAt) {
    const day = localDayAt(rules, next);
    const baseAt = day * DAY_SECONDS - offsetSecondsAt(rules, next);
    const untilDay = nextChangedDay(rules, next, day);
    const seconds = untilDay > day ? pattern.find(([first]) => first === next! - baseAt) : undefined;
    if (seconds) next = visitPlainDays({ event, pattern, day, baseAt, seconds, untilDay, toAt }, visit);
    else visit({ baseAt: next, seconds: ALONE, times: 1, everySeconds: DAY_SECONDS });
    next = search(next);
  }
  return next !== undefined;
}

type PlainDays = {
  readonly event: CalendarEvent;
  readonly pattern: DayPattern;
  /** The first day, where it begins, and its runs. */
  readonly day: number;
  readonly baseAt: UnixSeconds;
  readonly seconds: readonly number[];
  /** The first day that is not plain any more. */
  readonly untilDay: number;
  readonly toAt: UnixSeconds;
};

/** Visits days without a clock change. Returns the last run, or the last second before `toAt`. */
function visitPlainDays({ event, pattern, untilDay, toAt, ...first }: PlainDays, visit: RunVisitor): UnixSeconds {
  let { day, baseAt, seconds } = first;
  const stepDays = stepDaysOf(event);
  const steady = stepDays === undefined ? undefined : pattern[stepDays === 1 ? 1 : 0];
  for (;;) {
    const lastAt = baseAt + seconds.at(-1)!;
    if (lastAt >= toAt) {
      const inside = seconds.filter((second) => baseAt + second < toAt);
      if (inside.length > 0) visit({ baseAt, seconds: inside, times: 1, everySeconds: DAY_SECONDS });
      return toAt - 1;
    }
    const more = seconds === steady ? Math.min(untilDay - 1 - day, Math.floor((toAt - 1 - lastAt) / DAY_SECONDS)) : 0;
    const times = 1 + Math.floor(more / (stepDays ?? 1));
    const everySeconds = (stepDays ?? 1) * DAY_SECONDS;
    visit({ baseAt, seconds, times, everySeconds });
    day += (times - 1) * (stepDays ?? 1);
    baseAt += (times - 1) * everySeconds;
    const next = nextDay(event, day + 1);
    if (next === undefined || next >= untilDay || next - day > LONG_SILENCE_DAYS) return baseAt + seconds.at(-1)!;
    baseAt += (next - day) * DAY_SECONDS;
    if (baseAt >= toAt) return baseAt - (next - day) * DAY_SECONDS + seconds.at(-1)!;
    seconds = pattern[next === day + 1 ? 1 : 0]!;
    day = next;
  }
}

/** Every how many days an event without a date comes; undefined where it has a date or several weekdays. */
function stepDaysOf({ weekdays, years, months, days }: CalendarEvent): 1 | 7 | undefined {
  if (years.length + months.length + days.length > 0 || weekdays.length > 1) return undefined;
  return weekdays.length === 0 ? 1 : 7;
}

/** The local day on which the clocks change next, or today where they change today. */
function nextChangedDay(rules: ZoneRules, at: UnixSeconds, day: number): number {
  const period = periodAt(rules, at);
  if (changedDays(rules, period).last >= day) return day;
  return changedDays(rules, period + 1).first;
}

/**
 * Seconds of the day at which an event runs: on a day after one without runs, and on a day after one with runs. They differ
 * where an open step runs over midnight (`0/5:0` skips it then). Empty where no such rule holds.
 */
export type DayPattern = readonly (readonly number[])[];

export function dayPattern(event: CalendarEvent): DayPattern {
  const everyDay: CalendarEvent = { ...event, utc: true, weekdays: [], years: [], months: [], days: [] };
  const days: [number[], number[], number[]] = [[], [], []];
  for (let at = nextRun(everyDay, UTC, -1); at !== undefined && at < 3 * DAY_SECONDS; at = nextRun(everyDay, UTC, at)) {
    days[Math.floor(at / DAY_SECONDS)]!.push(at % DAY_SECONDS);
  }
  const [first, following, third] = days;
  if (first.length === 0 || !sameNumbers(following, third)) return [];
  return [first, sameNumbers(first, following) ? first : following];
}

function sameNumbers(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, i) => value === right[i]);
}
