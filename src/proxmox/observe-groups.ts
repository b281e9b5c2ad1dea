import type { BackupGroup, Snapshot, Unknown } from '#core/world/actual.ts';
import type { Http } from './http.ts';
import { mapLimited, toUnknown, type Look } from './part.ts';
import { listGroups, listSnapshots, type GroupRow, type SnapshotsByGroup } from './pbs-snapshots.ts';
import { spellNamespace } from '#core/world/namespace.ts';

/** Most rows that one answer may hold: about 5 MB, and four seconds of a real server's time. */
const ROWS_AT_ONCE = 10_000;

export type GroupsRequest = {
  readonly store: string;
  readonly namespace: string;
  readonly before: readonly BackupGroup[] | undefined;
  /** Whether a task since the last look may have changed what the group's row does not show. */
  readonly touched: (group: BackupGroup) => boolean;
  readonly gaps: Unknown[];
};

/**
 * Groups of a namespace with their snapshots. The first look lists all; a later one only groups whose row changed (count, newest,
 * owner), that held an unfinished or failed snapshot, that a verification touched, and those whose turn it is:
 * at least five, at least one in a hundred. Protection and notes set by hand are therefore seen after at most 100 looks.
 */
export async function observeGroups(http: Http, look: Look, request: GroupsRequest): Promise<BackupGroup[]> {
  const { store, namespace, gaps } = request;
  const rows = await listGroups(http, store, namespace);
  const before = new Map((request.before ?? []).map((group) => [keyOf(group), group]));
  const due = new Set(chooseDue(rows, before, request.touched).map(keyOf));
  const rowsDue = rows.filter((row) => due.has(keyOf(row)));
  const total = countOf(rows);
  const atOnce = total <= ROWS_AT_ONCE && rowsDue.length > 1 && countOf(rowsDue) * 2 > total;
  const whole = atOnce ? await listWhole(http, request) : undefined;
  const groups = await mapLimited(rows, 6, async (row) => {
    const key = keyOf(row);
    const old = before.get(key);
    if (old && (!due.has(key) || whole === 'failed')) return { ...withoutSignal(row), snapshots: old.snapshots, listedAt: old.listedAt };
    if (whole === 'failed') return undefined;
    if (whole) return { ...withoutSignal(row), snapshots: whole.get(key) ?? [], listedAt: look.asOf };
    try {
      const listed = await listSnapshots(http, store, namespace, row);
      return { ...withoutSignal(row), snapshots: listed.get(key) ?? [], listedAt: look.asOf };
    } catch (error) {
      gaps.push(toUnknown(`snapshots of ${spellNamespace({ datastore: store, namespace })} ${key}`, error));
      return old;
    }
  });
  return groups.filter((group) => group !== undefined);
}

/** All snapshots of the namespace in one answer. Where that fails, what the last look held still stands, with its age. */
async function listWhole(http: Http, { store, namespace, before, gaps }: GroupsRequest): Promise<SnapshotsByGroup | 'failed'> {
  try {
    return await listSnapshots(http, store, namespace);
  } catch (error) {
    if (!before) throw error;
    gaps.push(toUnknown(`snapshots of ${spellNamespace({ datastore: store, namespace })}`, error));
    return 'failed';
  }
}

function keyOf({ type, id }: Pick<GroupRow, 'type' | 'id'>): string {
  return `${type}/${id}`;
}

function countOf(rows: readonly GroupRow[]): number {
  return rows.reduce((sum, { backupCount }) => sum + backupCount, 0);
}

function withoutSignal({ type, id, owner, comment, backupCount }: GroupRow): Omit<GroupRow, 'lastBackupAt'> {
  return { type, id, owner, comment, backupCount };
}

function chooseDue(
  rows: readonly GroupRow[],
  before: ReadonlyMap<string, BackupGroup>,
  touched: (group: BackupGroup) => boolean,
): GroupRow[] {
  const due: GroupRow[] = [];
  const waiting: { readonly row: GroupRow; readonly listedAt: number }[] = [];
  for (const row of rows) {
    const old = before.get(keyOf(row));
    if (!old || rowChanged(row, old) || old.snapshots.some(unsettled) || touched(old)) due.push(row);
    else waiting.push({ row, listedAt: old.listedAt });
  }
  const turn = Math.max(5, Math.ceil(rows.length / 100));
  return [
    ...due,
    ...waiting
      .sort((a, b) => a.listedAt - b.listedAt)
      .slice(0, turn)
      .map(({ row }) => row),
  ];
}

function rowChanged(row: GroupRow, old: BackupGroup): boolean {
  return (
    row.backupCount !== old.backupCount ||
    row.lastBackupAt !== old.snapshots.at(-1)?.at ||
    row.owner !== old.owner ||
    row.backupCount !== old.snapshots.length
  );
}

/** A snapshot that runs may finish, and a failed one may heal, without any change in the group's row. */
function unsettled(snapshot: Snapshot): boolean {
  return snapshot.sizeBytes === undefined || snapshot.verification?.state === 'failed';
}
