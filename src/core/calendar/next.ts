import { type CivilDate, civilDate, dayNumber, weekdayOf } from './civil.ts';
import type { CalendarEvent } from './event.ts';
import { following, matches } from './field.ts';
import { localSecondsAt, nextChangeAt, offsetSecondsAt, UTC, type ZoneRules } from './zone.ts';
import { DAY_SECONDS, type UnixSeconds } from '../units.ts';

/** After so many jumps Proxmox gives up and the event never comes. */
const MOST_JUMPS = 1000;

/**
 * The first run of an event strictly after an instant, as the host that runs the job computes it; undefined where it never comes.
 *
 * The search jumps from one candidate to the next: a part that does not match moves on to its next value and sets all smaller
 * parts to their start; libc then settles the wall time. Hence, and kept on purpose: a wall time that the clock change skips
 * has no run; of a repeated hour one pass is used, the one the search comes from; an open step that jumps over the end of
 * its field skips the field's start (`0/5:0` never runs at midnight). Where the winter time is a negative saving (Dublin), libc
 * throws the search back at a skipped hour: Proxmox then names a run that has passed, and here the next one after the change counts.
 *
 * @see https://git.proxmox.com/?p=proxmox.git;a=blob;f=proxmox-time/src/calendar_event.rs
 */
export function nextRun(event: CalendarEvent, zone: ZoneRules, afterAt: UnixSeconds): UnixSeconds | undefined {
  const found = searchRun(event, zone, afterAt);
  if (found === undefined || found > afterAt) return found;
  return nextRun(event, zone, nextChangeAt(event.utc ? UTC : zone, afterAt) - 1);
}

/** The run that Proxmox itself computes; near a clock change in a zone with a negative saving it may lie in the past. */
export function searchRun(event: CalendarEvent, zone: ZoneRules, afterAt: UnixSeconds): UnixSeconds | undefined {
  const rules = event.utc ? UTC : zone;
  let now = read(rules, afterAt + 1, offsetSecondsAt(rules, afterAt + 1));
  for (let jumps = 0; jumps <= MOST_JUMPS; jumps++) {
    const target = jump(event, now);
    if (target === 'here') return now.at;
    if (target === 'never') return undefined;
    now = settle(rules, target, now.guessSeconds);
  }
  return undefined;
}

/** A wall time whose parts may lie beyond their ends, to be carried over: month 13, hour 25. Left out means the part's start. */
type Wall = CivilDate & { readonly hour?: number; readonly minute?: number; readonly second?: number };

/** Where the search is. `guessSeconds` is the offset libc remembers from its last conversion and tries first in the next. */
type Place = Required<Wall> & { readonly weekday: number; readonly at: UnixSeconds; readonly guessSeconds: number };

function jump(event: CalendarEvent, now: Place): Wall | 'here' | 'never' {
  const target = jumpDate(event, now, now.weekday);
  return target === 'here' ? jumpTime(event, now) : target;
}

/** Where the search goes on when the date does not match; smaller parts begin anew. */
function jumpDate(event: CalendarEvent, { year, month, day }: CivilDate, weekday: number): CivilDate | 'here' | 'never' {
  if (!matches(event.years, year)) {
    const next = following(event.years, year);
    return next === undefined ? 'never' : { year: next, month: 1, day: 1 };
  }
  if (!matches(event.months, month)) {
    const next = following(event.months, month);
    return next === undefined ? { year: year + 1, month: 1, day: 1 } : { year, month: next, day: 1 };
  }
  if (!matches(event.days, day)) {
    const next = following(event.days, day);
    return next === undefined ? { year, month: month + 1, day: 1 } : { year, month, day: next };
  }
  if (event.weekdays.length === 0 || event.weekdays.includes(weekday)) return 'here';
  const next = event.weekdays.find((candidate) => candidate > weekday) ?? 7;
  return { year, month, day: day + next - weekday };
}

function jumpTime(event: CalendarEvent, { year, month, day, hour, minute, second }: Place): Wall | 'here' {
  if (!matches(event.hours, hour)) {
    const next = following(event.hours, hour);
    return next === undefined ? { year, month, day: day + 1 } : { year, month, day, hour: next };
  }
  if (!matches(event.minutes, minute)) {
    const next = following(event.minutes, minute);
    return next === undefined ? { year, month, day, hour: hour + 1 } : { year, month, day, hour, minute: next };
  }
  if (matches(event.seconds, second)) return 'here';
  const next = following(event.seconds, second);
  return next === undefined ? { year, month, day, hour, minute: minute + 1 } : { year, month, day, hour, minute, second: next };
}

/**
 * The first day on or after a day number whose date the search of `nextRun` would stop at, whatever the time; undefined where
 * none comes. Clock changes do not matter to it.
 */
export function nextDay(event: CalendarEvent, fromDay: number): number | undefined {
  if (event.years.length + event.months.length + event.days.length === 0) return nextWeekday(event, fromDay);
  let day = fromDay;
  for (let jumps = 0; jumps <= MOST_JUMPS; jumps++) {
    const target = jumpDate(event, civilDate(day), weekdayOf(day));
    if (target === 'here') return day;
    if (target === 'never') return undefined;
    day = carriedDay(target);
  }
  return undefined;
}

/** `nextDay` for an event without a date: the usual one, and there are ten thousand days to ask for in a proof. */
function nextWeekday(event: CalendarEvent, fromDay: number): number {
  let day = fromDay;
  while (event.weekdays.length > 0 && !event.weekdays.includes(weekdayOf(day))) day++;
  return day;
}

/** Day number of a date whose month may lie beyond December. */
function carriedDay({ year, month, day }: CivilDate): number {
  const wholeYears = Math.floor((month - 1) / 12);
  return dayNumber(year + wholeYears, month - wholeYears * 12, day);
}

function settle(rules: ZoneRules, wall: Wall, guessSeconds: number): Place {
  const { hour = 0, minute = 0, second = 0 } = wall;
  // libc settles second 59 and then counts on, which shows only beside a clock change.
  const extra = Math.max(0, second - 59);
  const local = carriedDay(wall) * DAY_SECONDS + hour * 3600 + minute * 60 + second - extra;
  const at = instantOf(rules, local, guessSeconds);
  return read(rules, at + extra, local - at);
}

/**
 * The instant of a wall time, the way libc's mktime finds it when nobody says whether daylight saving holds: it tries the
 * offset it remembers, then the offset that holds there. Two offsets that contradict each other show a wall time that does
 * not exist: that moves on by the length of the gap, or back by it in zones that count their winter time as the saving.
 */
function instantOf(rules: ZoneRules, local: number, guessSeconds: number): UnixSeconds {
  let offset = guessSeconds;
  let found = offsetSecondsAt(rules, local - offset);
  for (let tries = 0; found !== offset && tries < 2; tries++) {
    offset = found;
    found = offsetSecondsAt(rules, local - offset);
  }
  if (found === offset) return local - offset;
  const later = local - Math.min(offset, found);
  return later < rules.negativeSavingSinceAt ? later : local - Math.max(offset, found);
}

function read(rules: ZoneRules, at: UnixSeconds, guessSeconds: number): Place {
  const local = localSecondsAt(rules, at);
  const day = Math.floor(local / DAY_SECONDS);
  const secondOfDay = local - day * DAY_SECONDS;
  return {
    ...civilDate(day),
    weekday: weekdayOf(day),
    hour: Math.floor(secondOfDay / 3600),
    minute: Math.floor(secondOfDay / 60) % 60,
    second: secondOfDay % 60,
    at,
    guessSeconds,
  };
}
