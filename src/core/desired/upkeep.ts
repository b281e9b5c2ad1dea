import { parseEvent } from '../calendar/event.ts';
import { CALENDAR_CYCLE_SECONDS, rhythmOf } from '../calendar/gap.ts';
import { UTC, zoneRules } from '../calendar/zone.ts';
import type { Policy, Site, TierId } from '../policy/policy.ts';
import type { Upkeep } from './compile.ts';

const DAY_SECONDS = 86_400;

/** 2024-01-01 00:00 UTC; what a schedule is like must not depend on the day on which a plan is made. */
const CYCLE_FROM_AT = 1_704_067_200;

/** Keep values and schedules beside the backups, for each tier whose schedule repeats. */
export function upkeepOf(policy: Policy, site: Site): ReadonlyMap<TierId, Upkeep> {
  const zone = zoneRules(site.timeZone, 0, 0) ?? UTC;
  return new Map(
    policy.tiers.flatMap((tier): [TierId, Upkeep][] => {
      const parsed = parseEvent(tier.schedule);
      if (!parsed.ok) return [];
      const { narrowest } = rhythmOf({ event: parsed.event, zone, fromAt: CYCLE_FROM_AT, toAt: CYCLE_FROM_AT + CALENDAR_CYCLE_SECONDS });
      if (!narrowest) return [];
      const last = Math.ceil(tier.retentionSeconds / narrowest.seconds) + 1;
      const verify = tier.verify && {
        schedule: '08:00',
        outdatedAfterDays: Math.max(0, Math.floor(tier.verify.everySeconds / DAY_SECONDS) - 3),
      };
      return [[tier.id, { keep: tier.keep ?? { last }, pruneSchedule: '06:30', ...(verify && { verify }) }]];
    }),
  );
}
