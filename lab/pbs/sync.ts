import { login, mayAny } from '../auth.ts';
import type { World } from '../world.ts';
import { utcText } from '../zone.ts';
import { dropGroup, dropSnapshot, groupPath, namespacesBelow, sizeOf } from './content.ts';
import { binarySize } from './gc.ts';
import { aclPath, callerOf, maintenanceError, ownedBy, rightsOf } from './rights.ts';
import { addGroup, addNamespace, type GroupState, type PbsState, type Section, type SnapshotState, type Task } from './state.ts';
import { logTo } from './tasks.ts';

/** One side of a sync: a datastore, and who acts there. */
type Side = { readonly pbs: PbsState; readonly store: string; readonly ns: string; readonly authId: string };

type Run = {
  readonly world: World;
  readonly pbs: PbsState;
  readonly task: Task;
  readonly job: Section;
  readonly source: Side;
  readonly target: Side;
  /** Who owns what arrives. */
  readonly owner: string;
  readonly push: boolean;
  pulledBytes: number;
  pulledChunks: number;
  removedSnapshots: number;
  removedGroups: number;
  errors: number;
};

/** `remote:remote-store:store:ns:job`, `-` for a local one. */
export function syncWorkerId(job: Section): string {
  return `${job['remote'] ?? '-'}:${job['remote-store']}:${job['store']}:${job['ns'] ?? ''}:${job['id']}`;
}

/** How long it takes to bring over what is new. */
export function syncSeconds(world: World, pbs: PbsState, job: Section): number {
  const sides = sidesOf(world, pbs, job);
  if (typeof sides === 'string') return 1;
  let bytes = 0;
  const namespaces = sides.source.pbs.datastores[sides.source.store]?.namespaces ?? {};
  const target = sides.target.pbs.datastores[sides.target.store]?.namespaces[sides.target.ns]?.groups ?? {};
  for (const [name, group] of Object.entries(namespaces[sides.source.ns]?.groups ?? {})) {
    const newest = target[name]?.snapshots.at(-1)?.time ?? 0;
    for (const snapshot of group.snapshots) if (snapshot.time > newest) bytes += snapshot.newBytes;
  }
  return bytes / pbs.rate.syncBytesPerSecond;
}

/**
 * Carries out a sync job, into the task's log; returns the task's status.
 *
 * Only what is newer than the newest at the target comes over, with the verification its source has; gaps are never
 * filled. `remove-vanished` deletes what the source has not, whoever brought it. https://pbs.proxmox.com/docs/managing-remotes.html
 */
export function runSync(world: World, pbs: PbsState, { task, job }: { readonly task: Task; readonly job: Section }): string {
  const log = (...lines: string[]) => logTo(world, pbs, { task, lines });
  const push = job['sync-direction'] === 'push';
  const name = syncWorkerId(job);
  const other = job['remote'] === undefined ? String(job['remote-store']) : `${job['remote']}/${job['remote-store']}`;
  log(`sync datastore '${job['store']}' ${push ? 'to' : 'from'} '${other}'`);
  const sides = sidesOf(world, pbs, job);
  const failed = push ? 'Sync failed with some errors!' : 'sync failed with some errors.';
  if (typeof sides === 'string') {
    log(`sync job '${name}' end`);
    return sides;
  }
  const owner = push ? sides.target.authId : String(job['owner'] ?? 'root@pam');
  const run: Run = {
    world,
    pbs,
    task,
    job,
    ...sides,
    owner,
    push,
    pulledBytes: 0,
    pulledChunks: 0,
    removedSnapshots: 0,
    removedGroups: 0,
    errors: 0,
  };
  syncNamespaces(run);
  if (run.errors > 0) return failed;
  if (run.pulledBytes > 0)
    log(
      `Summary: sync job ${push ? 'pushed' : 'pulled'} ${binarySize(run.pulledBytes)} in ${run.pulledChunks} chunks (average rate: 80 MiB/s)`,
    );
  else log(`Summary: sync job found no new data to ${push ? 'push' : 'pull'}`);
  if (run.removedSnapshots + run.removedGroups > 0) {
    log(`Summary: removed vanished: snapshots: ${run.removedSnapshots}, groups: ${run.removedGroups}, namespaces: 0`);
  }
  log(`sync job '${name}' end`);
  return 'OK';
}

