import { parseEvent, type CalendarEvent } from '../calendar/event.ts';
import { matches, type Field } from '../calendar/field.ts';
import { CALENDAR_CYCLE_SECONDS, rhythmOf } from '../calendar/gap.ts';
import type { ZoneRules } from '../calendar/zone.ts';
import type { Tier } from '../policy/policy.ts';
import { spellMinute } from '../policy/window.ts';
import { worstExposure } from './exposure.ts';
import type { Chances } from './fall.ts';
import type { KeepRules } from './keep.ts';
import { layOutIn } from './timeline.ts';
import { DAY_SECONDS, type UnixSeconds } from '../units.ts';

/** What retention, verification and copy of a tier come to on Proxmox: values that were proved, never typed in by feel. */
export type Upkeep = {
  readonly keep: KeepRules;
  /** Once a day after the backups; the proof of the retention holds for any other time as well. */
  readonly pruneSchedule: string;
  /** Present where the tier promises verification and a job can keep it. */
  readonly verify?: { readonly schedule: string; readonly outdatedAfterDays: number };
  /** Present where the tier promises a copy and a job can keep it. */
  readonly sync?: { readonly schedule: string };
};

/** A job beside the backups, and what it promises at its worst. */
export type Beside = { readonly schedule: string; readonly widestSeconds: number };

/** Where jobs beside the backups are laid out: the zones of all sites, from one instant on. */
export type Where = { readonly zones: readonly ZoneRules[]; readonly fromAt: UnixSeconds };

/** The prune job of a tier: daily, when the night's backups are done, at an hour that no clock change takes away. */
export function pruneJob(schedule: string, chances: Chances, where: Where): Beside | undefined {
  const parsed = parseEvent(schedule);
  const minute = parsed.ok ? minuteAfter(parsed.event, chances) : SAFE_MINUTE;
  const times = [minute, SAFE_MINUTE, 12 * 60 + 30].map(spellMinute);
  return cheapest(times, where, (widest) => widest <= DAY_SECONDS + 3600);
}

const SAFE_MINUTE = 5 * 60 + 30;

/** When the last backup of a night is done, on the half hour; a safe hour where that lies in the dark hours of clock changes. */
function minuteAfter({ hours, minutes, time }: CalendarEvent, { queueSeconds, durationSeconds }: Chances): number {
  const hour = onlyValue(hours, 24, time === 'none');
  const minute = onlyValue(minutes, 60, time === 'none');
  if (hour === undefined || minute === undefined) return SAFE_MINUTE;
  const last = hour * 60 + minute;
  const done = Math.ceil((last + (queueSeconds + durationSeconds) / 60 + 15) / 30) * 30;
  return done % 1440 < 240 || done >= 1440 ? SAFE_MINUTE : done;
}

/** The one value of a field below `end`, 0 where the event has no time; undefined where it has several. */
function onlyValue(field: Field, end: number, isMidnight: boolean): number | undefined {
  if (isMidnight) return 0;
  let only: number | undefined;
  for (let value = 0; value < end; value++) {
    if (!matches(field, value)) continue;
    if (only !== undefined) return undefined;
    only = value;
  }
  return only;
}

/** Nobody lets a job run more often. */
export const DENSEST = '*:0/15';

/** Schedules for jobs that must come in time, the rarest first. */
const RHYTHMS = ['07:00', '7,19:00', '5,13,21:00', '1,7,13,19:00', '0/4:15', '0/2:15', '*:15', '*:0/30', DENSEST] as const;

/** The verify job that reads each new point within, and each point again every so often; undefined where no job does both. */
export function verifyJob(
  verify: NonNullable<Tier['verify']>,
  chances: Chances,
  where: Where,
): (Beside & { readonly outdatedAfterDays: number }) | undefined {
  const busy = chances.queueSeconds + chances.durationSeconds;
  const job = cheapest(
    RHYTHMS,
    where,
    (widest) => widest + busy <= (verify.withinSeconds ?? Infinity) && daysFor(verify.everySeconds, widest + busy) >= 0,
  );
  return job && { ...job, outdatedAfterDays: daysFor(verify.everySeconds, job.widestSeconds + busy) };
}

/**
 * PBS reads a point again when its last verification is more than so many whole days old, so at first a day later than the number
 * says; then it waits for the next run, and for its turn in it.
 * @see https://git.proxmox.com/?p=proxmox-backup.git;a=blob;f=src/backup/verify.rs
 */
