import type { Actual, Guest } from '../world/actual.ts';
import { neighboursOf, sharers } from './neighbours.ts';

/**
 * What a look says of one guest: of the guests it and those that share a disk with it, of the groups theirs, everything else as it is. To judge it
 * takes a moment where the whole fleet would take seconds, and its points are judged alike; what was found about others is not in it.
 */
export function aloneOf(actual: Actual, guest: Guest): Actual {
  const { guests } = actual.pve;
  if (!guests.known) return actual;
  const neighbours = neighboursOf(guests.value);
  const own = new Set([guest.vmid, ...guest.disks.flatMap((disk) => sharers(neighbours, guest, disk).map(({ vmid }) => vmid))]);
  return {
    ...actual,
    pve: { ...actual.pve, guests: { ...guests, value: guests.value.filter(({ vmid }) => own.has(vmid)) } },
    pbs: actual.pbs.map((server) => ({
      ...server,
      namespaces: server.namespaces.map((namespace) => {
        const { groups } = namespace;
        return groups.known
          ? { ...namespace, groups: { ...groups, value: groups.value.filter(({ id }) => own.has(Number(id))) } }
          : namespace;
      }),
    })),
  };
}
