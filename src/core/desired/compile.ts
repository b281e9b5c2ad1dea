import type { Finding } from '../finding.ts';
import type { PbsAccess, Policy, Site, Tier, TierId } from '../policy/policy.ts';
import type { Upkeep } from '../retention/upkeep.ts';
import type { Actual, Guest } from '../world/actual.ts';
import type { Desired, ManagedObject } from './desired.ts';
import { compileJobs } from './jobs.ts';
import { siteSuffix } from './mark.ts';
import { pbsOf, placeAt, tierStorage } from './place.ts';
import { compilePlaces } from './places.ts';
import { compileServers } from './servers.ts';
import { datastoreMissing, guestsUnknown, tierPbsMissing, tierUnkeepable } from './findings.ts';

export type CompileInput = {
  readonly policy: Policy;
  readonly site: Site;
  readonly actual: Actual;
  /** The tier each guest is promised, or that it is to have none; guests that no rule claims are absent. */
  readonly tierByGuest: ReadonlyMap<number, TierId | 'none'>;
  /** Guests that must stay in the pool they are in, each with a finding of its own. */
  readonly pinnedGuests?: ReadonlySet<number>;
  readonly upkeepByTier: ReadonlyMap<TierId, Upkeep>;
};

/** One tier at one site, with everything that must be known to write it down. */
export type TierAtSite = {
  readonly policy: Policy;
  readonly site: Site;
  readonly tier: Tier;
  readonly pbs: PbsAccess;
  readonly datastore: string;
  /** `home/tier-1` */
  readonly namespace: string;
  readonly storageId: string;
  /** What tells this site's ids from another's on the same PBS. */
  readonly suffix: string | undefined;
  readonly guests: readonly Guest[];
  readonly upkeep: Upkeep;
};

/**
 * Everything that must exist at one site for the policy's promises to hold: per tier a pool and its members, a namespace, a
 * storage, and the backup, prune, verify and sync jobs, each with the reason for it.
 *
 * Every tier of the policy is compiled at every site, also without guests: then moving a guest there is one step. The objects
 * come in the order in which they can be made. A tier that cannot be compiled is a finding and appears in `uncompiled`.
 */
export function compile(input: CompileInput): Desired {
  const { policy, site } = input;
  const objects: ManagedObject[] = [];
  const findings: Finding[] = input.actual.pve.guests.known ? [] : [guestsUnknown(site, input.actual.pve.guests.unknown)];
  const uncompiled: TierId[] = [];
  const guests = input.actual.pve.guests.known ? input.actual.pve.guests.value.toSorted((a, b) => a.vmid - b.vmid) : [];
  for (const tier of policy.tiers) {
    const pbs = pbsOf(site, tier);
    const members = guests.filter(({ vmid }) => input.tierByGuest.get(vmid) === tier.id);
    const upkeep = input.upkeepByTier.get(tier.id);
    if (!pbs || !upkeep) {
      uncompiled.push(tier.id);
      if (!pbs && members.length > 0) findings.push(tierPbsMissing(site, tier, members));
      if (!upkeep) findings.push(tierUnkeepable(site, tier));
      continue;
    }
    const at = tierAtSite({ policy, site, tier, pbs, upkeep, guests: members });
    const missing = datastoreMissing(at, input.actual);
    if (missing) {
      uncompiled.push(tier.id);
      findings.push(missing);
      continue;
    }
    for (const part of [compilePlaces(at, input), compileJobs(at, input.actual)]) {
      objects.push(...part.objects);
      findings.push(...part.findings);
    }
  }
  objects.push(...compileServers(policy, site));
  return { site: site.name, objects: inMakingOrder(objects), findings, uncompiled };
}

type Known = Pick<TierAtSite, 'policy' | 'site' | 'tier' | 'pbs' | 'guests'>;

function tierAtSite<K extends Known>(known: K): K & Omit<TierAtSite, keyof Known | 'upkeep'> {
  const { policy, site, tier, pbs } = known;
  const { namespace, datastore } = placeAt(pbs, tier);
  return { ...known, namespace, datastore, storageId: tierStorage(tier.id), suffix: siteSuffix(policy.sites, site, pbs.urls) };
}

/** The pool, the namespace and the storage of a tier as they must be, whoever is in it; nothing where the site lacks its PBS. */
export function placesOfTier(policy: Policy, site: Site, tier: Tier): readonly ManagedObject[] {
  const pbs = pbsOf(site, tier);
  return pbs ? compilePlaces(tierAtSite({ policy, site, tier, pbs, guests: [] }), {}).objects : [];
}

const MAKING_ORDER: readonly ManagedObject['kind'][] = [
  'pool',
  'namespace',
  'storage',
  'datastore',
  'backup-job',
  'pool-member',
  'sync-job',
  'verify-job',
  'prune-job',
  'traffic-control',
];

/** Places, storages, jobs; parents before children, and one object once, though several tiers ask for it. */
function inMakingOrder(objects: readonly ManagedObject[]): ManagedObject[] {
  const byKey = new Map<string, ManagedObject>();
  for (const object of objects) {
    const key = `${object.kind} ${object.server} ${object.id}`;
    if (!byKey.has(key)) byKey.set(key, object);
  }
  return [...byKey.values()].sort((a, b) => MAKING_ORDER.indexOf(a.kind) - MAKING_ORDER.indexOf(b.kind));
}
