import type { Disk, Guest, GuestType } from '#core/world/actual.ts';
import { segment, type Http } from './http.ts';
import { optionFlag, parseDiskSize, parseOptions } from './wire/options.ts';
import { asList, asRow, flag, looseText, optionalBytes, optionalText, text, whole, words, type Row } from './wire/read.ts';

/** A guest as its row in `/cluster/resources` shows it: everything but its configuration. */
export type GuestRow = Pick<Guest, 'vmid' | 'type' | 'name' | 'node' | 'running' | 'template' | 'tags' | 'pool' | 'lock'> & {
  /** Size of the boot disk: the one trace of its disks in the row. */
  readonly bootDiskBytes?: number;
};

export type Resources = {
  readonly nodes: readonly { readonly name: string; readonly online: boolean }[];
  readonly guests: readonly GuestRow[];
};

/** Nodes and guests of the cluster in one call. Rows need VM.Audit (guests); those one may not see are left out without a word. */
export function listResources(http: Http): Promise<Resources> {
  return http.get('/cluster/resources', {}, ({ data }) => {
    const nodes: { name: string; online: boolean }[] = [];
    const guests: GuestRow[] = [];
    for (const one of asList(data)) {
      const row = asRow(one);
      if (row['type'] === 'qemu' || row['type'] === 'lxc') guests.push(readGuestRow(row));
      else if (row['type'] === 'node') nodes.push({ name: text(row, 'node'), online: row['status'] === 'online' });
    }
    return { nodes: nodes.sort((a, b) => (a.name < b.name ? -1 : 1)), guests: guests.sort((a, b) => a.vmid - b.vmid) };
  });
}

function readGuestRow(row: Row): GuestRow {
  const vmid = whole(row, 'vmid');
  const type = row['type'] === 'lxc' ? 'ct' : 'vm';
  const [pool, lock] = [optionalText(row, 'pool'), optionalText(row, 'lock')];
  const bootDiskBytes = optionalBytes(row, 'maxdisk');
  return {
    vmid,
    type,
    name: looseText(row, 'name') ?? (type === 'vm' ? `VM ${vmid}` : `CT${vmid}`),
    node: text(row, 'node'),
    running: row['status'] === 'running',
    template: flag(row, 'template', false),
    tags: words(row, 'tags'),
    ...(pool === undefined || pool === '' ? {} : { pool }),
    ...(lock === undefined || lock === '' ? {} : { lock }),
    ...(bootDiskBytes === undefined ? {} : { bootDiskBytes }),
  };
}

export type GuestConfig = Pick<Guest, 'protection' | 'notes' | 'agent' | 'disks' | 'createdAt'>;

/** A guest's configuration as its next backup takes it: pending changes are not in it. Needs VM.Audit on /vms/{vmid}. */
export function getGuestConfig(http: Http, guest: Pick<Guest, 'node' | 'type' | 'vmid'>): Promise<GuestConfig> {
  const kind = guest.type === 'vm' ? 'qemu' : 'lxc';
  return http.get(`/nodes/${segment(guest.node)}/${kind}/${guest.vmid}/config`, { current: true }, ({ data }) =>
    readConfig(asRow(data), guest.type),
  );
}

function readConfig(row: Row, type: GuestType): GuestConfig {
  const createdAt = Number(parseOptions(looseText(row, 'meta') ?? '')['ctime']);
  return {
    protection: flag(row, 'protection', false),
    notes: looseText(row, 'description') ?? '',
    agent: type === 'vm' ? readAgent(looseText(row, 'agent')) : { configured: false, freeze: false },
    disks: readDisks(row, type),
    ...(Number.isSafeInteger(createdAt) && createdAt > 0 ? { createdAt } : {}),
  };
}

function readAgent(value: string | undefined): Guest['agent'] {
  if (value === undefined) return { configured: false, freeze: false };
  const options = parseOptions(value);
  const configured = optionFlag(options['enabled'] ?? options[''], false);
  const freeze = options['guest-fsfreeze'] ?? options['freeze-fs'] ?? options['freeze-fs-on-backup'];
  return { configured, freeze: configured && optionFlag(freeze, true) };
}

