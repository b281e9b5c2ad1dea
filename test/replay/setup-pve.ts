import { addGuest, makePve as makeAny } from '#lab/pve/make.ts';
import type { GuestKind, PveState } from '#lab/pve/state.ts';
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

/** What a call that the lab has not built would have done to the world, where later calls lean on it. */
export function effectOfUnbuilt({ lab }: Player, { method, path, params, status }: RecordedCall): void {
  const pve = lab.world.pve['pve'];
  if (!pve || status !== 200) return;
  const given = Object.fromEntries(
    params === null ? [] : Array.isArray(params) ? (params as [string, unknown][]) : Object.entries(params),
  ) as Record<string, string | number>;
  const now = lab.world.now;
  const made = /^\/nodes\/pve1\/(qemu|lxc)$/.exec(path);
  if (method === 'POST' && made)
    shortTask(
      pve,
      { node: 'pve1', type: made[1] === 'qemu' ? 'qmcreate' : 'vzcreate', id: String(given['vmid']), user: 'root@pam!hf', at: now },
      [],
    );
  if (method === 'POST' && made) create(pve, { now, kind: made[1] as GuestKind, given });
  const moved = /^\/nodes\/pve1\/(?:qemu|lxc)\/(\d+)\/status\/(start|stop|shutdown)$/.exec(path);
  const guest = moved && pve.guests[Number(moved[1])];
  if (guest && moved[2] === 'start') guest.runningSince = now;
  else if (guest) delete guest.runningSince;
  const gone = /^\/nodes\/pve1\/(?:qemu|lxc)\/(\d+)$/.exec(path);
  if (method === 'DELETE' && gone) delete pve.guests[Number(gone[1])];
  grant(pve, `${method} ${path}`, given);
}

type Created = { readonly now: number; readonly kind: GuestKind; readonly given: Readonly<Record<string, string | number>> };

function create(pve: PveState, { now, kind, given }: Created): void {
  const vmid = Number(given['vmid']);
  const source = /backup\/(?:vm|ct)\/(\d+)\//.exec(String(given['archive'] ?? given['ostemplate'] ?? ''))?.[1];
  const { vmid: _, storage: __, archive: ___, ostemplate: ____, restore: _____, unique: ______, start: _______, ...config } = given;
  const copied = source === undefined ? {} : (pve.guests[Number(source)]?.config ?? {});
  const disks: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...copied, ...config })) {
    if (/^(?:scsi|virtio|sata|ide)\d+$/.test(key) || key === 'rootfs')
      disks[key] = `dir1:${vmid}/vm-${vmid}-disk-${Object.keys(disks).length}.raw,size=${/size=(\w+)/.exec(String(value))?.[1] ?? '1G'}`;
  }
  const name = String(config['name'] ?? config['hostname'] ?? copied['name'] ?? copied['hostname'] ?? `vm${vmid}`);
  addGuest(pve, now, { vmid, kind, name, disks, running: false, agent: 'none' });
  const guest = pve.guests[vmid]!;
  for (const key of ['net0', 'cores', 'ostype', 'scsihw']) delete guest.config[key];
  Object.assign(guest.config, copied, config, disks);
  for (const key of ['memory', 'agent'])
    if (kind === 'qemu' && guest.config[key] !== undefined) guest.config[key] = String(guest.config[key]);
  if (kind === 'qemu') Object.assign(guest.config, { meta: `creation-qemu=10.1.2,ctime=${now}`, ...QEMU_IDS });
  for (const volume of Object.values(disks)) setSize(pve, volume.split(',')[0]!, 32 * MIB);
}

function grant(pve: PveState, call: string, given: Readonly<Record<string, unknown>>): void {
  const { access } = pve;
  const token = /^POST \/access\/users\/([^/]+)\/token\/(\w+)$/.exec(call);
  if (call === 'POST /access/users') access.users[String(given['userid'])] = { enabled: true, tokens: {} };
  else if (token) access.users[token[1]!]!.tokens[token[2]!] = { secret: SECRET, separate: Number(given['privsep'] ?? 1) === 1 };
  else if (call === 'POST /access/roles') access.roles[String(given['roleid'])] = String(given['privs']).split(',');
  else if (call === 'PUT /access/acl') {
    const authId = String(given['tokens'] ?? given['users']);
    access.acl.push({
      path: String(given['path']),
      authId,
      role: String(given['roles']),
      propagate: Number(given['propagate'] ?? 1) === 1,
    });
  }
}
