import type { CodeDisk, CodeGuest } from './estate.ts';
import { promisedTier } from '../policy/assign.ts';
import { assignmentOf } from './tiers.ts';
import { onCodeGuest, type Around, type TofuFinding } from './told.ts';
import { isTaken } from './cover.ts';

type Use = { readonly guest: CodeGuest; readonly disk: CodeDisk; readonly taken: boolean };

/** Disks that no backup takes, that two take, or that only one takes that does not use them. */
export function diskFindings(around: Around): TofuFinding[] {
  const uses = [...around.after.guests.values()]
    .filter(({ template }) => !template)
    .flatMap((guest) => guest.disks.map((disk): Use => ({ guest, disk, taken: disk.included && isTaken(around, guest) })));
  const shared = Map.groupBy(
    uses.filter(({ disk }) => disk.volume !== undefined),
    ({ disk }) => disk.volume!,
  );
  return [...sharedFindings(around, shared), ...alone(around, shared)];
}

function sharedFindings(around: Around, shared: ReadonlyMap<string, readonly Use[]>): TofuFinding[] {
  return [...shared].flatMap(([volume, users]) => {
    const takers = users.filter(({ taken }) => taken);
    const user = users.find(({ guest }) => guest.started);
    if (users.length < 2 || !user) return [];
    const others = (use: Use): string =>
      users
        .filter((one) => one !== use)
        .map(({ guest }) => `${guest.type}/${guest.vmid} ${guest.name}`)
        .join(', ');
    if (takers.length > 1) {
      const holder = takers.find(({ guest }) => !guest.started) ?? takers[1]!;
      return [
        onCodeGuest(around, holder.guest, {
          code: 'HF-TOFU-TWICE',
          problem: `${holder.disk.key} (${volume}) is backed up here and through ${others(holder)}`,
          why: 'a job would read the disk twice, and the points made here are torn while the other guest writes to it',
          fix: `leave it out here:\n    backup = false`,
          disk: holder.disk.key,
        }),
      ];
    }
    const taker = takers[0];
    if (taker && !taker.guest.started && taker !== user) {
      return [
        onCodeGuest(around, user.guest, {
          code: 'HF-TORN',
          problem: `${user.disk.key} (${volume}) is only saved through ${others(user)}, which is never started, while this guest writes to it`,
          why: 'such a backup reads blocks from different moments, and it is a success on Proxmox',
          fix: `save it here and leave it out there: backed_up_through = "consumer" of data_disk_vm, or on this disk:\n    backup = true`,
          disk: user.disk.key,
        }),
      ];
    }
    return [];
  });
}

/** Disks of guests with a tier that nobody takes. */
function alone(around: Around, shared: ReadonlyMap<string, readonly Use[]>): TofuFinding[] {
  return [...around.after.guests.values()].flatMap((guest) => {
    const tier = promisedTier(assignmentOf(around, guest));
    if (guest.template || tier === undefined || guest.disks.length === 0) return [];
    const left = guest.disks.filter(
      (disk) => !disk.included && !(disk.volume !== undefined && shared.get(disk.volume)?.some(({ taken }) => taken)),
    );
    if (left.length === guest.disks.length) {
      return [
        onCodeGuest(around, guest, {
          code: 'HF-DISKLESS',
          problem: `All its disks are left out of backups (${left.map(({ key }) => key).join(', ')}): each run saves the configuration only and ends OK`,
          why: 'a restore brings back an empty guest, and nothing on Proxmox said so',
          fix: 'take a disk in:\n    backup = true',
          tier,
        }),
      ];
    }
    return left.map((disk) =>
      onCodeGuest(around, guest, {
        code: guest.type === 'ct' ? 'HF-MOUNT-LEFT-OUT' : 'HF-DISK-LEFT-OUT',
        problem: `Backups leave out ${disk.key}${disk.volume === undefined ? '' : ` (${disk.volume})`}`,
        why: 'a restore brings the guest back without it, and each backup without it ends OK',
        fix: 'take it in, or say in "exceptions" of the policy why it may be lost:\n    backup = true',
        disk: disk.key,
        tier,
      }),
    );
  });
}
