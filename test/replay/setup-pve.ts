import { addGuest, makePve as makeAny } from '#lab/pve/make.ts';
import type { PveState } from '#lab/pve/state.ts';
import { shortTask } from '#lab/pve/tasks.ts';
import { rootAccess } from '#lab/roles.ts';
import { SECRET, type Player } from './player.ts';
import type { RecordedCall } from './recording.ts';

const MIB = 2 ** 20;

export const QEMU_IDS = { smbios1: 'uuid=8412a389-1b4a-46a3-be91-b75ca5d835e2', vmgenid: '509a3b28-4387-4b12-a5c2-8840beba694d' };

/** The PVE as it was before the first recorded call: one node, a VM and two containers, a folder as storage. */
export function makePve(now: number): PveState {
  const access = rootAccess('pve');
  access.users['root@pam'] = { enabled: true, tokens: { hf: { secret: SECRET, separate: false } } };
  access.acl = [];
  const pve = makeAny({ now, access, node: 'pve1', timeZone: 'Etc/UTC' });
  const content = 'images,iso,backup,rootdir,snippets,vztmpl';
  const local = { type: 'dir', totalBytes: 270_553_174_016, usedBytes: 22_002_483_200 };
  pve.storages['local'] = { ...local, config: { path: '/var/lib/vz', content, 'prune-backups': 'keep-all=1' } };
  pve.storages['dir1'] = { ...local, config: { path: '/mnt/vz', content, 'prune-backups': 'keep-all=1' } };
  addGuest(pve, now, {
    vmid: 100,
    name: 'vm100',
    disks: { scsi0: 'dir1:100/vm-100-disk-0.raw,size=1G' },
    memoryMib: 256,
    running: false,
    agent: 'none',
    pool: 'prod',
  });
  for (const vmid of [200, 201]) {
    const rootfs = `dir1:${vmid}/vm-${vmid}-disk-0.raw,size=1G`;
    addGuest(pve, now, {
      vmid,
      kind: 'lxc',
      name: 'ct200',
      disks: { rootfs },
      memoryMib: 64,
      running: false,
      ...(vmid === 200 ? { pool: 'prod' } : {}),
    });
    for (const name of ['net0', 'cores']) delete pve.guests[vmid]!.config[name];
    Object.assign(pve.guests[vmid]!.config, { ostype: 'unmanaged', swap: 0 });
  }
  for (const vmid of [100, 200, 201])
    for (const disk of ['scsi0', 'rootfs']) setSize(pve, `dir1:${vmid}/vm-${vmid}-disk-0.raw`, disk === 'rootfs' ? 10 * MIB : 32 * MIB);
  return pve;
}

function setSize(pve: PveState, volume: string, usedBytes: number): void {
  pve.volumes[volume] ??= { usedBytes, changedBytesPerDay: 0 };
}

/** What a call that the lab has not built would have done to the world, where later calls lean on it: it makes no containers. */
export function effectOfUnbuilt({ lab }: Player, { method, path, params, status }: RecordedCall): void {
  const pve = lab.world.pve['pve'];
  if (!pve || status !== 200 || method !== 'POST' || path !== '/nodes/pve1/lxc') return;
  const given = Object.fromEntries(params === null ? [] : Array.isArray(params) ? params : Object.entries(params)) as Record<
    string,
    string
  >;
  const [now, vmid] = [lab.world.now, Number(given['vmid'])];
  shortTask(pve, { node: 'pve1', type: 'vzcreate', id: String(vmid), user: 'root@pam!hf', at: now }, []);
  const { vmid: _, ostemplate: _o, storage: _s, ...config } = given;
  const rootfs = `dir1:${vmid}/vm-${vmid}-disk-0.raw,size=1G`;
  addGuest(pve, now, { vmid, kind: 'lxc', name: config['hostname'] ?? `ct${vmid}`, disks: { rootfs }, running: false });
  for (const key of ['net0', 'cores', 'ostype']) delete pve.guests[vmid]!.config[key];
  Object.assign(pve.guests[vmid]!.config, config, { rootfs });
}

/** A new guest of the recordings holds next to nothing. */
export function afterCreation({ lab }: Player): void {
  const pve = lab.world.pve['pve']!;
  for (const { config } of Object.values(pve.guests))
    for (const key of ['scsi0', 'scsi1', 'rootfs'])
      if (config[key] !== undefined) setSize(pve, String(config[key]).split(',')[0]!, 32 * MIB);
}
