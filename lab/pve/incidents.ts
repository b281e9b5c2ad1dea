import { chance } from '../chance.ts';
import { advanceTo } from '../clock.ts';
import { PBS_SOURCES } from '../pbs/jobs.ts';
import type { World } from '../world.ts';
import { PVE_SOURCES } from './scheduler.ts';

const HOUR = 3600;

/** Six hours of a year in which things break now and then, and are mended after some time. */
export function live(world: World, seed: number, step: number): void {
  const roll = (what: string) => chance('incident', seed, step, what);
  const [office, pbs] = [world.pve['office']!, world.pbs['pbs']!];
  const down = world.faults.length > 0;
  if (!down && roll('pbs') < 0.03) world.faults.push({ server: 'pbs', call: '', times: 1e9, kind: 'refused' });
  else if (down && roll('pbs') < 0.5) world.faults.length = 0;
  office.nodes['office1']!.online = roll('node') > 0.03;
  const datastore = pbs.datastores['main']!;
  datastore.otherBytes = roll('full') < 0.02 ? datastore.totalBytes : 2 ** 30;
  for (const guest of Object.values(office.guests)) {
    if (guest.config['lock'] !== undefined && roll(`unlock ${guest.vmid}`) < 0.6) delete guest.config['lock'];
    if (roll(`stop ${guest.vmid}`) < 0.02) delete guest.runningSince;
    else guest.runningSince ??= world.now;
  }
  advanceTo(world, world.now + 6 * HOUR, [...PVE_SOURCES, ...PBS_SOURCES]);
}