function daysFor(everySeconds: number, lateSeconds: number): number {
  return Math.floor((everySeconds - lateSeconds) / DAY_SECONDS) - 1;
}

/** The oldest that a verification gets under a verify job. */
export function oldestVerification(
  { outdatedAfterDays, widestSeconds }: Beside & { readonly outdatedAfterDays: number },
  chances: Chances,
): number {
  return (outdatedAfterDays + 1) * DAY_SECONDS + widestSeconds + chances.queueSeconds + chances.durationSeconds;
}

/** The sync job that has each finished point off site in time: the schedule that was fixed, or the rarest that does. */
export function syncJob({ withinSeconds, schedule }: NonNullable<Tier['offsite']>, chances: Chances, where: Where): Beside | undefined {
  const busy = chances.queueSeconds + chances.durationSeconds;
  if (schedule !== undefined) return cheapest([schedule], where, () => true);
  return cheapest(RHYTHMS, where, (widest) => widest + busy <= withinSeconds);
}

function cheapest(schedules: readonly string[], { zones, fromAt }: Where, fits: (widestSeconds: number) => boolean): Beside | undefined {
  for (const schedule of schedules) {
    const waits = zones.map((zone) => widestWait(schedule, zone, fromAt) ?? Infinity);
    const widestSeconds = Math.max(...waits);
    if (widestSeconds < Infinity && fits(widestSeconds)) return { schedule, widestSeconds };
  }
  return undefined;
}

/** The widest wait between two runs; undefined where the schedule does not go on. */
export function widestWait(schedule: string, zone: ZoneRules, fromAt: UnixSeconds): number | undefined {
  const known = WAITS.get(zone) ?? new Map<string, number | undefined>();
  WAITS.set(zone, known);
  const key = `${schedule} ${fromAt}`;
  if (!known.has(key)) known.set(key, reckonWait(schedule, zone, fromAt));
  return known.get(key);
}

const NOTHING_HAPPENS: Chances = { queueSeconds: 0, durationSeconds: 0, lostRuns: 0, extraRuns: 0 };

/** Tiers ask for the same few schedules again and again. */
const WAITS = new WeakMap<ZoneRules, Map<string, number | undefined>>();

function reckonWait(schedule: string, zone: ZoneRules, fromAt: UnixSeconds): number | undefined {
  const parsed = parseEvent(schedule);
  if (!parsed.ok) return undefined;
  const { event } = parsed;
  const toAt = fromAt + CALENDAR_CYCLE_SECONDS;
  if (event.weekdays.length + event.years.length + event.months.length + event.days.length > 0 || event.utc) {
    const timeline = layOutIn(schedule, zone, fromAt);
    return 'kind' in timeline ? undefined : worstExposure(timeline, NOTHING_HAPPENS)?.gapSeconds;
  }
  // Of an event without a date all days look alike but those beside a clock change, and these do where the change is the same.
  const waits = [fromAt + 3 * DAY_SECONDS, ...distinctChanges(zone, fromAt, toAt)].map((at) => {
    const { widest, goesOn } = rhythmOf({ event, zone, fromAt: at - 3 * DAY_SECONDS, toAt: at + 3 * DAY_SECONDS });
    return goesOn && widest ? widest.seconds : Infinity;
  });
  const widest = Math.max(...waits);
  return widest === Infinity ? undefined : widest;
}

/** Clock changes between two instants, one of each kind: same time of day, same offsets before and after. Close ones are all given. */
function distinctChanges({ startsAt, offsetSeconds }: ZoneRules, fromAt: UnixSeconds, toAt: UnixSeconds): UnixSeconds[] {
  const byKind = new Map<string, UnixSeconds>();
  for (let i = 1; i < startsAt.length; i++) {
    const at = startsAt[i]!;
    if (at <= fromAt || at >= toAt) continue;
    const close = at - startsAt[i - 1]! < 7 * DAY_SECONDS || (startsAt[i + 1] ?? Infinity) - at < 7 * DAY_SECONDS;
    const timeOfDay = (at + offsetSeconds[i - 1]!) % DAY_SECONDS;
    byKind.set(close ? String(at) : `${timeOfDay} ${offsetSeconds[i - 1]} ${offsetSeconds[i]}`, at);
  }
  return [...byKind.values()];
}
