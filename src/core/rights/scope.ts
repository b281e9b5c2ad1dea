import { tierStorage } from '../desired/place.ts';
import type { Policy, Site } from '../policy/policy.ts';
import type { RightsScope } from './needed.ts';

/** A site as far as rights depend on it: with the datastores that tiers name beside the servers' own, and PVE's storages of the tiers. */
export function rightsScope(policy: Pick<Policy, 'tiers'>, site: Site): RightsScope {
  const datastores = new Map<string, string[]>();
  for (const { pbs = site.pbs[0]!.name, datastore } of policy.tiers) {
    if (datastore !== undefined) datastores.set(pbs, [...(datastores.get(pbs) ?? []), datastore]);
  }
  const storages = policy.tiers.map(({ id }) => tierStorage(id));
  return { site, datastores, storages, suspended: (site.pressure?.tiers ?? []).map(tierStorage) };
}
