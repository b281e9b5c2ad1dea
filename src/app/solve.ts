import { calendarFrom } from '#core/calendar/gap.ts';
import type { Finding } from '#core/finding.ts';
import type { Tier } from '#core/policy/policy.ts';
import { spellKeep, type KeepRules } from '#core/retention/keep.ts';
import { chancesOf, type Given, type TierProof } from '#core/retention/proof.ts';
import { proveTier } from '#core/retention/prove.ts';
import { solveSchedule } from '#core/retention/solve-schedule.ts';
import { zoneFrom } from '#core/retention/timeline.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Ports } from './ports.ts';

/** The cheapest way to keep one promise. */
export type Solution = {
  readonly id: number;
  readonly name: string;
  readonly promised: Pick<Tier, 'rpoSeconds' | 'graceSeconds' | 'retentionSeconds' | 'deleteAfterSeconds' | 'reachSeconds'>;
  /** What the policy says now, where it says something. */
  readonly now?: { readonly schedule: string; readonly keep?: KeepRules; readonly holds: boolean };
  /** Absent where no schedule up to every quarter of an hour keeps the RPO. */
  readonly schedule?: string;
  /** Absent where no keep-* options keep the rest under that schedule. */
  readonly keep?: KeepRules;
  readonly proof?: TierProof;
};

export type Solved = {
  readonly solutions: readonly Solution[];
  readonly findings: readonly Finding[];
  readonly understood: boolean;
  readonly strict: boolean;
};

/** For each tier of the policy, the rarest schedule and the fewest points that keep its promises, proved. */
export async function solvePolicy(
  ports: Pick<Ports, 'policySource' | 'clock'>,
  options: { readonly strict: boolean; readonly tiers: readonly number[] },
): Promise<Solved> {
  const { policy, findings } = await ports.policySource.load();
  if (!policy) return { solutions: [], findings, understood: false, strict: options.strict };
  const timeZones = [...new Set(policy.sites.map(({ timeZone }) => timeZone))];
  const given = { assume: policy.assume, timeZones, fromAt: calendarFrom(ports.clock.now()), strict: options.strict };
  const tiers = policy.tiers.filter(({ id }) => options.tiers.length === 0 || options.tiers.includes(id));
  return {
    solutions: tiers.map((tier) => ({ ...solveTier(tier, given), now: nowOf(tier, given) })),
    findings: [],
    understood: true,
    strict: options.strict,
  };
}

export type Wish = Pick<Tier, 'rpoSeconds' | 'graceSeconds' | 'retentionSeconds'> &
  Partial<Pick<Tier, 'deleteAfterSeconds' | 'reachSeconds'>> & { readonly schedule?: string };

/** The same for a promise that stands in no policy. */
export function solveWish(wish: Wish, given: Pick<Given, 'timeZones' | 'assume'> & { readonly now: UnixSeconds }): Solution {
  const tier: Tier = {
    id: 0,
    name: 'the promise',
    pool: '',
    rtoSeconds: 86_400,
    lock: false,
    encryption: false,
    consistency: 'crash',
    mode: 'snapshot',
    ...wish,
    schedule: wish.schedule ?? '04:00',
  };
  const { timeZones, assume, now } = given;
  return solveTier(tier, { timeZones, assume, fromAt: calendarFrom(now), strict: false }, wish.schedule);
}

function solveTier(tier: Tier, given: Given, fixedSchedule?: string): Solution {
  const { rpoSeconds, graceSeconds, retentionSeconds, deleteAfterSeconds, reachSeconds } = tier;
  const promised = {
    rpoSeconds,
    graceSeconds,
    retentionSeconds,
    ...(deleteAfterSeconds !== undefined && { deleteAfterSeconds }),
    ...(reachSeconds !== undefined && { reachSeconds }),
  };
  const zones = given.timeZones.flatMap((timeZone) => zoneFrom(timeZone, given.fromAt) ?? []);
  const allowed = rpoSeconds + (given.strict ? 0 : graceSeconds);
  const schedule =
    fixedSchedule ??
    (zones.length === given.timeZones.length
      ? solveSchedule(allowed, chancesOf(given.assume, tier), { zones, fromAt: given.fromAt }, tier.schedule)
      : undefined);
  const common = { id: tier.id, name: tier.name, promised };
  if (schedule === undefined) return common;
  const { keep: _keep, statedKeep: _stated, ...open } = tier;
  const proof = proveTier({ ...open, schedule }, given);
  const holds = proof.proofs.length > 0 && proof.proofs.every((one) => one.holds);
  return { ...common, ...(fixedSchedule === undefined || holds ? { schedule } : {}), ...(proof.keep ? { keep: proof.keep } : {}), proof };
}

function nowOf(tier: Tier, given: Given): NonNullable<Solution['now']> {
  const { statedKeep: _, ...rest } = tier;
  const proof = proveTier(rest, given);
  return { schedule: tier.schedule, holds: proof.findings.length === 0, ...(proof.keep ? { keep: proof.keep } : {}) };
}

/** `04:00, keep-daily 31` */
export function spellSolution({ schedule, keep }: Pick<Solution, 'schedule' | 'keep'>): string {
  return `${schedule ?? 'no schedule'}, ${keep ? spellKeep(keep) : 'no keep values'}`;
}
