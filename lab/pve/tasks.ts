import { hexDigits } from '../chance.ts';
import type { PveState, TaskState } from './state.ts';

export type NewTask = { readonly node: string; readonly type: string; readonly id: string; readonly user: string; readonly at: number };

/** A task that has begun, the newest of its cluster. */
export function startTask(state: PveState, { node, type, id, user, at }: NewTask): TaskState {
  state.taskCount += 1;
  const pid = 1000 + ((state.taskCount * 41) % 4_190_000);
  const pstart = Math.max(0, (at - (state.nodes[node]?.bootedAt ?? at)) * 100 + (state.taskCount % 100));
  const upid = `UPID:${node}:${hex(pid)}:${hex(pstart % 2 ** 32)}:${hex(at)}:${type}:${id}:${user}:`;
  const task: TaskState = { upid, node, pid, pstart, startedAt: at, type, id, user, log: [] };
  state.tasks.push(task);
  forgetOld(state);
  return task;
}

export function endTask(task: TaskState, at: number, status: string): void {
  task.endedAt = at;
  task.status = status;
  delete task.next;
}

/** A task that is over at once: its log is its lines and `TASK OK`, or the error. */
export function shortTask(state: PveState, task: NewTask, lines: readonly string[], error?: string): TaskState {
  const made = startTask(state, task);
  made.log.push(...lines, error === undefined ? 'TASK OK' : `TASK ERROR: ${error}`);
  endTask(made, task.at, error ?? 'OK');
  return made;
}

function forgetOld(state: PveState): void {
  if (state.tasks.length < state.keepTasks * 1.2) return;
  const surplus = state.tasks.length - state.keepTasks;
  state.tasks = state.tasks.filter((task, index) => index >= surplus || task.endedAt === undefined);
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}

/** What an encryption key is known by: 32 pairs of digits. */
export function keyFingerprint(...words: readonly (string | number)[]): string {
  return (hexDigits(64, ...words).match(/../g) ?? []).join(':');
}
