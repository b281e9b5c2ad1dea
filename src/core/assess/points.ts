import type { Actual, BackupGroup, Guest, Observed, Unknown } from '../world/actual.ts';
import type { UnixSeconds } from '../units.ts';
import { depthBelow } from '../world/namespace.ts';
import { judgePoints, keepers, type JudgedPoint } from './evidence.ts';
import type { Neighbours } from './neighbours.ts';

/** The groups of the namespaces a tier's points lie in, ready for one look-up a guest. */
export type TierGroups =
  | { readonly known: true; readonly asOf: UnixSeconds; readonly byName: ReadonlyMap<string, BackupGroup> }
  | { readonly known: false; readonly unknown: Unknown };

/**
 * What a PBS holds in one namespace. A namespace that the level above does not list holds nothing; one that could not be read,
 * or that lies below one that could not, is not known.
 */
export function groupsIn(
  actual: Actual,
  place: { readonly pbs: string; readonly datastore: string; readonly namespace: string },
): TierGroups {
  const server = actual.pbs.find(({ name }) => name === place.pbs);
  const around = server?.namespaces.filter(
    ({ datastore, namespace }) => datastore === place.datastore && depthBelow(place.namespace, namespace) !== undefined,
  );
  const found = around?.find(({ namespace }) => namespace === place.namespace);
  if (found?.groups.known) return index(found.groups);
  const unread = around?.map(({ groups }) => groups).find((groups) => !groups.known && groups.unknown.kind !== 'missing');
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
  now: UnixSeconds,
): { readonly keeper: Guest; readonly points: readonly JudgedPoint[] }[] {
  return keepers(guest, neighbours).map(({ keeper, disks }) => {
    const group = groups.get(`${keeper.type}/${keeper.vmid}`);
    return { keeper, points: group ? judgePoints(keeper, group, disks, now) : [] };
  });
}
