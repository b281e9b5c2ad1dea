import { civilDate, daysInMonth, weekdayOf } from './civil.ts';
import type { CalendarEvent } from './event.ts';
import { monthName, nthWeek, valuesOf } from './explain.ts';
import { matches } from './field.ts';
import { DAY, HOUR, MINUTE, MONTH, SECOND } from './grammar.ts';
import { nextDay } from './next.ts';
import { dayPattern } from './runs.ts';
import { clockWords, rangeWords } from './words.ts';
import type { Finding } from '../finding.ts';

/** What people read into an event that Proxmox does not. From the text alone: no zone, no time. */
export function misreadings(event: CalendarEvent, at: string): Finding[] {
  return [loneMinute(event, at), missedTime(event, at), missedDate(event, at), shortMonths(event, at), bothParts(event, at)].filter(
    (finding) => finding !== undefined,
  );
}

/** `22` and `25:00` name a minute, not an hour. */
function loneMinute(event: CalendarEvent, at: string): Finding | undefined {
  const numbers = event.minutes.some(({ to, step }) => to !== undefined && step === 1);
  if (event.time !== 'minute:second' && !(event.time === 'minute' && numbers)) return undefined;
  const [minute = 0] = event.minutes.map(({ from }) => from);
  const written = timeText(event);
  const meant = event.time === 'minute' && minute <= 23 ? clockWords(minute, 0, 0) : undefined;
  const spelled = `*:${event.time === 'minute' ? written : written.slice(0, written.indexOf(':'))}`;
  return {
    severity: 'warning',
    code: 'HF-CALENDAR-MINUTE',
    at,
    problem: `"${event.text}" runs every hour: "${written}" names ${event.time === 'minute' ? 'minutes' : 'a minute and a second'}, not an hour`,
    why: `${event.time === 'minute' ? 'a time without a colon is a minute' : 'hours end at 23, so Proxmox reads the number as a minute'}, and the job starts up to 24 times a day`,
    fix: meant
      ? `write the hour with its minutes:\n    ${withTime(event, meant)}`
      : `if every hour is meant, say so:\n    ${withTime(event, spelled)}`,
  };
}

function timeText(event: CalendarEvent): string {
  return /[^ \t]*$/.exec(event.text.replace(/ *UTC$/, ''))![0];
}

function withTime(event: CalendarEvent, time: string): string {
  const body = event.text.replace(/ *UTC$/, '');
  return `${body.slice(0, body.length - timeText(event).length)}${time}${event.utc ? ' UTC' : ''}`;
}

/** A step that does not divide its field runs over the end, and the field's start is left out. */
function missedTime(event: CalendarEvent, at: string): Finding | undefined {
  if (event.seconds.length === 0) return undefined;
  const following = new Set(dayPattern(event)[1]);
  for (const hour of valuesOf(event.hours, HOUR)) {
    for (const minute of valuesOf(event.minutes, MINUTE)) {
      for (const second of valuesOf(event.seconds, SECOND)) {
        if (!following.has(hour * 3600 + minute * 60 + second)) return uneven(event, `at ${clockWords(hour, minute, second)}`, at);
      }
    }
  }
  return undefined;
}

/** 2027-01-01, and four years on from it. */
const GAUGE_FROM_DAY = 20_819;
const GAUGE_DAYS = 1461;

function missedDate(event: CalendarEvent, at: string): Finding | undefined {
  if (event.years.length > 0 || event.months.length + event.days.length === 0) return undefined;
  let visited = nextDay(event, GAUGE_FROM_DAY);
  for (let day = GAUGE_FROM_DAY; visited !== undefined && day < GAUGE_FROM_DAY + GAUGE_DAYS; day++) {
    if (day === visited) visited = nextDay(event, day + 1);
    else if (dateMatches(event, day)) return uneven(event, `on ${dateText(day)}`, at);
  }
  return undefined;
}

function dateMatches(event: CalendarEvent, day: number): boolean {
  const date = civilDate(day);
  if (!matches(event.months, date.month) || !matches(event.days, date.day)) return false;
  return event.weekdays.length === 0 || event.weekdays.includes(weekdayOf(day));
}

function dateText(day: number): string {
  const date = civilDate(day);
  return `${date.year}-${String(date.month).padStart(2, '0')}-${String(date.day).padStart(2, '0')}`;
}

function uneven(event: CalendarEvent, when: string, at: string): Finding {
  return {
    severity: 'warning',
    code: 'HF-CALENDAR-STEP',
    at,
    problem: `"${event.text}" does not run ${when}, although it seems to say so`,
    why: 'Proxmox counts on over the end of the hour, day, month or year, and goes on from where that lands instead of from the start',
    fix: 'list the values, or take a step that divides evenly (minutes 5, 10, 15, 20, 30; hours 2, 3, 4, 6, 8, 12)',
  };
}

function shortMonths(event: CalendarEvent, at: string): Finding | undefined {
  const first = event.days.length === 0 ? undefined : valuesOf(event.days, DAY)[0];
  if (first === undefined || first <= 28) return undefined;
  const months = valuesOf(event.months, MONTH);
  const without = months.filter((month) => daysInMonth(2027, month) < first);
  if (without.length === 0 || without.length === months.length) return undefined;
  return {
    severity: 'warning',
    code: 'HF-CALENDAR-SHORT-MONTH',
    at,
    problem: `"${event.text}" leaves out ${rangeWords(without, monthName)}`,
    why: `a month without a day ${first} has no run at all, not one on its last day${first === 29 ? ' (February has one in leap years)' : ''}`,
    fix: 'take a day from 1 to 28; there is no way to name the last day of a month',
  };
}

function bothParts(event: CalendarEvent, at: string): Finding | undefined {
  if (event.weekdays.length === 0 || event.weekdays.length === 7 || event.days.length === 0) return undefined;
  const days = valuesOf(event.days, DAY);
  if (days.length >= 7 || (event.weekdays.length === 1 && nthWeek(days))) return undefined;
  return {
    severity: 'warning',
    code: 'HF-CALENDAR-BOTH',
    at,
    problem: `"${event.text}" runs only where weekday and date fall together`,
    why: 'both must match, unlike in cron, where either is enough; most months may have no run',
    fix: 'leave out the weekday or the date, if one of them was meant alone',
  };
}
