import type { Finding } from '#core/finding.ts';
import { placeKey } from '#core/ledger/place.ts';
import type { LedgerPoint } from '#core/memory/record.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Actual } from '#core/world/actual.ts';
import { rememberedGroups } from './ledger.ts';
import { keepLocks } from './locks.ts';
import type { Clock, Lease, Memory, Protector } from './ports.ts';

export type LocksInput = {
  readonly clock: Clock;
  readonly memory: Pick<Memory, 'points' | 'groupPoints' | 'recordPoints'>;
  readonly protector: Protector;
  readonly policy: Policy;
  readonly site: Site;
  readonly lease: Lease;
  /** The look whose points were written down just now, and those points. */
  readonly actual: Actual;
  readonly changed: readonly LedgerPoint[];
  /** What the run before left behind. */
  readonly before?: LocksSeen;
};

/** What one run of the locks leaves to the next. */
export type LocksSeen = {
  /** When all groups were last seen to. */
  readonly wholeAt: UnixSeconds;
  /** Some are to be seen to again at the next cycle: not all was done, or not all could be. */
  readonly again: boolean;
  /** There were more steps than one run does; the next may follow at once. */
  readonly left: boolean;
  readonly protected: number;
  readonly lifted: number;
  /** What stood in the way, for the next cycle to tell. */
  readonly findings: readonly Finding[];
};

/** Points become due by time alone; nobody minds that a protection stands some hours longer. */
const WHOLE_SECONDS = 6 * 3600;
/** A run that was not done in whole, or that failed, is tried again whole after this long at the soonest. */
const AGAIN_SECONDS = 300;
/** Steps of one run: the next look must not wait for the first protection of a whole datastore. */
const MOST_STEPS = 200;

/**
 * Sees to the locks after a cycle was written down: of the groups that changed, and now and then of all. Part of the cycle and not beside it, for
 * both write points. A server that the look could not see is left out. `lease-lost` where another holds the site by now.
 */
export async function seeToLocks(input: LocksInput): Promise<LocksSeen | 'lease-lost'> {
  const { clock, memory, protector, policy, site, lease, actual, before } = input;
  const now = clock.now();
  const since = before ? now - before.wholeAt : Infinity;
  const whole = since >= WHOLE_SECONDS || before?.left === true || (before?.again === true && since >= AGAIN_SECONDS);
  const there = new Set(actual.pbs.flatMap(({ name, node }) => (node.known ? [name] : [])));
  const groups = whole ? allGroups(input, there) : changedGroups(input, there);
  const kept = await keepLocks({ clock, memory, protector }, { policy, site, actual, lease, by: 'holdfast', groups, most: MOST_STEPS });
  if (kept.outcome === 'lease-lost') return 'lease-lost';
  const { protected: set, lifted, findings, left } = kept;
  const again = left || findings.length > 0 || there.size < site.pbs.length;
  if (whole || !before) return { wholeAt: now, again, left, protected: set, lifted, findings };
  const standing = before.findings.filter(({ code, at }) => !findings.some((one) => one.code === code && one.at === at));
  return {
    wholeAt: before.wholeAt,
    again: again || before.again,
    left: left || before.left,
    protected: set,
    lifted,
    findings: [...standing, ...findings],
  };
}

async function* allGroups({ memory, site }: LocksInput, there: ReadonlySet<string>): AsyncGenerator<readonly LedgerPoint[]> {
  for await (const { place, points } of rememberedGroups(memory, site.name)) if (there.has(place.server)) yield points;
}

async function* changedGroups({ memory, changed }: LocksInput, there: ReadonlySet<string>): AsyncGenerator<readonly LedgerPoint[]> {
  const places = new Map(changed.map((point) => [placeKey(point), point]));
  for (const place of places.values()) if (there.has(place.server)) yield memory.groupPoints(place);
}
