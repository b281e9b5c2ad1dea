import type { World } from '../world.ts';
import { utcText } from '../zone.ts';
import { groupPath, namespacesBelow, sizeOf } from './content.ts';
import { ownedBy } from './rights.ts';
import type { DatastoreState, GroupState, PbsState, Scope, SnapshotState, Task, Work } from './state.ts';
import { logTo, startedAtOf } from './tasks.ts';

type VerifyWork = Extract<Work, { kind: 'verify' }>;
type Placed = { readonly ns: string; readonly group: GroupState };

/** How long it takes to read what is to be verified. */
export function verifySeconds(world: World, pbs: PbsState, work: VerifyWork): number {
  let bytes = 0;
  for (const { group } of groupsIn(pbs, work.scope)) {
    for (const snapshot of snapshotsIn(group, work.scope)) if (isDue(world, work, snapshot)) bytes += sizeOf(snapshot);
  }
  return bytes / pbs.rate.verifyBytesPerSecond;
}

/**
 * Verifies what the scope names, into the task's log, and returns the task's status.
 *
 * A snapshot whose last verification is recent is skipped, also when that one failed: so a job ends OK over a snapshot it
 * knows to be corrupt. https://pbs.proxmox.com/docs/maintenance.html#verification
 */
export function runVerify(world: World, pbs: PbsState, { task, work }: { readonly task: Task; readonly work: VerifyWork }): string {
  const { scope } = work;
  const log = (...lines: string[]) => logTo(world, pbs, { task, lines });
  const datastore = pbs.datastores[scope.store];
  if (!datastore) return `no such datastore '${scope.store}'`;
  if (!datastore.namespaces[scope.ns]) return 'ENOENT: No such file or directory';
  const groups = groupsIn(pbs, scope);
  if (scope.group !== undefined && groups.length === 0) {
    const where = scope.ns === '' ? 'root namespace' : `namespace '${scope.ns}'`;
    log(`verify datastore '${scope.store}', ${where}, group ${scope.group} - unable to list backups: ENOENT: No such file or directory`);
    return 'OK';
  }
  const failed: string[] = [];
  if (scope.group === undefined)
    log(`verify datastore ${scope.store}`, `found ${groups.length} groups`, 'using 1 read and 4 verify thread(s)');
  for (const [place, { ns, group }] of groups.entries()) {
    const snapshots = snapshotsIn(group, scope);
    if (scope.time === undefined) log(`verify group ${scope.store}:${group.type}/${group.id} (${snapshots.length} snapshots)`);
    for (const [index, snapshot] of snapshots.entries()) {
      if (!verifyOne(world, pbs, { task, work, datastore, ns, group, snapshot })) {
        failed.push(`\t${groupPath(ns, `${group.type}/${group.id}`)}/${utcText(snapshot.time)}`);
      }
      if (scope.time === undefined) log(progress(groups.length, place, { done: index + 1, of: snapshots.length }));
    }
  }
  if (failed.length === 0) return 'OK';
  log('Failed to verify the following snapshots/groups:', ...failed);
  return 'verification failed - please check the log for details';
}

type One = {
  readonly task: Task;
  readonly work: VerifyWork;
  readonly datastore: DatastoreState;
  readonly ns: string;
  readonly group: GroupState;
  readonly snapshot: SnapshotState;
};

function verifyOne(world: World, pbs: PbsState, { task, work, datastore, ns, group, snapshot }: One): boolean {
  const log = (...lines: string[]) => logTo(world, pbs, { task, lines });
  const name = `${work.scope.store}:${group.type}/${group.id}/${utcText(snapshot.time)}`;
  if (snapshot.state === 'running') {
    log(`SKIPPED: verify ${name} - could not acquire snapshot lock: ${group.type}/${group.id}/${utcText(snapshot.time)}`);
    return true;
  }
  if (snapshot.state !== 'finished') {
    const blob = `${datastore.config['path']}/${groupPath(ns, `${group.type}/${group.id}`)}/${utcText(snapshot.time)}/index.json.blob`;
    const why = snapshot.state === 'broken' ? 'blob too small (0 bytes).' : 'No such file or directory (os error 2)';
    log(`verify ${name} - manifest load error: unable to load blob '"${blob}"' - ${why}`);
    return false;
  }
  if (!isDue(world, work, snapshot)) {
    log(`SKIPPED: verify ${name} (recently verified)`);
    return true;
  }
  log(`verify ${name}`);
  const archives = snapshot.files.filter(({ filename }) => filename !== 'index.json.blob');
  for (const [index, { filename, size }] of archives.entries()) {
    const bad = snapshot.corrupt === true && index === 0;
    const mebibytes = (size / 2 ** 20).toFixed(2);
    const seconds = Math.max(0.01, size / pbs.rate.verifyBytesPerSecond);
    const speed = (size / 2 ** 20 / seconds).toFixed(2);
    log(
      `  check ${filename}`,
      `  verified ${mebibytes}/${mebibytes} MiB in ${seconds.toFixed(2)} seconds, speed ${speed}/${speed} MiB/s (${bad ? 1 : 0} errors)`,
    );
    if (bad) log(`verify ${name}/${filename} failed: chunks could not be verified`);
  }
  if (snapshot.corrupt && snapshot.verification?.state !== 'failed') datastore.badChunks += 1;
  snapshot.verification = { upid: task.upid, state: snapshot.corrupt ? 'failed' : 'ok' };
  return !snapshot.corrupt;
}

function isDue(world: World, { ignoreVerified, outdatedAfterDays }: VerifyWork, { verification }: SnapshotState): boolean {
  if (!ignoreVerified || !verification) return true;
  if (outdatedAfterDays === undefined) return false;
  return world.now - startedAtOf(verification.upid) > outdatedAfterDays * 86_400;
}

function groupsIn(pbs: PbsState, scope: Scope): readonly Placed[] {
  const datastore = pbs.datastores[scope.store];
  if (!datastore) return [];
  const paths = scope.group === undefined ? namespacesBelow(datastore, scope.ns, scope.maxDepth) : [scope.ns];
  const found: Placed[] = [];
  for (const ns of paths) {
    for (const [name, group] of Object.entries(datastore.namespaces[ns]?.groups ?? {})) {
      if (scope.group !== undefined && scope.group !== name) continue;
      if (scope.owner === undefined || ownedBy(group.owner, scope.owner)) found.push({ ns, group });
    }
  }
  return found;
}

/** Newest first, as PBS goes through them. */
function snapshotsIn(group: GroupState, scope: Scope): readonly SnapshotState[] {
  return group.snapshots.filter(({ time }) => scope.time === undefined || time === scope.time).toReversed();
}

function progress(groups: number, place: number, { done, of }: { readonly done: number; readonly of: number }): string {
  const percent = ((100 * (place + done / of)) / groups).toFixed(2);
  if (groups === 1) return `percentage done: ${percent}% (${done}/${of} snapshots)`;
  return done === of
    ? `percentage done: ${percent}% (${place + 1}/${groups} groups)`
    : `percentage done: ${percent}% (${place}/${groups} groups, ${done}/${of} snapshots in group #${place + 1})`;
}
