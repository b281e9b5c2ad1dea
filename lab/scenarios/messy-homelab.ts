import { advanceTo } from '../clock.ts';
import { PBS_SOURCES } from '../pbs/jobs.ts';
import { addDatastore, makePbs, type PbsState } from '../pbs/state.ts';
import { addGuest, makeNode, makePve, type NewGuest } from '../pve/make.ts';
import { PVE_SOURCES } from '../pve/scheduler.ts';
import type { PveState } from '../pve/state.ts';
import { emptyWorld, type World } from '../world.ts';
import { pbsAccess, pveAccess } from './access.ts';
import { plantAfterwards, plantBefore } from './messy-plants.ts';
import { placeTiers, SCENARIO_TIERS, type ScenarioTier } from './tiers.ts';

const GIB = 2 ** 30;
const HISTORY_SECONDS = 100 * 86_400;

const [CRITICAL, APP, DEV, CACHE] = SCENARIO_TIERS as readonly [ScenarioTier, ScenarioTier, ScenarioTier, ScenarioTier];

/** The four tiers, and between them two more: one that promises encryption, one that promises a copy off site. */
export const MESSY_TIERS: readonly ScenarioTier[] = [
  { ...CRITICAL, consistency: 'filesystem', version: 'ac2ae588' },
  APP,
  { ...APP, id: 3, name: 'Secret', encryption: true, version: '23d99fd6' },
  { ...APP, id: 4, name: 'Kept elsewhere too', offsite: { remote: 'vault', within: '8d', schedule: '06:00' }, version: '5b177145' },
  { ...DEV, id: 5 },
  { ...CACHE, id: 6 },
];

/** Rules of the policy this site is meant to keep, in order. */
export const MESSY_ASSIGN: readonly string[] = ['critical', 'app', 'secret', 'elsewhere', 'dev', 'cache'].map(
  (tag, index) => `{ tier: ${index + 1}, tags: [${tag}] }`,
);

type MessyGuest = NewGuest & { readonly tags: string };

const disk = (vmid: number, gib = 32, more = ''): Record<string, string> => ({ scsi0: `local-zfs:vm-${vmid}-disk-0${more},size=${gib}G` });

/** Five guests with which all is well, and one for each hazard that shows on a guest. */
const GUESTS: readonly MessyGuest[] = [
  { vmid: 201, name: 'shop-db', tags: 'critical', disks: disk(201), pool: 'tier-1' },
  { vmid: 202, name: 'wiki', tags: 'app', disks: disk(202), pool: 'tier-2' },
  { vmid: 203, name: 'ci', tags: 'dev', disks: disk(203), pool: 'tier-5' },
  { vmid: 204, name: 'models', tags: 'cache', disks: disk(204), pool: 'tier-6' },
  { vmid: 205, name: 'passwords', tags: 'secret', disks: disk(205), pool: 'tier-3' },
  { vmid: 206, name: 'photos', tags: 'elsewhere', disks: disk(206), pool: 'tier-4' },
  { vmid: 301, name: 'forgotten', tags: 'misc', disks: disk(301) },
  { vmid: 302, name: 'two-minds', tags: 'critical;app', disks: disk(302), pool: 'tier-1' },
  { vmid: 303, name: 'wrong-pool', tags: 'app', disks: disk(303), pool: 'tier-5' },
  { vmid: 304, name: 'only-disabled', tags: 'app', disks: disk(304) },
  {
    vmid: 305,
    name: 'half-saved',
    tags: 'critical',
    disks: { ...disk(305), scsi1: 'local-zfs:vm-305-disk-1,backup=0,size=200G' },
    pool: 'tier-1',
  },
  {
    vmid: 306,
    name: 'torn',
    tags: 'critical',
    disks: { ...disk(306), scsi1: 'local-zfs:vm-1306-disk-0,backup=0,size=80G' },
    pool: 'tier-1',
  },
  {
    vmid: 307,
    name: 'pbs',
    tags: 'critical',
    notes: 'Proxmox Backup Server',
    disks: { ...disk(307), scsi1: 'local-zfs:vm-307-disk-1,size=1200G' },
    pool: 'tier-1',
  },
  { vmid: 311, name: 'twice', tags: 'app', disks: disk(311), pool: 'tier-2' },
  { vmid: 312, name: 'not-mine', tags: 'critical', disks: disk(312), pool: 'tier-1' },
  { vmid: 313, name: 'second-life', tags: 'app', disks: disk(313), pool: 'tier-2' },
  { vmid: 315, name: 'no-agent', tags: 'critical', agent: 'none', disks: disk(315), pool: 'tier-1' },
  {
    vmid: 316,
    name: 'unmounted',
    kind: 'lxc',
    tags: 'app',
    disks: { rootfs: 'local-zfs:subvol-316-disk-0,size=8G', mp0: 'local-zfs:subvol-316-disk-1,mp=/srv,size=50G' },
    pool: 'tier-2',
  },
  { vmid: 321, name: 'long-unread', tags: 'app', disks: disk(321), pool: 'tier-2' },
  { vmid: 325, name: 'hollow', tags: 'dev', disks: disk(325, 32, ',backup=0'), pool: 'tier-5' },
  { vmid: 326, name: 'corrupt', tags: 'app', disks: disk(326), pool: 'tier-2' },
  { vmid: 327, name: 'believed', tags: 'elsewhere', disks: disk(327), pool: 'tier-4' },
  { vmid: 331, name: 'never-frozen', tags: 'critical', agent: 'silent', disks: disk(331), pool: 'tier-1' },
  { vmid: 333, name: 'too-big', tags: 'critical', disks: disk(333, 6000), pool: 'tier-1' },
  { vmid: 334, name: 'left-over', tags: 'app', disks: disk(334), pool: 'tier-2' },
  { vmid: 335, name: 'stuck', tags: 'critical', disks: disk(335), pool: 'tier-1', config: { lock: 'snapshot' } },
];

