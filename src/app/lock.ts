import type { Finding } from '#core/finding.ts';
import { enter } from '#core/ledger/enter.ts';
import { groupOf, groupsSeen, placeKey } from '#core/ledger/place.ts';
import type { GroupPlace, LedgerPoint } from '#core/memory/record.ts';
import type { Policy, Site, TierId } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Actual } from '#core/world/actual.ts';
import type { ProxmoxError } from '#core/world/proxmox-error.ts';
import { rememberedGroups } from './ledger.ts';
import { keepLocks, planGroup } from './locks.ts';
import { unknownSites } from './named-sites.ts';
import { withSites } from './plan.ts';
import type { Lease, Memory, Ports, Proxmox } from './ports.ts';
import { look } from './status.ts';
import { enterGroups } from './watch-ledger.ts';

export type LockOptions = {
  /** Only these sites; all where absent. */
  readonly sites?: readonly string[];
  /** Set and lift protections now, in the name of a person; `holder` names this process among those that write. */
  readonly apply?: { readonly by: string; readonly holder: string };
};

export type Locks =
  | { readonly outcome: 'invalid'; readonly findings: readonly Finding[] }
  | { readonly outcome: 'shown'; readonly policy: Policy; readonly sites: readonly SiteLocks[] };

/** How the locks of a site stand: after what was done, where something was. */
export type SiteLocks = {
  readonly site: Site;
  /** Why nothing is known of it. */
  readonly trouble?: ProxmoxError;
  /** Servers whose groups the look could not read in whole: of these `groups` says only what is remembered. */
  readonly unseen: readonly string[];
  /** Groups with points of a tier that locks, or with a protection. */
  readonly groups: readonly GroupLocks[];
  /** What was done. `elsewhere`: a running watch holds the site and sees to its locks itself. */
  readonly done?: 'elsewhere' | { readonly protected: number; readonly lifted: number };
  readonly findings: readonly Finding[];
};

export type GroupLocks = {
  readonly place: GroupPlace;
  /** The guest's name, where there is a guest of that id. */
  readonly name?: string;
  readonly tier?: TierId;
  readonly points: number;
  readonly ours: number;
  readonly others: number;
  readonly toProtect: number;
  readonly toLift: number;
  /** Points beyond the limit of the group. */
  readonly beyond: number;
  /** When the next of our protections is due. */
  readonly nextDueAt?: UnixSeconds;
};

const LEASE_SECONDS = 60;

/** How points are protected on PBS against what their tiers promise; with `apply` made so. Without it nothing is written, here or there. */
export async function lock(ports: Ports & { readonly memory: Memory }, options: LockOptions): Promise<Locks> {
  return withSites(ports, async ({ policy, findings, proxmox }) => {
    if (!policy) return { outcome: 'invalid', findings };
    const unknown = unknownSites(policy, options.sites);
    if (unknown.length > 0) return { outcome: 'invalid', findings: unknown };
    const wanted = policy.sites.filter(({ name }) => options.sites === undefined || options.sites.includes(name));
    const sites: SiteLocks[] = [];
    for (const site of wanted) sites.push(await lockSite(ports, { policy, site, proxmox: proxmox.get(site.name)! }, options.apply));
    return { outcome: 'shown', policy, sites };
  });
}

type Here = { readonly policy: Policy; readonly site: Site; readonly proxmox: Proxmox };

async function lockSite(ports: Ports & { readonly memory: Memory }, here: Here, apply: LockOptions['apply']): Promise<SiteLocks> {
  const { site, proxmox } = here;
  const seen = await look(site, proxmox);
  if (!seen.actual) return { site, trouble: seen.trouble, unseen: [], groups: [], findings: [] };
  const { actual } = seen;
  const unseen = unseenServers(actual);
  const shown = async (): Promise<GroupLocks[]> => groupsNow(ports, here, actual);
  if (!apply) return { site, unseen, groups: await shown(), findings: [] };
  try {
    const lease = (await ports.memory.leases.round(apply.holder, [site.name], LEASE_SECONDS)).find((one) => one.site === site.name);
    if (!lease) return { site, unseen, groups: await shown(), done: 'elsewhere', findings: [] };
    const done = await carryOut(ports, { ...here, actual, lease, by: apply.by });
    const { actual: after = actual } = done === 'elsewhere' ? { actual } : await look(site, proxmox);
    return {
      site,
      unseen: unseenServers(after),
      groups: await groupsNow(ports, here, after),
      done: done === 'elsewhere' ? done : done.counts,
      findings: done === 'elsewhere' ? [] : done.findings,
    };
  } finally {
    await ports.memory.leases.release(apply.holder);
  }
}

