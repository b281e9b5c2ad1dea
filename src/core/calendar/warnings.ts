import type { EventError } from './event.ts';
import type { Rhythm } from './gap.ts';
import { misreadings } from './misread.ts';
import { nextRun, searchRun } from './next.ts';
import type { Stretch } from './runs.ts';
import { periodAt, UTC } from './zone.ts';
import { listWords } from './words.ts';
import type { Finding } from '../finding.ts';
import { DAY_SECONDS, spellDuration, spellInstant, type UnixSeconds } from '../units.ts';

/** The finding of a text that is no calendar event. */
export function invalidEvent(text: string, error: EventError, at: string): Finding {
  return {
    severity: 'error',
    code: 'HF-CALENDAR-EVENT',
    at,
    problem: `"${text}" is no calendar event: column ${error.column}: ${error.problem}`,
    why: 'Proxmox refuses a job with such a schedule',
    fix: error.fix,
  };
}

/**
 * What a person should know of an event before trusting it: that it never comes or ends, the runs that clock changes swallow
 * (with dates), and what people misread.
 *
 * @param rhythm  of the same stretch
 * @param at      where the event stands, such as `tiers.3.schedule`
 */
export function warnings(stretch: Stretch, rhythm: Rhythm, at: string): Finding[] {
  const thrown = thrownBack(stretch, at);
  const clocks = thrown?.code === 'HF-CALENDAR-STOPS' ? [thrown] : [noEnd(stretch, rhythm, at), thrown, swallowed(stretch, at)];
  return [...clocks, repeated(stretch, at), ...misreadings(stretch.event, at)].filter((finding) => finding !== undefined);
}

function noEnd({ event, zone }: Stretch, rhythm: Rhythm, at: string): Finding | undefined {
  if (rhythm.goesOn) return undefined;
  if (rhythm.lastAt === undefined) {
    return {
      severity: 'error',
      code: 'HF-CALENDAR-NEVER',
      at,
      problem: `"${event.text}" never comes`,
      why: 'Proxmox accepts the job, shows no next run and never starts it',
      fix: 'check that the date exists and does not lie in the past',
    };
  }
  return {
    severity: 'warning',
    code: 'HF-CALENDAR-ENDS',
    at,
    problem: `"${event.text}" comes ${rhythm.runs === 1 ? 'once more' : `${rhythm.runs} times more`}, the last time on ${dayText(rhythm.lastAt, zone.timeZone)}`,
    why: 'after its last run the job stays enabled and never starts again',
    fix: 'leave the year out',
  };
}

type Change = { readonly at: UnixSeconds; readonly before: number; readonly after: number };

function changesIn({ zone, fromAt, toAt }: Stretch): Change[] {
  const changes: Change[] = [];
  for (let i = periodAt(zone, fromAt) + 1; i < zone.startsAt.length && zone.startsAt[i]! < toAt; i++) {
    changes.push({ at: zone.startsAt[i]!, before: zone.offsetSeconds[i - 1]!, after: zone.offsetSeconds[i]! });
  }
  return changes;
}

/** The wall time of a run between two wall times, and the wait after it; wall times as seconds as if the zone were UTC. */
function wallRun(
  { event }: Stretch,
  fromWall: number,
  toWall: number,
): { readonly wall: number; readonly waitSeconds: number } | undefined {
  const everywhere = { ...event, utc: true };
  const wall = nextRun(everywhere, UTC, fromWall - 1);
  if (wall === undefined || wall >= toWall) return undefined;
  return { wall, waitSeconds: (nextRun(everywhere, UTC, wall) ?? Infinity) - wall };
}

/** Spring: wall times that do not exist. A job that runs more often than the hour is long loses nothing. */
function swallowed(stretch: Stretch, at: string): Finding | undefined {
  if (stretch.event.utc) return undefined;
  const lost = changesIn(stretch).flatMap(({ at: changeAt, before, after }) => {
    const run = wallRun(stretch, changeAt + before, changeAt + after);
    return run && run.waitSeconds > after - before ? [run.wall] : [];
  });
  if (lost.length === 0) return undefined;
  const wait = nextRun(stretch.event, UTC, lost[0]!);
  return {
    severity: 'warning',
    code: 'HF-CALENDAR-SKIPPED',
    at,
    problem: `"${stretch.event.text}" loses ${lost.length === 1 ? 'a run' : `${lost.length} runs`} to clock changes in ${stretch.zone.timeZone}: ${datesText(lost)}`,
    why: `that wall time does not exist on those days, and Proxmox waits for the next${wait === undefined ? '' : `, ${spellDuration(wait - lost[0]!)} later`}`,
    fix: `choose an hour in which the clocks do not change, or reckon in UTC:\n    ${stretch.event.text} UTC`,
  };
}

