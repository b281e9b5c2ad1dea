import { LAB_EPOCH } from '#lab/lab.ts';
import { SCENARIOS } from '#lab/scenarios/scenarios.ts';
import type { World } from '#lab/world.ts';

const lived = new Map<string, World>();

/** A scenario's world of one's own. Living its past takes seconds and happens once for all files of a worker; a copy takes a tenth of that. */
export function worldOf(scenario: string): World {
  const world = lived.get(scenario) ?? SCENARIOS[scenario]!(LAB_EPOCH);
  lived.set(scenario, world);
  return structuredClone(world);
}
