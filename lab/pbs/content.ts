import type { DatastoreState, GroupState, PbsState, SnapshotState } from './state.ts';

const CHUNK_BYTES = 2 ** 21;

/** `ns/home/ns/tier-1/vm/120`: where a group lies below the datastore's path. */
export function groupPath(ns: string, group: string): string {
  return `${namespacePath(ns)}${group}`;
}

/** `ns/home/ns/tier-1/`, empty for the root. */
export function namespacePath(ns: string): string {
  if (ns === '') return '';
  const levels = ns.split('/').map((level) => `ns/${level}`);
  return `${levels.join('/')}/`;
}

/** Everything on the file system: other files, chunks in use, chunks that wait for collection. */
export function storedBytes(datastore: DatastoreState): number {
  let bytes = datastore.otherBytes;
  for (const waiting of datastore.garbage) bytes += waiting.bytes;
  for (const namespace of Object.values(datastore.namespaces))
    for (const group of Object.values(namespace.groups)) bytes += groupBytes(group);
  return bytes;
}

type Room = { readonly other: number; readonly total: number; upperBytes: number; asked: number };

/** What was there at the last count, and everything that came since. */
const rooms = new WeakMap<DatastoreState, Room>();

/** Whether as much fits in. Counted anew only now and then while there is plenty of room, for a fleet asks often. */
export function hasRoom(datastore: DatastoreState, newBytes: number): boolean {
  const { otherBytes, totalBytes } = datastore;
  const known = rooms.get(datastore);
  if (known?.other === otherBytes && known.total === totalBytes && known.asked < 500 && known.upperBytes + newBytes < totalBytes * 0.8) {
    known.upperBytes += newBytes;
    known.asked += 1;
    return true;
  }
  const bytes = storedBytes(datastore);
  rooms.set(datastore, { other: otherBytes, total: totalBytes, upperBytes: bytes + newBytes, asked: 0 });
  return bytes + newBytes <= totalBytes;
}

type Known = { readonly count: number; readonly first: number; readonly last: number; readonly bytes: number };

/** Sums of groups that have not changed since: a fleet has hundreds of thousands of snapshots, and each backup asks for the room left. */
const sums = new WeakMap<GroupState, Known>();

function groupBytes(group: GroupState): number {
  const { snapshots } = group;
  const [count, first, last] = [snapshots.length, snapshots[0]?.newBytes ?? 0, snapshots.at(-1)?.newBytes ?? 0];
  const known = sums.get(group);
  if (known?.count === count && known.first === first && known.last === last) return known.bytes;
  let bytes = 0;
  for (const snapshot of snapshots) bytes += snapshot.newBytes;
  sums.set(group, { count, first, last, bytes });
  return bytes;
}

export function* eachSnapshot(datastore: DatastoreState) {
  for (const [ns, namespace] of Object.entries(datastore.namespaces)) {
    for (const group of Object.values(namespace.groups)) for (const snapshot of group.snapshots) yield { ns, group, snapshot };
  }
}

/** The namespace and those below it, as many levels down as asked; parents before children. */
export function namespacesBelow(datastore: DatastoreState, ns: string, maxDepth?: number): readonly string[] {
  const level = ns === '' ? 0 : ns.split('/').length;
  return Object.keys(datastore.namespaces)
    .filter((path) => ns === '' || path === ns || path.startsWith(`${ns}/`))
    .filter((path) => maxDepth === undefined || (path === '' ? 0 : path.split('/').length) - level <= maxDepth)
    .sort();
}

export type SnapshotAt = { readonly store: string; readonly ns: string; readonly group: GroupState; readonly time: number };

/**
 * Takes a snapshot away; most of its chunks are still used by the next younger one, the rest becomes garbage.
 * With the last snapshot the group goes.
 */
export function dropSnapshot(pbs: PbsState, { store, ns, group, time }: SnapshotAt): void {
  const index = group.snapshots.findIndex((one) => one.time === time);
  if (index < 0) return;
  const datastore = pbs.datastores[store]!;
  const [removed] = group.snapshots.splice(index, 1);
  const next = group.snapshots[index];
  const bytes = removed!.newBytes;
  const inherited = next && removed!.state === 'finished' ? Math.floor(bytes * 0.9) : 0;
  if (next) next.newBytes += inherited;
  // A chunk was last touched when it came or when the last collection marked it.
  const touchedAt = Math.max(removed!.arrivedAt ?? time, pbs.jobRuns[`gc:${store}`]?.startedAt ?? 0);
  if (bytes > inherited)
    datastore.garbage.push({ bytes: bytes - inherited, chunks: Math.ceil((bytes - inherited) / CHUNK_BYTES), touchedAt });
  if (group.snapshots.length === 0) delete datastore.namespaces[ns]!.groups[`${group.type}/${group.id}`];
}

/** Removes all snapshots that are not protected; says how many of each there were. */
export function dropGroup(pbs: PbsState, at: Omit<SnapshotAt, 'time'>): { removed: number; kept: number } {
  const going = at.group.snapshots.filter((one) => !one.protected);
  const kept = at.group.snapshots.length - going.length;
  for (const { time } of going) dropSnapshot(pbs, { ...at, time });
  if (at.group.snapshots.length === 0) delete pbs.datastores[at.store]!.namespaces[at.ns]!.groups[`${at.group.type}/${at.group.id}`];
  return { removed: going.length, kept };
}

export function sizeOf(snapshot: SnapshotState): number {
  let bytes = 0;
  for (const file of snapshot.files) bytes += file.size;
  return bytes;
}