/** A homelab that grew by itself: every hazard of the design once, on an object of its own. `MESSY_PLANTED` says which. */
export function messyHomelab(now: number): World {
  const began = now - HISTORY_SECONDS;
  const world = emptyWorld(began);
  const pve = makePve({ now: began, access: pveAccess(), node: 'pve1' });
  pve.clusterName = 'homelab';
  pve.nodes['pve2'] = makeNode({ now: began, ip: '10.99.0.2' });
  for (const node of Object.values(pve.nodes)) {
    node.zfs = [{ name: 'rpool', sizeBytes: 7_200 * GIB, allocatedBytes: 3_100 * GIB, fragmentationPercent: 21, health: 'ONLINE' }];
  }
  pve.storages['local-zfs'] = {
    type: 'zfspool',
    config: { pool: 'rpool/data', content: 'images,rootdir', sparse: 1 },
    totalBytes: 7_000 * GIB,
    usedBytes: 3_000 * GIB,
  };
  const pbs = makePbs({ now: began, access: pbsAccess('main', 'homelab'), node: 'pbs', host: '192.168.1.7', timeZone: 'UTC' });
  addDatastore(pbs, 'main', { totalBytes: 12_000 * GIB }).config['gc-schedule'] = 'sat 12:00';
  world.pve['pve'] = pve;
  world.pbs['pbs'] = pbs;
  addGuests(pve, began);
  placeTiers({ now: began, site: 'homelab', pve, pbs, pbsName: 'pbs', tiers: MESSY_TIERS });
  plantBefore({ world, pve, pbs, now: began });
  advanceTo(world, now, [...PVE_SOURCES, ...PBS_SOURCES]);
  plantAfterwards({ world, pve, pbs, now });
  return world;
}

export type Messy = { readonly world: World; readonly pve: PveState; readonly pbs: PbsState; readonly now: number };

function addGuests(pve: PveState, now: number): void {
  for (const [index, guest] of GUESTS.entries()) addGuest(pve, now, { node: index % 4 === 3 ? 'pve2' : 'pve1', ...guest });
  pve.guests[333]!.config['scsi0'] = 'local-zfs:vm-333-disk-0,size=6000G';
  pve.volumes['local-zfs:vm-333-disk-0'] = { usedBytes: 900 * GIB, changedBytesPerDay: 4 * GIB };
  pve.volumes['local-zfs:vm-307-disk-1'] = { usedBytes: 300 * GIB, changedBytesPerDay: 6 * GIB };
  addGuest(pve, now, {
    vmid: 1306,
    name: 'torn-data',
    node: pve.guests[306]!.node,
    tags: 'critical;data-vm',
    running: false,
    agent: 'none',
    disks: { scsi0: 'local-zfs:vm-1306-disk-0,size=80G' },
    config: { onboot: 0 },
    pool: 'tier-1',
  });
}
