import { enter, type Entered, type EnterInput, type RememberedGroup } from '#core/ledger/enter.ts';
import { groupsSeen, groupsToEnter, placeKey } from '#core/ledger/place.ts';
import type { GroupPlace, LedgerPoint } from '#core/memory/record.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Actual } from '#core/world/actual.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { parseRemovals } from '#core/world/removals.ts';
import type { Lease, Memory, Observer } from './ports.ts';

export type LedgerInput = {
  readonly memory: Pick<Memory, 'sites' | 'groups' | 'groupPoints' | 'recordPoints'>;
  readonly lease: Lease;
  readonly policy: Policy;
  readonly site: Site;
  readonly actual: Actual;
  readonly previous?: Actual;
  /** Compare every group, whether it changed or not: at the first look, and after the policy changed. */
  readonly whole: boolean;
  readonly now: UnixSeconds;
  /** Reads the log of a task; absent: who removed points is told as far as the tasks' names say it. */
  readonly taskLog?: Observer['taskLog'];
};

export type LedgerEntered = Omit<Entered, 'suspects'>;

/** Groups that are read and compared together. */
const GROUPS_AT_ONCE = 200;
/** More points than this are written before the cycle's record: a fleet's first look would not fit into memory. */
const POINTS_AT_ONCE = 5000;

/**
 * What the ledger says after a look: the points to write with the cycle, and what went before its date.
 *
 * Points beyond the first thousands are written at once. Should the cycle's own record then never come, the next look finds the same
 * losses in what is remembered, for it compares every group again. `lease-lost` where another holds the site by now.
 */
export async function enterGroups(input: LedgerInput): Promise<LedgerEntered | 'lease-lost'> {
  const { memory, lease, policy, site, actual, previous, now } = input;
  let points: LedgerPoint[] = [];
  const [findings, over]: [Entered['findings'][number][], string[]] = [[], []];
  const former = await formerNames(input);
  for (const places of inParts(await placesOf(input))) {
    const groups = await Promise.all(places.map((place) => remember(memory, place, former)));
    const entered = await enterSure(input, { policy, site, actual, now, groups, ...(previous && { previous }) });
    points.push(...entered.points);
    findings.push(...entered.findings);
    over.push(...entered.over);
    if (points.length <= POINTS_AT_ONCE) continue;
    if ((await memory.recordPoints(lease, points, [])) === 'lease-lost') return 'lease-lost';
    points = [];
  }
  return { points, findings, over };
}

/** Logs that are read to find out who removed points; of a server gone mad the rest is only suspect. */
const MOST_LOGS = 20;

/** Where points went early, the logs of the tasks that may have removed them say whether they did. */
async function enterSure({ taskLog }: LedgerInput, given: EnterInput): Promise<Entered> {
  const entered = enter(given);
  const suspects = new Map(entered.suspects.map((one) => [one.upid, one]));
  if (!taskLog || suspects.size === 0) return entered;
  const removals = new Map<string, ReadonlySet<string>>();
  for (const { server, upid } of [...suspects.values()].slice(0, MOST_LOGS)) {
    try {
      removals.set(upid, parseRemovals(await taskLog(server, upid)));
    } catch (error) {
      if (!(error instanceof ProxmoxError)) throw error;
    }
  }
  return enter({ ...given, removals });
}

/** Names that the memory knows and the policy no longer has: a site may have got another name. Asked for where all is compared. */
async function formerNames({ memory, policy, whole }: LedgerInput): Promise<readonly string[]> {
  if (!whole) return [];
  const names = new Set(policy.sites.map(({ name }) => name));
  return (await memory.sites()).filter((name) => !names.has(name));
}

async function remember(memory: Pick<Memory, 'groupPoints'>, place: GroupPlace, formerNames: readonly string[]): Promise<RememberedGroup> {
  const points = await memory.groupPoints(place, { gone: true });
  if (points.length > 0 || formerNames.length === 0) return { place, points };
  const former = await Promise.all(formerNames.map((site) => memory.groupPoints({ ...place, site })));
  return { place, points, former: former.flat() };
}

async function placesOf({ memory, site, actual, previous, whole }: LedgerInput): Promise<readonly GroupPlace[]> {
  if (!whole && previous) return groupsToEnter(actual, previous);
  const places = [...groupsSeen(actual), ...(await memory.groups(site.name))];
  return [...new Map(places.map((place) => [placeKey(place), place])).values()];
}

/** In parts, groups of one guest always together: one that moved is known as moved only where both its places are compared at once. */
function inParts(places: readonly GroupPlace[]): readonly (readonly GroupPlace[])[] {
  const parts: GroupPlace[][] = [[]];
  for (const group of Map.groupBy(places, ({ type, id }) => `${type}/${id}`).values()) {
    if (parts.at(-1)!.length > 0 && parts.at(-1)!.length + group.length > GROUPS_AT_ONCE) parts.push([]);
    parts.at(-1)!.push(...group);
  }
  return parts;
}
