const formats = new Map<string, Intl.DateTimeFormat>();

/** How far a zone is ahead of UTC at an instant, in seconds. */
function offsetSeconds(at: number, zone: string): number {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
    formats.set(zone, format);
  }
  const name = format.formatToParts(at * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = /^GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(name) ?? [];
  const ahead = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -ahead : ahead;
}

/** Seconds since 1970 on the wall of the zone: their division by 86,400 is the day. */
export function wall(at: number, zone: string): number {
  return at + offsetSeconds(at, zone);
}

/** The instant at which the wall of the zone shows this. In the hour that a clock jumps over, the instant of the jump. */
export function unwall(shown: number, zone: string): number {
  const guess = shown - offsetSeconds(shown, zone);
  return shown - offsetSeconds(guess, zone);
}

const starts = new Map<string, readonly number[]>();

/** The instants at which the last `count` days of the zone began, oldest first; the last is today. */
export function dayStarts(now: number, zone: string, count: number): readonly number[] {
  const today = Math.floor(wall(now, zone) / 86_400);
  const key = `${zone} ${today} ${count}`;
  const known = starts.get(key);
  if (known) return known;
  const made = Array.from({ length: count }, (_, index) => unwall((today - count + 1 + index) * 86_400, zone));
  starts.set(key, made);
  return made;
}