/** Source and target, or why there is no connection. */
function sidesOf(world: World, pbs: PbsState, job: Section): { source: Side; target: Side } | string {
  const here: Side = { pbs, store: String(job['store']), ns: String(job['ns'] ?? ''), authId: String(job['owner'] ?? 'root@pam') };
  const thereStore = { store: String(job['remote-store']), ns: String(job['remote-ns'] ?? '') };
  let there: Side = { pbs, ...thereStore, authId: here.authId };
  if (job['remote'] !== undefined) {
    const remote = findRemote(world, pbs, String(job['remote']));
    if (typeof remote === 'string') return remote;
    there = { ...remote, ...thereStore };
  }
  for (const side of [here, there]) {
    if (!side.pbs.datastores[side.store]) return `no such datastore '${side.store}'`;
    const maintenance = maintenanceError(side.pbs, side.store, (side === here) !== (job['sync-direction'] === 'push') ? 'write' : 'read');
    if (maintenance !== undefined) return maintenance;
  }
  return job['sync-direction'] === 'push' ? { source: here, target: there } : { source: there, target: here };
}

/** The server a remote points to and as whom, or why it cannot be used. */
export function findRemote(world: World, pbs: PbsState, name: string): { pbs: PbsState; authId: string } | string {
  const remote = pbs.remotes[name];
  if (!remote) return `no such remote '${name}'`;
  const port = Number(remote['port'] ?? 8007);
  const own = remote['host'] === '127.0.0.1' || remote['host'] === 'localhost';
  const found = own
    ? pbs
    : Object.values(world.pbs).find((one) => one.host === remote['host'] && (one.port === port || one.listensOn === port));
  if (!found)
    return `remote connection to '${remote['host']}' failed - error trying to connect: tcp connect error: No route to host (os error 113)`;
  const print = remote['fingerprint'];
  if (print !== undefined && found.fingerprint !== '' && String(print).toLowerCase() !== found.fingerprint.toLowerCase()) {
    return `remote connection to '${remote['host']}' failed - error trying to connect: certificate validation failed`;
  }
  const authId = String(remote['auth-id']);
  const who = login('pbs', found.access, `PBSAPIToken=${authId}:${remote['password']}`);
  if (!who.ok) return `remote connection to '${remote['host']}' failed - authentication failed`;
  return { pbs: found, authId };
}

function syncNamespaces(run: Run): void {
  const { source, target, job, world } = run;
  const log = (...lines: string[]) => logTo(world, run.pbs, { task: run.task, lines });
  const from = source.pbs.datastores[source.store]!;
  const into = target.pbs.datastores[target.store]!;
  if (!from.namespaces[source.ns]) {
    run.errors += 1;
    log(`Syncing failed: source namespace '${source.ns}' does not exist`);
    return;
  }
  const depth = typeof job['max-depth'] === 'number' ? job['max-depth'] : undefined;
  for (const path of namespacesBelow(from, source.ns, depth)) {
    const below = source.ns === '' ? path : path.slice(source.ns.length + 1);
    const targetNs = [target.ns, below].filter((part) => part !== '').join('/');
    const what = `datastore '${source.store}', ${spell(path)} into datastore '${target.store}', ${spell(targetNs)}`;
    log('----', `Syncing ${what}`);
    const right = aclPath(target.store, targetNs);
    if (!mayAny(rightsOf(world, target.pbs), callerOf(run.push ? target.authId : run.owner), right, ['Datastore.Backup'])) {
      log(
        `Cannot sync ${what} - sync into datastore '${target.store}', ${spell(targetNs)} not allowed - permission check failed - missing Datastore.Backup on ${right}`,
      );
      run.errors += 1;
      continue;
    }
    if (!into.namespaces[targetNs]) {
      addNamespace(into, targetNs);
      log(`Created namespace ${targetNs}`);
    }
    syncGroups(run, path, targetNs);
  }
}

function spell(ns: string): string {
  return ns === '' ? 'root namespace' : `namespace '${ns}'`;
}

