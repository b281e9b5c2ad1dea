/** A lease as a round finds it. Times in milliseconds of the clock that decides. */
export type LeaseRow = {
  readonly site: string;
  readonly holder: string | undefined;
  readonly token: number;
  readonly untilMs: number;
  readonly ttlMs: number;
};

/** A process that takes part: it was seen within a lease's lifetime. */
export type Replica = { readonly holder: string; readonly seenMs: number; readonly sites: readonly string[] };

/** What a holder does about the leases of its sites in one round; what it holds beside `renew` it gives back. */
export type Round = { readonly renew: readonly string[]; readonly take: readonly LeaseRow[] };

/**
 * Every live holder gets its fair share, rounded up; a site that few of them know counts more, and is chosen before one that many know.
 * While a policy is being rolled out replicas know different sites, and each of these still has its worker.
 */
export function planRound(holder: string, rows: readonly LeaseRow[], replicas: readonly Replica[], nowMs: number): Round {
  const wanted = (site: string): number => 1 + replicas.filter((other) => other.holder !== holder && other.sites.includes(site)).length;
  const holds = (row: LeaseRow): boolean => row.holder === holder && row.untilMs > nowMs;
  const known = rows.map((row) => ({ row, wanted: wanted(row.site), mine: holds(row) }));
  const share = Math.ceil(known.reduce((sum, site) => sum + 1 / site.wanted, 0) - 1e-6);
  const within = known
    .filter(({ row, mine }) => mine || isFree(row, nowMs))
    .toSorted((a, b) => a.wanted - b.wanted || Number(b.mine) - Number(a.mine))
    .slice(0, share);
  const renew = within.filter(({ mine }) => mine).map(({ row }) => row.site);
  return { renew, take: within.filter(({ mine }) => !mine).map(({ row }) => row) };
}

/** It ran out; or it ends later than any lease can, because the clock was set back since: waiting for that end would leave a site alone for as long. */
function isFree({ untilMs, ttlMs }: LeaseRow, nowMs: number): boolean {
  return untilMs <= nowMs || untilMs > nowMs + ttlMs;
}

/** Seen within a lease's lifetime, by a clock that was not set back since. */
export function isLive(seenMs: number, nowMs: number, ttlMs: number): boolean {
  return Math.abs(nowMs - seenMs) < ttlMs;
}
