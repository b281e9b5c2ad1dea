import type { Fault } from './faults.ts';
import type { PbsState } from './pbs/state.ts';
import type { PveState } from './pve/state.ts';

/** Everything there is, as plain data: two worlds are the same when their JSON is. */
export type World = {
  /** Virtual time, whole Unix seconds. */
  now: number;
  /** Each PVE cluster and PBS server by its name in the lab. */
  pve: Record<string, PveState>;
  pbs: Record<string, PbsState>;
  faults: Fault[];
  settings: Settings;
};

export type Settings = {
  /** `instant`: a task started through the API has ended when its UPID is answered. `timed`: it takes as long as it takes. */
  manualTasks: 'instant' | 'timed';
  /** Answers in milliseconds later than necessary. */
  latencyMilliseconds: number;
};

export function emptyWorld(now: number): World {
  return { now, pve: {}, pbs: {}, faults: [], settings: { manualTasks: 'instant', latencyMilliseconds: 0 } };
}

/** Where each world's chance stands: no part of it, for asking must not change a world. */
const chances = new WeakMap<World, number>();

/** The next number of the lab's own chance, 0 ≤ n < limit: the same questions in the same order get the same answers. */
export function chance(world: World, limit: number): number {
  const next = (Math.imul(chances.get(world) ?? 1, 1_664_525) + 1_013_904_223) >>> 0;
  chances.set(world, next);
  return Math.floor((next / 2 ** 32) * limit);
}

/** A copy in another order: Proxmox lists in none. */
export function shuffled<T>(world: World, list: readonly T[]): T[] {
  const copy = [...list];
  for (let index = copy.length - 1; index > 0; index -= 1) {
    const other = chance(world, index + 1);
    const here = copy[index] as T;
    copy[index] = copy[other] as T;
    copy[other] = here;
  }
  return copy;
}
