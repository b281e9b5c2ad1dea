import { calendarFrom } from '../calendar/gap.ts';
import type { Policy, Site, TierId } from '../policy/policy.ts';
import { upkeepOfTier } from '../retention/prove.ts';
import type { Upkeep } from '../retention/upkeep.ts';
import type { UnixSeconds } from '../units.ts';

/**
 * Keep values and schedules beside the backups, for each tier for which they were proved, in the zones of all sites: one tier
 * keeps the same everywhere. A tier without is not compiled, and `holdfast check` says why.
 */
export function upkeepOf(policy: Policy, site: Site, now: UnixSeconds): ReadonlyMap<TierId, Upkeep> {
  const timeZones = [...new Set([site, ...policy.sites].map(({ timeZone }) => timeZone))];
  return new Map(
    policy.tiers.flatMap((tier): [TierId, Upkeep][] => {
      const upkeep = upkeepOfTier(tier, { assume: policy.assume, timeZones, fromAt: calendarFrom(now), strict: false });
      return upkeep ? [[tier.id, upkeep]] : [];
    }),
  );
}
