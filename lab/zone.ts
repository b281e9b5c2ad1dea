/** Wall-clock fields of an instant. `weekday` 1 is Monday. */
export type Local = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly weekday: number;
};

/** What a zone's clock is ahead of UTC, in seconds, valid for `from ≤ at < until`. */
type Stretch = { readonly from: number; readonly until: number; readonly aheadSeconds: number };

const known = new Map<string, Stretch[]>();

/** Seconds by which the zone's clock is ahead of UTC at that instant. */
export function aheadOfUtc(at: number, timeZone: string): number {
  let stretches = known.get(timeZone);
  if (!stretches) known.set(timeZone, (stretches = []));
  for (const stretch of stretches) if (stretch.from <= at && at < stretch.until) return stretch.aheadSeconds;
  const there = Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timeZone);
  const stretch: Stretch = {
    from: seconds(there.add({ seconds: 1 }).getTimeZoneTransition('previous')) ?? -Infinity,
    until: seconds(there.getTimeZoneTransition('next')) ?? Infinity,
    aheadSeconds: there.offsetNanoseconds / 1e9,
  };
  stretches.push(stretch);
  return stretch.aheadSeconds;
}

function seconds(at: Temporal.ZonedDateTime | null): number | undefined {
  return at === null ? undefined : Math.floor(at.epochMilliseconds / 1000);
}

export function localTime(at: number, timeZone: string): Local {
  const shifted = new Date((at + aheadOfUtc(at, timeZone)) * 1000);
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
    weekday: ((shifted.getUTCDay() + 6) % 7) + 1,
  };
}

/** The instants at which a zone's clock shows this: none in the hour that is skipped, two in the one that is repeated, earlier first. */
export function instantsOf(wall: number, timeZone: string): readonly number[] {
  const guesses = new Set([wall - aheadOfUtc(wall - 86_400, timeZone), wall - aheadOfUtc(wall + 86_400, timeZone)]);
  return [...guesses].filter((at) => at + aheadOfUtc(at, timeZone) === wall).sort((a, b) => a - b);
}

/** A log has many lines of one second. */
let newest = { at: Number.NaN, timeZone: '', text: '' };

/** `2026-11-23T13:05:23+01:00`, as Proxmox writes local time into logs. */
export function localText(at: number, timeZone: string): string {
  if (newest.at === at && newest.timeZone === timeZone) return newest.text;
  const ahead = aheadOfUtc(at, timeZone);
  const minutes = Math.abs(ahead) / 60;
  const offset = `${ahead < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`;
  newest = { at, timeZone, text: new Date((at + ahead) * 1000).toISOString().slice(0, 19) + offset };
  return newest.text;
}

const DATES = new Map<number, string>();

/** `2026-11-23T12:05:23Z`, as PBS names a snapshot. A log names thousands, and those of few days. */
export function utcText(at: number): string {
  const day = Math.floor(at / 86_400);
  const date = DATES.get(day) ?? new Date(day * 86_400_000).toISOString().slice(0, 11);
  DATES.set(day, date);
  const second = at - day * 86_400;
  return `${date}${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}Z`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
