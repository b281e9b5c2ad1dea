import type { UnixSeconds } from '../units.ts';
import type { Site } from './policy.ts';

/** A year from now as a policy writes a last day, in the zone of the site: long enough to matter, and it ends. */
export function inAYear({ timeZone }: Pick<Site, 'timeZone'>, now: UnixSeconds): string {
  return Temporal.Instant.fromEpochMilliseconds(now * 1000)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .add({ years: 1 })
    .toString();
}
