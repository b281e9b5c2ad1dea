import { civilDate, isoWeek, weekdayOf } from './civil.ts';
import { DAY_SECONDS, type UnixSeconds } from '../units.ts';

/**
 * When a zone's clocks change: one table, made once, after which everything is integer arithmetic.
 * From `startsAt[i]` on, local time is UTC plus `offsetSeconds[i]`. The first entry is the oldest known and holds for all time before.
 */
export type ZoneRules = {
  /** As IANA spells it. */
  readonly timeZone: string;
  readonly startsAt: readonly UnixSeconds[];
  readonly offsetSeconds: readonly number[];
  /** From when on the zone calls its winter time the saving, a negative one: libc settles skipped wall times the other way round there. */
  readonly negativeSavingSinceAt: UnixSeconds;
};

export const UTC: ZoneRules = { timeZone: 'UTC', startsAt: [-Infinity], offsetSeconds: [0], negativeSavingSinceAt: Infinity };

/** 2200-01-01: calendar events name years up to 2199, and a table that reaches so far takes about a millisecond to read. */
const END_OF_EVENTS_AT = 7_258_118_400;

/** Zones of the IANA database whose winter time is a negative saving, and since when. @see https://data.iana.org/time-zones/tzdb/NEWS (2018a, 2018g) */
const NEGATIVE_SAVING_SINCE_AT: Readonly<Record<string, UnixSeconds>> = {
  'Europe/Dublin': -37_242_000,
  Eire: -37_242_000,
  'Africa/Casablanca': 1_540_692_000,
  'Africa/El_Aaiun': 1_540_692_000,
  'Africa/Windhoek': 637_970_400,
};

/**
 * The changes of a zone's clocks from `fromAt` to `toAt`, and on to the year 2200 where `toAt` is earlier. Before `fromAt` its
 * offset is taken to hold on, after the end the last one.
 *
 * @param timeZone  an IANA name in any case, or an offset such as `+02:00`
 * @returns         undefined where this machine's Temporal does not know the zone
 */
export function zoneRules(timeZone: string, fromAt: UnixSeconds, toAt: UnixSeconds): ZoneRules | undefined {
  if (fromAt < 0 || toAt > END_OF_EVENTS_AT) return readRules(timeZone, fromAt, toAt);
  const since1970 = tableSince1970(timeZone);
  if (!since1970) return undefined;
  const period = periodAt(since1970, fromAt);
  if (period === 0) return since1970;
  return {
    ...since1970,
    startsAt: [-Infinity, ...since1970.startsAt.slice(period + 1)],
    offsetSeconds: since1970.offsetSeconds.slice(period),
  };
}

/** What was read last, from 1970 on: every look and every plan asks for the same few zones again and again. */
const TABLES = new Map<string, ZoneRules>();
const MOST_TABLES = 64;

function tableSince1970(timeZone: string): ZoneRules | undefined {
  const known = TABLES.get(timeZone);
  if (known) return known;
  const read = readRules(timeZone, 0, 0);
  if (TABLES.size >= MOST_TABLES) TABLES.clear();
  if (read) TABLES.set(timeZone, read);
  return read;
}

function readRules(timeZone: string, fromAt: UnixSeconds, toAt: UnixSeconds): ZoneRules | undefined {
  const start = startOf(timeZone, fromAt);
  if (!start) return undefined;
  const startsAt = [-Infinity];
  const offsetSeconds = [start.offsetNanoseconds / 1e9];
  const endAt = Math.max(toAt, END_OF_EVENTS_AT);
  for (let change = start.getTimeZoneTransition('next'); change; change = change.getTimeZoneTransition('next')) {
    const changeAt = change.epochMilliseconds / 1000;
    if (changeAt >= endAt) break;
    startsAt.push(changeAt);
    offsetSeconds.push(change.offsetNanoseconds / 1e9);
  }
  const negativeSavingSinceAt = NEGATIVE_SAVING_SINCE_AT[start.timeZoneId] ?? Infinity;
  return { timeZone: start.timeZoneId, startsAt, offsetSeconds, negativeSavingSinceAt };
}

function startOf(timeZone: string, at: UnixSeconds): Temporal.ZonedDateTime | undefined {
  try {
    return Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timeZone);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Index of the table's entry that holds at an instant. */
export function periodAt(rules: Pick<ZoneRules, 'startsAt'>, at: UnixSeconds): number {
  let low = 0;
  let high = rules.startsAt.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rules.startsAt[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** When the clocks change next after an instant; Infinity where they do not. */
export function nextChangeAt(rules: ZoneRules, at: UnixSeconds): UnixSeconds {
  return rules.startsAt[periodAt(rules, at) + 1] ?? Infinity;
}

/** Local time minus UTC at an instant. */
export function offsetSecondsAt(rules: ZoneRules, at: UnixSeconds): number {
  return rules.offsetSeconds[periodAt(rules, at)]!;
}

/** Local time as seconds since a local 1970-01-01 00:00: its day number is `Math.floor(seconds / 86400)`. */
export function localSecondsAt(rules: ZoneRules, at: UnixSeconds): number {
  return at + offsetSecondsAt(rules, at);
}

/** Days since a local 1970-01-01: the day that a calendar in the zone shows at an instant. */
export function localDayAt(rules: ZoneRules, at: UnixSeconds): number {
  return Math.floor(localSecondsAt(rules, at) / DAY_SECONDS);
}

/** The first and last local day that the change at the start of a period touches, before or after it. */
export function changedDays(rules: ZoneRules, period: number): { readonly first: number; readonly last: number } {
  const changeAt = rules.startsAt[period] ?? Infinity;
  const before = rules.offsetSeconds[period - 1] ?? 0;
  const after = rules.offsetSeconds[period] ?? 0;
  return {
    first: Math.floor((changeAt + Math.min(before, after)) / DAY_SECONDS),
    last: Math.floor((changeAt + Math.max(before, after)) / DAY_SECONDS),
  };
}

export type LocalFields = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 0 for Monday to 6 for Sunday. */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** ISO 8601; around New Year its year differs from `year`. */
  readonly isoYear: number;
  readonly isoWeek: number;
};

/** What a wall clock and a calendar on the wall show at an instant. */
export function localFields(rules: ZoneRules, at: UnixSeconds): LocalFields {
  const local = localSecondsAt(rules, at);
  const day = Math.floor(local / DAY_SECONDS);
  const secondOfDay = local - day * DAY_SECONDS;
  const week = isoWeek(day);
  return {
    ...civilDate(day),
    weekday: weekdayOf(day),
    hour: Math.floor(secondOfDay / 3600),
    minute: Math.floor(secondOfDay / 60) % 60,
    second: secondOfDay % 60,
    isoYear: week.year,
    isoWeek: week.week,
  };
}
