import { chance } from '../chance.ts';
import { nextRun } from '../calendar.ts';
import {
  addDatastore,
  addGroup,
  addNamespace,
  manifestFiles,
  makePbs,
  type BackupFile,
  type NamespaceState,
  type SnapshotState,
} from '../pbs/state.ts';
import { addGuest, makeNode, makePve } from '../pve/make.ts';
import type { PveState } from '../pve/state.ts';
import { emptyWorld, type World } from '../world.ts';
import { pbsAccess, pveAccess, TOKENS } from './access.ts';
import { placeTiers, SCENARIO_TIERS } from './tiers.ts';

const GIB = 2 ** 30;
const NODES = 20;
const DAY_SECONDS = 86_400;

/** Guests and points by tier: 10,000 guests, 600,000 points. */
const SHARES = [
  { tier: 1, tag: 'critical', guests: 7_000, points: 66, everySeconds: DAY_SECONDS },
  { tier: 2, tag: 'app', guests: 2_000, points: 52, everySeconds: DAY_SECONDS * 7 },
  { tier: 3, tag: 'dev', guests: 700, points: 40, everySeconds: DAY_SECONDS * 30 },
  { tier: 4, tag: 'cache', guests: 300, points: 20, everySeconds: DAY_SECONDS * 91 },
] as const;

/**
 * A provider's cluster: what matters is its size. Its past is written down, not lived through, and all points of a guest
 * share one list of files, so that it is made in seconds.
 */
export function fleet10k(now: number): World {
  const world = emptyWorld(now);
  const pve = makePve({ now, access: pveAccess(), node: 'node01' });
  pve.clusterName = 'provider';
  for (let index = 2; index <= NODES; index += 1)
    pve.nodes[`node${String(index).padStart(2, '0')}`] = makeNode({ now, ip: `10.99.0.${index}` });
  pve.storages['ceph'] = {
    type: 'rbd',
    config: { pool: 'ceph', content: 'images,rootdir', shared: 1 },
    totalBytes: 900_000 * GIB,
    usedBytes: 400_000 * GIB,
  };
  const pbs = makePbs({ now, access: pbsAccess('main', 'provider'), node: 'pbs', host: 'pbs.provider.example' });
  const main = addDatastore(pbs, 'main', { totalBytes: 2_000_000 * GIB });
  main.config['gc-schedule'] = 'sat 12:00';
  world.pve['pve'] = pve;
  world.pbs['pbs'] = pbs;
  placeTiers({ now, site: 'provider', pve, pbs, pbsName: 'pbs', tiers: SCENARIO_TIERS });
  const nodes = Object.keys(pve.nodes);
  let vmid = 1000;
  for (const { tier, tag, guests, points, everySeconds } of SHARES) {
    const namespace = addNamespace(main, `provider/tier-${tier}`);
    const times = pastTimes(now, points, everySeconds, tier);
    for (let count = 0; count < guests; count += 1, vmid += 1) {
      const sizeGib = 20 + 20 * Math.floor(5 * chance('size', vmid));
      addFleetGuest(pve, now, { vmid, tag, sizeGib, node: nodes[vmid % NODES]!, pool: `tier-${tier}` });
      addPoints(namespace, { vmid, times, files: filesOf(sizeGib), verifiedBy: upid(now - 3600) });
    }
  }
  return world;
}

type FleetGuest = { readonly vmid: number; readonly tag: string; readonly sizeGib: number; readonly node: string; readonly pool: string };

function addFleetGuest(pve: PveState, now: number, { vmid, tag, sizeGib, node, pool }: FleetGuest): void {
  addGuest(pve, now - 2000 * DAY_SECONDS, {
    vmid,
    name: `customer-${vmid}`,
    tags: tag,
    node,
    pool,
    disks: { scsi0: `ceph:vm-${vmid}-disk-0,size=${sizeGib}G` },
  });
}

/** Starts of the tier's past runs, oldest first; the newest is the last one its schedule had. */
function pastTimes(now: number, points: number, everySeconds: number, tier: number): readonly number[] {
  const { schedule } = SCENARIO_TIERS.find(({ id }) => id === tier)!;
  let newest = now - 93 * DAY_SECONDS;
  for (
    let next = nextRun(schedule, newest, 'Europe/Vienna');
    next !== undefined && next < now - 7200;
    next = nextRun(schedule, newest, 'Europe/Vienna')
  )
    newest = next;
  return Array.from({ length: points }, (_, index) => newest - (points - 1 - index) * everySeconds);
}

const shared = new Map<number, readonly BackupFile[]>();

function filesOf(sizeGib: number): readonly BackupFile[] {
  let files = shared.get(sizeGib);
  if (!files)
    shared.set(
      sizeGib,
      (files = manifestFiles([
        { filename: 'drive-scsi0.img.fidx', size: sizeGib * GIB },
        { filename: 'qemu-server.conf.blob', size: 412 },
      ])),
    );
  return files;
}

type Points = {
  readonly vmid: number;
  readonly times: readonly number[];
  readonly files: readonly BackupFile[];
  readonly verifiedBy: string;
};

function addPoints(namespace: NamespaceState, { vmid, times, files, verifiedBy }: Points): void {
  const group = addGroup(namespace, { type: 'vm', id: String(vmid), owner: TOKENS.backup });
  const later = vmid % 1800;
  const verification = { upid: verifiedBy, state: 'ok' as const };
  group.snapshots = times.map((time): SnapshotState => ({
    time: time + later,
    state: 'finished',
    files,
    protected: false,
    newBytes: 80_000_000,
    verification,
  }));
}

function upid(at: number): string {
  return `UPID:pbs:00000BE1:0001E8B1:00000001:${at.toString(16).toUpperCase().padStart(8, '0')}:verificationjob:main:root@pam:`;
}
