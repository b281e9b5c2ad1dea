import type { DatastoreState, GroupState, PbsState } from './state.ts';

const CHUNK_BYTES = 2 ** 21;

/** `ns/home/ns/tier-1/vm/120`: where a group lies below the datastore's path. */
export function groupPath(ns: string, group: string): string {
  const levels =
    ns === ''
      ? ''
      : `${ns
          .split('/')
          .map((level) => `ns/${level}`)
          .join('/')}/`;
  return `${levels}${group}`;
}

/** Everything on the file system: other files, chunks in use, chunks that wait for collection. */
export function storedBytes(datastore: DatastoreState): number {
  let bytes = datastore.otherBytes;
  for (const { bytes: waiting } of datastore.garbage) bytes += waiting;
  for (const { snapshot } of eachSnapshot(datastore)) bytes += snapshot.newBytes;
  return bytes;
}

export function* eachSnapshot(datastore: DatastoreState) {
  for (const [ns, namespace] of Object.entries(datastore.namespaces)) {
    for (const group of Object.values(namespace.groups)) for (const snapshot of group.snapshots) yield { ns, group, snapshot };
  }
}

export type SnapshotAt = { readonly store: string; readonly ns: string; readonly group: GroupState; readonly time: number };

/**
 * Takes a snapshot away; its chunks become garbage, and with the last snapshot the group goes.
 * Chunks a younger snapshot still uses stay: what it brought goes on to the next younger one.
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
  const touchedAt = Math.max(time, pbs.jobRuns[`gc:${store}`]?.startedAt ?? 0);
  if (bytes > inherited)
    datastore.garbage.push({ bytes: bytes - inherited, chunks: Math.ceil((bytes - inherited) / CHUNK_BYTES), touchedAt });
  if (group.snapshots.length === 0) delete datastore.namespaces[ns]!.groups[`${group.type}/${group.id}`];
}
