import type { Due, Source } from '../clock.ts';
import { nextRun } from '../calendar.ts';
import { refuse } from '../route.ts';
import type { World } from '../world.ts';
import { collectGarbage } from './gc.ts';
import { notification } from './notify.ts';
import { pruneNamespaces } from './prune-run.ts';
import { maintenanceError } from './rights.ts';
import type { JobKind, JobRun, PbsState, Section, Task, Work } from './state.ts';
import { runSync, syncSeconds, syncWorkerId } from './sync.ts';
import { beginTask, endTask, logTo, nextToEnd, type NewTask } from './tasks.ts';
import { runVerify, verifySeconds } from './verify.ts';

/** Begins a task that ends by itself; where tasks are instant it has ended when this returns. */
export function startTask(world: World, pbs: PbsState, options: NewTask & { readonly opening: readonly string[] }): Task {
  const task = beginTask(world, pbs, options);
  logTo(world, pbs, { task, lines: options.opening });
  if (task.endsAt <= world.now) finishTask(world, pbs, task);
  return task;
}

/** Does the work of a task and ends it. */
function finishTask(world: World, pbs: PbsState, task: Task): void {
  const { work } = task;
  if (!work) return;
  const status = carryOut(world, pbs, { task, work });
  if (task.job !== undefined) {
    const run = (pbs.jobRuns[task.job] ??= { changedAt: task.startedAt });
    Object.assign(run, { endedAt: world.now, status, upid: task.upid });
    logTo(world, pbs, { task, lines: [notification(world)] });
  }
  endTask(world, pbs, { task, status });
}

function carryOut(world: World, pbs: PbsState, { task, work }: { readonly task: Task; readonly work: Work }): string {
  if (work.kind === 'verify') return runVerify(world, pbs, { task, work });
  if (work.kind === 'gc') return collectGarbage(world, pbs, { task, store: work.store });
  if (work.kind === 'prune') return pruneNamespaces(world, pbs, { task, scope: work.scope });
  const job = pbs.jobs.sync[work.job];
  return job ? runSync(world, pbs, { task, job }) : `no such sync '${work.job}'`;
}

export type RunJob = { readonly kind: JobKind | 'gc'; readonly id: string; readonly authId: string; readonly schedule?: string };

/** Runs a job now: by hand with 400 where it cannot even begin, by the scheduler with nothing to be seen. Returns the task. */
export function runJob(world: World, pbs: PbsState, { kind, id, authId, schedule }: RunJob): Task {
  const key = `${kind}:${id}`;
  const job = kind === 'gc' ? pbs.datastores[id]?.config : pbs.jobs[kind][id];
  if (!job)
    return refuse(400, kind === 'gc' ? `no such datastore '${id}'` : `no such ${kind === 'verify' ? 'verification' : kind} '${id}'`);
  const store = String(kind === 'gc' ? id : job['store']);
  if (!pbs.datastores[store]) refuse(400, `no such datastore '${store}'`);
  const maintenance = maintenanceError(pbs, store, kind === 'verify' ? 'read' : 'write');
  if (maintenance !== undefined) refuse(400, maintenance);
  const run = (pbs.jobRuns[key] ??= { changedAt: world.now });
  if (isRunning(run))
    refuse(400, kind === 'gc' ? `Start GC failed - (already running/locked)` : 'could not create job - already running/locked');
  const { opening, ...task } = taskOf(world, pbs, { kind, id, job });
  run.startedAt = world.now;
  const triggered = schedule === undefined ? [] : [`task triggered by schedule '${schedule}'`];
  return startTask(world, pbs, { ...task, authId, job: key, scheduled: schedule !== undefined, opening: [...opening, ...triggered] });
}

type Described = Pick<NewTask, 'type' | 'workerId' | 'work' | 'seconds'> & { readonly opening: readonly string[] };

