import type { UsageSample } from '../memory/record.ts';
import type { Actual } from '../world/actual.ts';

/** How full each datastore and each ZFS pool of a site is, as one look saw it; what states no figures is left out, never taken for empty. */
export function samplesOf({ site, asOf, pve, pbs }: Actual): readonly UsageSample[] {
  const datastores = pbs.flatMap(({ name: server, datastores: seen }) =>
    (seen.known ? seen.value : []).flatMap(({ name, usage }): UsageSample[] =>
      usage && usage.totalBytes > 0 ? [{ site, what: `datastore:${server}/${name}`, at: asOf, ...usage }] : [],
    ),
  );
  const pools = (pve.zfsPools.known ? pve.zfsPools.value : []).map(({ node, name, sizeBytes, allocatedBytes, freeBytes }): UsageSample => ({
    site,
    what: `zfs:${node}/${name}`,
    at: asOf,
    totalBytes: sizeBytes,
    usedBytes: allocatedBytes,
    availableBytes: freeBytes,
  }));
  return [...datastores, ...pools];
}