function syncGroups(run: Run, sourceNs: string, targetNs: string): void {
  const { world, source, target, job } = run;
  const log = (...lines: string[]) => logTo(world, run.pbs, { task: run.task, lines });
  const all = Object.values(source.pbs.datastores[source.store]!.namespaces[sourceNs]!.groups).filter((group) =>
    readable(run, sourceNs, group),
  );
  const wanted = all.filter((group) => passes(job['group-filter'], group));
  log(`Found ${wanted.length} groups to sync (out of ${all.length} total)`);
  const into = target.pbs.datastores[target.store]!.namespaces[targetNs]!;
  for (const group of wanted) syncGroup(run, group, targetNs);
  if (job['remove-vanished'] !== true) return;
  const names = new Set(wanted.map((group) => `${group.type}/${group.id}`));
  const place = target.pbs.datastores[target.store]!.config['path'];
  for (const [name, group] of Object.entries(into.groups)) {
    if (names.has(name) || !passes(job['group-filter'], group) || !ownedBy(group.owner, run.owner)) continue;
    log(`Delete vanished group '${name}'`, `removing backup group "${place}/${groupPath(targetNs, name)}"`);
    for (const { time, protected: kept } of group.snapshots) {
      if (!kept) log(`removing backup snapshot "${place}/${groupPath(targetNs, name)}/${utcText(time)}"`);
    }
    const { removed, kept } = dropGroup(target.pbs, { store: target.store, ns: targetNs, group });
    run.removedSnapshots += removed;
    if (kept > 0) log(`Kept some protected snapshots of group '${name}'`);
    else run.removedGroups += 1;
  }
}

/** Whether the acting one may read the group at the source. */
function readable({ world, source }: Run, ns: string, group: GroupState): boolean {
  const rights = rightsOf(world, source.pbs);
  const caller = callerOf(source.authId);
  if (mayAny(rights, caller, aclPath(source.store, ns), ['Datastore.Read', 'Datastore.Audit'])) return true;
  return mayAny(rights, caller, aclPath(source.store, ns), ['Datastore.Backup']) && ownedBy(group.owner, source.authId);
}

/** `include:` is the default; includes first, excludes last; no include means all. */
function passes(filters: unknown, group: GroupState): boolean {
  const list = Array.isArray(filters) ? filters.map(String) : [];
  const matches = (filter: string) => {
    const [kind = '', ...rest] = filter.replace(/^(?:include|exclude):/, '').split(':');
    const value = rest.join(':');
    if (kind === 'type') return group.type === value;
    if (kind === 'group') return `${group.type}/${group.id}` === value;
    return new RegExp(value).test(`${group.type}/${group.id}`);
  };
  const includes = list.filter((filter) => !filter.startsWith('exclude:'));
  const excludes = list.filter((filter) => filter.startsWith('exclude:'));
  return (includes.length === 0 || includes.some(matches)) && !excludes.some(matches);
}

function syncGroup(run: Run, group: GroupState, targetNs: string): void {
  const { world, target, job } = run;
  const name = `${group.type}/${group.id}`;
  const log = (line: string) => logTo(world, run.pbs, { task: run.task, lines: [`[${name}]: ${line}`] });
  const into = target.pbs.datastores[target.store]!.namespaces[targetNs]!;
  const known = into.groups[name];
  if (known && known.owner !== run.owner) {
    run.errors += 1;
    const words = run.push
      ? `Group '${name}' not owned by remote user '${run.owner}' on target, skipping upload`
      : `sync group ${name} failed - owner check failed (${run.owner} != ${known.owner})`;
    logTo(world, run.pbs, { task: run.task, lines: [words] });
    return;
  }
  const finished = group.snapshots.filter((one) => one.state === 'finished' && allowed(job, one));
  const last = typeof job['transfer-last'] === 'number' ? job['transfer-last'] : finished.length;
  const newest = known?.snapshots.findLast((one) => one.state === 'finished')?.time ?? 0;
  const older = finished.filter((one) => one.time < newest);
  const todo = finished.filter((one, index) => one.time >= newest && (one.time === newest || index >= finished.length - last));
  const skipped = finished.length - older.length - todo.length;
  if (older.length > 0) {
    const range = older.length === 1 ? utcText(older[0]!.time) : `${utcText(older[0]!.time)} .. ${utcText(older.at(-1)!.time)}`;
    log(`${name}: skipped: ${older.length} snapshot(s) (${range}) - older than the newest snapshot present on sync target`);
  }
  if (skipped > 0) log(`${name}: skipped: ${skipped} snapshot(s) - due to transfer-last`);
  for (const [index, snapshot] of todo.entries()) {
    if (snapshot.time === newest) log(`re-sync snapshot ${utcText(snapshot.time)}`);
    if (snapshot.time === newest) log(`${utcText(snapshot.time)}: no data changes`);
    else copySnapshot(run, { from: group, snapshot, targetNs });
    log(`percentage done: ${((100 * (index + 1)) / todo.length).toFixed(2)}% (${index + 1}/${todo.length} snapshots)`);
  }
  if (job['resync-corrupt'] === true) mend(group, into.groups[name]);
  if (job['remove-vanished'] === true) removeVanished(run, group, targetNs);
}

