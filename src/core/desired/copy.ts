import type { Finding } from '../finding.ts';
import type { Offsite, PbsAccess } from '../policy/policy.ts';
import { spellDuration } from '../units.ts';
import { can } from '../world/abilities.ts';
import type { Actual } from '../world/actual.ts';
import type { TierAtSite } from './compile.ts';
import type { ManagedObject, Settings } from './desired.ts';
import { pullWithoutReceiver, pullWithoutRemote, pushUnknown, pushWithoutRemote } from './findings.ts';
import { DENSEST } from '../retention/upkeep.ts';
import { jobId, markedComment } from './mark.ts';

type Compiled = { readonly objects: readonly ManagedObject[]; readonly findings: readonly Finding[] };

/**
 * The sync job of a tier that promises a copy off site.
 *
 * `push`: on the PBS of the tier, to its remote. `pull`: on the PBS of the site that `remote` names, from the tier's PBS, through the
 * remote there that leads to it. `remove-vanished` stays off: a deletion, or an attacker, must not reach the copy.
 * @see https://pbs.proxmox.com/docs/managing-remotes.html#sync-jobs
 */
export function compileCopy(at: TierAtSite, actual: Actual): Compiled {
  const { offsite } = at.tier;
  if (!offsite) return { objects: [], findings: [] };
  return offsite.direction === 'push' ? push(at, offsite, actual) : pull(at, offsite, actual);
}

function push(at: TierAtSite, offsite: Offsite, actual: Actual): Compiled {
  const seen = actual.pbs.find(({ name }) => name === at.pbs.name);
  if (seen?.version.known && !can(seen.version.value, 'push-sync')) {
    return { objects: [], findings: [pushUnknown(at.site, at.tier, at.pbs, seen.version.value.text)] };
  }
  const remotes = seen?.remotes;
  const missing = remotes?.known && remotes.complete && !remotes.value.some(({ name }) => name === offsite.remote);
  if (missing) return { objects: [], findings: [pushWithoutRemote(at.site, at.tier, offsite, at.pbs)] };
  const settings: Settings = {
    'sync-direction': 'push',
    store: at.datastore,
    ns: at.namespace,
    remote: offsite.remote,
    'remote-store': offsite.datastore ?? at.datastore,
    'remote-ns': offsite.namespace ?? at.namespace,
    ...(offsite.bandwidthBytesPerSecond === undefined ? {} : { 'rate-out': `${offsite.bandwidthBytesPerSecond} B` }),
  };
  return { objects: [syncJob(at, offsite, at.pbs, settings)], findings: [] };
}

function pull(at: TierAtSite, offsite: Offsite, actual: Actual): Compiled {
  const { site, tier, pbs: source } = at;
  const receiver = site.pbs.find(({ name }) => name === offsite.remote && name !== source.name);
  if (!receiver) return { objects: [], findings: [pullWithoutReceiver(site, tier, offsite)] };
  const known = actual.pbs.find(({ name }) => name === receiver.name)?.remotes;
  const hosts = source.urls.map((url) => new URL(url).hostname);
  const remotes = known?.known ? known.value.filter(({ host }) => hosts.includes(host)).map(({ name }) => name) : [source.name];
  const [remote] = remotes;
  if (remote === undefined || remotes.length > 1) {
    return { objects: [], findings: [pullWithoutRemote({ site, tier, source, receiver, remotes })] };
  }
  const settings: Settings = {
    'sync-direction': 'pull',
    store: offsite.datastore ?? receiver.datastore,
    ns: offsite.namespace ?? at.namespace,
    remote,
    'remote-store': at.datastore,
    'remote-ns': at.namespace,
    owner: 'root@pam',
    ...(offsite.bandwidthBytesPerSecond === undefined ? {} : { 'rate-in': `${offsite.bandwidthBytesPerSecond} B` }),
  };
  return { objects: [syncJob(at, offsite, receiver, settings)], findings: [] };
}

function syncJob(at: TierAtSite, offsite: Offsite, server: PbsAccess, direction: Settings): ManagedObject {
  const { site, tier, suffix, upkeep } = at;
  // No schedule keeps such a promise, and check says so: the densest comes closest to it.
  const schedule = upkeep.sync?.schedule ?? DENSEST;
  const settings: Settings = {
    ...direction,
    'max-depth': 0,
    schedule,
    'remove-vanished': false,
    comment: markedComment(site, tier),
  };
  const because = `tier ${tier.id} promises a copy of each point at ${offsite.remote} within ${spellDuration(offsite.withinSeconds)}`;
  return { kind: 'sync-job', server: server.name, id: jobId(tier.id, suffix), settings, site: site.name, tier: tier.id, because };
}
