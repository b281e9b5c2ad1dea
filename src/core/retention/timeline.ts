import { parseEvent, type CalendarEvent } from '../calendar/event.ts';
import { matches, type Field } from '../calendar/field.ts';
import { CALENDAR_CYCLE_SECONDS } from '../calendar/gap.ts';
import { visitRuns, type Alike } from '../calendar/runs.ts';
import { localSecondsAt, zoneRules, type ZoneRules } from '../calendar/zone.ts';
import { localSecondsOf, periodKey } from './period.ts';
import type { KeepUnit } from './keep.ts';
import { DAY_SECONDS, type UnixSeconds } from '../units.ts';

/** All runs of a schedule over the stretch of calendar that a proof looks at. */
export type Timeline = {
  readonly schedule: string;
  readonly zone: ZoneRules;
  /** When the job begins, ascending. */
  readonly runs: Float64Array;
  /** Where the wait between neighbours changes: between two of these indices, ascending, all runs are equally far apart. */
  readonly bends: Int32Array;
  readonly fromAt: UnixSeconds;
  readonly toAt: UnixSeconds;
  /** The periods of the runs, reckoned once for each unit and queue. */
  readonly periods: (unit: KeepUnit, queueSeconds: number) => Periods;
  /** No two runs share a period of the unit, and waiting carries none over the end of its own: a rule of it just counts. */
  readonly isApart: (unit: KeepUnit, queueSeconds: number) => boolean;
};

/** Why a schedule cannot be proved. Silence is never proof: each of these is a finding. */
export type NoTimeline =
  | { readonly kind: 'zone'; readonly timeZone: string }
  | { readonly kind: 'invalid'; readonly problem: string; readonly fix: string }
  | { readonly kind: 'never' }
  | { readonly kind: 'dense' }
  | { readonly kind: 'ends'; readonly lastAt: UnixSeconds };

/** Where a proof looks at the calendar. `fromAt` is an argument, for the core has no clock. */
export type Calendar = { readonly timeZone: string; readonly fromAt: UnixSeconds };

const YEAR_SECONDS = CALENDAR_CYCLE_SECONDS / 28;

/** What begins in the last of the 28 years may end after them: a wait, or the life of a point. */
const BEYOND_SECONDS = 3 * YEAR_SECONDS;

/** Of a schedule with more runs than this, fewer years are looked at, but never less than one. */
const MOST_RUNS = 500_000;

/** Lays a schedule out over 28 years: after them weekdays, dates and leap years stand to each other as before. */
export function layOut(schedule: string, { timeZone, fromAt }: Calendar): Timeline | NoTimeline {
  const zone = zoneFrom(timeZone, fromAt);
  return zone ? layOutIn(schedule, zone, fromAt) : { kind: 'zone', timeZone };
}

/** A zone's table for a proof; the last one made is at hand, for all tiers ask for the same. */
export function zoneFrom(timeZone: string, fromAt: UnixSeconds): ZoneRules | undefined {
  const key = `${timeZone} ${fromAt}`;
  if (lastZone.key !== key) lastZone = { key, zone: zoneRules(timeZone, fromAt, fromAt + CALENDAR_CYCLE_SECONDS) };
  return lastZone.zone;
}

let lastZone: { readonly key: string; readonly zone: ZoneRules | undefined } = { key: '', zone: undefined };

/** The same in a zone whose table is at hand. The last few are remembered: proof, fixes and solver ask for the same again. */
export function layOutIn(schedule: string, zone: ZoneRules, fromAt: UnixSeconds): Timeline | NoTimeline {
  const known = LAYOUTS.get(zone) ?? new Map<string, Timeline | NoTimeline>();
  LAYOUTS.set(zone, known);
  const key = `${schedule} ${fromAt}`;
  const layout = known.get(key) ?? reckonLayout(schedule, zone, fromAt);
  if (known.size >= 16) known.clear();
  known.set(key, layout);
  return layout;
}

const LAYOUTS = new WeakMap<ZoneRules, Map<string, Timeline | NoTimeline>>();

