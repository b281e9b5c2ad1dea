import { calendarError, nextRun } from '../calendar.ts';
import type { Due, Source } from '../clock.ts';
import { chance } from '../chance.ts';
import type { World } from '../world.ts';
import { continueDump, startDump } from './dump.ts';
import { selectOnNode } from './select.ts';
import { dropBackup } from './reach.ts';
import type { DumpOptions, JobState, PveState, TaskState } from './state.ts';
import { endTask } from './tasks.ts';
import { finishTask } from './effects.ts';
import { isOn, text } from './settings.ts';

/** What a cluster does by itself: jobs that are due, and tasks that go on. */
export const PVE_SOURCES: readonly Source[] = [dueInCluster];

function dueInCluster(world: World): Due | undefined {
  let first: Due | undefined;
  const offer = (at: number, run: () => void): void => {
    if (!first || at < first.at) first = { at, run };
  };
  for (const state of Object.values(world.pve)) {
    for (const task of state.tasks) {
      if (!task.next) continue;
      if (state.nodes[task.node]?.online) offer(task.next.at, () => continueTask(world, state, task.upid));
      else offer(world.now, () => crash(world, task));
    }
    for (const [id, job] of Object.entries(state.jobs)) {
      const at = (job.dueAt ??= findDue(state, id, job));
      if (at !== null) offer(at, () => runJob(world, state, id));
      const back = job.missedOn?.find((node) => state.nodes[node]?.online);
      if (back !== undefined) offer(world.now, () => catchUp(world, state, id, back));
    }
  }
  return first;
}

function continueTask(world: World, state: PveState, upid: string): void {
  const task = state.tasks.find((one) => one.upid === upid)!;
  const { run } = task.next!;
  if (run.kind === 'dump') return continueDump(world, state, task, run);
  return finishTask(world, state, task, run);
}

/** A job's events are read in the zone of its node. Each node looks once a minute, so a run begins seconds after its event. */
function findDue(state: PveState, id: string, job: JobState): number | null {
  if (!isOn(job.config['enabled'] ?? 1)) return null;
  const at = nextRunOf(state, job.config, job.consideredAt);
  return at === undefined ? null : Math.ceil(at / 60) * 60 + Math.floor(3 * chance('scheduler', id, at));
}

/** The first event of a job's schedule after a moment; undefined where it never comes or cannot be read. */
export function nextRunOf(state: PveState, config: JobState['config'], after: number): number | undefined {
  const schedule = text(config, 'schedule')!;
  return calendarError(schedule) === undefined ? nextRun(schedule, after, zoneOf(state, config)) : undefined;
}

function zoneOf(state: PveState, config: JobState['config']): string {
  const node = state.nodes[text(config, 'node')!] ?? Object.values(state.nodes)[0];
  return node?.timeZone ?? 'UTC';
}

function runJob(world: World, state: PveState, id: string): void {
  const job = state.jobs[id]!;
  if (state.tasks.some((task) => task.next?.run.kind === 'dump' && task.next.run.job === id)) {
    job.dueAt = world.now + 60;
    return;
  }
  job.consideredAt = world.now;
  delete job.dueAt;
  for (const [node, { online }] of Object.entries(state.nodes)) {
    if (job.config['node'] !== undefined && job.config['node'] !== node) continue;
    if (online) runOn(world, state, id, node);
    else if (isOn(job.config['repeat-missed'])) job.missedOn = [...new Set([...(job.missedOn ?? []), node])];
  }
}

function runOn(world: World, state: PveState, id: string, node: string): void {
  const options = dumpOptions(state.jobs[id]!.config);
  const { here, unknown } = selectOnNode(state, options, node);
  const vmids = [...here, ...unknown];
  if (vmids.length > 0 || isOn(options['all'])) startDump(world, state, { node, options, vmids, user: 'root@pam', job: id });
}

/** A node that was down runs what it missed as soon as it is back; several missed runs are one. */
function catchUp(world: World, state: PveState, id: string, node: string): void {
  const job = state.jobs[id]!;
  job.missedOn = job.missedOn!.filter((other) => other !== node);
  if (job.missedOn.length === 0) delete job.missedOn;
  runOn(world, state, id, node);
}

/** A node that goes down takes its tasks with it: their logs end in the middle, and the lock of the guest in work stays. */
function crash(world: World, task: TaskState): void {
  const run = task.next!.run;
  if (run.kind === 'dump' && run.current) dropBackup(world, run.current.session);
  endTask(task, world.now, 'unexpected status');
}

/** Of a job's settings those that a run has. */
export function dumpOptions(config: JobState['config']): DumpOptions {
  const { enabled: _e, schedule: _s, comment: _c, 'repeat-missed': _r, node: _n, ...options } = config;
  return { ...options, quiet: 1 };
}
