import { parseEvent } from '../calendar/event.ts';
import { CALENDAR_CYCLE_SECONDS, calendarFrom, rhythmOf } from '../calendar/gap.ts';
import { nextRun } from '../calendar/next.ts';
import { zoneRules, type ZoneRules } from '../calendar/zone.ts';
import type { Finding } from '../finding.ts';
import type { Site } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual } from '../world/actual.ts';
import { spellServer } from './findings.ts';

/** The zone in which a server reckons: as it says itself, else as the policy says. */
export function zoneOf(server: string, site: Site, actual: Actual): string {
  if (server === 'pve') {
    const zones = actual.pve.nodes.known ? new Set(actual.pve.nodes.value.flatMap(({ timeZone }) => timeZone ?? [])) : new Set<string>();
    return zones.size === 1 ? [...zones][0]! : site.timeZone;
  }
  const node = actual.pbs.find(({ name }) => name === server)?.node;
  return node?.known ? node.value.timeZone : site.timeZone;
}

/** The zone's clock changes; undefined where the zone is not known here: then nothing that depends on it can be said. */
export function rulesOf(timeZone: string): ZoneRules | undefined {
  return zoneRules(timeZone, 0, 0);
}

/** Servers that reckon in a zone this machine does not know. */
export function unknownZones(site: Site, actual: Actual): Finding[] {
  return ['pve', ...actual.pbs.map(({ name }) => name)].flatMap((server): Finding[] => {
    const timeZone = zoneOf(server, site, actual);
    if (rulesOf(timeZone)) return [];
    return [
      {
        severity: 'error',
        code: 'HF-ZONE',
        at: `${site.name}: ${spellServer(server)}`,
        problem: `${spellServer(server)} reckons in the zone "${timeZone}", which this machine does not know`,
        why: 'when its jobs run and where its days end is not known here, so a step whose effect depends on that counts as weakening',
        fix: `set the zone of the host by its usual name:\n    timedatectl set-timezone ${site.timeZone}`,
        site: site.name,
      },
    ];
  });
}

/** When a schedule runs next; undefined where it never does, cannot be read, or runs in an unknown zone. */
export function nextRunAt(schedule: string, timeZone: string, afterAt: UnixSeconds): UnixSeconds | undefined {
  const parsed = parseEvent(schedule.trim());
  const rules = rulesOf(timeZone);
  return parsed.ok && rules ? nextRun(parsed.event, rules, afterAt) : undefined;
}

/** The longest wait between two neighbouring runs over the 28 years of the calendar; Infinity where it never repeats. */
export function widestGapSeconds(schedule: string, zone: ZoneRules, now: UnixSeconds): number {
  const parsed = parseEvent(schedule.trim());
  if (!parsed.ok) return Infinity;
  const fromAt = calendarFrom(now);
  const { widest, goesOn } = rhythmOf({ event: parsed.event, zone, fromAt, toAt: fromAt + CALENDAR_CYCLE_SECONDS });
  return goesOn && widest ? widest.seconds : Infinity;
}
