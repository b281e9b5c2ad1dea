import type { Finding } from '#core/finding.ts';
import { readClocks } from '#core/ledger/clocks.ts';
import { lockFailedFinding, lockLimitFinding } from '#core/ledger/lock-findings.ts';
import { lockLimit, planLocks, type LockPlan, type LockStep } from '#core/ledger/locks.ts';
import { spellPoint } from '#core/ledger/place.ts';
import { ownership } from '#core/ledger/ownership.ts';
import type { AuditEntry, LedgerPoint } from '#core/memory/record.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Actual } from '#core/world/actual.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { Clock, Lease, Memory, PointName, Protector } from './ports.ts';

export type LockPorts = { readonly clock: Clock; readonly memory: Pick<Memory, 'recordPoints'>; readonly protector: Protector };

export type LockWork = {
  readonly policy: Policy;
  readonly site: Site;
  /** The look whose points are remembered by now. */
  readonly actual: Actual;
  readonly lease: Lease;
  /** Points that are not gone, a whole group at a time: the groups that changed, or now and then all of the site, for time alone makes points due. */
  readonly groups: AsyncIterable<readonly LedgerPoint[]> | Iterable<readonly LedgerPoint[]>;
  /** Who does it, for the audit log: `holdfast`, or a person. */
  readonly by: string;
  /** Steps after which the rest is left for the next call; all where absent. */
  readonly most?: number;
  /** Instants of the points of a group that drills restored. */
  readonly drilled?: (group: LedgerPoint) => ReadonlySet<UnixSeconds>;
};

export type LockResult = {
  readonly outcome: 'done' | 'lease-lost';
  readonly protected: number;
  readonly lifted: number;
  /** Not all was done: there were more steps than wanted at once. */
  readonly left: boolean;
  readonly findings: readonly Finding[];
};

/**
 * Sets and lifts protections on PBS so that they are as promised. Killed anywhere, the next call goes on: what we set out to protect or to
 * lift is remembered before PBS is asked, and the flag is read before it is written, so that a person's protection is not taken for ours.
 * A server that does not answer is left for the next call; the login is the storages' backup token, which can protect and not delete.
 */
export async function keepLocks(ports: LockPorts, work: LockWork): Promise<LockResult> {
  const done = { protected: 0, lifted: 0 };
  const findings: Finding[] = [];
  const failures = new Map<string, Failure>();
  let left = work.most ?? Infinity;
  for await (const points of work.groups) {
    const [first] = points;
    if (!first) continue;
    if (left <= 0) break;
    const plan = planGroup(ports, work, points);
    const [most, ...more] = plan.beyond;
    if (most) findings.push(lockLimitFinding(work.site, [most, ...more], limitFor(work, first)));
    const steps = plan.protect.length + plan.lift.length;
    const failed = failures.get(first.server);
    if (failed && stopsServer(failed.error)) {
      failures.set(first.server, { error: failed.error, left: failed.left + steps });
      continue;
    }
    if (steps === 0) continue;
    left -= steps;
    const group = await carryOut(ports, work, plan);
    done.protected += group.protected;
    done.lifted += group.lifted;
    if (group.failure) failures.set(first.server, { error: group.failure.error, left: (failed?.left ?? 0) + group.failure.left });
    if (group.leaseLost) return { ...done, findings, left: true, outcome: 'lease-lost' };
  }
  findings.push(...[...failures.values()].map(({ error, left }) => lockFailedFinding(work.site, error, left)));
  return { ...done, findings, left: left <= 0, outcome: 'done' };
}

/** What `keepLocks` would do to one group. */
export function planGroup(
  { clock }: Pick<LockPorts, 'clock'>,
  { policy, actual, drilled }: Pick<LockWork, 'policy' | 'actual' | 'drilled'>,
  points: readonly LedgerPoint[],
): LockPlan {
  const first = points[0]!;
  const clocks = readClocks(actual, first.server, clock.now());
  return planLocks({ policy, clocks, points, ...(drilled ? { drilled: drilled(first) } : {}) });
}

/**
 * Writes down that the protection of a point is a person's from now on, whoever set it first: it is not lifted on its date. Not beside a cycle, for that
 * writes what it read before.
 */
export async function handOver(
  memory: Pick<Memory, 'groupPoints' | 'recordPoints'>,
  lease: Lease,
  point: PointName,
): Promise<'done' | 'lease-lost'> {
  const known = (await memory.groupPoints(point)).find(({ at }) => at === point.at);
  if (!known) return 'done';
  const written = await memory.recordPoints(lease, [{ ...unlocked(known), protected: true }], []);
  return written === 'lease-lost' ? written : 'done';
}

