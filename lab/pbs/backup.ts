import { mayAny } from '../auth.ts';
import type { World } from '../world.ts';
import { utcText } from '../zone.ts';
import { dropSnapshot, groupPath, hasRoom } from './content.ts';
import * as log from './backup-log.ts';
import { startTask } from './jobs.ts';
import { aclPath, callerOf, maintenanceError, ownedBy, rightsOf } from './rights.ts';
import { addGroup, addSnapshot, type BackupFile, type BackupType, type PbsState, type Session, type Task } from './state.ts';
import { verifySeconds } from './verify.ts';
import { beginTask, endTask, findTask, logTo } from './tasks.ts';

/** A backup client that connects: the words of a refusal are those it prints. */
export type Opened = { readonly ok: true; readonly upid: string } | { readonly ok: false; readonly error: string };

export type NewBackup = {
  readonly authId: string;
  readonly store: string;
  readonly ns: string;
  readonly type: BackupType;
  readonly id: string;
  readonly time: number;
};

/** Begins a backup session: an unfinished snapshot stands there, the group is locked, a task runs until the session is finished or aborted. */
export function openBackup(world: World, pbs: PbsState, backup: NewBackup): Opened {
  const refusal = refuses(world, pbs, backup);
  if (refusal !== undefined) return { ok: false, error: refusal };
  const { store, ns, type, id, time } = backup;
  const group = addGroup(pbs.datastores[store]!.namespaces[ns]!, { type, id, owner: backup.authId });
  const previous = group.snapshots.findLast((one) => one.state === 'finished');
  const task = beginTask(world, pbs, { type: 'backup', workerId: `${store}:${type}/${id}`, authId: backup.authId });
  task.session = { store, ns, type, id, time };
  group.lock = task.upid;
  addSnapshot(group, { time, files: [], state: 'running', ...(world.now > time ? { arrivedAt: world.now } : {}) });
  logTo(world, pbs, { task, lines: log.openLines({ store, ns, type, id, time }, previous) });
  return { ok: true, upid: task.upid };
}

function refuses(world: World, pbs: PbsState, backup: NewBackup): string | undefined {
  const { authId, store, ns, type, id, time } = backup;
  const path = aclPath(store, ns);
  if (!mayAny(rightsOf(world, pbs), callerOf(authId), path, ['Datastore.Backup'])) {
    return `permission check failed - missing Datastore.Backup on ${path}`;
  }
  const datastore = pbs.datastores[store];
  if (!datastore) return `no such datastore '${store}'`;
  const maintenance = maintenanceError(pbs, store, 'write');
  if (maintenance !== undefined) return maintenance;
  const namespace = datastore.namespaces[ns];
  if (!namespace) return 'namespace not found';
  const group = namespace.groups[`${type}/${id}`];
  if (!group) return undefined;
  if (!ownedBy(group.owner, authId)) return `backup owner check failed (${authId} != ${group.owner})`;
  if (group.lock !== undefined) {
    const lock = `/run/proxmox-backup/locks/${store}/${ns.replaceAll('/', ':')}/${type}-${id}`;
    return `unable to acquire backup group lock "${lock}" while creating locked backup group "${datastore.config['path']}/${groupPath(ns, `${type}/${id}`)}"`;
  }
  const last = group.snapshots.at(-1);
  return last && last.time >= time ? 'backup timestamp is older than last backup.' : undefined;
}

export type FinishedBackup = {
  /** The manifest included. */
  readonly files: readonly BackupFile[];
  /** What is new on the datastore: the chunks no other snapshot has. */
  readonly newBytes: number;
  readonly notes?: string;
  readonly fingerprint?: string;
};

