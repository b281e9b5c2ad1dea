import { POSTURES } from '#core/assess/posture.ts';
import { agedBecause } from '#core/capacity/forecast.ts';
import { SEVERITY_RANK, sortFindings, type Finding } from '#core/finding.ts';
import type { FindingLife } from '#core/memory/record.ts';
import { headlineOf, type Mood } from '#core/overview/headline.ts';
import { promisesOf, type PromiseStanding } from '#core/overview/promises.ts';
import { upcomingAt, type Upcoming } from '#core/overview/upcoming.ts';
import { compareKeys } from '#core/paging.ts';
import type { Tier } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import { knownGuests, type GuestKnown, type GuestRow } from './guests.ts';
import type { Live } from './live.ts';
import { siteSources, type SiteSource } from './sources.ts';
import type { SiteWatched, StoreWatched } from './watching.ts';

export type PostureCounts = Readonly<Record<GuestRow['posture'], number>>;

export type TierStanding = Pick<Tier, 'id' | 'name' | 'purpose' | 'schedule'> & {
  readonly guests: number;
  readonly postures: PostureCounts;
  readonly promises: readonly PromiseStanding[];
};

/** One thing that a person should do something about. */
export type Need = {
  readonly key: string;
  readonly finding: Finding;
  readonly state: 'open' | 'acknowledged';
  readonly sinceAt: UnixSeconds;
  readonly guest?: { readonly site: string; readonly vmid: number; readonly name: string };
};

export type Overview = {
  /** The newest look of all sites; absent before the first. */
  readonly asOf?: UnixSeconds;
  readonly headline: string;
  readonly mood: Mood;
  readonly guests: number;
  readonly postures: PostureCounts;
  readonly sites: readonly SiteSource[];
  readonly tiers: readonly TierStanding[];
  readonly unassigned: number;
  /** Worst first. */
  readonly needs: readonly Need[];
  readonly needsTotal: number;
  readonly upcoming: readonly Upcoming[];
  readonly stores: readonly StoreTold[];
  /** Of Holdfast itself. */
  readonly troubles: readonly Finding[];
};

const MOST_NEEDS = 20;
const MOST_UPCOMING = 50;
const AHEAD_SECONDS = 36 * 3600;

/** Whether the promises hold, at a glance, from what is known at this moment. Asks no server. */
export async function overview(live: Live): Promise<Overview> {
  const { clock, memory } = live;
  const now = clock.now();
  const [policy, watching, sources, guests] = [live.policy(), live.watching(), await siteSources(live), await knownGuests(live)];
  const lives = (await Promise.all(policy.sites.map(({ name }) => memory.lives(name, now + 1)))).flat();
  const watched = new Map(watching.sites.map((site) => [site.site, site]));
  const counts = countPostures(guests);
  const needs = needsOf(lives, guests);
  const asOf = sources.flatMap((source) => (source.asOf === undefined ? [] : [source.asOf]));
  const worst = guests.reduce<GuestKnown | undefined>(
    (found, next) => (badness(next) > (found ? badness(found) : 0) ? next : found),
    undefined,
  );
  const unseen = sources.filter(({ whole }) => !whole);
  return {
    ...(asOf.length > 0 && { asOf: Math.max(...asOf) }),
    ...headlineOf({ counts, unseen, sites: sources.length, ...(worst && { worst: worst.name }) }),
    guests: guests.length,
    postures: counts,
    sites: sources,
    tiers: tierStandings(live, { guests, lives, sources, watched, now }),
    unassigned: guests.filter(({ tier, posture }) => tier === undefined && posture !== 'exempt').length,
    needs: needs.slice(0, MOST_NEEDS),
    needsTotal: needs.length,
    upcoming: policy.sites
      .flatMap((site) => {
        const actual = live.seen(site.name);
        return actual ? upcomingAt(site, actual, { now, untilAt: now + AHEAD_SECONDS }) : [];
      })
      .toSorted((a, b) => a.at - b.at)
      .slice(0, MOST_UPCOMING),
    stores: watching.sites.flatMap(({ site, stores }) => stores.map((store) => storeOf(site, store, now))),
    troubles: troublesOf(watching),
  };
}

type StoreTold = Omit<StoreWatched, 'measuredAt'> & { readonly site: string };

/** From old figures nothing is foretold. */
function storeOf(site: string, { measuredAt, ...store }: StoreWatched, now: UnixSeconds): StoreTold {
  const because = agedBecause(measuredAt, now);
  if (because === undefined || store.because !== undefined) return { ...store, site };
  const { fullAt: _fullAt, stuckAt: _stuckAt, ...rest } = store;
  return { ...rest, site, because };
}

