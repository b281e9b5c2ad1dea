import { civilDate, dayNumber } from './civil.ts';
import type { Stretch } from './runs.ts';
import { visitRuns } from './runs.ts';
import { DAY_SECONDS, type UnixSeconds } from '../units.ts';

/** Elapsed time between two neighbouring runs. */
export type Gap = { readonly fromAt: UnixSeconds; readonly toAt: UnixSeconds; readonly seconds: number };

export type Rhythm = {
  /** Runs in the stretch. */
  readonly runs: number;
  readonly firstAt?: UnixSeconds;
  readonly lastAt?: UnixSeconds;
  /** The first of the longest waits, which is what an RPO has to bear; absent below two runs. */
  readonly widest?: Gap;
  readonly narrowest?: Gap;
  /** Another run follows on the stretch. Where none does, the wait after the last run has no end. */
  readonly goesOn: boolean;
};

/** 28 years of 365.25 days: after them weekdays, dates and leap years stand to each other as before. */
export const CALENDAR_CYCLE_SECONDS = 28 * 31_557_600;

/**
 * Where the calendar that is looked at begins: with the month of `now`, in UTC. Check, solver and plan look at the same stretch, and what
 * they find does not change from one day to the next.
 */
export function calendarFrom(now: UnixSeconds): UnixSeconds {
  const { year, month } = civilDate(Math.floor(now / DAY_SECONDS));
  return dayNumber(year, month, 1) * DAY_SECONDS;
}

/**
 * The waits of an event over a stretch of time. Elapsed, not calendar: a daily event waits 25 h when the clocks go back.
 */
export function rhythmOf(stretch: Stretch): Rhythm {
  let runs = 0;
  let firstAt: UnixSeconds | undefined;
  let lastAt: UnixSeconds | undefined;
  let widest: Gap | undefined;
  let narrowest: Gap | undefined;
  let inner: Inner | undefined;

  const weigh = (fromAt: UnixSeconds, seconds: number): void => {
    if (!widest || seconds > widest.seconds) widest = { fromAt, toAt: fromAt + seconds, seconds };
    if (!narrowest || seconds < narrowest.seconds) narrowest = { fromAt, toAt: fromAt + seconds, seconds };
  };
  const goesOn = visitRuns(stretch, ({ baseAt, seconds, times, everySeconds }) => {
    const startAt = baseAt + seconds[0]!;
    if (lastAt !== undefined) weigh(lastAt, startAt - lastAt);
    if (seconds.length > 1) {
      if (inner?.of !== seconds) inner = innerGaps(seconds);
      weigh(baseAt + inner.widest.fromAt, inner.widest.seconds);
      weigh(baseAt + inner.narrowest.fromAt, inner.narrowest.seconds);
    }
    firstAt ??= startAt;
    const endAt = baseAt + seconds.at(-1)!;
    if (times > 1) weigh(endAt, everySeconds - (endAt - startAt));
    lastAt = endAt + (times - 1) * everySeconds;
    runs += seconds.length * times;
  });
  return {
    runs,
    goesOn,
    ...(firstAt === undefined ? {} : { firstAt }),
    ...(lastAt === undefined ? {} : { lastAt }),
    ...(widest ? { widest } : {}),
    ...(narrowest ? { narrowest } : {}),
  };
}

/** Widest and narrowest wait within one day's runs. */
type Inner = { readonly of: readonly number[]; readonly widest: Gap; readonly narrowest: Gap };

function innerGaps(seconds: readonly number[]): Inner {
  let [widest, narrowest] = [gapAt(seconds, 1), gapAt(seconds, 1)];
  for (let i = 2; i < seconds.length; i++) {
    const wait = seconds[i]! - seconds[i - 1]!;
    if (wait > widest.seconds) widest = gapAt(seconds, i);
    if (wait < narrowest.seconds) narrowest = gapAt(seconds, i);
  }
  return { of: seconds, widest, narrowest };
}

function gapAt(seconds: readonly number[], i: number): Gap {
  return { fromAt: seconds[i - 1]!, toAt: seconds[i]!, seconds: seconds[i]! - seconds[i - 1]! };
}