function reckonLayout(schedule: string, zone: ZoneRules, fromAt: UnixSeconds): Timeline | NoTimeline {
  const parsed = parseEvent(schedule);
  if (!parsed.ok) return { kind: 'invalid', problem: parsed.error.problem, fix: parsed.error.fix };
  const { event } = parsed;
  const perDay = runsOnADay(event);
  if (perDay > 1440) return { kind: 'dense' };
  const stepYears = perDay * 366 * 28 < MOST_RUNS ? 28 : 1;
  const days: Alike[] = [];
  let count = 0;
  let toAt = fromAt;
  let goesOn = true;
  for (let year = stepYears; year <= 28 && goesOn && count < MOST_RUNS; year += stepYears) {
    const startAt = toAt;
    toAt = fromAt + year * YEAR_SECONDS;
    const lookedTo = stepYears === 28 ? toAt + BEYOND_SECONDS : toAt;
    goesOn = visitRuns({ event, zone, fromAt: startAt, toAt: lookedTo }, (alike) => days.push(alike));
    count = days.reduce((sum, { times, seconds }) => sum + times * seconds.length, 0);
  }
  const runs = runsOf(days, count);
  if (goesOn && count > 1) {
    const bends = bendsOf(runs, days);
    const [periods, isApart] = [rememberPeriods(runs, zone), rememberApart({ runs, bends, zone })];
    return { schedule, zone, runs, bends, fromAt, toAt, periods, isApart };
  }
  const lastAt = runs.at(-1);
  return lastAt === undefined ? { kind: 'never' } : { kind: 'ends', lastAt };
}

function runsOf(days: readonly Alike[], count: number): Float64Array {
  const runs = new Float64Array(count);
  let run = 0;
  for (const { baseAt, seconds, times, everySeconds } of days) {
    const perDay = seconds.length;
    for (let i = 0; i < perDay; i++) {
      let at = baseAt + seconds[i]!;
      for (let day = 0; day < times; day++, at += everySeconds) runs[run + day * perDay + i] = at;
    }
    run += times * perDay;
  }
  return runs;
}

/** Days with one run that look alike are equally far apart: among them no wait needs to be looked at. */
function bendsOf(runs: Float64Array, days: readonly Alike[]): Int32Array {
  const bends = new Int32Array(runs.length);
  let count = 0;
  let before = NaN;
  let run = 0;
  for (const { seconds, times } of days) {
    const end = run + times * seconds.length;
    const looked = seconds.length === 1 ? Math.min(end, run + 2) : end;
    for (let i = Math.max(1, run); i < looked; i++) {
      const gap = runs[i]! - runs[i - 1]!;
      if (gap !== before) bends[count++] = i - 1;
      before = gap;
    }
    run = end;
  }
  bends[count++] = runs.length - 1;
  return bends.slice(0, count);
}

function runsOnADay({ hours, minutes, seconds, time }: CalendarEvent): number {
  if (time === 'none') return 1;
  return countOf(hours, 24) * countOf(minutes, 60) * countOf(seconds, 60);
}

function countOf(field: Field, values: number): number {
  let count = 0;
  for (let value = 0; value < values; value++) if (matches(field, value)) count += 1;
  return count;
}

/**
 * The periods of a unit in which a backup may begin: `earliest` where it begins with the job, `latest` where it waits as long as
 * is declared. They differ where waiting carries a backup over the end of its day, week or month.
 */
export type Periods = { readonly earliest: Float64Array; readonly latest: Float64Array; readonly settled: boolean };

function rememberPeriods(runs: Float64Array, zone: ZoneRules): Timeline['periods'] {
  const known = new Map<string, Periods>();
  return (unit, queueSeconds) => {
    const key = `${unit} ${queueSeconds}`;
    const periods = known.get(key) ?? periodsOf(runs, zone, { unit, queueSeconds });
    known.set(key, periods);
    return periods;
  };
}

type Laid = Pick<Timeline, 'runs' | 'bends' | 'zone'>;

function rememberApart(laid: Laid): Timeline['isApart'] {
  const known = new Map<string, boolean>();
  return (unit, queueSeconds) => {
    const key = `${unit} ${queueSeconds}`;
    const apart = known.get(key) ?? areApart(laid, { unit, queueSeconds });
    known.set(key, apart);
    return apart;
  };
}

