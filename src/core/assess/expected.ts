import { parseEvent } from '../calendar/event.ts';
import { runsBetween } from '../calendar/runs.ts';
import { zoneRules } from '../calendar/zone.ts';
import type { Assume, Tier } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';

const DAY = 86_400;
const LOOK_BACK_DAYS = [2, 16, 128, 800];

/** The last run whose point should be there by now, and since when. */
export type Expected = { readonly expectedAt: UnixSeconds; readonly expectedBy: UnixSeconds };

/**
 * The newest run of a tier's job that must have left a point by now: it began at `expectedAt`, and with the longest queue and
 * duration it ended at `expectedBy`. Undefined where the schedule cannot be read or no run was due within 800 days.
 */
export function expectedRun(tier: Tier, assume: Assume, timeZone: string, now: UnixSeconds): Expected | undefined {
  const parsed = parseEvent(tier.schedule);
  const zone = zoneRules(timeZone, now - 801 * DAY, now + DAY);
  if (!parsed.ok || !zone) return undefined;
  const allowanceSeconds = assume.queueSeconds + assume.durationSeconds;
  for (const days of LOOK_BACK_DAYS) {
    const toAt = now - allowanceSeconds + 1;
    const expectedAt = runsBetween({ event: parsed.event, zone, fromAt: toAt - days * DAY, toAt }).at(-1);
    if (expectedAt !== undefined) return { expectedAt, expectedBy: expectedAt + allowanceSeconds };
  }
  return undefined;
}