function allowed(job: Section, snapshot: SnapshotState): boolean {
  if (job['verified-only'] === true && snapshot.verification?.state !== 'ok') return false;
  return job['encrypted-only'] !== true || snapshot.files.every((file) => file['crypt-mode'] === 'encrypt');
}

type Copied = { readonly from: GroupState; readonly snapshot: SnapshotState; readonly targetNs: string };

function copySnapshot(run: Run, { from, snapshot, targetNs }: Copied): void {
  const name = `${from.type}/${from.id}`;
  const log = (line: string) => logTo(run.world, run.pbs, { task: run.task, lines: [`[${name}]: ${line}`] });
  const into = run.target.pbs.datastores[run.target.store]!.namespaces[targetNs]!;
  const group = addGroup(into, { type: from.type, id: from.id, owner: run.owner });
  const time = utcText(snapshot.time);
  // The first snapshot of a group is sent whole; what is there already is sent, but not written again.
  const sent = group.snapshots.length === 0 ? Math.max(snapshot.newBytes, Math.round(sizeOf(snapshot) * 0.4)) : snapshot.newBytes;
  const same = run.source.pbs === run.target.pbs && run.source.store === run.target.store;
  log(`${time}: start sync`);
  for (const { filename } of snapshot.files) {
    if (filename.endsWith('.blob')) continue;
    if (run.push) log(`${time}: sync archive ${filename}`);
    else log(`${time}/${filename}: sync archive`);
    log(`${time}/${filename}: ${run.push ? 'uploaded' : 'downloaded'} ${binarySize(sent)} (${sent === 0 ? '0 B/s' : '80 MiB/s'})`);
  }
  log(`${time}: sync done`);
  const { protected: _, corrupt: __, ...carried } = snapshot;
  group.snapshots.push({ ...carried, newBytes: same ? 0 : sent, protected: false, arrivedAt: run.world.now });
  run.pulledBytes += sent;
  run.pulledChunks += Math.ceil(sent / 2 ** 21);
}

function mend(source: GroupState, target: GroupState | undefined): void {
  for (const snapshot of target?.snapshots ?? []) {
    if (snapshot.verification?.state !== 'failed' || !source.snapshots.some((one) => one.time === snapshot.time && !one.corrupt)) continue;
    delete snapshot.corrupt;
    delete snapshot.verification;
  }
}

function removeVanished(run: Run, source: GroupState, targetNs: string): void {
  const { target, world } = run;
  const name = `${source.type}/${source.id}`;
  const datastore = target.pbs.datastores[target.store]!;
  const group = datastore.namespaces[targetNs]!.groups[name];
  const there = new Set(source.snapshots.map(({ time }) => time));
  for (const snapshot of group?.snapshots.slice() ?? []) {
    if (there.has(snapshot.time)) continue;
    const at = `${name}/${utcText(snapshot.time)}`;
    if (snapshot.protected) {
      logTo(world, run.pbs, { task: run.task, lines: [`[${name}]: don't delete vanished snapshot ${at} (protected)`] });
      continue;
    }
    logTo(world, run.pbs, {
      task: run.task,
      lines: [
        `[${name}]: delete vanished snapshot ${at}`,
        `removing backup snapshot "${datastore.config['path']}/${groupPath(targetNs, name)}/${utcText(snapshot.time)}"`,
      ],
    });
    dropSnapshot(target.pbs, { store: target.store, ns: targetNs, group: group!, time: snapshot.time });
    run.removedSnapshots += 1;
  }
}