/** Ends a session well, unless the datastore has no room: then the snapshot is gone and the client reads why. */
export function finishBackup(world: World, pbs: PbsState, upid: string, result: FinishedBackup): Opened {
  const { task, session } = openSession(pbs, upid);
  const datastore = pbs.datastores[session.store]!;
  if (!hasRoom(datastore, result.newBytes)) {
    const full = log.fullLine(session);
    logTo(world, pbs, { task, lines: [...log.archiveLines(session, result), `POST /fixed_chunk: 400 Bad Request: ${full}`] });
    takeBack(world, pbs, {
      task,
      session,
      reason: 'backup ended but finished state is not set.',
      opening: ['backup ended and finish failed: backup ended but finished state is not set.', 'removing unfinished backup'],
    });
    return { ok: false, error: full };
  }
  const group = datastore.namespaces[session.ns]!.groups[`${session.type}/${session.id}`]!;
  const snapshot = group.snapshots.find((one) => one.time === session.time)!;
  const previous = group.snapshots.findLast((one) => one.time < session.time && one.state === 'finished');
  Object.assign(snapshot, { state: 'finished', files: result.files, newBytes: result.newBytes });
  if (result.notes !== undefined) snapshot.notes = result.notes;
  if (result.fingerprint !== undefined) snapshot.fingerprint = result.fingerprint;
  // What is uploaded anew replaces a damaged chunk that was set aside.
  if (previous?.corrupt && previous.verification?.state === 'failed' && datastore.badChunks > 0) delete previous.corrupt;
  delete group.lock;
  logTo(world, pbs, {
    task,
    lines: [
      ...log.archiveLines(session, result),
      ...log.closeLines(session, result),
      ...log.finishLines(String(datastore.config['path']), session),
    ],
  });
  endTask(world, pbs, { task, status: 'OK' });
  if (datastore.config['verify-new'] === true) verifyNew(world, pbs, task, session);
  return { ok: true, upid };
}

/** `verify-new`: a task of its own, as whoever made the backup. */
function verifyNew(world: World, pbs: PbsState, { authId }: Task, { store, ns, type, id, time }: Session): void {
  const work = { kind: 'verify', scope: { store, ns, group: `${type}/${id}`, time }, ignoreVerified: false } as const;
  startTask(world, pbs, {
    type: 'verify',
    workerId: `${store}:${type}/${id}/${time.toString(16).toUpperCase().padStart(8, '0')}`,
    authId,
    work,
    seconds: verifySeconds(world, pbs, work),
    opening: ['Automatically verifying newly added snapshot'],
  });
}

/** The client went away: the server removes what is unfinished, and the group where nothing is left in it. */
export function abortBackup(world: World, pbs: PbsState, upid: string, begun: readonly BackupFile[] = []): void {
  const { task, session } = openSession(pbs, upid);
  logTo(world, pbs, { task, lines: log.archiveLines(session, { files: begun, newBytes: 1 }) });
  takeBack(world, pbs, {
    task,
    session,
    reason: 'connection error: connection reset',
    opening: ['backup failed: connection error', 'removing failed backup'],
  });
  // The server writes one more line after the last one, so the status of this task reads `unknown`.
  logTo(world, pbs, { task, lines: ['POST /fixed_chunk: 400 Bad Request: error reading a body from connection'] });
}

type TakenBack = { readonly task: Task; readonly session: Session; readonly reason: string; readonly opening: readonly string[] };

function takeBack(world: World, pbs: PbsState, { task, session, reason, opening }: TakenBack): void {
  const { store, ns, type, id, time } = session;
  const datastore = pbs.datastores[store]!;
  const group = datastore.namespaces[ns]!.groups[`${type}/${id}`]!;
  delete group.lock;
  dropSnapshot(pbs, { store, ns, group, time });
  logTo(world, pbs, {
    task,
    lines: [...opening, `removing backup snapshot "${datastore.config['path']}/${groupPath(ns, `${type}/${id}`)}/${utcText(time)}"`],
  });
  endTask(world, pbs, { task, status: reason });
}

function openSession(pbs: PbsState, upid: string): { readonly task: Task; readonly session: Session } {
  const task = findTask(pbs, upid);
  if (!task?.session || task.status !== undefined) throw new Error(`no open backup session ${upid}`);
  return { task, session: task.session };
}
