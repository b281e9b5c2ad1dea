import { budgetFindings, fillFindings } from '#core/capacity/findings.ts';
import { forecast, FORECAST_SECONDS, toldOf, type Forecast } from '#core/capacity/forecast.ts';
import { costOfPoints, GROWTH_SECONDS, growthOf, tierUse, type GuestGrowth, type TierUse } from '#core/capacity/growth.ts';
import type { Finding } from '#core/finding.ts';
import type { PostureRecord, UsageSample } from '#core/memory/record.ts';
import type { Policy, Site, Tier, TierId } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import { unknownSites } from './named-sites.ts';
import type { Memory } from './ports.ts';
import { withMemory, type Invalid, type MemoryPorts, type NoMemory } from './with-memory.ts';

export type SiteCapacity = {
  readonly site: string;
  readonly timeZone: string;
  readonly stores: readonly Forecast[];
  readonly tiers: readonly (TierUse & Pick<Tier, 'name' | 'lock'>)[];
  /** Those that add most a day first; those of which nothing can be said last. */
  readonly guests: readonly (GuestGrowth & { readonly name?: string })[];
  readonly findings: readonly Finding[];
  readonly effect?: Effect;
};

/** What other keep values of a tier would come to in the long run, by the usual run of each of its guests. */
export type Effect = {
  readonly tier: TierId;
  readonly pointsMore: number;
  readonly bytes: number;
  /** Guests of the tier of which no usual run is known: they are not in `bytes`. */
  readonly unknownGuests: number;
};

export type CapacityOptions = { readonly site?: string; readonly effect?: Pick<Effect, 'tier' | 'pointsMore'> };

export type Capacity =
  | NoMemory
  | Invalid
  | { readonly outcome: 'told'; readonly now: UnixSeconds; readonly sites: readonly SiteCapacity[] };

/** How full each store is and when it will be, and who fills it, from what the watch remembers. Asks no server. */
export async function capacity(ports: MemoryPorts, { site: wanted, effect }: CapacityOptions = {}): Promise<Capacity> {
  return withMemory(ports, async (memory, policy): Promise<Capacity> => {
    const unknown = unknownSites(policy, wanted === undefined ? undefined : [wanted]);
    if (unknown.length > 0) return { outcome: 'invalid', findings: unknown };
    const now = ports.clock.now();
    const sites = policy.sites.filter(({ name }) => wanted === undefined || name === wanted);
    const told = await Promise.all(
      sites.map(async (site): Promise<SiteCapacity> => {
        const { usage: _usage, growth, ...one } = await capacityOf(memory, policy, site, now);
        return { ...one, ...(effect ? { effect: effectOf(growth, effect) } : {}) };
      }),
    );
    return { outcome: 'told', now, sites: told };
  });
}

/** One site, with the samples that its forecasts are from. */
export async function capacityOf(
  memory: Memory,
  policy: Policy,
  site: Site,
  now: UnixSeconds,
): Promise<SiteCapacity & { readonly usage: readonly UsageSample[]; readonly growth: readonly GuestGrowth[] }> {
  const [usage, tasks, postures] = await Promise.all([
    memory.usage(site.name, now - FORECAST_SECONDS),
    memory.tasks(site.name, now - GROWTH_SECONDS),
    memory.postures(site.name),
  ]);
  const guestOf = new Map(postures.map((posture) => [posture.vmid, posture]));
  const growth = growthOf(tasks, (vmid) => guestOf.get(vmid)?.tier, now);
  const stores = forecast(usage, now);
  const uses = tierUse(growth, policy.tiers);
  return {
    site: site.name,
    timeZone: site.timeZone,
    stores: stores.map((store) => toldOf(store, now)),
    usage,
    growth,
    tiers: uses.map((use, i) => ({ ...use, name: policy.tiers[i]!.name, lock: policy.tiers[i]!.lock })),
    guests: growth
      .map((one) => named(one, guestOf.get(one.vmid)))
      .sort((a, b) => (b.perDayBytes ?? -1) - (a.perDayBytes ?? -1) || a.vmid - b.vmid),
    findings: [...fillFindings(stores, { site, now }), ...budgetFindings(uses, { site, now })],
  };
}

function named(growth: GuestGrowth, posture: PostureRecord | undefined): GuestGrowth & { readonly name?: string } {
  return { ...growth, ...(posture ? { name: posture.name } : {}) };
}

function effectOf(growth: readonly GuestGrowth[], { tier, pointsMore }: Pick<Effect, 'tier' | 'pointsMore'>): Effect {
  const costs = growth.filter((one) => one.tier === tier).map((one) => costOfPoints(one, pointsMore));
  return {
    tier,
    pointsMore,
    bytes: costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    unknownGuests: costs.filter((cost) => cost === undefined).length,
  };
}
