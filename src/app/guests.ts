import { POSTURES } from '#core/assess/posture.ts';
import type { PostureRecord } from '#core/memory/record.ts';
import { pageAfter, type Page, type SortKey } from '#core/paging.ts';
import type { Tier } from '#core/policy/policy.ts';
import { DAY_SECONDS, type UnixSeconds } from '#core/units.ts';
import type { Actual } from '#core/world/actual.ts';
import type { Live } from './live.ts';
import { siteSources, type SiteSource } from './sources.ts';
import type { GuestWatched } from './watching.ts';

/** One guest as a list shows it. */
export type GuestRow = Omit<GuestWatched, 'promises' | 'posture'> & {
  readonly site: string;
  readonly posture: Exclude<PostureRecord['posture'], 'gone'>;
  readonly ladder: Ladder;
  readonly points?: readonly UnixSeconds[];
};

type Rung = { readonly state: 'yes' | 'late' | 'due' | 'no' | 'unknown' | 'none' | 'unproven'; readonly at?: UnixSeconds };
type Ladder = { readonly backedUp: Rung; readonly verified: Rung; readonly offsite: Rung; readonly restored: Rung };

/** A guest of any site of the policy, as this replica knows it. */
export type GuestKnown = GuestWatched & { readonly site: string };

export type GuestsQuery = {
  readonly site?: string | undefined;
  readonly tier?: number | 'none' | undefined;
  readonly posture?: GuestRow['posture'] | undefined;
  readonly q?: string | undefined;
  readonly sort: 'worst' | 'name' | 'vmid' | 'exposure' | 'tier';
  /** With the begins of each guest's points of the last 60 days. */
  readonly strip: boolean;
  readonly after?: SortKey;
  readonly limit: number;
};

export type GuestsPage = Page<GuestRow> & { readonly sources: readonly SiteSource[] };

const STRIP_SECONDS = 60 * DAY_SECONDS;

/** Guests of all sites, filtered, sorted and in pages. Asks no server. */
export async function listGuests(live: Live, query: GuestsQuery): Promise<GuestsPage> {
  const [policy, sources, all] = [live.policy(), await siteSources(live), await knownGuests(live)];
  const needle = query.q?.trim().toLowerCase() ?? '';
  const wanted = all.filter(
    ({ site, tier, posture, name, vmid }) =>
      (query.site === undefined || site === query.site) &&
      (query.tier === undefined || (query.tier === 'none' ? tier === undefined : tier === query.tier)) &&
      (query.posture === undefined || posture === query.posture) &&
      (needle === '' || name.toLowerCase().includes(needle) || String(vmid) === needle),
  );
  const page = pageAfter(wanted, SORTS[query.sort], query);
  const tiers = new Map(policy.tiers.map((tier) => [tier.id, tier]));
  const strip = query.strip ? stripOf(live) : undefined;
  return { ...page, items: page.items.map((guest) => rowOf(guest, tiers.get(guest.tier ?? -1), strip?.(guest))), sources };
}

const WORST: readonly GuestKnown['posture'][] = [...POSTURES.toReversed(), 'exempt'];

const SORTS: Readonly<Record<GuestsQuery['sort'], (guest: GuestKnown) => SortKey>> = {
  worst: ({ posture, tier, site, vmid }) => [WORST.indexOf(posture), tier ?? 1e9, site, vmid],
  name: ({ name, site, vmid }) => [name.toLowerCase(), site, vmid],
  vmid: ({ vmid, site }) => [vmid, site],
  exposure: ({ newestPointAt, site, vmid }) => [newestPointAt ?? 0, site, vmid],
  tier: ({ tier, name, site, vmid }) => [tier ?? 1e9, name.toLowerCase(), site, vmid],
};

