import type { Access } from '../auth.ts';
import { addDatastore, makePbs } from '../pbs/state.ts';
import { addGuest, makePve } from '../pve/make.ts';
import { PBS_ROLES, PVE_ROLES, rootAccess } from '../roles.ts';
import { emptyWorld, type World } from '../world.ts';

const GIB = 2 ** 30;

/** What a scenario's tokens are called, on both servers: `holdfast@pve!audit`, `holdfast@pbs!apply`, `pve@pbs!backup`. */
export const TOKENS = {
  pveAudit: 'holdfast@pve!audit',
  pveApply: 'holdfast@pve!apply',
  pbsAudit: 'holdfast@pbs!audit',
  pbsApply: 'holdfast@pbs!apply',
  backup: 'pve@pbs!backup',
} as const;

const secret = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** A PVE with Holdfast's two tokens: one that looks, one that configures. */
export function pveAccess(): Access {
  const access = rootAccess('pve');
  access.roles = {
    ...PVE_ROLES,
    HoldfastApply: [
      ...PVE_ROLES['PVEAuditor']!,
      'Sys.Modify',
      'Pool.Allocate',
      'VM.Allocate',
      'VM.Backup',
      'Datastore.Allocate',
      'Datastore.AllocateSpace',
    ],
  };
  access.users['holdfast@pve'] = {
    enabled: true,
    tokens: { audit: { secret: secret(101), separate: true }, apply: { secret: secret(102), separate: true } },
  };
  grant(access, 'holdfast@pve', 'HoldfastApply', '/');
  grant(access, 'holdfast@pve!audit', 'PVEAuditor', '/');
  grant(access, 'holdfast@pve!apply', 'HoldfastApply', '/');
  return access;
}

/** A PBS with tokens that look and configure, and the login of PVE's storages, which may write below `namespace` and nothing else. */
export function pbsAccess(datastore: string, namespace: string): Access {
  const access = rootAccess('pbs');
  access.roles = { ...PBS_ROLES };
  access.users['holdfast@pbs'] = {
    enabled: true,
    tokens: { audit: { secret: secret(201), separate: true }, apply: { secret: secret(202), separate: true } },
  };
  access.users['pve@pbs'] = { enabled: true, tokens: { backup: { secret: secret(203), separate: true } } };
  for (const role of ['Admin']) grant(access, 'holdfast@pbs', role, '/');
  grant(access, TOKENS.pbsAudit, 'Audit', '/');
  grant(access, TOKENS.pbsAudit, 'RemoteAudit', '/remote');
  grant(access, TOKENS.pbsApply, 'Audit', '/');
  grant(access, TOKENS.pbsApply, 'DatastoreAdmin', '/datastore');
  const place = namespace === '' ? `/datastore/${datastore}` : `/datastore/${datastore}/${namespace}`;
  for (const authId of ['pve@pbs', TOKENS.backup]) grant(access, authId, 'DatastoreBackup', place);
  return access;
}

export function grant(access: Access, authId: string, role: string, path: string): void {
  access.acl.push({ path, authId, role, propagate: true });
}

/** The secret of `user@realm!name` on a server of the lab. */
export function secretOf(access: Access, authId: string): string {
  const [user = '', token = ''] = authId.split('!');
  return access.users[user]!.tokens[token]!.secret;
}

/**
 * The seed's own fleet before Holdfast: Postgres, PBS, Ollama and Sandbox, each with a data VM that is never started and
 * holds the disk the service works on; ZFS pools, a PBS with an empty datastore, no pools, no jobs, no backups.
 */
export function adr005(now: number): World {
  const world = emptyWorld(now);
  const pve = makePve({ now, access: pveAccess(), node: 'pve1' });
  pve.nodes['pve1']!.zfs = [
    { name: 'rpool', sizeBytes: 472 * GIB, allocatedBytes: 96 * GIB, fragmentationPercent: 8, health: 'ONLINE' },
    { name: 'zfs-longhorn', sizeBytes: 3_600 * GIB, allocatedBytes: 690 * GIB, fragmentationPercent: 14, health: 'ONLINE' },
  ];
  pve.storages['local-zfs'] = {
    type: 'zfspool',
    config: { pool: 'rpool/data', content: 'images,rootdir', sparse: 1 },
    totalBytes: 430 * GIB,
    usedBytes: 60 * GIB,
  };
  pve.storages['zfs-longhorn'] = {
    type: 'zfspool',
    config: { pool: 'zfs-longhorn', content: 'images,rootdir', sparse: 1 },
    totalBytes: 3_480 * GIB,
    usedBytes: 660 * GIB,
  };
  const services = [
    { vmid: 101, name: 'postgres', tags: 'database;production', notes: 'Production database', dataGib: 100, usedGib: 46, changedGib: 1.2 },
    { vmid: 102, name: 'pbs', tags: 'backup;infrastructure', notes: 'Proxmox Backup Server', dataGib: 64, usedGib: 12, changedGib: 0.3 },
    {
      vmid: 103,
      name: 'ollama',
      tags: 'ai',
      notes: 'Language models, can be downloaded again',
      dataGib: 300,
      usedGib: 190,
      changedGib: 0.4,
    },
    { vmid: 104, name: 'sandbox', tags: 'dev', notes: 'Development environment', dataGib: 50, usedGib: 18, changedGib: 0.5 },
  ] as const;
  for (const { vmid, name, tags, notes, dataGib, usedGib, changedGib } of services) {
    const volume = `zfs-longhorn:vm-${vmid + 900}-disk-0`;
    // The service takes its data disk into its own backup; the holder, which never runs, leaves it out.
    addGuest(pve, now, {
      vmid,
      name,
      tags,
      notes,
      cores: 4,
      memoryMib: 8192,
      disks: { scsi0: `local-zfs:vm-${vmid}-disk-0,iothread=1,size=32G`, scsi1: `${volume},iothread=1,size=${dataGib}G` },
    });
    addGuest(pve, now, {
      vmid: vmid + 900,
      name: `${name}-data`,
      tags: 'data-vm',
      notes: `Holds the data disk of ${name}. Never started.`,
      running: false,
      agent: 'none',
      memoryMib: 16,
      cores: 1,
      disks: { scsi0: `${volume},backup=0,size=${dataGib}G` },
      config: { onboot: 0, protection: 1 },
    });
    pve.volumes[volume] = { usedBytes: usedGib * GIB, changedBytesPerDay: changedGib * GIB };
    pve.volumes[`local-zfs:vm-${vmid}-disk-0`] = { usedBytes: 6 * GIB, changedBytesPerDay: 0.1 * GIB };
  }
  world.pve['pve'] = pve;
  const pbs = makePbs({ now, access: pbsAccess('main', 'home'), node: 'pbs', host: 'pbs.lan' });
  addDatastore(pbs, 'main', { totalBytes: 2_000 * GIB });
  world.pbs['pbs'] = pbs;
  return world;
}
