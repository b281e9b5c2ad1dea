import type { Finding } from '../../finding.ts';
import type { BackupGroup, Guest, PbsActual } from '../../world/actual.ts';
import { count } from '../../plan/spell.ts';
import { depthBelow, reaches } from '../../world/namespace.ts';
import { pbsCall } from './commands.ts';
import { onObject, type Hazard, type Surroundings } from './context.ts';

/**
 * Groups that no guest, or no job, belongs to any more. Only below the site's own namespaces, and only where guests, jobs and storages
 * were all seen. A guest's group in the namespace of its own tier is no stray, nor are the points of a guest that has an exception.
 */
export const strayHazards: Hazard = (around) => {
  const { actual, site, covering } = around;
  if (!actual.pve.guests.known || !actual.pve.guests.complete) return [];
  return actual.pbs.flatMap((server) => {
    const own = site.pbs.find(({ name }) => name === server.name);
    return server.namespaces.flatMap(({ datastore, namespace, groups }) => {
      if (!own || !groups.known || depthBelow(namespace, own.namespace) === undefined) return [];
      const place = { pbs: server.name, datastore, namespace };
      const syncs = server.syncJobs;
      const known = covering.known && actual.pve.storages.known && syncs.known && syncs.complete;
      const copied =
        syncs.known && syncs.value.some((job) => job.direction === 'pull' && job.datastore === datastore && reaches(job, namespace));
      return groups.value.flatMap((group): Finding[] => {
        if (group.type === 'host' || group.snapshots.length === 0) return [];
        const guest = around.guestByVmid.get(Number(group.id));
        const where = `group ${group.type}/${group.id} in ${datastore}:${namespace}`;
        if (guest?.type !== group.type) return [orphan(around, where, place, group)];
        return !known || copied || belongs(around, guest, place)
          ? []
          : [detached(around, where, { ...place, target: targetOf(around, guest, server, place) }, group)];
      });
    });
  });
};

type Place = { readonly pbs: string; readonly datastore: string; readonly namespace: string };

/** A guest's points belong where its tier lies, and where an enabled job saves it. */
function belongs({ tierOf, tiers, covering, storages, exempt }: Surroundings, guest: Guest, place: Place): boolean {
  const tier = tierOf(guest.vmid);
  const own = tier && tiers.get(tier.id)?.place;
  if (exempt.has(guest.vmid) || (own?.pbs === place.pbs && own.datastore === place.datastore && own.namespace === place.namespace))
    return true;
  if (!covering.known) return true;
  return covering.jobsOf(guest).enabled.some(({ storage = '' }) => {
    const pbs = storages.get(storage)?.pbs;
    return pbs?.datastore === place.datastore && pbs.namespace === place.namespace;
  });
}

/** The namespace of the guest's tier, where the server can move a group there: it can since 4.1.9, within one datastore. */
function targetOf({ tierOf, tiers }: Surroundings, { vmid }: Guest, { version }: PbsActual, { pbs, datastore }: Place): string | undefined {
  const tier = tierOf(vmid);
  const own = tier && tiers.get(tier.id)?.place;
  const [major = 0, minor = 0, patch = 0] = version.known ? version.value.numbers : [];
  const moves = major > 4 || (major === 4 && (minor > 1 || (minor === 1 && patch >= 9)));
  return moves && own?.pbs === pbs && own.datastore === datastore ? own.namespace : undefined;
}

function orphan(around: Surroundings, where: string, place: Place, group: BackupGroup): Finding {
  const { snapshots, type, id } = group;
  return onObject(around, where, {
    code: 'HF-ORPHAN',
    problem: `${count(snapshots.length, 'point')} of ${type}/${id} stayed, and that guest is gone`,
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
    problem: `${count(snapshots.length, 'point')} of ${type}/${id} stayed where no enabled job adds to them`,
    why: 'retention counts backups: without new ones they never expire, and nobody’s promise covers them',
    fix: target
      ? `move it to where its tier lies:\n    ${pbsCall('create', 'move-group', { ...place, group }, { 'target-ns': target })}`
      : `remove it by hand on the PBS when nobody needs it:\n    ${pbsCall('delete', 'groups', { ...place, group })}`,
  });
}
