import type { UnixSeconds } from '../units.ts';
import { matchesRule, type Assignable } from './match.ts';
import type { AssignRule, Policy, Site, TierId } from './policy.ts';

/**
 * Which tier a guest has, and who said so.
 *
 * `configured` is what was said: the first rule of the policy that claims the guest. It is the promise the guest is
 * judged by. `effective` is what holds on Proxmox at this moment: the tier whose pool the guest is in, because the
 * tier's backup job takes that pool's members. They differ between a change of the policy and the next apply, after
 * somebody moved the guest by hand, and where a guest is in no tier's pool: then nothing backs it up as promised.
 */
export type Assignment = {
  readonly site: string;
  readonly vmid: number;
  readonly name: string;
  readonly configured: Configured;
  readonly effective: Effective;
  /** Other rules that claim the guest too and come later, in their order: what would hold were the first one removed. */
  readonly others: readonly AssignRule[];
};

export type Configured =
  | { readonly kind: 'tier'; readonly tier: TierId; readonly rule: AssignRule }
  /** Left without a promise on purpose, until a day. */
  | { readonly kind: 'exception'; readonly rule: AssignRule }
  /** The exception that claims it has ended: nothing protects the guest, and nobody accepts that any more. */
  | { readonly kind: 'expired'; readonly rule: AssignRule }
  | { readonly kind: 'unassigned' };

export type Effective =
  | { readonly kind: 'tier'; readonly tier: TierId; readonly pool: string }
  /** In no tier's pool; `pool` is the one it is in, where it is in one. */
  | { readonly kind: 'none'; readonly pool?: string };

/** The site of the guest, and the moment: exceptions end. */
export type Moment = { readonly site: Site; readonly now: UnixSeconds };

/** The assignment of one guest. First match wins; an exception that has ended still wins, and is reported as ended. */
export function assign(policy: Pick<Policy, 'assign' | 'tiers'>, moment: Moment, guest: Assignable): Assignment {
  const [first, ...others] = policy.assign.filter((rule) => matchesRule(rule, moment.site.name, guest));
  return {
    site: moment.site.name,
    vmid: guest.vmid,
    name: guest.name,
    configured: configure(moment, first),
    effective: effect(policy, guest),
    others,
  };
}

/** The tier whose promise the guest has; undefined where it has none. */
export function promisedTier({ configured }: Assignment): TierId | undefined {
  return configured.kind === 'tier' ? configured.tier : undefined;
}

function configure(moment: Moment, rule: AssignRule | undefined): Configured {
  if (!rule) return { kind: 'unassigned' };
  if (rule.tier !== 'none') return { kind: 'tier', tier: rule.tier, rule };
  return { kind: hasEnded(rule, { timeZone: moment.site.timeZone, now: moment.now }) ? 'expired' : 'exception', rule };
}

/** An exception holds to the end of its last day, in the site's zone. One without an end never began to hold. */
export function hasEnded(
  { until }: Pick<AssignRule, 'until'>,
  { timeZone, now }: { readonly timeZone: string; readonly now: UnixSeconds },
): boolean {
  return until === undefined || until < localDate(now, timeZone);
}

function localDate(at: UnixSeconds, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString();
}

function effect(policy: Pick<Policy, 'tiers'>, { pool }: Assignable): Effective {
  if (pool === undefined) return { kind: 'none' };
  const tier = policy.tiers.find((one) => one.pool === pool);
  return tier ? { kind: 'tier', tier: tier.id, pool } : { kind: 'none', pool };
}