const VM_DISK = /^(?:(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+|unused\d+)$/;
const CT_DISK = /^(?:rootfs|mp\d+|unused\d+)$/;

function readDisks(row: Row, type: GuestType): Disk[] {
  const isDisk = type === 'vm' ? VM_DISK : CT_DISK;
  const ovmf = row['bios'] === 'ovmf';
  return Object.keys(row)
    .filter((key) => isDisk.test(key))
    .sort(compareKeys)
    .map((key) => (type === 'vm' ? readVmDisk(key, text(row, key), ovmf) : readMountPoint(key, text(row, key))));
}

/** `scsi2` before `scsi10`. */
function compareKeys(a: string, b: string): number {
  const [left, right] = [a, b].map((key) => /^([a-z]+)(\d*)$/.exec(key)!);
  return left![1]! < right![1]! ? -1 : left![1]! > right![1]! ? 1 : Number(left![2]) - Number(right![2]);
}

/**
 * A disk of a VM. vzdump takes it unless `backup=0`; an EFI disk only where the firmware is OVMF; CD-ROM, cloud-init
 * and unused disks never.
 * @see https://git.proxmox.com/?p=qemu-server.git;a=blob;f=src/PVE/QemuConfig.pm (get_backup_volumes)
 */
function readVmDisk(key: string, value: string, ovmf: boolean): Disk {
  const options = parseOptions(value);
  const volume = options['file'] ?? options[''] ?? '';
  // Without OVMF nobody reads an EFI disk, and vzdump leaves it out.
  const kind = key.startsWith('efidisk') && !ovmf ? 'unused' : vmDiskKind(key, volume, options['media']);
  const taken = ['disk', 'tpm', 'device', 'efi'].includes(kind);
  return makeDisk({ key, volume, kind, included: taken && optionFlag(options['backup'], true), size: options['size'] });
}

function vmDiskKind(key: string, volume: string, media: string | undefined): Disk['kind'] {
  if (key.startsWith('unused')) return 'unused';
  if (media === 'cdrom' || volume === 'none' || volume === 'cdrom') return /vm-\d+-cloudinit/.test(volume) ? 'cloudinit' : 'cdrom';
  if (key.startsWith('efidisk')) return 'efi';
  if (key.startsWith('tpmstate')) return 'tpm';
  return volume.startsWith('/') ? 'device' : 'disk';
}

/**
 * The root or a mount point of a container. vzdump always takes the root, a mount point only with `backup=1`, and
 * never a bind mount or device, whatever its flag.
 * @see https://git.proxmox.com/?p=pve-container.git;a=blob;f=src/PVE/LXC/Config.pm (get_backup_volumes)
 */
function readMountPoint(key: string, value: string): Disk {
  const options = parseOptions(value);
  const volume = options['volume'] ?? options[''] ?? '';
  const kind = mountKind(key, volume);
  const included = kind === 'rootfs' || (kind === 'mount' && optionFlag(options['backup'], false));
  return makeDisk({ key, volume, kind, included, size: options['size'] });
}

function mountKind(key: string, volume: string): Disk['kind'] {
  if (key.startsWith('unused')) return 'unused';
  if (volume.startsWith('/')) return volume.startsWith('/dev/') ? 'device' : 'bind';
  return key === 'rootfs' ? 'rootfs' : 'mount';
}

function makeDisk({
  key,
  volume,
  kind,
  included,
  size,
}: Pick<Disk, 'key' | 'volume' | 'kind' | 'included'> & { size: string | undefined }): Disk {
  const storage = /^([^:/]+):/.exec(volume)?.[1];
  const sizeBytes = parseDiskSize(size);
  const ownerVmid = ownerOf(volume);
  return {
    key,
    volume,
    ...(storage === undefined ? {} : { storage }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    included,
    kind,
    ...(ownerVmid === undefined ? {} : { ownerVmid }),
  };
}

/** The id a volume's name carries: `local-zfs:vm-101-disk-0`, `dir1:101/vm-101-disk-0.raw`, a clone's `base-9-disk-0/vm-101-disk-0`. */
function ownerOf(volume: string): number | undefined {
  const names = [...volume.matchAll(/[:/](?:vm|base|subvol|basevol)-(\d{1,9})-/g)];
  const last = names.at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}
