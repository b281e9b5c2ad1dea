import { parseEvent } from '../calendar/event.ts';
import { CALENDAR_CYCLE_SECONDS, rhythmOf } from '../calendar/gap.ts';
import { nextRun } from '../calendar/next.ts';
import { UTC, zoneRules, type ZoneRules } from '../calendar/zone.ts';
import type { Site } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual } from '../world/actual.ts';

/** The zone in which a server reckons: as it says itself, else as the policy says. */
export function zoneOf(server: string, site: Site, actual: Actual): string {
  if (server === 'pve') {
    const zones = actual.pve.nodes.known ? new Set(actual.pve.nodes.value.flatMap(({ timeZone }) => timeZone ?? [])) : new Set<string>();
    return zones.size === 1 ? [...zones][0]! : site.timeZone;
  }
  const node = actual.pbs.find(({ name }) => name === server)?.node;
  return node?.known ? node.value.timeZone : site.timeZone;
}

/** The zone's clock changes, or UTC where the zone is not known here. */
export function rulesOf(timeZone: string): ZoneRules {
  return zoneRules(timeZone, 0, 0) ?? UTC;
}

/** When a schedule runs next; undefined where it never does, or cannot be read. */
export function nextRunAt(schedule: string, timeZone: string, afterAt: UnixSeconds): UnixSeconds | undefined {
  const parsed = parseEvent(schedule.trim());
  return parsed.ok ? nextRun(parsed.event, rulesOf(timeZone), afterAt) : undefined;
}

/** 2024-01-01 00:00 UTC: what a schedule is like must not depend on the day on which a plan is made. */
const CYCLE_FROM_AT = 1_704_067_200;

/** The longest wait between two neighbouring runs over the 28 years of the calendar; Infinity where it never repeats. */
export function widestGapSeconds(schedule: string, timeZone: string): number {
  const parsed = parseEvent(schedule.trim());
  if (!parsed.ok) return Infinity;
  const stretch = { event: parsed.event, zone: rulesOf(timeZone), fromAt: CYCLE_FROM_AT, toAt: CYCLE_FROM_AT + CALENDAR_CYCLE_SECONDS };
  const { widest, goesOn } = rhythmOf(stretch);
  return goesOn && widest ? widest.seconds : Infinity;
}