/** How much worse than well: 0 for who is protected or exempt. */
function badness({ posture }: GuestKnown): number {
  return Math.max(0, POSTURES.indexOf(posture as (typeof POSTURES)[number]));
}

/** How many stand how, every posture named; who is gone is not counted. */
export function countPostures(guests: readonly Pick<GuestKnown, 'posture'>[]): PostureCounts {
  const counts = { protected: 0, attention: 0, 'at-risk': 0, broken: 0, unknown: 0, exempt: 0 };
  for (const { posture } of guests) if (posture !== 'gone') counts[posture] += 1;
  return counts;
}

/** It touches the tiers whose points its next run takes; what the run after it takes may be any tier's. */
const REACHES_ALL = 'HF-PRUNE-UNDERCUTS';

type Gathered = {
  readonly guests: readonly GuestKnown[];
  readonly lives: readonly FindingLife[];
  readonly sources: readonly SiteSource[];
  readonly watched: ReadonlyMap<string, SiteWatched>;
  readonly now: UnixSeconds;
};

function tierStandings({ policy }: Live, { guests, lives, sources, watched, now }: Gathered): TierStanding[] {
  const byTier = Map.groupBy(guests, ({ tier }) => tier);
  const tierOf = new Map(guests.map(({ site, vmid, tier }) => [`${site} ${vmid}`, tier]));
  const told = [...[...watched.values()].flatMap((site) => site.findings), ...goneByFindings(lives, watched)];
  const unseenSites = sources.filter(({ whole }) => !whole).map(({ site }) => site);
  return policy().tiers.map((tier): TierStanding => {
    const own = byTier.get(tier.id) ?? [];
    const findings = told.filter(
      ({ code, site, vmid, tier: id, touches }) =>
        (vmid === undefined ? id === tier.id : tierOf.get(`${site} ${vmid}`) === tier.id) ||
        touches?.includes(tier.id) ||
        code === REACHES_ALL,
    );
    const uses = [...watched.values()].flatMap((site) => site.uses.filter((use) => use.tier === tier.id));
    const [use] = uses.toSorted((a, b) => b.newBytes - a.newBytes);
    const { id, name, purpose, schedule } = tier;
    return {
      id,
      name,
      ...(purpose !== undefined && { purpose }),
      schedule,
      guests: own.length,
      postures: countPostures(own),
      promises: promisesOf({ tier, guests: own, findings: sortFindings(findings), unseenSites, now, ...(use && { use }) }),
    };
  });
}

/** Of sites that another replica watches: what it wrote down as not over. */
function goneByFindings(lives: readonly FindingLife[], watched: ReadonlyMap<string, SiteWatched>): Finding[] {
  return lives.filter(({ site, state }) => state !== 'resolved' && watched.get(site)?.look === undefined).map(({ finding }) => finding);
}

/** What is open, then what somebody knows of already; errors before warnings, tier 1 before tier 4, the oldest first. */
function needsOf(lives: readonly FindingLife[], guests: readonly GuestKnown[]): Need[] {
  const byId = new Map(guests.map((guest) => [`${guest.site} ${guest.vmid}`, guest]));
  return lives
    .flatMap((life) => {
      const { key, site, finding, state, openedAt, firstSeenAt } = life;
      if ((state !== 'open' && state !== 'acknowledged') || finding.severity === 'info') return [];
      const guest = byId.get(`${site} ${finding.vmid}`);
      const tier = finding.tier ?? guest?.tier ?? 1e9;
      const need: Need = {
        key,
        finding,
        state,
        sinceAt: openedAt ?? firstSeenAt,
        ...(guest && { guest: { site, vmid: guest.vmid, name: guest.name } }),
      };
      return [{ need, order: [state === 'open' ? 0 : 1, SEVERITY_RANK[finding.severity], tier, need.sinceAt] }];
    })
    .sort((a, b) => compareKeys(a.order, b.order))
    .map(({ need }) => need);
}

function troublesOf({ memoryTrouble, policyTrouble }: ReturnType<Live['watching']>): Finding[] {
  return [
    ...(memoryTrouble === undefined
      ? []
      : [
          {
            severity: 'error' as const,
            code: 'HF-DATABASE-AWAY' as const,
            at: 'the database',
            problem: `The database cannot be used: ${memoryTrouble}`,
            why: 'nothing is written down, nobody is told of anything new, and what is shown grows old',
            fix: 'see what is wrong with it:\n    holdfast db',
          },
        ]),
    ...(policyTrouble === undefined
      ? []
      : [
          {
            severity: 'error' as const,
            code: 'HF-FILE' as const,
            at: 'the policy',
            problem: `The policy file is wrong: ${policyTrouble}`,
            why: 'what it said before holds on, and nothing new that was written into it',
            fix: 'see what is wrong with it:\n    holdfast check',
          },
        ]),
  ];
}
