/*
 * When a site is looked at. A pulse costs one request a server and comes every quarter of a minute; a look costs dozens. Nothing here
 * knows what time it is or lets time pass: instants are milliseconds of any clock that never goes back.
 */

/** Requests a minute that looks may cost where nothing changes; with the pulses of a PVE and a PBS a site stays below 20. */
const LOOK_REQUESTS_PER_MINUTE = 10;
const PULSE_MS = 15_000;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** Bounds of the wait between two looks where nothing changes. A posture older than an hour proves nothing, so that 10 minutes are far from it. */
const QUIET_MS = { least: MINUTE_MS, most: 10 * MINUTE_MS } as const;

/** After work ended, a look comes no sooner than this after the last one, or than four times what that one took. */
const CHANGE_MS = 20 * SECOND_MS;
/** A server that comes and goes every second does not make a look each time. */
const OUTAGE_MS = 5 * SECOND_MS;
/** While a login's rights are not known or a site failed for another reason, it is tried again after this. */
const RETRY_MS = 30 * SECOND_MS;

/** What makes the next look worth its price, from nothing to a server that fell silent or answers again. */
export type News = 'none' | 'change' | 'outage';

export type LastLook = {
  readonly beganMs: number;
  readonly endedMs: number;
  readonly requests: number;
  readonly failed?: boolean;
  /** When the next promise breaks, by what was seen, unless a point comes before. */
  readonly breaksMs?: number;
};

/**
 * When the next look begins. `chance` from 0 to 1 spreads sites that began together: up to a tenth earlier or later where nothing hurries.
 * A site that was never looked at is looked at now. A promise that breaks before the next look is looked at when it breaks, so that it is told then, but no
 * sooner after the last look than what ended would be.
 */
export function nextLookMs(last: LastLook | undefined, news: News, chance: number): number {
  if (!last) return 0;
  if (news === 'outage') return last.endedMs + OUTAGE_MS;
  const tookMs = last.endedMs - last.beganMs;
  const soonestMs = last.endedMs + Math.max(CHANGE_MS, 4 * tookMs);
  if (news === 'change') return soonestMs;
  if (last.failed) return last.endedMs + RETRY_MS * spread(chance);
  const affordableMs = (last.requests / LOOK_REQUESTS_PER_MINUTE) * MINUTE_MS;
  const quietMs = last.endedMs + Math.min(QUIET_MS.most, Math.max(QUIET_MS.least, affordableMs, 4 * tookMs)) * spread(chance);
  return last.breaksMs === undefined ? quietMs : Math.min(quietMs, Math.max(soonestMs, last.breaksMs));
}

/** How long until the next pulse. */
export function pulseWaitMs(chance: number): number {
  return PULSE_MS * spread(chance);
}

function spread(chance: number): number {
  return 0.9 + 0.2 * chance;
}
