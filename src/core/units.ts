/**
 * Units. Everything inside is a plain number whose name carries its unit: `rpoSeconds`, `sizeBytes`.
 *
 * An instant is whole Unix seconds, the precision in which PVE and PBS speak, in a field that ends in `At`.
 * `Temporal` is used where a calendar or a time zone matters, never to store an instant.
 */
export type UnixSeconds = number;

/** A day of elapsed time: always 24 h. A day of the calendar has 23 or 25 where a zone's clocks change. */
export const DAY_SECONDS = 86_400;

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const DURATION = /^(?:\d+(?:\.\d+)?[smhdw])+$/;

/** Elapsed seconds of `90m`, `24h`, `7d`, `12w`, `1d12h`; undefined where the text is no duration. A day is always 24 h. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)([smhdw])/g)) {
    seconds += Number(count) * SECONDS[unit as keyof typeof SECONDS];
  }
  return Number.isSafeInteger(Math.round(seconds)) ? Math.round(seconds) : undefined;
}

/** `2678400` → `31d`, `2682000` → `31d 1h`, `5400` → `1h 30m`, `0` → `0s`. At most the two largest units that differ from zero. */
export function spellDuration(seconds: number): string {
  if (seconds < 0) return `-${spellDuration(-seconds)}`;
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(rest / SECONDS[unit]);
    rest -= count * SECONDS[unit];
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.length === 0 ? '0s' : parts.slice(0, 2).join(' ');
}

/** A duration with nothing rounded away, as a policy writes it: `2682000` → `31d1h`; with `between: ' '` as people read it, `31d 1h`. */
export function spellExact(seconds: number, between = ''): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(rest / SECONDS[unit]);
    rest -= count * SECONDS[unit];
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.length === 0 ? '0s' : parts.join(between);
}

/** `1 point`, `23 points` */
export function spellCount(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

const BYTES = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40, PiB: 2 ** 50 } as const;

/** Bytes of `500GiB`, `1.5 TiB`, `4096`; undefined where the text is no size. Only binary units: Proxmox counts in them. */
export function parseSize(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?) ?(B|KiB|MiB|GiB|TiB|PiB)?$/.exec(text);
  if (!found) return undefined;
  const bytes = Math.round(Number(found[1]) * BYTES[(found[2] ?? 'B') as keyof typeof BYTES]);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** `1610612736` → `1.5 GiB`. One decimal below 10, none above. */
export function spellSize(bytes: number): string {
  let unit: keyof typeof BYTES = 'B';
  for (const next of ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const) if (bytes >= BYTES[next]) unit = next;
  const count = bytes / BYTES[unit];
  return `${unit === 'B' || count >= 10 ? Math.round(count) : Math.round(count * 10) / 10} ${unit}`;
}

/** Bytes per second of `100MiB/s`; undefined where the text is no rate. */
export function parseRate(text: string): number | undefined {
  return text.endsWith('/s') ? parseSize(text.slice(0, -2)) : undefined;
}

/** `104857600` → `100 MiB/s`. */
export function spellRate(bytesPerSecond: number): string {
  return `${spellSize(bytesPerSecond)}/s`;
}

/** An instant as people of a zone read it: `2026-11-25 02:00:00 Europe/Vienna`, or with `zone: false` without the zone's name. */
export function spellInstant(at: UnixSeconds, timeZone: string, options: { readonly zone?: boolean } = {}): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timeZone);
  const text = `${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: 'second' })}`;
  return options.zone === false ? text : `${text} ${timeZone}`;
}
