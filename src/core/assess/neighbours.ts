import type { Disk, Guest } from '../world/actual.ts';

/** Which guests attach a volume: one look-up where a scan of all guests for each disk would be a square. */
export type Neighbours = ReadonlyMap<string, readonly Guest[]>;

/** Each volume with the guests that attach it, in the order of the list. Drives without state (CD-ROM, cloud-init, unused disks) and disks on no storage count for nobody. */
export function neighboursOf(guests: readonly Guest[]): Neighbours {
  const byVolume = new Map<string, Guest[]>();
  for (const guest of guests) {
    for (const disk of guest.disks) {
      if (!canBeShared(disk)) continue;
      const users = byVolume.get(disk.volume);
      if (users) users.push(guest);
      else byVolume.set(disk.volume, [guest]);
    }
  }
  return byVolume;
}

/** The other guests that attach the same volume. */
export function sharers(neighbours: Neighbours, guest: Guest, disk: Disk): Guest[] {
  if (!canBeShared(disk)) return [];
  return (neighbours.get(disk.volume) ?? []).filter((other) => other.vmid !== guest.vmid);
}

function canBeShared(disk: Disk): boolean {
  return disk.storage !== undefined && disk.kind !== 'cdrom' && disk.kind !== 'cloudinit' && disk.kind !== 'unused';
}
