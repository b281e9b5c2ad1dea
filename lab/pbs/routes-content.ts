import { refuse, type Route } from '../route.ts';
import { shuffled } from '../world.ts';
import { utcText } from '../zone.ts';
import { dropGroup, dropSnapshot, groupPath, sizeOf } from './content.ts';
import { debugGroup, debugSnapshot } from './debug.ts';
import { checkNamespace, datastoreOf, groupOf, namespaceOf, ownedBy, type GroupAsked, type PbsCall } from './rights.ts';
import * as is from './schemas.ts';
import type { GroupState, PbsState, SnapshotState } from './state.ts';

const READS = { full: ['Datastore.Audit'], own: ['Datastore.Backup'] } as const;
const CHANGES = { full: ['Datastore.Modify'], own: ['Datastore.Backup'] } as const;
const DELETES = { full: ['Datastore.Modify'], own: ['Datastore.Prune'] } as const;

/** Answers with more rows than this are streamed. */
const STREAMED_ROWS = 5000;

function where({ params }: PbsCall) {
  return { store: params.text('store'), ns: params.optionalText('ns') ?? '' };
}

function listGroups(call: PbsCall): unknown {
  const at = where(call);
  const scope = checkNamespace(call, { ...at, ...READS });
  const { groups } = namespaceOf(datastoreOf(call, at.store, 'read'), at.ns);
  const visible = Object.values(groups).filter((group) => scope === 'all' || ownedBy(group.owner, call.caller.authId));
  return shuffled(call.world, visible).map(groupRow);
}

/** `last-backup` is that of the newest finished one, unless there is only one snapshot: then of that, finished or not. */
export function groupRow(group: GroupState) {
  const only = group.snapshots.length === 1 ? group.snapshots[0] : undefined;
  const last = only ?? group.snapshots.findLast((one) => one.state === 'finished' || one.state === 'broken');
  return {
    'backup-type': group.type,
    'backup-id': group.id,
    'last-backup': last?.time ?? 0,
    'backup-count': group.snapshots.length,
    files: (last?.files ?? []).map(({ filename }) => filename),
    owner: group.owner,
    ...(group.notes === undefined ? {} : { comment: firstLine(group.notes) }),
  };
}

function listSnapshots(call: PbsCall): unknown {
  const at = where(call);
  const scope = checkNamespace(call, { ...at, ...READS });
  const datastore = datastoreOf(call, at.store, 'read');
  const type = call.params.optionalText('backup-type');
  const id = call.params.optionalText('backup-id');
  if ((type === undefined || id === undefined) && !datastore.namespaces[at.ns]) refuse(400, 'ENOENT: No such file or directory');
  const there = datastore.namespaces[at.ns]?.groups ?? {};
  const one = type === undefined || id === undefined ? undefined : there[`${type}/${id}`];
  const groups = (type === undefined || id === undefined ? Object.values(there) : one ? [one] : []).filter(
    (group) =>
      (type === undefined || group.type === type) &&
      (id === undefined || group.id === id) &&
      (scope === 'all' || ownedBy(group.owner, call.caller.authId)),
  );
  let rows = 0;
  for (const group of groups) rows += group.snapshots.length;
  const list = snapshotRows(call, shuffled(call.world, groups));
  return rows > STREAMED_ROWS ? list : [...list];
}

function* snapshotRows(call: PbsCall, groups: readonly GroupState[]) {
  for (const group of groups) for (const snapshot of shuffled(call.world, group.snapshots)) yield snapshotRow(group, snapshot);
}

