import type { Param, Params } from '../params.ts';
import type { GuestState } from './state.ts';
import { MAYBE_COUNT, MAYBE_FLAG, MAYBE_TEXT, type Given } from './params.ts';

type Kinds = { readonly texts: readonly string[]; readonly counts: readonly string[]; readonly flags: readonly string[] };

/** Every key of a configuration; numbered ones as often as PVE has them. */
function settings({ texts, counts, flags }: Kinds, numbered: Readonly<Record<string, number>>): Params {
  const names = Object.entries(numbered).flatMap(([name, count]) => Array.from({ length: count }, (_, index) => `${name}${index}`));
  const one =
    (param: Param) =>
    (name: string): [string, Param] => [name, param];
  return Object.fromEntries([...[...texts, ...names].map(one(MAYBE_TEXT)), ...counts.map(one(MAYBE_COUNT)), ...flags.map(one(MAYBE_FLAG))]);
}

export const VM_SETTINGS = settings(
  {
    texts: ['agent', 'affinity', 'args', 'bios', 'boot', 'cpu', 'description', 'hookscript', 'hotplug', 'keyboard', 'machine', 'memory', 'name', 'ostype', 'scsihw', 'smbios1', 'startup', 'tags', 'vga'],
    counts: ['balloon', 'cores', 'cpuunits', 'shares', 'sockets', 'vcpus'],
    flags: ['acpi', 'autostart', 'freeze', 'kvm', 'localtime', 'numa', 'onboot', 'protection', 'tablet', 'template'],
  },
  {
    scsi: 31,
    virtio: 16,
    ide: 4,
    sata: 6,
    net: 8,
    unused: 16,
    efidisk: 1,
    tpmstate: 1,
    hostpci: 4,
    serial: 4,
    usb: 4,
    ipconfig: 4,
  },
); // prettier-ignore

export const CT_SETTINGS = settings(
  {
    texts: ['arch', 'description', 'features', 'hostname', 'ostype', 'rootfs', 'startup', 'tags'],
    counts: ['cores', 'memory', 'swap'],
    flags: ['onboot', 'protection', 'unprivileged'],
  },
  {
    mp: 32,
    net: 8,
    unused: 16,
  },
);

/** Given settings as a configuration keeps them: flags as 0 and 1. */
export function inConfig(given: Given): GuestState['config'] {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'boolean' ? Number(value) : typeof value === 'number' ? value : String(value)]),
  ); // prettier-ignore
}