/** Autumn: the second pass of the repeated hour has no runs. */
function repeated(stretch: Stretch, at: string): Finding | undefined {
  if (stretch.event.utc) return undefined;
  const lost = changesIn(stretch).flatMap(({ at: changeAt, before, after }) => {
    const run = before > after ? wallRun(stretch, changeAt + after, changeAt + before) : undefined;
    if (!run || run.waitSeconds > before - after) return [];
    const pauseSeconds = waitOver(stretch, changeAt, run.waitSeconds) - run.waitSeconds;
    return pauseSeconds > 0 ? [{ wall: run.wall, seconds: pauseSeconds }] : [];
  });
  const [first] = lost;
  if (!first) return undefined;
  return {
    severity: 'info',
    code: 'HF-CALENDAR-REPEATED',
    at,
    problem: `"${stretch.event.text}" pauses for ${spellDuration(first.seconds)} more when the clocks of ${stretch.zone.timeZone} go back: ${datesText(lost.map(({ wall }) => wall))}`,
    why: 'Proxmox runs it in only one of the two passes of the repeated hour',
    fix: `reckon in UTC, if that pause matters:\n    ${stretch.event.text} UTC`,
  };
}

/** The wait that spans an instant, of an event that usually waits so long. */
function waitOver({ event, zone }: Stretch, at: UnixSeconds, usualSeconds: number): number {
  let lastAt = at - usualSeconds - 1;
  for (let next = nextRun(event, zone, lastAt); next !== undefined; next = nextRun(event, zone, next)) {
    if (next >= at) return next - lastAt;
    lastAt = next;
  }
  return 0;
}

/** Zones with a negative saving: the search steps into the skipped hour and is thrown back by libc. */
function thrownBack(stretch: Stretch, at: string): Finding | undefined {
  const { event, zone } = stretch;
  if (event.utc) return undefined;
  const found = changesIn(stretch)
    .filter(({ at: changeAt, before, after }) => after > before && changeAt >= zone.negativeSavingSinceAt)
    .map(({ at: changeAt }) => ({ changeAt, run: searchRun(event, zone, changeAt - 2) }))
    .find(({ changeAt, run }) => (run === undefined ? nextRun(event, zone, changeAt) !== undefined : run < changeAt - 1));
  if (!found) return undefined;
  const day = dayText(found.changeAt, zone.timeZone);
  const stops = found.run === undefined;
  return {
    severity: 'warning',
    code: stops ? 'HF-CALENDAR-STOPS' : 'HF-CALENDAR-AGAIN',
    at,
    problem: stops
      ? `"${event.text}" stops on ${day} in ${zone.timeZone}`
      : `"${event.text}" is computed to run again in the past on ${day} in ${zone.timeZone}`,
    why: stops
      ? 'Proxmox searches for it in the hour that is skipped, never gets out of it, and has no next run from then on'
      : 'libc throws the search back over the skipped hour, so a run that has passed is due again until the clocks change',
    fix: `reckon in UTC:\n    ${event.text} UTC`,
  };
}

const MOST_DATES = 3;

/** `2027-03-28, 2028-03-26, 2029-03-25 and 25 more` */
function datesText(walls: readonly number[]): string {
  const dates = walls.slice(0, MOST_DATES).map((wall) => dayText(wall - (wall % DAY_SECONDS), 'UTC'));
  const more = walls.length - dates.length;
  return more > 0 ? `${dates.join(', ')} and ${more} more` : listWords(dates);
}

function dayText(instantAt: UnixSeconds, timeZone: string): string {
  return spellInstant(instantAt, timeZone, { zone: false }).slice(0, 10);
}
