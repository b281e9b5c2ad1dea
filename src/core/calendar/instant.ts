import type { UnixSeconds } from '../units.ts';

/**
 * An instant as people write it: Unix seconds, `2026-03-28T00:30Z` with its offset, or `2026-03-28` and `2026-03-28 00:30` as
 * the zone's local time (of a repeated hour the first pass). Undefined where the text is none.
 */
export function parseInstant(text: string, timeZone: string): UnixSeconds | undefined {
  if (/^-?\d{1,12}$/.test(text)) return Number(text);
  try {
    const ms =
      /(?:[zZ]|[+-]\d\d:?\d\d)$/.test(text) && text.includes(':')
        ? Temporal.Instant.from(text).epochMilliseconds
        : Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).epochMilliseconds;
    return Math.floor(ms / 1000);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
