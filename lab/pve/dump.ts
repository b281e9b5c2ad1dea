import type { World } from '../world.ts';
import { openGuest } from './dump-guest.ts';
import * as log from './dump-log.ts';
import { nameOf } from './guest.ts';
import { dropBackup, finishBackup, pruneGuest, reach, snapshotOf, type Done, type Target } from './reach.ts';
import type { CurrentBackup, DumpOptions, DumpRun, GuestState, PveState, TaskState } from './state.ts';
import { endTask, startTask } from './tasks.ts';
import { isOn, text } from './settings.ts';

export type NewDump = {
  readonly node: string;
  readonly options: DumpOptions;
  readonly vmids: readonly number[];
  readonly user: string;
  readonly job?: string;
};

/** Starts a backup run on a node. It waits while another one runs there: guests of a node are saved one after the other. */
export function startDump(world: World, state: PveState, { node, options, vmids, user, job }: NewDump): TaskState {
  const id = vmids.length === 1 ? String(vmids[0]) : '';
  const task = startTask(state, { node, type: 'vzdump', id, user, at: world.now });
  const queue = [...vmids].sort((a, b) => a - b);
  const run: DumpRun = { kind: 'dump', options, queue, failed: 0, warnings: 0, ...(job === undefined ? {} : { job }) };
  if (state.tasks.some((other) => other !== task && other.node === node && holdsLock(other))) {
    task.log.push('INFO: trying to get global lock - waiting...');
    const deadline = world.now + Number(options['lockwait'] ?? 180) * 60;
    task.next = { at: deadline, run: { ...run, waiting: true, deadline } };
    return task;
  }
  task.next = { at: world.now, run };
  begin(world, state, task, run);
  return task;
}

function holdsLock(task: TaskState): boolean {
  return task.next?.run.kind === 'dump' && task.next.run.waiting !== true;
}

/** What is due in a run: the end of a guest's backup, its turn, or the end of its patience. */
export function continueDump(world: World, state: PveState, task: TaskState, run: DumpRun): void {
  if (run.waiting) {
    if (state.tasks.some((other) => other !== task && other.node === task.node && holdsLock(other))) return giveUp(world, task);
    delete run.waiting;
    task.log.push('INFO: got global lock');
    return begin(world, state, task, run);
  }
  if (run.current) finishGuest(world, state, task, run, run.current);
  return nextGuest(world, state, task, run);
}

/** Killed while it waits, a run leaves a log without any `TASK` line. */
function giveUp(world: World, task: TaskState): void {
  task.log.push("ERROR: can't acquire lock '/var/run/vzdump.lock' - got timeout", 'INFO: notified via target `mail-to-root`');
  endTask(task, world.now, 'unexpected status');
}

function begin(world: World, state: PveState, task: TaskState, run: DumpRun): void {
  const target = targetOf(world, state, run.options);
  if (!target.ok) {
    task.log.push(`TASK ERROR: ${target.error}`);
    return end(world, state, task, target.error);
  }
  task.log.push(log.jobStarts({ ...run.options, node: task.node }));
  nextGuest(world, state, task, run);
}

function targetOf(
  world: World,
  state: PveState,
  options: DumpOptions,
): { readonly ok: true; readonly target: Target } | { readonly ok: false; readonly error: string } {
  const id = text(options, 'storage') ?? 'local';
  const storage = state.storages[id];
  if (!storage)
    return {
      ok: false,
      error: `could not activate storage '${id}': storage '${id}' does not exist could not get storage information for '${id}': storage '${id}' does not exist`,
    };
  const reached = reach(world, storage);
  return reached.ok ? reached : { ok: false, error: `could not activate storage '${id}': ${id}: ${reached.error}` };
}

