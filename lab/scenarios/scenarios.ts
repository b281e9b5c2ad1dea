import { addDatastore, makePbs } from '../pbs/state.ts';
import { rootAccess } from '../roles.ts';
import { emptyWorld, type World } from '../world.ts';

/** Scenario name → the world it begins with at `now`. */
export const SCENARIOS: Readonly<Record<string, (now: number) => World>> = { empty };

/** One PVE and one PBS with nothing on them but a token of root. */
function empty(now: number): World {
  const world = emptyWorld(now);
  world.pve['pve'] = { product: 'pve', version: { release: '9.2', repoid: '3a1c2b4d', version: '9.2.11' }, access: rootAccess('pve') };
  const pbs = makePbs({ now, access: rootAccess('pbs') });
  addDatastore(pbs, 'main');
  world.pbs['pbs'] = pbs;
  return world;
}
