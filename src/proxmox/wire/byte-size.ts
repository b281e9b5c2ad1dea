import { fail, type Row } from './read.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30, TIB: 2 ** 40, PIB: 2 ** 50,
}; // prettier-ignore

/**
 * Bytes of a PBS byte size: `10MiB`, `1.5 GB`, `100000`, decimal units without the i. PBS also takes `10M` and `10Gi`.
 * @see https://git.proxmox.com/?p=proxmox.git;a=blob;f=proxmox-human-byte/src/lib.rs
 */
export function parseByteSize(row: Row, name: string): number | undefined {
  const value = row[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && value >= 0) return Math.round(value);
  const found = typeof value === 'string' ? /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(value.trim()) : null;
  const unit = (found?.[2] ?? '?')
    .toUpperCase()
    .replace(/^([KMGTP]I?)$/, '$1B')
    .replace(/^B$/, '');
  const factor = UNITS[unit];
  return found && factor !== undefined ? Math.round(Number(found[1]) * factor) : fail(name, 'a byte size', value);
}
