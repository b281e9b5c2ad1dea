import { readClocks } from '#core/ledger/clocks.ts';
import type { Site } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Actual } from '#core/world/actual.ts';

/** Clocks of one site differ by seconds; by more, one of them is wrong. */
const CLOCK_TOLERANCE_SECONDS = 60;

/**
 * A site is judged by its own time: by the clock in the middle of all that can be read, ours among them. Where ours is the wrong one, no
 * point seems to come from the future and none seems old.
 */
export function atSiteTime(actual: Actual, site: Site, now: UnixSeconds): { readonly actual: Actual; readonly now: UnixSeconds } {
  const shift = readClocks(actual, site.pbs[0]!.name, now).middleAt - now;
  if (Math.abs(shift) <= CLOCK_TOLERANCE_SECONDS) return { actual, now };
  return { actual: { ...actual, asOf: actual.asOf + shift }, now: now + shift };
}
