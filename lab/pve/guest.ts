import type { GuestKind, GuestState } from './state.ts';

/** A disk or mount point as vzdump reads it from a configuration. */
export type Volume = {
  readonly key: string;
  readonly volume: string;
  readonly kind: 'disk' | 'efi' | 'tpm' | 'rootfs' | 'mount' | 'bind' | 'device';
  /** `32G` as the configuration says it. */
  readonly sizeText?: string;
  readonly sizeBytes: number;
  readonly included: boolean;
  /** The word PVE gives for it; for VM disks it only says whether `backup=` is written there. */
  readonly reason: string;
  /** Where a container mounts it. */
  readonly mountedAt?: string;
};

const VM_DISK = /^(ide[0-3]|scsi(?:[0-9]|[12][0-9]|30)|virtio(?:[0-9]|1[0-5])|sata[0-5]|efidisk0|tpmstate0)$/;
const BUSES = ['ide', 'scsi', 'virtio', 'sata', 'efidisk', 'tpmstate'];

/**
 * Volumes of a guest in PVE's order, without CD-ROM and cloud-init drives and unused ones.
 * @see https://pve.proxmox.com/pve-docs/chapter-vzdump.html
 */
export function volumesOf(guest: Pick<GuestState, 'kind' | 'config'>): readonly Volume[] {
  const keys = Object.keys(guest.config);
  if (guest.kind === 'lxc')
    return keys
      .filter((key) => /^(rootfs|mp\d+)$/.test(key))
      .sort(byMount)
      .map((key) => mountPoint(key, String(guest.config[key])));
  return keys
    .filter((key) => VM_DISK.test(key))
    .sort(byBus)
    .flatMap((key) => vmDisk(key, String(guest.config[key]), guest.config));
}

function vmDisk(key: string, text: string, config: GuestState['config']): readonly Volume[] {
  const { first: volume, options } = propertyString(text);
  if (options['media'] === 'cdrom' || volume === 'none' || /vm-\d+-cloudinit/.test(volume)) return [];
  const withoutFirmware = key === 'efidisk0' && config['bios'] !== 'ovmf';
  return [
    {
      key,
      volume,
      kind: key === 'efidisk0' ? 'efi' : key === 'tpmstate0' ? 'tpm' : volume.startsWith('/dev/') ? 'device' : 'disk',
      ...sizeOf(options['size']),
      included: !withoutFirmware && (options['backup'] ?? '1') !== '0',
      reason: withoutFirmware ? 'efidisk but no OMVF BIOS' : options['backup'] === undefined ? 'backup=yes' : 'backup=no',
    },
  ];
}

function mountPoint(key: string, text: string): Volume {
  const { first: volume, options } = propertyString(text);
  const kind = key === 'rootfs' ? 'rootfs' : volume.startsWith('/dev/') ? 'device' : volume.startsWith('/') ? 'bind' : 'mount';
  const wanted = options['backup'] === '1';
  const reason = kind === 'rootfs' ? 'rootfs' : kind !== 'mount' ? 'not a volume' : wanted ? 'enabled' : 'disabled';
  return {
    key,
    volume,
    kind,
    ...sizeOf(options['size']),
    included: kind === 'rootfs' || (kind === 'mount' && wanted),
    reason,
    mountedAt: kind === 'rootfs' ? '/' : (options['mp'] ?? ''),
  };
}

function byMount(a: string, b: string): number {
  return mountNumber(a) - mountNumber(b);
}

function mountNumber(key: string): number {
  return key === 'rootfs' ? -1 : Number(key.slice(2));
}

function byBus(a: string, b: string): number {
  return busOf(a) - busOf(b) || numberIn(a) - numberIn(b);
}

function busOf(key: string): number {
  return BUSES.indexOf(key.replace(/\d+$/, ''));
}

function numberIn(key: string): number {
  return Number(/\d+$/.exec(key)?.[0]);
}

/** `local-zfs:vm-101-disk-0,backup=0,size=32G` → the first value and the rest by name. */
export function propertyString(text: string): { readonly first: string; readonly options: Readonly<Record<string, string>> } {
  const options: Record<string, string> = {};
  let first = '';
  for (const [index, part] of text.split(',').entries()) {
    const equals = part.indexOf('=');
    if (index === 0 && (equals < 0 || part.startsWith('/') || part.includes(':'))) first = part;
    else options[part.slice(0, equals)] = part.slice(equals + 1);
  }
  return { first: first || (options['file'] ?? options['volume'] ?? ''), options };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

function sizeOf(text: string | undefined): { readonly sizeText?: string; readonly sizeBytes: number } {
  const found = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text ?? '');
  return found ? { sizeText: text!, sizeBytes: Number(found[1]) * UNITS[found[2]!]! } : { sizeBytes: 0 };
}

export function nameOf(guest: Pick<GuestState, 'kind' | 'config' | 'vmid'>): string {
  return String(guest.config[guest.kind === 'qemu' ? 'name' : 'hostname'] ?? `${guest.kind === 'qemu' ? 'VM' : 'CT'} ${guest.vmid}`);
}

/** Whether the configuration says that an agent is to be used, and that it is to freeze: `1`, `enabled=1,guest-fsfreeze=0`. */
export function agentOf(guest: Pick<GuestState, 'config'>): { readonly configured: boolean; readonly freeze: boolean } {
  const { first, options } = propertyString(String(guest.config['agent'] ?? ''));
  const freeze = options['guest-fsfreeze'] ?? options['freeze-fs'] ?? options['freeze-fs-on-backup'] ?? '1';
  return { configured: first === '1' || options['enabled'] === '1', freeze: freeze !== '0' };
}

export function wordOf(kind: GuestKind): 'VM' | 'CT' {
  return kind === 'qemu' ? 'VM' : 'CT';
}

/** The configuration file as it lies in a backup: `key: value` lines in order of their names, the notes first. */
export function configText(guest: Pick<GuestState, 'config'>): string {
  const { description, lock: _, ...rest } = guest.config;
  const notes =
    typeof description === 'string'
      ? description
          .split('\n')
          .filter(Boolean)
          .map((line) => `#${line}\n`)
      : [];
  const lines = Object.keys(rest)
    .sort()
    .map((key) => `${key}: ${rest[key]}\n`);
  return [...notes, ...lines].join('');
}
