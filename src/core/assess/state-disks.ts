import type { Disk, Guest } from '../world/actual.ts';
import { sharers, type Neighbours } from './neighbours.ts';

/** A disk on which a guest keeps state that a restore must bring back. */
export type StateDisk = {
  readonly disk: Disk;
  /** Archives on PBS that may hold it; one of them is enough. */
  readonly archives: readonly string[];
  /** Other guests that have the same volume attached. */
  readonly sharedWith: readonly Guest[];
};

const STATE_KINDS: readonly Disk['kind'][] = ['disk', 'efi', 'tpm', 'rootfs', 'mount'];

/**
 * The disks of a guest that hold state, whether a backup takes them or not.
 *
 * Not among them: CD-ROM and cloud-init images, unused volumes, and what a container mounts of its host, which vzdump never takes. A disk of
 * the host that a VM uses is taken like any other.
 * @param neighbours the guests of the site by volume; those that attach one of this guest's are named
 */
export function stateDisks(guest: Guest, neighbours: Neighbours): StateDisk[] {
  return guest.disks
    .filter(({ kind }) => STATE_KINDS.includes(kind) || (kind === 'device' && guest.type === 'vm'))
    .map((disk) => ({
      disk,
      archives: archivesOf(guest, disk),
      sharedWith: sharers(neighbours, guest, disk),
    }));
}

/** The guest that a data VM's disks are used by: a stopped guest, each of whose disks another guest attaches. */
export function usersOfDataVm(guest: Guest, disks: readonly StateDisk[]): Guest[] {
  if (guest.running || disks.length === 0 || disks.some(({ sharedWith }) => sharedWith.length === 0)) return [];
  const owned = disks.every(({ disk }) => disk.ownerVmid === undefined || disk.ownerVmid === guest.vmid);
  return owned ? [...new Set(disks.flatMap(({ sharedWith }) => sharedWith))] : [];
}

/**
 * A VM's disk is its own image; a container's root and all its mount points lie in one archive.
 * @see https://pbs.proxmox.com/docs/technical-overview.html
 */
function archivesOf(guest: Guest, disk: Disk): string[] {
  if (guest.type === 'ct') return ['root.pxar.didx', 'root.mpxar.didx'];
  const names: Readonly<Partial<Record<Disk['kind'], string>>> = { efi: 'drive-efidisk0', tpm: 'drive-tpmstate0-backup' };
  const name = names[disk.kind];
  return [...new Set([`drive-${disk.key}.img.fidx`, ...(name ? [`${name}.img.fidx`] : [])])];
}
