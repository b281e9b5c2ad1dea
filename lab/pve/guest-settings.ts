import type { Param, Params } from '../params.ts';
import { MAYBE_TEXT } from './params.ts';

/** Every key of a configuration; numbered ones as often as PVE has them. */
function settings(plain: readonly string[], numbered: Readonly<Record<string, number>>): Params {
  const names = Object.entries(numbered).flatMap(([name, count]) => Array.from({ length: count }, (_, index) => `${name}${index}`));
  return Object.fromEntries([...plain, ...names].map((name): [string, Param] => [name, MAYBE_TEXT]));
}

const BOTH = ['cores', 'description', 'memory', 'onboot', 'ostype', 'protection', 'startup', 'tags'];

export const VM_SETTINGS = settings(
  [...BOTH, 'agent', 'balloon', 'bios', 'boot', 'cpu', 'machine', 'name', 'scsihw', 'serial0', 'sockets'],
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
    usb: 4,
    ipconfig: 4,
  },
);

export const CT_SETTINGS = settings([...BOTH, 'arch', 'features', 'hostname', 'rootfs', 'swap', 'unprivileged'], {
  mp: 32,
  net: 8,
  unused: 16,
});