function nextGuest(world: World, state: PveState, task: TaskState, run: DumpRun): void {
  delete run.current;
  while (run.queue.length > 0) {
    const vmid = run.queue.shift()!;
    const guest = state.guests[vmid];
    const head = headOf(world, state, task, vmid, guest);
    if (!guest) {
      failGuest(task, run, head, `unable to find VM '${vmid}'`);
      continue;
    }
    task.log.push(...log.guestStarts(head));
    const target = targetOf(world, state, run.options);
    if (!target.ok) {
      failGuest(task, run, head, target.error);
      continue;
    }
    const plan = openGuest({ state, task, guest, options: run.options, target: target.target, head });
    task.log.push(...plan.opening);
    if (!plan.outcome.ok) {
      failGuest(task, run, head, plan.outcome.error);
      continue;
    }
    run.current = plan.outcome.current;
    task.next = { at: world.now + plan.outcome.seconds, run };
    return;
  }
  const { lines, status } = log.jobEnds(run.failed, run.warnings);
  task.log.push(...lines);
  end(world, state, task, status);
}

function failGuest(task: TaskState, run: DumpRun, head: log.GuestHead, error: string): void {
  run.failed += 1;
  task.log.push(...log.guestFails(head, error, head.startedAt));
}

/** The end of a guest's backup: PBS takes it or refuses, then notes, then protection, as the real run does. */
function finishGuest(world: World, state: PveState, task: TaskState, run: DumpRun, current: CurrentBackup): void {
  const guest = state.guests[current.vmid];
  const ahead = state.nodes[task.node]?.clockAheadSeconds ?? 0;
  const target = targetOf(world, state, run.options);
  const head = { ...headOf(world, state, task, current.vmid, guest), startedAt: current.startedAt };
  if (guest) delete guest.config['lock'];
  const finished = target.ok
    ? close(target.target, state, run, current, guest, task.node)
    : { ok: false as const, error: 'backup write data failed: command error: broken pipe' };
  if (!target.ok) dropBackup(world, current.session);
  const fail = (error: string): void => {
    run.failed += 1;
    task.log.push(...log.guestFails(head, error, world.now + ahead));
  };
  if (!finished.ok) {
    task.log.push(`ERROR: ${finished.error}`, ...abortLines(head));
    return fail(finished.error);
  }
  task.log.push(...current.lines);
  if (run.options['notes-template'] !== undefined) task.log.push('INFO: adding notes to backup');
  if (isOn(run.options['protected'])) task.log.push('INFO: marking backup as protected');
  if (guest && current.bitmapGroup !== undefined) guest.bitmap = { group: current.bitmapGroup, at: current.startedAt };
  const error = target.ok ? prune(target.target, state, task, run, head) : undefined;
  if (error !== undefined) return fail(error);
  task.log.push(...log.guestEnds(head, world.now + ahead));
}

function abortLines(head: log.GuestHead): readonly string[] {
  if (head.kind === 'lxc') return ['INFO: aborting backup job'];
  return ['INFO: aborting backup job', head.running ? 'INFO: resuming VM again' : 'INFO: stopping kvm after backup task'];
}

/** What the run keeps: the job's rule, else the storage's, used whole. Nothing to remove where everything is kept. */
function keepRule(state: PveState, run: DumpRun): Readonly<Record<string, number>> | undefined {
  if (run.options['remove'] === 0) return undefined;
  const rule =
    text(run.options, 'prune-backups') ?? text(state.storages[text(run.options, 'storage') ?? '']?.config ?? {}, 'prune-backups');
  const counts = Object.fromEntries(
    (rule ?? '')
      .split(',')
      .flatMap((part) => (/^keep-(?!all)\w+=[1-9]/.test(part) ? [[part.split('=')[0]!, Number(part.split('=')[1])]] : [])),
  );
  return Object.keys(counts).length === 0 ? undefined : counts;
}

