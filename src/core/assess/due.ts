import { parseEvent } from '../calendar/event.ts';
import { nextRun } from '../calendar/next.ts';
import { zoneRules } from '../calendar/zone.ts';
import type { Assume, Tier } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';

const LOOK_BACK_SECONDS = 800 * 86_400;

/**
 * By when the first run after an instant must have left its point: its begin, the longest queue and the longest duration.
 * Undefined where the schedule never comes again or cannot be read.
 */
export type DueAfter = (at: UnixSeconds) => UnixSeconds | undefined;

/** The due times of a tier's job, in the zone of the site. Asked for the same instant again it does not reckon again. */
export function dueAfter(tier: Tier, assume: Assume, timeZone: string, now: UnixSeconds): DueAfter {
  const parsed = parseEvent(tier.schedule);
  const zone = zoneRules(timeZone, now - LOOK_BACK_SECONDS, now);
  if (!parsed.ok || !zone) return () => undefined;
  const known = new Map<UnixSeconds, UnixSeconds | undefined>();
  return (at) => {
    const fromAt = Math.max(at, now - LOOK_BACK_SECONDS);
    if (!known.has(fromAt)) known.set(fromAt, nextRun(parsed.event, zone, fromAt));
    const runAt = known.get(fromAt);
    return runAt === undefined ? undefined : runAt + assume.queueSeconds + assume.durationSeconds;
  };
}