/** One without a manifest has no size, and nothing but names for its files. */
function snapshotRow(group: GroupState, snapshot: SnapshotState) {
  const finished = snapshot.state === 'finished';
  return {
    'backup-type': group.type,
    'backup-id': group.id,
    'backup-time': snapshot.time,
    ...(snapshot.notes ? { comment: firstLine(snapshot.notes) } : {}),
    ...(snapshot.verification && finished ? { verification: snapshot.verification } : {}),
    ...(snapshot.fingerprint !== undefined && finished ? { fingerprint: snapshot.fingerprint } : {}),
    files: finished ? snapshot.files : snapshot.files.map(({ filename }) => ({ filename })),
    ...(finished ? { size: sizeOf(snapshot) } : {}),
    owner: group.owner,
    protected: snapshot.protected,
  };
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function deleteGroup(call: PbsCall): unknown {
  const at = where(call);
  const { group, place } = groupOf(call, { ...at, ...DELETES, operation: 'write' });
  if (!group) return refuse(400, `read dir "${place}" - ENOENT: No such file or directory`);
  if (group.lock !== undefined) refuse(400, `while destroying group '${debugGroup(at.store, at.ns, group)}'`);
  const { removed, kept } = dropGroup(call.state, { ...at, group });
  if (kept > 0 && call.params.all['error-on-protected'] !== false) refuse(400, 'group only partially deleted due to protected snapshots');
  return { 'protected-snapshots': kept, 'removed-groups': kept > 0 ? 0 : 1, 'removed-snapshots': removed };
}

const NOT_THERE = 'No such file or directory (os error 2)';

function deleteSnapshot(call: PbsCall): unknown {
  const at = where(call);
  const { group, snapshot, place } = snapshotOf(call, { ...at, ...DELETES, operation: 'write' });
  if (!group || !snapshot) return refuse(400, `failed to delete snapshot - removing backup snapshot "${place}" failed - ${NOT_THERE}`);
  if (snapshot.protected) refuse(400, 'failed to delete snapshot - cannot remove protected snapshot');
  dropSnapshot(call.state, { ...at, group, time: snapshot.time });
  return null;
}

type SnapshotFound = { readonly group: GroupState | undefined; readonly snapshot: SnapshotState | undefined; readonly place: string };

function snapshotOf(call: PbsCall, asked: GroupAsked): SnapshotFound {
  const { group, place } = groupOf(call, asked);
  const time = call.params.number('backup-time') ?? 0;
  return { group, snapshot: group?.snapshots.find((one) => one.time === time), place: `${place}/${utcText(time)}` };
}

function setProtected(call: PbsCall): unknown {
  const at = where(call);
  const { params } = call;
  const { group, snapshot } = snapshotOf(call, { ...at, ...CHANGES, operation: 'write' });
  const name = `${params.text('backup-type')}/${params.text('backup-id')}/${utcText(params.number('backup-time') ?? 0)}`;
  if (!group || !snapshot) return refuse(400, `snapshot ${name} does not exist!`);
  if (snapshot.state === 'running')
    refuse(400, `while updating the protection status of snapshot '${debugSnapshot(at.store, at.ns, { group, time: snapshot.time })}'`);
  snapshot.protected = params.flag('protected');
  return null;
}

function setNotes(call: PbsCall): unknown {
  const { snapshot, place } = snapshotOf(call, { ...where(call), ...CHANGES, operation: 'write' });
  if (!snapshot) return refuse(400, `unable to update manifest blob - ${noManifest(place)}`);
  const notes = call.params.text('notes');
  if (notes === '') delete snapshot.notes;
  else snapshot.notes = notes;
  return null;
}

function noManifest(place: string): string {
  return `unable to load blob '"${place}/index.json.blob"' - ${NOT_THERE}`;
}

function getNotes(call: PbsCall): unknown {
  const { snapshot, place } = snapshotOf(call, { ...where(call), ...READS, operation: 'read' });
  return snapshot ? (snapshot.notes ?? '') : refuse(400, noManifest(place));
}

function setGroupNotes(call: PbsCall): unknown {
  const { group, place } = groupOf(call, { ...where(call), ...CHANGES, operation: 'write' });
  const failed = `failed to set group notes - failed to replace group notes file: mkstemp "${place}/notes.tmp_XXXXXX" failed`;
  if (!group) return refuse(400, `${failed}: ENOENT: No such file or directory`);
  const notes = call.params.text('notes');
  if (notes === '') delete group.notes;
  else group.notes = notes;
  return null;
}

/** Anybody with Datastore.Modify; otherwise only between a user and its own tokens. */
function changeOwner(call: PbsCall): unknown {
  const at = where(call);
  const { caller, params, state } = call;
  const scope = checkNamespace(call, { ...at, ...CHANGES });
  const datastore = datastoreOf(call, at.store, 'write');
  const group = datastore.namespaces[at.ns]?.groups[`${params.text('backup-type')}/${params.text('backup-id')}`];
  const place = groupPath(at.ns, `${params.text('backup-type')}/${params.text('backup-id')}`);
  if (!group) return refuse(400, `unable to read "${datastore.config['path']}/${place}/owner" - ${NOT_THERE}`);
  const newOwner = params.text('new-owner');
  if (scope === 'own' && !(ownersOf(group.owner, newOwner) === caller.authId)) {
    refuse(401, `${caller.authId} does not have permission to change owner of backup group '${group.type}/${group.id}' to ${newOwner}`);
  }
  if (!isActive(state, newOwner)) refuse(400, `${newOwner.includes('!') ? 'API token' : 'user'} '${newOwner}' is inactive or non-existent`);
  if (group.lock !== undefined) refuse(400, `while setting the owner of group '${debugGroup(at.store, at.ns, group)}'`);
  group.owner = newOwner;
  return null;
}

/** The user whom both belong to, where at least one is a token. */
function ownersOf(owner: string, newOwner: string): string | undefined {
  const [user] = owner.split('!');
  return user === newOwner.split('!')[0] && (owner.includes('!') || newOwner.includes('!')) ? user : undefined;
}

function isActive(pbs: PbsState, authId: string): boolean {
  const [userId = '', token] = authId.split('!');
  const user = pbs.access.users[userId];
  return user?.enabled === true && (token === undefined || user.tokens[token] !== undefined);
}

const base = '/admin/datastore/{store}';
const inside = 'inside' as const;

export const CONTENT_ROUTES: readonly Route<PbsState>[] = [
  { method: 'GET', path: `${base}/groups`, privilege: inside, params: { store: is.id, ns: is.namespace }, handle: listGroups },
  {
    method: 'DELETE',
    path: `${base}/groups`,
    privilege: inside,
    params: { ...is.groupParams, 'error-on-protected': is.flag },
    handle: deleteGroup,
  },
  {
    method: 'GET',
    path: `${base}/snapshots`,
    privilege: inside,
    params: { store: is.id, ns: is.namespace, 'backup-type': is.optional(is.backupType), 'backup-id': is.optional(is.backupId) },
    handle: listSnapshots,
  },
  { method: 'DELETE', path: `${base}/snapshots`, privilege: inside, params: is.snapshotParams, handle: deleteSnapshot },
  {
    method: 'PUT',
    path: `${base}/protected`,
    privilege: inside,
    params: { ...is.snapshotParams, protected: { type: 'boolean' } },
    handle: setProtected,
  },
  {
    method: 'GET',
    path: `${base}/protected`,
    privilege: inside,
    params: is.snapshotParams,
    // Of a snapshot that is not there it says that it is not protected.
    handle: (call) => snapshotOf(call, { ...where(call), ...READS, operation: 'read' }).snapshot?.protected ?? false,
  },
  { method: 'PUT', path: `${base}/notes`, privilege: inside, params: { ...is.snapshotParams, notes: is.anyText }, handle: setNotes },
  {
    method: 'GET',
    path: `${base}/notes`,
    privilege: inside,
    params: is.snapshotParams,
    handle: getNotes,
  },
  {
    method: 'PUT',
    path: `${base}/group-notes`,
    privilege: inside,
    params: { ...is.groupParams, notes: is.anyText },
    handle: setGroupNotes,
  },
  {
    method: 'GET',
    path: `${base}/group-notes`,
    privilege: inside,
    params: is.groupParams,
    handle: (call) => groupOf(call, { ...where(call), ...READS, operation: 'read' }).group?.notes ?? '',
  },
  {
    method: 'POST',
    path: `${base}/change-owner`,
    privilege: inside,
    params: { ...is.groupParams, 'new-owner': is.authId },
    handle: changeOwner,
  },
];
