const DAY_SECONDS = 86_400;

/** How long the demo's site has lived: a year, and some days for the first points to come. */
export const LIVED_DAYS = 370;

/**
 * When the demo is at: the last 08:00 UTC that has passed. Its nights are over, and the next one is hours away, so that whoever looks at it finds
 * it as it was told and has time to act.
 */
export function presentAt(now: number): number {
  const today = Math.floor(now / DAY_SECONDS) * DAY_SECONDS + 8 * 3600;
  return today <= now ? today : today - DAY_SECONDS;
}
