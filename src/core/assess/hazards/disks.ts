import { stateDisks, type StateDisk } from '../state-disks.ts';
import { onGuest, type Hazard } from './context.ts';

/** Disks that no backup takes, and disks that are only saved through a guest that does not use them. */
export const diskHazards: Hazard = (around) =>
  around.guests.flatMap((guest) => {
    if (!around.tierOf(guest.vmid) || !guest.configKnown) return [];
    const disks = stateDisks(guest, around.neighbours);
    const left = disks.filter(({ disk }) => !disk.included);
    const alone = left.filter(({ sharedWith }) => sharedWith.length === 0);
    const foreign = left.filter(({ disk, sharedWith }) => sharedWith.length > 0 && disk.ownerVmid !== guest.vmid);
    const takenThere = ({ disk, sharedWith }: StateDisk): boolean =>
      sharedWith.some((other) => other.disks.some((its) => its.volume === disk.volume && its.included));
    const torn = foreign.filter(takenThere);
    const nowhere = foreign.filter((one) => !takenThere(one));
    const twice = guest.running
      ? []
      : disks.filter((one) => one.disk.included && one.sharedWith.some(({ running }) => running) && takenThere(one));
    const keys = (list: typeof left): string => list.map(({ disk }) => disk.key).join(', ');
    if (disks.length > 0 && alone.length === disks.length) {
      return [
        onGuest(around, guest, {
          severity: 'error',
          code: 'HF-DISKLESS',
          problem: `All its disks are left out of backups (${keys(alone)}): each run saves the configuration only and ends OK`,
          why: 'a restore brings back an empty guest, and nothing on Proxmox said so',
          fix: `take the disk in again:\n    ${setDisk(guest.type, guest.vmid, keys(alone.slice(0, 1)))}`,
        }),
      ];
    }
    return [
      ...[...alone, ...nowhere].map(({ disk }) =>
        onGuest(around, guest, {
          severity: 'error',
          code: guest.type === 'ct' ? 'HF-MOUNT-LEFT-OUT' : 'HF-DISK-LEFT-OUT',
          problem: `Backups leave out ${disk.key} (${disk.volume})`,
          why: 'a restore brings the guest back without it, and each backup without it ends OK',
          fix: `take it in:\n    ${setDisk(guest.type, guest.vmid, disk.key)}`,
          disk: disk.key,
        }),
      ),
      ...twice.map(({ disk, sharedWith }) =>
        onGuest(around, guest, {
          code: 'HF-TORN',
          problem: `Its ${disk.key} (${disk.volume}) is saved here too, while ${sharedWith.map(({ type, vmid }) => `${type}/${vmid}`).join(', ')} writes to it`,
          why: 'the points made here read blocks from different moments; only those made where the disk is used are good',
          fix: `leave it out here:\n    ${setDisk(guest.type, guest.vmid, disk.key, 0)}`,
        }),
      ),
      ...torn.map(({ disk, sharedWith }) =>
        onGuest(around, guest, {
          severity: 'error',
          code: 'HF-TORN',
          problem: `Its ${disk.key} (${disk.volume}) is only saved through ${sharedWith.map(({ type, vmid }) => `${type}/${vmid}`).join(', ')}, while this guest writes to it`,
          why: 'such a backup reads blocks from different moments, and it is a success on Proxmox',
          fix: `save it here, where it is used, and leave it out there:\n    ${setDisk(guest.type, guest.vmid, disk.key)}`,
        }),
      ),
    ];
  });

/** Proxmox replaces the whole value, so the rest of the disk's line is taken from where it stands. */
function setDisk(type: 'vm' | 'ct', vmid: number, key: string, backup = 1): string {
  const tool = type === 'vm' ? 'qm' : 'pct';
  return `${tool} set ${vmid} --${key} "$(${tool} config ${vmid} | sed -n '/^${key}: /{s///;s/,backup=[01]//;p}'),backup=${backup}"`;
}
