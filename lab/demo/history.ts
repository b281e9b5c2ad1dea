const DAY_SECONDS = 86_400;

/**
 * Two days before the last quarter began: so far back, a run of every tier of ADR-005 has come and gone since.
 * A quarter that began less than a week ago does not count, for its points are not verified yet.
 */
export function beforeLastQuarter(now: number): number {
  const date = new Date((now - 7 * DAY_SECONDS) * 1000);
  const quarter = Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / 3) * 3, 1) / 1000;
  return quarter - 2 * DAY_SECONDS;
}