function areApart(laid: Laid, { unit, queueSeconds }: Question): boolean {
  if (unit === 'last') return true;
  const length = PERIOD_SECONDS[unit];
  if (length !== undefined) return areApartOfLength(laid, { length, shift: shiftOf(unit), queueSeconds });
  let before = NaN;
  for (const at of laid.runs) {
    const local = localSecondsAt(laid.zone, at);
    const key = periodKey(unit, local, at);
    if (key === before) return false;
    before = key;
    const late = localSecondsAt(laid.zone, at + queueSeconds);
    const isSameDay = Math.floor(late / DAY_SECONDS) === Math.floor(local / DAY_SECONDS);
    if (!isSameDay && periodKey(unit, late, at + queueSeconds) !== key) return false;
  }
  return true;
}

type Length = { readonly length: number; readonly shift: number; readonly queueSeconds: number };

/**
 * The same for units whose periods all have one length on a local clock. Of runs that are whole periods apart each stands in its own
 * as the first does, until the waits bend or the clocks change.
 */
function areApartOfLength({ runs, bends, zone }: Laid, { length, shift, queueSeconds }: Length): boolean {
  const { startsAt, offsetSeconds } = zone;
  let place = 0;
  let changeAt = startsAt[1] ?? Infinity;
  let before = NaN;
  let bend = 0;
  for (let i = 0; i < runs.length; i++) {
    const at = runs[i]!;
    while (at >= changeAt) changeAt = startsAt[++place + 1] ?? Infinity;
    while (bend < bends.length && bends[bend]! <= i) bend += 1;
    const offset = offsetSeconds[place]! + shift;
    const key = Math.floor((at + offset) / length);
    const lateOffset = at + queueSeconds >= changeAt ? offsetSeconds[place + 1]! + shift : offset;
    if (key === before || Math.floor((at + queueSeconds + lateOffset) / length) !== key) return false;
    before = key;
    const gap = i + 1 < runs.length ? runs[i + 1]! - at : 0;
    if (gap <= 0 || gap % length !== 0) continue;
    const alike = Math.min((bends[bend] ?? i) - i, Math.ceil((changeAt - queueSeconds - at) / gap) - 1);
    if (alike <= 0) continue;
    before += (alike * gap) / length;
    i += alike;
  }
  return true;
}

type Question = { readonly unit: KeepUnit; readonly queueSeconds: number };

function periodsOf(runs: Float64Array, zone: ZoneRules, { unit, queueSeconds }: Question): Periods {
  const earliest = keysOf(runs, unit, zone);
  if (queueSeconds === 0 || unit === 'last') return { earliest, latest: earliest, settled: true };
  const latest = keysOf(later(runs, queueSeconds), unit, zone);
  let settled = true;
  for (let i = 0; i < latest.length && settled; i++) settled = latest[i] === earliest[i];
  return { earliest, latest, settled };
}

function later(runs: Float64Array, seconds: number): Float64Array {
  const times = new Float64Array(runs.length);
  for (let i = 0; i < times.length; i++) times[i] = runs[i]! + seconds;
  return times;
}

function keysOf(times: Float64Array, unit: KeepUnit, zone: ZoneRules): Float64Array {
  if (unit === 'last') return times;
  const keys = localSecondsOf(times, zone);
  const length = PERIOD_SECONDS[unit];
  const shift = shiftOf(unit);
  if (length === undefined) for (let i = 0; i < keys.length; i++) keys[i] = periodKey(unit, keys[i]!, times[i]!);
  else for (let i = 0; i < keys.length; i++) keys[i] = Math.floor((keys[i]! + shift) / length);
  return keys;
}

/** Weeks begin on Mondays, and 1970-01-01 was a Thursday. */
function shiftOf(unit: KeepUnit): number {
  return unit === 'weekly' ? 3 * DAY_SECONDS : 0;
}

/** Units whose periods all have the same length on a local clock: their keys need no calendar. */
const PERIOD_SECONDS: Readonly<Partial<Record<KeepUnit, number>>> = { hourly: 3600, daily: DAY_SECONDS, weekly: 7 * DAY_SECONDS };
