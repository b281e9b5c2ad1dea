import type { PbsAccess, Site, Tier, TierId } from '../policy/policy.ts';

/** Where the recovery points of a tier lie at one site. */
export type TierPlace = { readonly pbs: string; readonly datastore: string; readonly namespace: string };

/** The PBS a tier's points go to: the one it names, or the site's first; undefined where the site has none of that name. */
export function pbsOf(site: Site, tier: Tier): PbsAccess | undefined {
  return tier.pbs === undefined ? site.pbs[0] : site.pbs.find(({ name }) => name === tier.pbs);
}

/** Where the points of a tier belong at a site; undefined where the tier names a PBS that the site does not have. */
export function placeOf(site: Site, tier: Tier): TierPlace | undefined {
  const pbs = pbsOf(site, tier);
  return pbs && placeAt(pbs, tier);
}

/** `main`, `home/tier-1`: one namespace a tier below the site's own. */
export function placeAt(pbs: PbsAccess, tier: Tier): TierPlace {
  const namespace = [pbs.namespace, `tier-${tier.id}`].filter((part) => part !== '').join('/');
  return { pbs: pbs.name, datastore: tier.datastore ?? pbs.datastore, namespace };
}

/** The id of PVE's storage of a tier. */
export function tierStorage(tier: TierId): string {
  return `pbs-tier-${tier}`;
}
