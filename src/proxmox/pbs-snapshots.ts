import type { PointName } from '#app/ports.ts';
import type { BackupGroup, Snapshot } from '#core/world/actual.ts';
import { parseUpid } from '#core/world/upid.ts';
import { segment, type Http } from './http.ts';
import { asList, asRow, fail, flag, mapRows, optionalText, optionalWhole, text, whole, type Envelope, type Row } from './wire/read.ts';

/** A group's row, without its snapshots. `lastBackupAt` and `backupCount` count running and broken ones: they are signals of change, no evidence. */
export type GroupRow = Pick<BackupGroup, 'type' | 'id' | 'owner' | 'comment' | 'backupCount'> & { readonly lastBackupAt?: number };

/**
 * Namespaces at and below `parent`, itself included. Needs any right on the datastore.
 * A parent that does not exist is listed too: existence is proved only by the listing of the level above.
 */
export function listNamespaces(http: Http, store: string, parent: string, maxDepth?: number): Promise<string[]> {
  const params = { ...(parent === '' ? {} : { parent }), 'max-depth': maxDepth };
  return http.get(`/admin/datastore/${segment(store)}/namespace`, params, ({ data }) => mapRows(data, (row) => text(row, 'ns')).sort());
}

/** Groups of one namespace, not of those below. Needs Datastore.Audit (with Datastore.Backup alone: own groups only, others left out). */
export function listGroups(http: Http, store: string, namespace: string): Promise<GroupRow[]> {
  return http.get(`/admin/datastore/${segment(store)}/groups`, nsOf(namespace), ({ data }) => mapRows(data, readGroup).sort(byTypeAndId));
}

function readGroup(row: Row): GroupRow {
  const lastBackupAt = optionalWhole(row, 'last-backup');
  return {
    type: readType(row),
    id: text(row, 'backup-id'),
    owner: optionalText(row, 'owner') ?? '',
    comment: optionalText(row, 'comment') ?? '',
    backupCount: whole(row, 'backup-count'),
    ...(lastBackupAt === undefined ? {} : { lastBackupAt }),
  };
}

function readType(row: Row): BackupGroup['type'] {
  const type = row['backup-type'];
  return type === 'vm' || type === 'ct' || type === 'host' ? type : fail('backup-type', 'vm, ct or host', type);
}

/** Orders groups by type, then by id as numbers go: `vm/99` before `vm/101`. */
export function byTypeAndId(a: Pick<GroupRow, 'type' | 'id'>, b: Pick<GroupRow, 'type' | 'id'>): number {
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  return a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

export type SnapshotsByGroup = ReadonlyMap<string, readonly Snapshot[]>;

/**
 * All snapshots of one namespace (not of those below), or of one group of it, by `vm/101`, oldest first.
 * Needs Datastore.Audit. PBS reads every manifest for this, so whole namespaces are costly.
 */
export function listSnapshots(
  http: Http,
  store: string,
  namespace: string,
  group?: Pick<GroupRow, 'type' | 'id'>,
): Promise<SnapshotsByGroup> {
  const only = group ? { 'backup-type': group.type, 'backup-id': group.id } : {};
  return http.get(`/admin/datastore/${segment(store)}/snapshots`, { ...nsOf(namespace), ...only }, readSnapshots);
}

/** How PBS's calls name one snapshot. */
export function snapshotParams({ namespace, type, id, at }: PointName): Readonly<Record<string, string | number>> {
  return { ...nsOf(namespace), 'backup-type': type, 'backup-id': id, 'backup-time': at };
}

function nsOf(namespace: string): { readonly ns?: string } {
  return namespace === '' ? {} : { ns: namespace };
}

/** By hand and in one pass: this is the list with hundreds of thousands of rows. Texts that repeat are kept once. */
function readSnapshots({ data }: Envelope): SnapshotsByGroup {
  const groups = new Map<string, Snapshot[]>();
  const seen: Seen = { files: [], verifications: new Map(), owner: '' };
  const rows = asList(data);
  for (let i = 0; i < rows.length; i++) {
    const row = asRow(rows[i], `data[${i}]`);
    const key = `${readType(row)}/${text(row, 'backup-id')}`;
    const snapshot = readSnapshot(row, seen);
    const group = groups.get(key);
    if (group) group.push(snapshot);
    else groups.set(key, [snapshot]);
  }
  for (const snapshots of groups.values()) snapshots.sort((a, b) => a.at - b.at);
  return groups;
}

type Seen = { files: readonly string[]; readonly verifications: Map<string, NonNullable<Snapshot['verification']>>; owner: string };

function readSnapshot(row: Row, seen: Seen): Snapshot {
  const sizeBytes = optionalWhole(row, 'size');
  const verification = row['verification'];
  const files = asList(row['files'] ?? [], 'files');
  const owner = optionalText(row, 'owner') ?? '';
  if (owner !== seen.owner) seen.owner = owner;
  return {
    at: whole(row, 'backup-time'),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    protected: flag(row, 'protected', false),
    owner: seen.owner,
    comment: optionalText(row, 'comment') ?? '',
    ...(verification === undefined || verification === null
      ? {}
      : { verification: readVerification(asRow(verification, 'verification'), seen) }),
    encryption: readEncryption(files),
    files: readFiles(files, seen),
  };
}

/** A job verifies many snapshots: its UPID is read once. */
function readVerification(row: Row, seen: Seen): NonNullable<Snapshot['verification']> {
  const upid = text(row, 'upid');
  const state = row['state'];
  if (state !== 'ok' && state !== 'failed') fail('verification.state', 'ok or failed', state);
  const key = `${state}${upid}`;
  let known = seen.verifications.get(key);
  if (!known) {
    const at = parseUpid(upid)?.startedAt ?? fail('verification.upid', 'a UPID', upid);
    known = { state, upid, at };
    seen.verifications.set(key, known);
  }
  return known;
}

/** Names of the archives; the list of the row before is taken over where it is the same, as it mostly is. */
function readFiles(files: readonly unknown[], seen: Seen): readonly string[] {
  let same = files.length === seen.files.length;
  for (let i = 0; same && i < files.length; i++) same = fileName(files[i]) === seen.files[i];
  if (!same) seen.files = files.map(fileName);
  return seen.files;
}

function fileName(file: unknown): string {
  return typeof file === 'string' ? file : text(asRow(file, 'files'), 'filename');
}

/** What PBS and its client add themselves; their own mode says nothing about the data. */
const NO_DATA = new Set(['index.json.blob', 'client.log.blob', 'rsa-encrypted.key.blob']);

/** From the archives alone: the manifest of an encrypted snapshot calls itself only signed. */
function readEncryption(files: readonly unknown[]): Snapshot['encryption'] {
  let found: unknown;
  for (const file of files) {
    if (typeof file !== 'object' || file === null) continue;
    const { filename, 'crypt-mode': mode } = file as Row;
    if (mode === undefined || NO_DATA.has(filename as string)) continue;
    if (found !== undefined && found !== mode) return 'mixed';
    found = mode;
  }
  if (found === undefined) return 'unknown';
  return found === 'encrypt'
    ? 'encrypted'
    : found === 'sign-only'
      ? 'signed'
      : found === 'none'
        ? 'none'
        : fail('crypt-mode', 'none, encrypt or sign-only', found);
}
