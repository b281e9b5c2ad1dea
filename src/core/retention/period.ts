import { civilDate, isoWeek, weekdayOf } from '../calendar/civil.ts';
import { periodAt, type ZoneRules } from '../calendar/zone.ts';
import type { KeepUnit } from './keep.ts';
import { DAY_SECONDS, type UnixSeconds } from '../units.ts';

/**
 * The periods PBS counts, as whole numbers: two instants have the same key exactly when PBS sees them in the same period.
 *
 * PBS prints an instant in the server's local time (`%Y/%m/%d/%H`, `%Y/%m/%d`, `%G/%V`, `%Y/%m`, `%Y`) and compares the texts. So the
 * hour that is repeated when the clocks go back is one period, and a week is the ISO week, Monday to Sunday, also over New Year.
 * Keys grow with time, but in zones that turn midnight back into the day before.
 *
 * @see https://git.proxmox.com/?p=proxmox-backup.git;a=blob;f=pbs-datastore/src/prune.rs
 */
export function periodKey(unit: KeepUnit, localSeconds: number, at: UnixSeconds): number {
  return KEYS[unit](localSeconds, at);
}

const KEYS: Readonly<Record<KeepUnit, (localSeconds: number, at: UnixSeconds) => number>> = {
  last: (_, at) => at,
  hourly: (local) => Math.floor(local / 3600),
  daily: (local) => Math.floor(local / DAY_SECONDS),
  weekly: (local) => Math.floor((Math.floor(local / DAY_SECONDS) + 3) / 7),
  monthly: (local) => {
    const { year, month } = civilDate(Math.floor(local / DAY_SECONDS));
    return year * 12 + month - 1;
  },
  yearly: (local) => civilDate(Math.floor(local / DAY_SECONDS)).year,
};

/** Local seconds of many instants; quickest where neighbours in `times` are near in time. */
export function localSecondsOf(times: ArrayLike<UnixSeconds>, zone: ZoneRules, into = new Float64Array(times.length)): Float64Array {
  let from = Infinity;
  let until = -Infinity;
  let offset = 0;
  for (let i = 0; i < times.length; i++) {
    const at = times[i]!;
    if (at < from || at >= until) {
      const period = periodAt(zone, at);
      from = zone.startsAt[period]!;
      until = zone.startsAt[period + 1] ?? Infinity;
      offset = zone.offsetSeconds[period]!;
    }
    into[i] = at + offset;
  }
  return into;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A period as people call it: `2026-11-25 04h`, `Wed 2026-11-25`, `2026-W48`, `2026-11`, `2026`. */
export function spellPeriod(unit: Exclude<KeepUnit, 'last'>, key: number): string {
  return SPELLED[unit](key);
}

const SPELLED: Readonly<Record<Exclude<KeepUnit, 'last'>, (key: number) => string>> = {
  hourly: (key) => `${spellDay(Math.floor(key / 24))} ${two(key - Math.floor(key / 24) * 24)}h`,
  daily: (key) => `${WEEKDAYS[weekdayOf(key)]} ${spellDay(key)}`,
  weekly: (key) => {
    const { year, week } = isoWeek(key * 7);
    return `${year}-W${two(week)}`;
  },
  monthly: (key) => `${Math.floor(key / 12)}-${two((key % 12) + 1)}`,
  yearly: String,
};

function spellDay(day: number): string {
  const { year, month, day: dayOfMonth } = civilDate(day);
  return `${year}-${two(month)}-${two(dayOfMonth)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