/** Every guest of every site: of what is watched here as the last look left it, of the others as it was written down. */
export async function knownGuests({
  watching,
  memory,
  policy,
}: Pick<Live, 'watching' | 'memory' | 'policy'>): Promise<readonly GuestKnown[]> {
  const { sites } = watching();
  const named = new Set(policy().sites.map(({ name }) => name));
  const lists = await Promise.all(
    sites
      .filter(({ site }) => named.has(site))
      .map(async ({ site, look, guests, state }): Promise<readonly GuestKnown[]> => {
        if (look && state !== 'elsewhere') return guests.map((guest) => ({ ...guest, site }));
        return (await memory.postures(site)).filter(({ posture }) => posture !== 'gone').map(({ at: _at, ...record }) => record);
      }),
  );
  return lists.flat();
}

/** The row of one guest. */
export function rowOf(guest: GuestKnown, tier: Tier | undefined, points?: readonly UnixSeconds[]): GuestRow {
  const { promises: _promises, posture, ...rest } = guest;
  return { ...rest, posture: posture as GuestRow['posture'], ladder: ladderOf(guest, tier), ...(points && { points }) };
}

/** backed up → verified → off-site → restored: each step as far as it is known. */
function ladderOf(guest: GuestKnown, tier: Tier | undefined): Ladder {
  const { promises, newestPointAt, verifiedAt } = guest;
  const none: Rung = { state: 'none' };
  if (!tier) return { backedUp: none, verified: none, offsite: none, restored: none };
  const restored: Rung = { state: 'unproven' };
  if (!promises) {
    const dark: Rung = { state: 'unknown' };
    return { backedUp: dark, verified: tier.verify ? dark : none, offsite: tier.offsite ? dark : none, restored };
  }
  const { rpo, verify, offsite } = promises;
  const backedUp = newestPointAt === undefined ? 'no' : rpo.posture === 'protected' ? 'yes' : 'late';
  return {
    backedUp: rung(backedUp, newestPointAt),
    verified: verify ? rung('late', verifiedAt) : verifiedAt === undefined ? rung(tier.verify ? 'due' : 'none') : rung('yes', verifiedAt),
    offsite: !tier.offsite ? none : !offsite?.known ? { state: 'unknown' } : rung(copied(offsite), offsite.newestAt),
    restored,
  };
}

function copied({ owed, newestAt }: { readonly owed?: unknown; readonly newestAt?: UnixSeconds }): Rung['state'] {
  return owed ? 'late' : newestAt === undefined ? 'due' : 'yes';
}

function rung(state: Rung['state'], at?: UnixSeconds): Rung {
  return { state, ...(at !== undefined && { at }) };
}

/** Finds the begins of the finished points of a guest, wherever its tier keeps them. */
function stripOf({
  seen,
  policy,
  clock,
}: Pick<Live, 'seen' | 'policy' | 'clock'>): (guest: GuestKnown) => readonly UnixSeconds[] | undefined {
  const since = clock.now() - STRIP_SECONDS;
  const sites = new Map(policy().sites.map(({ name }) => [name, pointsBySite(seen(name), since)]));
  return ({ site, vmid }) => sites.get(site)?.(vmid);
}

/** Undefined for a guest without a group where not all groups could be seen: nobody knows whether it has one. */
function pointsBySite(actual: Actual | undefined, since: UnixSeconds): ((vmid: number) => readonly UnixSeconds[] | undefined) | undefined {
  if (!actual) return undefined;
  const lists = actual.pbs.flatMap(({ namespaces }) => namespaces.map(({ groups }) => groups));
  const allSeen = lists.every((groups) => groups.known && groups.complete);
  const groups = lists.flatMap((list) => (list.known ? list.value.filter(({ type }) => type !== 'host') : []));
  const byId = Map.groupBy(groups, ({ id }) => id);
  return (vmid) => {
    const own = byId.get(String(vmid));
    if (!own) return allSeen ? [] : undefined;
    const begins = own.flatMap(({ snapshots }) =>
      snapshots.filter(({ sizeBytes, at }) => sizeBytes !== undefined && at >= since).map(({ at }) => at),
    );
    return [...new Set(begins)].sort((a, b) => a - b);
  };
}