function limitFor({ policy }: LockWork, { tier }: LedgerPoint): number {
  const found = policy.tiers.find(({ id }) => id === tier);
  return found ? lockLimit(found) : 0;
}

type Failure = { readonly error: ProxmoxError; readonly left: number };

/** Trouble of one point or group stops that group; any other stands in the way of all on that server. */
function stopsServer({ kind }: ProxmoxError): boolean {
  return !['missing', 'invalid', 'failed', 'busy', 'conflict', 'forbidden'].includes(kind);
}

type GroupDone = { readonly protected: number; readonly lifted: number; readonly failure?: Failure; readonly leaseLost?: true };

/** The steps of one group: flags are read, all intents are written at once, then PBS is told, then what came of it is written. */
async function carryOut(ports: LockPorts, work: LockWork, { protect, lift }: LockPlan): Promise<GroupDone> {
  const now = ports.clock.now();
  const read = await eachUntilTrouble([...protect, ...lift], ({ point }) => ports.protector.isProtected(point));
  const flags = new Map(read.done.map(({ item, value }) => [item, value]));
  const known = (steps: readonly LockStep[], on: boolean): LockStep[] => steps.filter((step) => flags.get(step) === on);
  const set = known(protect, false).map((step) => ({ ...step, point: { ...step.point, lockedAt: now } }));
  const off = known(lift, true)
    .filter(({ point }) => point.protected || ownership(point, true, now).lockedAt !== undefined)
    .map((step) => ({ ...step, point: { ...step.point, protected: false, lockedAt: now } }));
  const ours = new Set(off.map(({ point }) => point.at));
  const settled = [
    ...known(protect, true).map(({ point }) => ({ ...unlocked(point), protected: true, ...ownership(point, true, now) })),
    ...known(lift, true).flatMap(({ point }) => (ours.has(point.at) ? [] : [{ ...unlocked(point), protected: true }])),
    ...known(lift, false).map(({ point }) => ({ ...unlocked(point), protected: false })),
  ];
  const intents = [...settled, ...[...set, ...off].map(({ point }) => point)];
  if (intents.length > 0 && (await ports.memory.recordPoints(work.lease, intents, [])) === 'lease-lost')
    return { protected: 0, lifted: 0, leaseLost: true };

  const sets = await eachUntilTrouble(set, ({ point }) => ports.protector.setProtected(point, true));
  const offs = await eachUntilTrouble(sets.trouble ? [] : off, ({ point }) => ports.protector.setProtected(point, false));
  const points = [
    ...sets.done.map(({ item }) => ({ ...item.point, protected: true })),
    ...offs.done.map(({ item }) => ({ ...unlocked(item.point), protected: false })),
  ];
  const audit = [
    ...sets.done.map(({ item }) => entry(work, now, 'protect', item)),
    ...offs.done.map(({ item }) => entry(work, now, 'lift', item)),
  ];
  const lost = points.length > 0 && (await ports.memory.recordPoints(work.lease, points, audit)) === 'lease-lost';
  const error = read.trouble ?? sets.trouble ?? offs.trouble;
  const left = protect.length + lift.length - settled.length - points.length;
  return {
    protected: sets.done.length,
    lifted: offs.done.length,
    ...(error ? { failure: { error, left } } : {}),
    ...(lost ? { leaseLost: true } : {}),
  };
}

function unlocked({ lockedAt: _lockedAt, ...point }: LedgerPoint): LedgerPoint {
  return point;
}

/** One after the other until the server refuses; a point that is not there any more is left out, for the next look tells of it. */
async function eachUntilTrouble<T, R>(
  items: readonly T[],
  act: (item: T) => Promise<R>,
): Promise<{ readonly done: readonly { readonly item: T; readonly value: R }[]; readonly trouble?: ProxmoxError }> {
  const done: { readonly item: T; readonly value: R }[] = [];
  for (const item of items) {
    try {
      done.push({ item, value: await act(item) });
    } catch (error) {
      if (!(error instanceof ProxmoxError)) throw error;
      if (error.kind !== 'missing') return { done, trouble: error };
    }
  }
  return { done };
}

function entry({ by }: LockWork, at: UnixSeconds, act: 'protect' | 'lift', { point, because }: LockStep): AuditEntry {
  return { at, by, act, on: `${point.site}: ${spellPoint(point)}`, detail: because };
}
