import { advanceTo } from '../clock.ts';
import { PBS_SOURCES } from '../pbs/jobs.ts';
import { addDatastore, makePbs } from '../pbs/state.ts';
import { addGuest, makePve } from '../pve/make.ts';
import { PVE_SOURCES } from '../pve/scheduler.ts';
import type { PveState } from '../pve/state.ts';
import { emptyWorld, type World } from '../world.ts';
import { grant, pbsAccess, pveAccess, TOKENS } from './access.ts';
import { placeTiers, SCENARIO_TIERS } from './tiers.ts';

const GIB = 2 ** 30;
const HISTORY_SECONDS = 100 * 86_400;
const GUESTS = [
  { name: 'db', tag: 'critical', tier: 1 },
  { name: 'web', tag: 'app', tier: 2 },
  { name: 'test', tag: 'dev', tier: 3 },
  { name: 'cache', tag: 'cache', tier: 4 },
] as const;

/** Two clusters whose guests have the same ids, and one datastore with a namespace for each site. */
export function twoSites(now: number): World {
  const began = now - HISTORY_SECONDS;
  const world = emptyWorld(began);
  const access = pbsAccess('main', 'office');
  for (const authId of ['pve@pbs', TOKENS.backup]) grant(access, authId, 'DatastoreBackup', '/datastore/main/plant');
  const pbs = makePbs({ now: began, access, node: 'pbs', host: 'pbs.example' });
  addDatastore(pbs, 'main', { totalBytes: 4_000 * GIB }).config['gc-schedule'] = 'sat 12:00';
  world.pbs['pbs'] = pbs;
  for (const [index, site] of ['office', 'plant'].entries()) {
    const pve = makePve({ now: began, access: pveAccess(), node: `${site}1` });
    pve.clusterName = site;
    world.pve[site] = pve;
    addGuests(pve, began, site);
    placeTiers({ now: began, site, pve, pbs, pbsName: 'pbs', tiers: SCENARIO_TIERS, ...(index === 0 ? {} : { suffix: site }) });
  }
  advanceTo(world, now, [...PVE_SOURCES, ...PBS_SOURCES]);
  return world;
}

function addGuests(pve: PveState, now: number, site: string): void {
  pve.storages['local-zfs'] = {
    type: 'zfspool',
    config: { pool: 'rpool/data', content: 'images,rootdir', sparse: 1 },
    totalBytes: 900 * GIB,
    usedBytes: 200 * GIB,
  };
  for (const [index, { name, tag, tier }] of GUESTS.entries()) {
    const vmid = 101 + index;
    addGuest(pve, now, {
      vmid,
      name: `${site}-${name}`,
      tags: tag,
      disks: { scsi0: `local-zfs:vm-${vmid}-disk-0,size=40G` },
      pool: `tier-${tier}`,
    });
  }
}
