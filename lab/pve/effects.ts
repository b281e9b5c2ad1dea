import type { World } from '../world.ts';
import { isOn, listed } from './settings.ts';
import type { Effect, PowerRun, PveState, TaskState } from './state.ts';
import { endTask, startTask, type NewTask } from './tasks.ts';

export type Lasting = {
  readonly task: NewTask;
  readonly seconds: number;
  readonly opening?: readonly string[];
  readonly lines?: readonly string[];
  readonly effect: Effect;
};

/** A task that takes its time and then does something to a guest; where tasks are instant it has ended when this returns. */
export function lastingTask(world: World, state: PveState, { task: wanted, seconds, opening = [], lines = [], effect }: Lasting): string {
  const task = startTask(state, wanted);
  task.log.push(...opening);
  const run: PowerRun = { kind: 'done', status: 'OK', lines: [...lines, 'TASK OK'], effect };
  if (world.settings.manualTasks === 'instant') finishTask(world, state, task, run);
  else task.next = { at: world.now + seconds, run };
  return task.upid;
}

export function finishTask(world: World, state: PveState, task: TaskState, run: PowerRun): void {
  carryOut(world, state, run.effect);
  task.log.push(...run.lines);
  endTask(task, world.now, run.status);
}

function carryOut(world: World, state: PveState, { do: what, vmid, purge }: Effect): void {
  const guest = state.guests[vmid];
  if (!guest) return;
  if (what === 'start') guest.runningSince = world.now;
  if (what === 'unlock') delete guest.config['lock'];
  if (what === 'stop') {
    delete guest.runningSince;
    delete guest.bitmap;
  }
  if (what === 'destroy') destroy(state, vmid, purge === true);
}

/** Pools always forget a guest that is gone; jobs only where `purge` says so, and one that has nobody left goes with it. */
function destroy(state: PveState, vmid: number, purge: boolean): void {
  delete state.guests[vmid];
  for (const pool of Object.values(state.pools)) pool.vmids = pool.vmids.filter((one) => one !== vmid);
  if (!purge) return;
  for (const [id, { config }] of Object.entries(state.jobs)) {
    for (const name of ['vmid', 'exclude']) {
      const ids = listed(config[name]);
      if (!ids.includes(vmid)) continue;
      const left = ids.filter((one) => one !== vmid);
      if (left.length > 0) config[name] = left.join(',');
      else delete config[name];
    }
    if (config['vmid'] === undefined && config['pool'] === undefined && !isOn(config['all'])) delete state.jobs[id];
  }
}
