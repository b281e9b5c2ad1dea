import { addDatastore, makePbs } from '../pbs/state.ts';
import { makePve } from '../pve/make.ts';
import { rootAccess } from '../roles.ts';
import { adr005 } from './adr-005.ts';
import { fleet10k } from './fleet-10k.ts';
import { healthy30 } from './healthy-30.ts';
import { messyHomelab } from './messy-homelab.ts';
import { twoSites } from './two-sites.ts';
import { emptyWorld, type World } from '../world.ts';

/** Scenario name → the world it begins with at `now`. */
export const SCENARIOS: Readonly<Record<string, (now: number) => World>> = {
  empty,
  'adr-005': adr005,
  'healthy-30': healthy30,
  'messy-homelab': messyHomelab,
  'two-sites': twoSites,
  'fleet-10k': fleet10k,
};

/** One PVE and one PBS with nothing on them but a token of root. */
function empty(now: number): World {
  const world = emptyWorld(now);
  world.pve['pve'] = makePve({ now, access: rootAccess('pve') });
  const pbs = makePbs({ now, access: rootAccess('pbs') });
  addDatastore(pbs, 'main');
  world.pbs['pbs'] = pbs;
  return world;
}
