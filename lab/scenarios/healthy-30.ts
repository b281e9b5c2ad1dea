import { advanceTo } from '../clock.ts';
import { PBS_SOURCES } from '../pbs/jobs.ts';
import { addDatastore, makePbs } from '../pbs/state.ts';
import { addGuest, makeNode, makePve } from '../pve/make.ts';
import type { PveState } from '../pve/state.ts';
import { PVE_SOURCES } from '../pve/scheduler.ts';
import { emptyWorld, type World } from '../world.ts';
import { pbsAccess, pveAccess } from './access.ts';
import { placeTiers, SCENARIO_TIERS } from './tiers.ts';

const GIB = 2 ** 30;
const HISTORY_SECONDS = 100 * 86_400;

type Fleet = readonly {
  readonly tier: number;
  readonly tag: string;
  readonly vms: readonly string[];
  readonly containers: readonly string[];
}[];

/** Thirty guests of a small company's cluster, by tier. */
const FLEET: Fleet = [
  { tier: 1, tag: 'critical', vms: ['erp-db', 'shop-db', 'mail', 'domain-1', 'domain-2', 'vault'], containers: ['dns-1', 'dns-2'] },
  {
    tier: 2,
    tag: 'app',
    vms: ['erp-web', 'shop-web', 'files', 'wiki', 'chat', 'tickets'],
    containers: ['proxy', 'monitoring', 'logs', 'registry', 'forms', 'status'],
  },
  { tier: 3, tag: 'dev', vms: ['ci', 'staging', 'dev-1', 'dev-2'], containers: ['playground', 'docs-preview'] },
  { tier: 4, tag: 'cache', vms: ['models', 'build-cache'], containers: ['apt-cache', 'thumbnails'] },
];

/** Three nodes, thirty guests, tiers as Holdfast makes them, and a hundred days in which nothing went wrong. */
export function healthy30(now: number): World {
  const began = now - HISTORY_SECONDS;
  const world = emptyWorld(began);
  const pve = makePve({ now: began, access: pveAccess(), node: 'pve1' });
  pve.clusterName = 'company';
  for (const [index, node] of ['pve2', 'pve3'].entries()) pve.nodes[node] = makeNode({ now: began, ip: `10.99.0.${index + 2}` });
  for (const node of Object.values(pve.nodes)) {
    node.zfs = [{ name: 'rpool', sizeBytes: 1_800 * GIB, allocatedBytes: 700 * GIB, fragmentationPercent: 11, health: 'ONLINE' }];
  }
  pve.storages['local-zfs'] = {
    type: 'zfspool',
    config: { pool: 'rpool/data', content: 'images,rootdir', sparse: 1 },
    totalBytes: 1_740 * GIB,
    usedBytes: 680 * GIB,
  };
  const pbs = makePbs({ now: began, access: pbsAccess('main', 'company'), node: 'pbs', host: 'pbs.company.example' });
  addDatastore(pbs, 'main', { totalBytes: 8_000 * GIB }).config['gc-schedule'] = 'sat 12:00';
  world.pve['pve'] = pve;
  world.pbs['pbs'] = pbs;
  addFleet(pve, began);
  placeTiers({ now: began, site: 'company', pve, pbs, pbsName: 'pbs', tiers: SCENARIO_TIERS });
  advanceTo(world, now, [...PVE_SOURCES, ...PBS_SOURCES]);
  return world;
}

function addFleet(pve: PveState, now: number): void {
  const nodes = Object.keys(pve.nodes);
  let vmid = 100;
  for (const { tier, tag, vms, containers } of FLEET) {
    for (const [kind, names] of [
      ['qemu', vms],
      ['lxc', containers],
    ] as const) {
      for (const name of names) {
        const node = nodes[vmid % nodes.length]!;
        const disks =
          kind === 'qemu'
            ? { scsi0: `local-zfs:vm-${vmid}-disk-0,size=${20 + (vmid % 5) * 20}G` }
            : { rootfs: `local-zfs:subvol-${vmid}-disk-0,size=${8 + (vmid % 3) * 4}G` };
        addGuest(pve, now, { vmid, name, kind, node, tags: tag, disks, pool: `tier-${tier}` });
        vmid += 1;
      }
    }
  }
}