/** Old backups go after the new one is there. Where that fails the guest counts as failed, and its backup exists all the same. */
function prune(target: Target, state: PveState, task: TaskState, run: DumpRun, head: log.GuestHead): string | undefined {
  const keep = keepRule(state, run);
  if (!keep) return undefined;
  const type = head.kind === 'lxc' ? 'ct' : 'vm';
  const rule = Object.entries(keep).map(([name, count]) => `${name}=${count}`);
  task.log.push(
    `INFO: prune older backups with retention: ${rule.join(', ')}`,
    `INFO: running 'proxmox-backup-client prune' for '${type}/${head.vmid}'`,
  );
  const pruned = pruneGuest(target, type, head.vmid, keep);
  if (!pruned.ok) {
    task.log.push(`ERROR: prune '${type}/${head.vmid}': ${pruned.error}`);
    return 'error pruning backups - check log';
  }
  task.log.push(`INFO: pruned ${pruned.removed} backup(s) not covered by keep-retention policy`);
  return undefined;
}

function close(target: Target, state: PveState, run: DumpRun, current: CurrentBackup, guest: GuestState | undefined, node: string): Done {
  const notes = text(run.options, 'notes-template');
  const finished = finishBackup(target, {
    session: current.session,
    files: current.files,
    notes: notes === undefined || !guest ? undefined : fillNotes(notes, state, guest, node),
    newBytes: current.newBytes,
  });
  if (!finished.ok)
    return {
      ok: false,
      error: `backup write data failed: command error: write_data upload error: pipelined request failed: ${finished.error}`,
    };
  const snapshot = snapshotOf(target, guest?.kind === 'lxc' ? 'ct' : 'vm', String(current.vmid), current.startedAt);
  if (snapshot && isOn(run.options['protected'])) snapshot.protected = true;
  return { ok: true };
}

/** A person stops the run: the guest in work is aborted, the rest is not begun. */
export function abortDump(world: World, state: PveState, task: TaskState, run: DumpRun): void {
  if (run.waiting) {
    task.log.push("ERROR: can't acquire lock '/var/run/vzdump.lock' - interrupted by signal", 'INFO: notified via target `mail-to-root`');
    return endTask(task, world.now, 'unexpected status');
  }
  if (run.current) {
    const guest = state.guests[run.current.vmid];
    dropBackup(world, run.current.session);
    if (guest) delete guest.config['lock'];
    const head = { ...headOf(world, state, task, run.current.vmid, guest), startedAt: run.current.startedAt };
    task.log.push('ERROR: interrupted by signal', ...abortLines(head));
    task.log.push(...log.guestFails(head, 'interrupted by signal', world.now));
  }
  task.log.push(
    'ERROR: Backup job failed - interrupted by signal',
    'INFO: notified via target `mail-to-root`',
    'TASK ERROR: interrupted by signal',
  );
  end(world, state, task, 'interrupted by signal');
}

/** The lock is free: who has waited longest is next. */
function end(world: World, state: PveState, task: TaskState, status: string): void {
  endTask(task, world.now, status);
  const waiting = state.tasks.find(
    (other) => other.node === task.node && other.next?.run.kind === 'dump' && other.next.run.waiting === true,
  );
  if (waiting?.next) waiting.next.at = world.now;
}

function headOf(world: World, state: PveState, task: TaskState, vmid: number, guest: GuestState | undefined): log.GuestHead {
  const node = state.nodes[task.node];
  return {
    vmid,
    kind: guest?.kind ?? 'qemu',
    name: guest ? nameOf(guest) : '',
    running: guest?.runningSince !== undefined,
    startedAt: world.now + (node?.clockAheadSeconds ?? 0),
    timeZone: node?.timeZone ?? 'UTC',
  };
}

/** `{{guestname}} {{node}} {{vmid}} {{cluster}}`, and the two escapes. */
export function fillNotes(template: string, state: PveState, guest: GuestState, node: string): string {
  const values: Readonly<Record<string, string>> = {
    cluster: state.clusterName ?? 'standalone node',
    guestname: nameOf(guest),
    node,
    vmid: String(guest.vmid),
  };
  return template
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '')
    .replaceAll(/\\([n\\])/g, (_, one: string) => (one === 'n' ? '\n' : '\\'));
}
