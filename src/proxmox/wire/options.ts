/**
 * A PVE property string: `local-zfs:vm-101-disk-0,backup=0,size=32G`. A part without a name goes under `''`.
 * @see https://pve.proxmox.com/pve-docs/pve-admin-guide.html (Configuration)
 */
export function parseOptions(value: string): Readonly<Record<string, string>> {
  const options: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const part of value.split(',')) {
    const cut = part.indexOf('=');
    if (cut < 0) options[''] ??= part;
    else options[part.slice(0, cut).trim()] = part.slice(cut + 1);
  }
  return options;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Bytes of PVE's `32G`, `528K`, `4M`, `1.5T`; undefined where it is none. */
export function parseDiskSize(text: string | undefined): number | undefined {
  const found = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text ?? '');
  return found ? Math.round(Number(found[1]) * UNITS[found[2]!]!) : undefined;
}

/** PVE's booleans in a property string; `otherwise` where absent. */
export function optionFlag(value: string | undefined, otherwise: boolean): boolean {
  if (value === undefined || value === '') return otherwise;
  return /^(?:1|on|yes|true)$/i.test(value);
}
