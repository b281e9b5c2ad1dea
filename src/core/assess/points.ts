import type { TierPlace } from '../desired/place.ts';
import type { Actual, BackupGroup, Guest, Observed, Unknown } from '../world/actual.ts';
import type { UnixSeconds } from '../units.ts';
import { depthBelow, spellNamespace } from '../world/namespace.ts';
import type { AssessInput } from './assess.ts';
import { judgePoints, keepers, type JudgedPoint, type Judging } from './evidence.ts';
import type { Neighbours } from './neighbours.ts';
import { isSame, ledPlaces } from './own-places.ts';
import type { StateDisk } from './state-disks.ts';

/** The groups of the namespaces a tier's points lie in, ready for one look-up a guest. */
export type TierGroups =
  | { readonly known: true; readonly asOf: UnixSeconds; readonly byName: ReadonlyMap<string, BackupGroup> }
  | { readonly known: false; readonly unknown: Unknown };

/**
 * What a PBS holds in one namespace. A namespace that the level above does not list holds nothing; one that could not be read,
 * or that lies below one that could not, is not known.
 */
export function groupsIn(actual: Actual, place: TierPlace): TierGroups {
  const server = actual.pbs.find(({ name }) => name === place.pbs);
  const around = server?.namespaces.filter(
    ({ datastore, namespace }) => datastore === place.datastore && depthBelow(place.namespace, namespace) !== undefined,
  );
  const found = around?.find(({ namespace }) => namespace === place.namespace);
  if (found?.groups.known) return index(found.groups);
  const unread = [...(found ? [found] : []), ...(around ?? [])]
    .map(({ groups }) => groups)
    .find((groups) => !groups.known && groups.unknown.kind !== 'missing');
  if (unread && !unread.known) return { known: false, unknown: unread.unknown };
  if (server?.datastores.known === false) return { known: false, unknown: server.datastores.unknown };
  return { known: true, asOf: actual.asOf, byName: new Map() };
}

function index(groups: Observed<readonly BackupGroup[]>): TierGroups {
  if (!groups.known) return { known: false, unknown: groups.unknown };
  if (!groups.complete && groups.gaps[0]) return { known: false, unknown: groups.gaps[0] };
  return { known: true, asOf: groups.asOf, byName: new Map(groups.value.map((group) => [`${group.type}/${group.id}`, group])) };
}

/** Whose groups hold a guest's state, with the points in each, newest first. */
export function pointsOf(
  guest: Guest,
  neighbours: Neighbours,
  groups: ReadonlyMap<string, BackupGroup>,
  common: Omit<Judging, 'disks'>,
): { readonly keeper: Guest; readonly disks: readonly StateDisk[]; readonly points: readonly JudgedPoint[] }[] {
  return keepers(guest, neighbours).map(({ keeper, disks }) => {
    const group = groups.get(`${keeper.type}/${keeper.vmid}`);
    return { keeper, disks, points: group ? judgePoints(keeper, group, { disks, ...common }) : [] };
  });
}

/** Where else the points of a guest lie, by the name of its group. */
export type OtherPlaces = (group: string) => readonly { readonly place: TierPlace; readonly group: BackupGroup }[];

/** All groups where the guests of a site may have points, by name. The index is only made where somebody asks. */
export function otherPlaces(input: Pick<AssessInput, 'policy' | 'site' | 'actual'>): OtherPlaces {
  const isNear = ledPlaces(input);
  let byName: Map<string, { place: TierPlace; group: BackupGroup }[]> | undefined;
  return (name) => (byName ??= indexAll()).get(name) ?? [];

  function indexAll(): Map<string, { place: TierPlace; group: BackupGroup }[]> {
    const all = input.actual.pbs.flatMap(({ name, namespaces }) =>
      namespaces.flatMap(({ datastore, namespace, groups }) => {
        const place = { pbs: name, datastore, namespace };
        return groups.known && isNear(place) ? groups.value.map((group) => ({ place, group })) : [];
      }),
    );
    return Map.groupBy(all, ({ group }) => `${group.type}/${group.id}`);
  }
}

/** The newest usable point of a guest that lies outside the namespace of its tier. */
export function newestElsewhere(
  { keeper, disks }: ReturnType<typeof keepers>[number],
  { others, own, ...common }: Omit<Judging, 'disks' | 'ownNodes'> & { readonly others: OtherPlaces; readonly own: TierPlace | undefined },
): { readonly at: UnixSeconds; readonly where: string } | undefined {
  const found = others(`${keeper.type}/${keeper.vmid}`).flatMap(({ place, group }) => {
    if (own && isSame(own, place)) return [];
    const newest = judgePoints(keeper, group, { disks, ownNodes: undefined, ...common }).find(({ usable }) => usable);
    return newest ? [{ at: newest.at, where: `${spellNamespace(place)} on PBS ${place.pbs}` }] : [];
  });
  return found.toSorted((a, b) => b.at - a.at)[0];
}
