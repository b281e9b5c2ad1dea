import type { World } from '../world.ts';
import { localText } from '../zone.ts';
import type { PbsState, Task, Work } from './state.ts';

const KEPT_TASKS = 10_000;

/** Which of a server's tasks run: found once, then kept, for there are many that do not. */
const running = new WeakMap<PbsState, Set<Task>>();

export type NewTask = {
  readonly type: string;
  /** As people read it: `main:home/tier-1`. */
  readonly workerId: string;
  readonly authId: string;
  /** How long it takes by itself; the work is done at its end. */
  readonly seconds?: number;
  readonly work?: Work;
  /** Started by the scheduler: takes its time even where tasks started by hand are instant. */
  readonly scheduled?: boolean;
  /** `prune:hf-tier-1` where it is a run of a job. */
  readonly job?: string;
};

/** Begins a task. One without work runs until `endTask`; with work it ends by itself, at once where tasks are instant. */
export function beginTask(world: World, pbs: PbsState, options: NewTask): Task {
  const startedAt = world.now;
  pbs.taskCount += 1;
  const number = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');
  const parts = [
    'UPID',
    pbs.node,
    '00000BE1',
    '0001E8B1',
    number(pbs.taskCount),
    number(startedAt),
    options.type,
    escapeId(options.workerId),
    options.authId,
  ];
  const instant = !options.scheduled && world.settings.manualTasks === 'instant';
  const seconds = options.work ? (instant ? 0 : Math.max(1, Math.round(options.seconds ?? 1))) : Infinity;
  const task: Task = {
    upid: `${parts.join(':')}:`,
    type: options.type,
    workerId: options.workerId,
    authId: options.authId,
    startedAt,
    endsAt: seconds === Infinity ? Number.MAX_SAFE_INTEGER : startedAt + seconds,
    log: [],
    ...(options.work ? { work: options.work } : {}),
    ...(options.job === undefined ? {} : { job: options.job }),
  };
  const others = runningTasks(pbs);
  pbs.tasks.push(task);
  others.add(task);
  if (pbs.tasks.length > KEPT_TASKS) pbs.tasks.splice(0, pbs.tasks.length - KEPT_TASKS);
  return task;
}

/** Writes lines into a task's log, each with the server's local time. */
export function logTo(world: World, pbs: PbsState, { task, lines }: { readonly task: Task; readonly lines: readonly string[] }): void {
  const stamp = localText(world.now, pbs.timeZone);
  for (const line of lines) task.log.push(`${stamp}: ${line}`);
}

/** Ends a task: `OK`, `WARNINGS: 1`, or the reason why it failed. */
export function endTask(world: World, pbs: PbsState, { task, status }: { readonly task: Task; readonly status: string }): void {
  const last = status === 'OK' ? 'TASK OK' : status.startsWith('WARNINGS') ? `TASK ${status}` : `TASK ERROR: ${status}`;
  logTo(world, pbs, { task, lines: [last] });
  task.status = status;
  runningTasks(pbs).delete(task);
  task.endsAt = world.now;
  delete task.work;
}

/** Someone stopped it: no work is done, the log has no last line. */
export function stopTaskNow(world: World, pbs: PbsState, task: Task): void {
  task.status = 'aborted';
  task.endsAt = world.now;
  runningTasks(pbs).delete(task);
  delete task.work;
}

/** The running task that is over first. */
export function nextToEnd(pbs: PbsState): Task | undefined {
  let first: Task | undefined;
  for (const task of runningTasks(pbs)) if (task.work && (!first || task.endsAt < first.endsAt)) first = task;
  return first;
}

export function runningTasks(pbs: PbsState): Set<Task> {
  let known = running.get(pbs);
  if (!known) running.set(pbs, (known = new Set(pbs.tasks.filter((task) => task.status === undefined))));
  return known;
}

export function findTask(pbs: PbsState, upid: string): Task | undefined {
  return pbs.tasks.findLast((task) => task.upid === upid);
}

/** systemd's way: `/` becomes `-`, everything but letters, digits, `_` and `.` becomes `\xNN`. */
export function escapeId(text: string): string {
  return text
    .replaceAll(/[^A-Za-z0-9_./]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replaceAll('/', '-');
}

/** When a task of ours began, of its UPID alone: a verify job asks it of every snapshot. */
export function startedAtOf(upid: string): number {
  return Number.parseInt(upid.split(':')[5] ?? '', 16) || 0;
}

/** Parts of a UPID, or undefined where the text is none. */
export function parseUpid(
  text: string,
): { node: string; pid: number; pstart: number; startedAt: number; type: string; workerId: string; authId: string } | undefined {
  const found = /^UPID:([^:\s]+):([0-9A-F]{8}):([0-9A-F]{8,9}):([0-9A-F]{8,16}):([0-9A-F]{8}):([^:\s]+):([^:\s]*):([^:\s]+):$/i.exec(text);
  if (!found) return undefined;
  const [, node = '', pid = '', pstart = '', , started = '', type = '', escaped = '', authId = ''] = found;
  const workerId = escaped
    .replaceAll('-', '/')
    .replaceAll(/\\x([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return {
    node,
    pid: Number.parseInt(pid, 16),
    pstart: Number.parseInt(pstart, 16),
    startedAt: Number.parseInt(started, 16),
    type,
    workerId,
    authId,
  };
}
