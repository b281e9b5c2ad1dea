import type { Policy, Site, TierId } from '../policy/policy.ts';
import { upkeepOfTier } from '../retention/prove.ts';
import type { Upkeep } from '../retention/upkeep.ts';

/** 2024-01-01 00:00 UTC; what a schedule is like must not depend on the day on which a plan is made. */
const CYCLE_FROM_AT = 1_704_067_200;

/**
 * Keep values and schedules beside the backups, for each tier for which they were proved, in the zones of all sites: one tier
 * keeps the same everywhere. A tier without is not compiled, and `holdfast check` says why.
 */
export function upkeepOf(policy: Policy, site: Site): ReadonlyMap<TierId, Upkeep> {
  const timeZones = [...new Set([site, ...policy.sites].map(({ timeZone }) => timeZone))];
  return new Map(
    policy.tiers.flatMap((tier): [TierId, Upkeep][] => {
      const upkeep = upkeepOfTier(tier, { assume: policy.assume, timeZones, fromAt: CYCLE_FROM_AT, strict: false });
      return upkeep ? [[tier.id, upkeep]] : [];
    }),
  );
}
