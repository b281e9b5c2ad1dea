import type { Finding } from '../../finding.ts';
import type { TierPlace as Place } from '../../desired/place.ts';
import type { BackupGroup, Guest, PbsActual } from '../../world/actual.ts';
import { can } from '../../world/abilities.ts';
import { reaches, spellNamespace } from '../../world/namespace.ts';
import { leadsTo } from '../leads.ts';
import { isSame, ownPlaces } from '../own-places.ts';
import { pbsCall } from './commands.ts';
import { onObject, type Hazard, type Surroundings } from './context.ts';
import { spellCount } from '../../units.ts';

/**
 * Groups that no guest, or no job, belongs to any more. Only in the site's own places, and only where guests, jobs and storages
 * were all seen. A guest's group in the namespace of its own tier is no stray, nor are the points of a guest that has an exception.
 */
export const strayHazards: Hazard = (around) => {
  const { actual, covering } = around;
  const isOwn = ownPlaces(around);
  if (!actual.pve.guests.known || !actual.pve.guests.complete) return [];
  return actual.pbs.flatMap((server) => {
    return server.namespaces.flatMap(({ datastore, namespace, groups }) => {
      const place = { pbs: server.name, datastore, namespace };
      if (!groups.known || !isOwn(place)) return [];
      const syncs = server.syncJobs;
      const known = covering.known && actual.pve.storages.known && syncs.known && syncs.complete;
      const copied =
        syncs.known && syncs.value.some((job) => job.direction === 'pull' && job.datastore === datastore && reaches(job, namespace));
      return groups.value.flatMap((group): Finding[] => {
        if (group.type === 'host' || group.snapshots.length === 0) return [];
        const guest = around.guestByVmid.get(Number(group.id));
        const where = `group ${group.type}/${group.id} in ${spellNamespace({ datastore, namespace })}`;
        if (guest?.type !== group.type) return [orphan(around, where, place, group)];
        return !known || copied || belongs(around, guest, place)
          ? []
          : [detached(around, where, { ...place, target: targetOf(around, guest, server, place) }, group)];
      });
    });
  });
};

/** A guest's points belong where its tier lies, where copies go, and where an enabled job saves it. */
function belongs({ site, tierOf, tiers, covering, storages, exempt }: Surroundings, guest: Guest, place: Place): boolean {
  const tier = tierOf(guest.vmid);
  const own = tier && tiers.get(tier.id)?.place;
  const copies = [...tiers.values()].map(({ copy }) => copy?.place);
  if (exempt.has(guest.vmid) || [own, ...copies].some((one) => one !== undefined && isSame(one, place))) return true;
  if (!covering.known) return true;
  return covering.jobsOf(guest).enabled.some(({ storage = '' }) => {
    const found = storages.get(storage);
    return found !== undefined && leadsTo(site, found, place);
  });
}

/** The namespace of the guest's tier, where the server can move a group there, which it does within one datastore. */
function targetOf({ tierOf, tiers }: Surroundings, { vmid }: Guest, { version }: PbsActual, { pbs, datastore }: Place): string | undefined {
  const tier = tierOf(vmid);
  const own = tier && tiers.get(tier.id)?.place;
  const moves = can(version.known ? version.value : undefined, 'group-move');
  return moves && own?.pbs === pbs && own.datastore === datastore ? own.namespace : undefined;
}

function orphan(around: Surroundings, where: string, place: Place, group: BackupGroup): Finding {
  const { snapshots, type, id } = group;
  return onObject(around, where, {
    code: 'HF-ORPHAN',
    problem: `${spellCount(snapshots.length, 'point')} of ${type}/${id} stayed, and that guest is gone`,
    why: 'retention counts backups, so without new ones they stay for ever and take space; or they are all that is left of it',
    fix: `a person decides: restore it, or remove it by hand on the PBS when nobody needs it:\n    ${pbsCall('delete', 'groups', { ...place, group })}`,
  });
}

function detached(
  around: Surroundings,
  where: string,
  { target, ...place }: Place & { readonly target: string | undefined },
  group: BackupGroup,
): Finding {
  const { snapshots, type, id } = group;
  return onObject(around, where, {
    code: 'HF-DETACHED',
    problem: `${spellCount(snapshots.length, 'point')} of ${type}/${id} stayed where no enabled job adds to them`,
    why: 'retention counts backups: without new ones they are never pruned, and nobody’s promise covers them',
    fix: target
      ? `move it to where its tier lies:\n    ${pbsCall('create', 'move-group', { ...place, group }, { 'target-ns': target })}`
      : `remove it by hand on the PBS when nobody needs it:\n    ${pbsCall('delete', 'groups', { ...place, group })}`,
  });
}
