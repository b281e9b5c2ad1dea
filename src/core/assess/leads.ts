import type { TierPlace } from '../desired/place.ts';
import { pinOf } from '../policy/pin.ts';
import type { Site } from '../policy/policy.ts';
import type { Storage } from '../world/actual.ts';

/**
 * The PBS of the policy that a storage of PVE leads to: the one at its address or with its fingerprint. Undefined where it is none of them, or
 * where the nodes know it by an address that the policy does not name.
 */
export function serverOf(site: Site, { pbs }: Pick<Storage, 'pbs'>): string | undefined {
  if (!pbs) return undefined;
  const [first] = site.pbs;
  const named = site.storages?.server?.replace(/:\d+$/, '');
  if (first && named !== undefined && named === pbs.server) return first.name;
  const found = site.pbs.find((access) =>
    access.urls.some((url) => hostOf(url) === pbs.server || sameFingerprint(pinOf(access, url), pbs.fingerprint)),
  );
  return found?.name;
}

/** Whether a storage leads to a place, whatever it is called. An address that nobody knows is taken for the server whose datastore and namespace it names. */
export function leadsTo(site: Site, storage: Storage, place: TierPlace): boolean {
  const { pbs } = storage;
  return pbs?.datastore === place.datastore && pbs.namespace === place.namespace && (serverOf(site, storage) ?? place.pbs) === place.pbs;
}

/** `[fd00::1]` or `pbs.lan` of an URL. */
export function hostOf(url: string): string | undefined {
  return /^https:\/\/(\[[^\]]+\]|[^:/]+)/.exec(url)?.[1];
}

function sameFingerprint(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.replaceAll(':', '').toLowerCase() === b.replaceAll(':', '').toLowerCase();
}