function unseenServers({ pbs }: Actual): string[] {
  return pbs
    .filter(
      ({ datastores, namespaces }) =>
        !datastores.known || namespaces.some(({ groups }) => !groups.known && groups.unknown.kind !== 'missing'),
    )
    .map(({ name }) => name);
}

type Work = Here & { readonly actual: Actual; readonly lease: Lease; readonly by: string };
type Done =
  | 'elsewhere'
  | { readonly counts: { readonly protected: number; readonly lifted: number }; readonly findings: readonly Finding[] };

async function carryOut({ clock, memory }: Ports & { readonly memory: Memory }, work: Work): Promise<Done> {
  const { policy, site, actual, lease, by, proxmox } = work;
  const entered = await enterGroups({ policy, site, actual, now: clock.now(), memory, lease, whole: true });
  if (entered === 'lease-lost') return 'elsewhere';
  if (entered.points.length > 0 && (await memory.recordPoints(lease, entered.points, [])) === 'lease-lost') return 'elsewhere';
  const groups = pointsOf(rememberedGroups(memory, site.name));
  const kept = await keepLocks({ clock, memory, protector: proxmox }, { policy, site, actual, lease, by, groups });
  if (kept.outcome === 'lease-lost') return 'elsewhere';
  const lifted = entered.findings.filter(({ code }) => code === 'HF-LOCK-LIFTED');
  return { counts: { protected: kept.protected, lifted: kept.lifted }, findings: [...lifted, ...kept.findings] };
}

async function* pointsOf(groups: AsyncIterable<{ readonly points: readonly LedgerPoint[] }>): AsyncGenerator<readonly LedgerPoint[]> {
  for await (const { points } of groups) yield points;
}

/** Every group as it stands: what is remembered, with the look held against it and nothing written. */
async function groupsNow(ports: Ports & { readonly memory: Memory }, here: Here, actual: Actual): Promise<GroupLocks[]> {
  const { policy, site } = here;
  const known = new Map<string, readonly LedgerPoint[]>();
  for await (const { place, points } of rememberedGroups(ports.memory, site.name, { gone: true })) known.set(placeKey(place), points);
  const places = new Map(
    [...[...known.values()].map((points) => points[0]!), ...groupsSeen(actual)].map((place) => [placeKey(place), place]),
  );
  const groups = [...places].map(([key, place]) => ({ place: groupOf(place), points: known.get(key) ?? [] }));
  const entered = Map.groupBy(enter({ policy, site, actual, now: ports.clock.now(), groups }).points, placeKey);
  return groups
    .map(({ place, points }) => {
      const changed = new Map(entered.get(placeKey(place))?.map((point) => [point.at, point]));
      const merged = [...points.filter(({ at }) => !changed.has(at)), ...changed.values()].filter(({ goneAt }) => goneAt === undefined);
      return { place, points: merged.toSorted((a, b) => a.at - b.at) };
    })
    .flatMap(({ place, points }) => describe(ports, { policy, actual }, place, points))
    .toSorted((a, b) => compare(a.place, b.place));
}

/** By where it lies, then by number. */
function compare(a: GroupPlace, b: GroupPlace): number {
  const where = ({ server, datastore, namespace }: GroupPlace): string => `${server} ${datastore} ${namespace}`;
  if (where(a) !== where(b)) return where(a) < where(b) ? -1 : 1;
  return Number(a.id) - Number(b.id) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function describe(
  ports: Pick<Ports, 'clock'>,
  { policy, actual }: { readonly policy: Policy; readonly actual: Actual },
  place: GroupPlace,
  points: readonly LedgerPoint[],
): GroupLocks[] {
  if (points.length === 0) return [];
  const plan = planGroup(ports, { policy, actual }, points);
  const ours = points.filter((point) => point.protected && point.lockedAt !== undefined);
  const others = points.filter((point) => point.protected && point.lockedAt === undefined).length;
  const tier = points.findLast((point) => point.tier !== undefined)?.tier;
  const locks = policy.tiers.some(({ id, lock }) => id === tier && lock);
  if (!locks && ours.length === 0 && others === 0) return [];
  const guests = actual.pve.guests.known ? actual.pve.guests.value : [];
  const name = guests.find(({ type, vmid }) => type === place.type && String(vmid) === place.id)?.name;
  const dates = ours.flatMap(({ notBeforeAt }) => notBeforeAt ?? []);
  return [
    {
      place,
      ...(name === undefined ? {} : { name }),
      ...(tier === undefined ? {} : { tier }),
      points: points.filter(({ sizeBytes }) => sizeBytes !== undefined).length,
      ours: ours.length,
      others,
      toProtect: plan.protect.length,
      toLift: plan.lift.length,
      beyond: plan.beyond.length,
      ...(dates.length === 0 ? {} : { nextDueAt: Math.min(...dates) }),
    },
  ];
}
