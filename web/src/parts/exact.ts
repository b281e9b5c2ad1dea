const formats = new Map<string, Intl.DateTimeFormat>();

/** Where no site is meant, the zone of the browser. */
export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

function format(zone: string, kind: 'exact' | 'date' | 'day' | 'minute'): Intl.DateTimeFormat {
  const key = `${kind} ${zone}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(kind === 'day' || kind === 'date' ? {} : { hour: '2-digit', minute: '2-digit' }),
    ...(kind === 'date' ? { year: 'numeric' } : {}),
    ...(kind === 'exact' ? { year: 'numeric', second: '2-digit', timeZoneName: 'short' } : {}),
  });
  formats.set(key, made);
  return made;
}

/** `Fri, 27 Nov 2026, 02:00:14 CET (Europe/Vienna)`: nothing left to guess. */
export function exact(at: number, zone: string = HERE): string {
  return `${format(zone, 'exact').format(at * 1000)} (${zone})`;
}

/** `Fri, 27 Nov, 02:00`: where the zone is named beside it. */
export function minute(at: number, zone: string = HERE): string {
  return format(zone, 'minute').format(at * 1000);
}

/** `Fri, 27 Nov` */
export function day(at: number, zone: string = HERE): string {
  return format(zone, 'day').format(at * 1000);
}

/** `Fri, 27 Nov 2026`: for days that may lie in another year. */
export function date(at: number, zone: string = HERE): string {
  return format(zone, 'date').format(at * 1000);
}
