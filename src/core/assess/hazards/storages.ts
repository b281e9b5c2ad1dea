import type { Finding } from '../../finding.ts';
import { onGuest, onObject, storagesOf, type Hazard, type Surroundings } from './context.ts';

/** Storages of a tier that PVE cannot use: switched off, or not on the node of a guest. */
export const storageHazards: Hazard = (around) => [...disabled(around), ...awayFrom(around)];

function disabled(around: Surroundings): Finding[] {
  return [...around.tiers.values()].flatMap((here) => {
    const jobs = around.jobs.filter(({ enabled }) => enabled).map(({ storage }) => storage);
    const off = storagesOf(around, here).filter(({ id, enabled }) => !enabled && jobs.includes(id));
    return off.map(({ id }) =>
      onObject(around, `storage ${id}`, {
        severity: 'error',
        code: 'HF-STORAGE-OFF',
        problem: `It is disabled, and the job of tier ${here.tier.id} backs up to it`,
        why: 'each run fails before the first guest',
        fix: `switch it on:\n    pvesm set ${id} --disable 0`,
        touches: [here.tier.id],
      }),
    );
  });
}

/** A storage may be meant for some nodes only; a guest that moved away from them is not backed up any more. */
function awayFrom(around: Surroundings): Finding[] {
  const { covering, storages, tierOf } = around;
  if (!covering.known) return [];
  return around.guests.flatMap((guest): Finding[] => {
    if (!tierOf(guest.vmid)) return [];
    const used = covering.jobsOf(guest).enabled.flatMap(({ storage = '' }) => storages.get(storage) ?? []);
    const away = used.find(({ nodes }) => nodes !== undefined && !nodes.includes(guest.node));
    if (!away || used.some(({ nodes }) => nodes === undefined || nodes.includes(guest.node))) return [];
    return [
      onGuest(around, guest, {
        severity: 'error',
        code: 'HF-STORAGE-NODE',
        problem: `It runs on node ${guest.node}, and storage ${away.id} is there for ${away.nodes!.join(', ')} only`,
        why: 'each of its backups fails on this node',
        fix: `let that node use it too:\n    pvesm set ${away.id} --nodes ${[...away.nodes!, guest.node].join(',')}`,
      }),
    ];
  });
}