function taskOf(
  world: World,
  pbs: PbsState,
  { kind, id, job }: { readonly kind: JobKind | 'gc'; readonly id: string; readonly job: Section },
): Described {
  const store = String(job['store']);
  const ns = String(job['ns'] ?? '');
  const maxDepth = typeof job['max-depth'] === 'number' ? { maxDepth: job['max-depth'] } : {};
  if (kind === 'gc') {
    return {
      type: 'garbage_collection',
      workerId: id,
      work: { kind, store: id },
      seconds: 120,
      opening: [`starting garbage collection on store ${id}`],
    };
  }
  if (kind === 'prune') {
    const scope = { store, ns, ...maxDepth, options: job, dryRun: false };
    return { type: 'prunejob', workerId: `${store}:${ns}`, work: { kind, scope }, seconds: 1, opening: [`prune job '${id}'`] };
  }
  if (kind === 'verify') {
    const outdated = typeof job['outdated-after'] === 'number' ? { outdatedAfterDays: job['outdated-after'] } : {};
    const work = { kind, scope: { store, ns, ...maxDepth }, ignoreVerified: job['ignore-verified'] !== false, ...outdated } as const;
    const seconds = verifySeconds(world, pbs, work);
    return {
      type: 'verificationjob',
      workerId: `${store}:${id}`,
      work,
      seconds,
      opening: [`Starting datastore verify job '${store}:${id}'`],
    };
  }
  const workerId = syncWorkerId(job);
  const seconds = syncSeconds(world, pbs, job);
  return { type: 'syncjob', workerId, work: { kind, job: id }, seconds, opening: [`Starting datastore sync job '${workerId}'`] };
}

function isRunning(run: JobRun): boolean {
  return run.startedAt !== undefined && (run.endedAt === undefined || run.endedAt < run.startedAt);
}

/** When the job is due, for the scheduler: from its last start or change, in the server's zone. */
function dueAt(pbs: PbsState, run: JobRun, schedule: string): number | undefined {
  return nextRun(schedule, Math.max(run.changedAt, run.startedAt ?? 0, run.triedAt ?? 0), pbs.timeZone);
}

/** What the API shows as the next run: reckoned from the last end, so it may differ from what will happen. */
export function shownNextRun(pbs: PbsState, run: JobRun | undefined, schedule: unknown): number | undefined {
  if (typeof schedule !== 'string') return undefined;
  return nextRun(schedule, Math.max(run?.changedAt ?? 0, run?.endedAt ?? 0), pbs.timeZone);
}

/** Tells that a job was made or its schedule changed: it is due at the first moment after now. */
export function touchJob(world: World, pbs: PbsState, key: string): void {
  const run = pbs.jobRuns[key];
  if (run) run.changedAt = world.now;
  else pbs.jobRuns[key] = { changedAt: world.now };
}

type Scheduled = { readonly kind: JobKind | 'gc'; readonly id: string; readonly schedule: string };

function scheduledJobs(pbs: PbsState): readonly Scheduled[] {
  const list: Scheduled[] = [];
  for (const kind of ['prune', 'verify', 'sync'] as const) {
    for (const [id, job] of Object.entries(pbs.jobs[kind])) {
      if (typeof job['schedule'] === 'string' && job['disable'] !== true) list.push({ kind, id, schedule: job['schedule'] });
    }
  }
  for (const [id, { config }] of Object.entries(pbs.datastores)) {
    if (typeof config['gc-schedule'] === 'string') list.push({ kind: 'gc', id, schedule: config['gc-schedule'] });
  }
  return list;
}

const nextTaskEnd: Source = (world) => {
  let first: Due | undefined;
  for (const pbs of Object.values(world.pbs)) {
    const task = nextToEnd(pbs);
    if (task && (!first || task.endsAt < first.at)) first = { at: task.endsAt, run: () => finishTask(world, pbs, task) };
  }
  return first;
};

const nextJob: Source = (world) => {
  let first: Due | undefined;
  for (const pbs of Object.values(world.pbs)) {
    for (const job of scheduledJobs(pbs)) {
      const run = (pbs.jobRuns[`${job.kind}:${job.id}`] ??= { changedAt: world.now });
      if (isRunning(run)) continue;
      const at = dueAt(pbs, run, job.schedule);
      if (at !== undefined && (!first || at < first.at)) first = { at, run: () => trigger(world, pbs, { job, run }) };
    }
  }
  return first;
};

/** The scheduler's attempt: where the job cannot begin, no task shows it. */
function trigger(world: World, pbs: PbsState, { job, run }: { readonly job: Scheduled; readonly run: JobRun }): void {
  run.triedAt = world.now;
  const store = job.kind === 'gc' ? job.id : String(pbs.jobs[job.kind][job.id]?.['store']);
  if (!pbs.datastores[store] || maintenanceError(pbs, store, job.kind === 'verify' ? 'read' : 'write') !== undefined) return;
  runJob(world, pbs, { ...job, authId: 'root@pam' });
}

/** What a PBS does by itself: tasks end, jobs begin. */
export const PBS_SOURCES: readonly Source[] = [nextTaskEnd, nextJob];
