import { parseEvent } from '../calendar/event.ts';
import type { ZoneRules } from '../calendar/zone.ts';
import type { UnixSeconds } from '../units.ts';
import { worstExposure } from './exposure.ts';
import type { Chances } from './fall.ts';
import { layOutIn } from './timeline.ts';
import { widestWait, type Where } from './upkeep.ts';

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
