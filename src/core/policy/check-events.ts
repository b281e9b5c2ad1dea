import { parseEvent } from '../calendar/event.ts';
import { CALENDAR_CYCLE_SECONDS, rhythmOf } from '../calendar/gap.ts';
import { warnings } from '../calendar/warnings.ts';
import { UTC, zoneRules } from '../calendar/zone.ts';
import type { Finding } from '../finding.ts';
import type { UnixSeconds } from '../units.ts';
import type { Policy, Tier } from './policy.ts';

/**
 * What people misread in the schedules of a policy, and runs that clock changes swallow, over 28 years from `fromAt` in the zone
 * of each site. What an event says wrongly is told once, however many sites there are. Looks at each run, so it is for `check`
 * and not for every reading of the policy.
 */
export function warnOfEvents(policy: Pick<Policy, 'tiers' | 'sites'>, fromAt: UnixSeconds): Finding[] {
  const timeZones = [...new Set(policy.sites.map(({ timeZone }) => timeZone))];
  return policy.tiers.flatMap((tier) => [
    ...warnOfEvent(tier, 'schedule', { text: tier.schedule, timeZones, fromAt }),
    ...warnOfEvent(tier, 'offsite.schedule', { text: tier.offsite?.schedule, timeZones, fromAt }),
  ]);
}

type Where = { readonly text: string | undefined; readonly timeZones: readonly string[]; readonly fromAt: UnixSeconds };

function warnOfEvent(tier: Tier, key: string, { text, timeZones, fromAt }: Where): Finding[] {
  const parsed = text === undefined ? undefined : parseEvent(text);
  if (!parsed?.ok) return [];
  const { event } = parsed;
  const toAt = fromAt + CALENDAR_CYCLE_SECONDS;
  const zones = event.utc ? [UTC] : timeZones.flatMap((timeZone) => zoneRules(timeZone, fromAt, toAt) ?? []);
  const told = new Set<string>();
  const found = zones.flatMap((zone) => {
    const stretch = { event, zone, fromAt, toAt };
    return warnings(stretch, rhythmOf(stretch), `tiers.${tier.id}.${key}`);
  });
  return found.filter(({ code }) => !told.has(code) && told.add(code)).map((finding) => ({ ...finding, tier: tier.id }));
}
