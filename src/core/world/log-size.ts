const UNITS: Readonly<Record<string, number>> = {
  'B': 1, 'KB': 1e3, 'MB': 1e6, 'GB': 1e9, 'TB': 1e12, 'PB': 1e15, 'KiB': 2 ** 10, 'MiB': 2 ** 20, 'GiB': 2 ** 30, 'TiB': 2 ** 40, 'PiB': 2 ** 50,
}; // prettier-ignore

/** A size as task logs print it, for use inside a larger pattern: `1.58 GiB`, `34359 MB`, `0 B`, `1,5 GiB`. */
export const SIZE = String.raw`(\d[\d.,']{0,20}) ?([KMGTP]i?B|B)\b`;

/**
 * Bytes of a printed size. Logs round, so this is as exact as the text. `MB` is a million, as PVE up to 5 printed it. A single comma
 * or point is the decimal sign, for containers print three decimals; only a repeated one, or the first of two kinds, groups thousands.
 */
export function logBytes(number: string, unit: string): number | undefined {
  const value = logNumber(number);
  const factor = UNITS[unit];
  return value === undefined || factor === undefined ? undefined : Math.round(value * factor);
}

/** A number in any locale: `1.58`, `1,58`, `1.234,5`, `1'234.5`. */
export function logNumber(text: string): number | undefined {
  const bare = text.replaceAll("'", '').replace(/[.,]$/, '');
  const signs = bare.replaceAll(/\d/g, '');
  const decimal = /^(?:[.,]|,+\.|\.+,)$/.test(signs) ? signs.at(-1) : undefined;
  const at = decimal === undefined ? bare.length : bare.lastIndexOf(decimal);
  const value = Number(`${bare.slice(0, at).replaceAll(/[.,]/g, '')}.${bare.slice(at + 1) || '0'}`);
  return Number.isFinite(value) ? value : undefined;
}
