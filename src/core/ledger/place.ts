import { placeOf } from '../desired/place.ts';
import type { GroupPlace } from '../memory/record.ts';
import type { Policy, Site, Tier } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual, BackupGroup, Observed, PbsActual } from '../world/actual.ts';
import { spellNamespace } from '../world/namespace.ts';

/** The group of a point, and nothing else of it. */
export function groupOf({ site, server, datastore, namespace, type, id }: GroupPlace): GroupPlace {
  return { site, server, datastore, namespace, type, id };
}

/** One text for one group, for maps. */
export function placeKey({ site, server, datastore, namespace, type, id }: GroupPlace): string {
  return JSON.stringify([site, server, datastore, namespace, type, id]);
}

/** `vm/101 in main:home/tier-1`, with the server's name where a site has several. */
export function spellPlace({ server, datastore, namespace, type, id }: GroupPlace, several = false): string {
  return `${type}/${id} in ${spellNamespace({ datastore, namespace })}${several ? ` of PBS ${server}` : ''}`;
}

/** `main:home/tier-1 vm/101/2026-11-25T02:00:00Z`: a point by the name PBS gives it. */
export function spellPoint(point: GroupPlace & { readonly at: UnixSeconds }): string {
  return `${spellNamespace(point)} ${spellSnapshot(point)}`;
}

/** `vm/101/2026-11-25T02:00:00Z` */
export function spellSnapshot({ type, id, at }: Pick<GroupPlace, 'type' | 'id'> & { readonly at: UnixSeconds }): string {
  return `${type}/${id}/${Temporal.Instant.fromEpochMilliseconds(at * 1000).toString()}`;
}

/**
 * The tier that promised something to the points of a group: the one whose namespace they lie in, because its job made them and its
 * prune job decides about them. Which tier the guest has today says nothing about points made earlier. Elsewhere nobody promised anything.
 */
export function tierOfPlace({ tiers }: Pick<Policy, 'tiers'>, site: Site, place: Omit<GroupPlace, 'site'>): Tier | undefined {
  return tiers.find((tier) => {
    const own = placeOf(site, tier);
    return own?.pbs === place.server && own.datastore === place.datastore && own.namespace === place.namespace;
  });
}

/**
 * What a look says of a group. `absent` is claimed only where the server listed the whole namespace; a namespace or datastore that could
 * not be read, or is not listed any more, says nothing: a token that lost a right sees the same.
 */
export type GroupLook =
  | { readonly state: 'listed'; readonly group: BackupGroup }
  /** It is there, but its points were not listed anew: what was known still stands. */
  | { readonly state: 'unchanged' }
  | { readonly state: 'absent' }
  | { readonly state: 'unseen' };

/** Looks a group up in a look, without asking anybody. */
export function lookAtGroup(actual: Actual, place: GroupPlace): GroupLook {
  const groups = groupsIn(actual, place);
  if (!groups?.known) return { state: 'unseen' };
  const group = indexOf(groups.value).get(`${place.type}/${place.id}`);
  if (group) return group.listedAt >= groups.asOf ? { state: 'listed', group } : { state: 'unchanged' };
  return { state: groups.complete ? 'absent' : 'unseen' };
}

/** Whether the server lists the whole namespace of a group, and nothing is in it. */
export function isEmptied(actual: Actual, place: GroupPlace): boolean {
  const groups = groupsIn(actual, place);
  return groups?.known === true && groups.complete && groups.value.length === 0;
}

/** When a look listed a group, whose points it then saw; undefined where it did not. */
export function listedAt(actual: Actual, place: GroupPlace): UnixSeconds | undefined {
  const groups = groupsIn(actual, place);
  return groups?.known ? indexOf(groups.value).get(`${place.type}/${place.id}`)?.listedAt : undefined;
}

/** What a look says of all groups of a namespace; undefined where it does not know the namespace. */
function groupsIn({ pbs }: Actual, place: GroupPlace): Observed<readonly BackupGroup[]> | undefined {
  return pbs
    .find(({ name }) => name === place.server)
    ?.namespaces.find(({ datastore, namespace }) => datastore === place.datastore && namespace === place.namespace)?.groups;
}

const indexes = new WeakMap<readonly BackupGroup[], ReadonlyMap<string, BackupGroup>>();

/** A namespace may hold ten thousand groups, and each is looked up. */
function indexOf(groups: readonly BackupGroup[]): ReadonlyMap<string, BackupGroup> {
  const index = indexes.get(groups) ?? new Map(groups.map((group) => [`${group.type}/${group.id}`, group]));
  indexes.set(groups, index);
  return index;
}

/**
 * The groups whose points may differ from what is remembered: those listed anew since `previous`, and those it had that this look proves
 * absent. Without `previous` every group that stands there; what memory knows beyond them must then be added by who holds the memory.
 */
export function groupsToEnter(actual: Actual, previous?: Actual): GroupPlace[] {
  return actual.pbs.flatMap((server) => {
    const before = previous?.pbs.find(({ name }) => name === server.name);
    return [...listedAnew(actual.site, server), ...vanished(actual.site, server, before)];
  });
}

/** Every group that a look saw, listed anew or not. */
export function groupsSeen({ site, pbs }: Actual): GroupPlace[] {
  return pbs.flatMap((server) => placesOn(site, server, () => true));
}

function listedAnew(site: string, server: PbsActual): GroupPlace[] {
  return placesOn(site, server, ({ listedAt }, asOf) => listedAt >= asOf);
}

function placesOn(site: string, server: PbsActual, isWanted: (group: BackupGroup, asOf: UnixSeconds) => boolean): GroupPlace[] {
  return server.namespaces.flatMap(({ datastore, namespace, groups }) =>
    groups.known
      ? groups.value
          .filter((group) => isWanted(group, groups.asOf))
          .map(({ type, id }) => ({ site, server: server.name, datastore, namespace, type, id }))
      : [],
  );
}

function vanished(site: string, server: PbsActual, before: PbsActual | undefined): GroupPlace[] {
  return (before?.namespaces ?? []).flatMap(({ datastore, namespace, groups }) => {
    const now = server.namespaces.find((one) => one.datastore === datastore && one.namespace === namespace)?.groups;
    if (!groups.known || !now?.known || !now.complete) return [];
    const there = new Set(now.value.map(({ type, id }) => `${type}/${id}`));
    return groups.value
      .filter(({ type, id }) => !there.has(`${type}/${id}`))
      .map(({ type, id }) => ({ site, server: server.name, datastore, namespace, type, id }));
  });
}
