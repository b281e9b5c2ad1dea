import { placeOf, type TierPlace } from '../desired/place.ts';
import type { PbsAccess } from '../policy/policy.ts';
import { depthBelow } from '../world/namespace.ts';
import type { AssessInput } from './assess.ts';
import { leadsTo } from './leads.ts';

/**
 * Tells of a place on a PBS whether what lies there is this site's: a guest of the same id may be another cluster's elsewhere.
 *
 * Below the site's own namespace it is, but for the namespaces of other sites of the policy. Where the site has the root for its own, nobody
 * knows whose all the others are: then only where its tiers lie and its storages lead.
 */
export function ownPlaces({ policy, site, actual }: Pick<AssessInput, 'policy' | 'site' | 'actual'>): (place: TierPlace) => boolean {
  const storages = actual.pve.storages.known ? actual.pve.storages.value : [];
  const tiers = policy.tiers.map((tier) => placeOf(site, tier)).filter((place) => place !== undefined);
  return (place) => {
    const own = site.pbs.find(({ name }) => name === place.pbs);
    if (!own) return false;
    if (own.namespace === '' && place.namespace !== '')
      return tiers.some((tier) => isSame(tier, place)) || storages.some((storage) => leadsTo(site, storage, place));
    const others = policy.sites
      .filter(({ name }) => name !== site.name)
      .flatMap(({ pbs }) => pbs.filter((other) => isSameServer(own, other)));
    const theirs = others.some(
      ({ namespace }) =>
        depthBelow(namespace, own.namespace) !== undefined &&
        namespace !== own.namespace &&
        depthBelow(place.namespace, namespace) !== undefined,
    );
    return depthBelow(place.namespace, own.namespace) !== undefined && !theirs;
  };
}

/**
 * Tells of a place whether points of the site's guests may lie there: its own places, and where a storage of its PVE leads, unless another site
 * of the policy has that. So lies what was saved before there was a policy. It counts for no promise; that it is there is told.
 */
export function ledPlaces(input: Pick<AssessInput, 'policy' | 'site' | 'actual'>): (place: TierPlace) => boolean {
  const { policy, site, actual } = input;
  const isOwn = ownPlaces(input);
  const storages = actual.pve.storages.known ? actual.pve.storages.value : [];
  const others = policy.sites.filter(({ name }) => name !== site.name).flatMap(({ pbs }) => pbs);
  return (place) => {
    if (isOwn(place)) return true;
    const own = site.pbs.find(({ name }) => name === place.pbs);
    const theirs = (other: PbsAccess): boolean =>
      own !== undefined && isSameServer(own, other) && depthBelow(place.namespace, other.namespace) !== undefined;
    return storages.some((storage) => leadsTo(site, storage, place)) && !others.some(theirs);
  };
}

/** Whether two places are one: the same namespace of the same datastore of the same PBS, by the names of the policy. */
export function isSame(a: TierPlace, b: TierPlace): boolean {
  return a.pbs === b.pbs && a.datastore === b.datastore && a.namespace === b.namespace;
}

function isSameServer(a: PbsAccess, b: PbsAccess): boolean {
  return a.urls.some((url) => b.urls.includes(url));
}
