import { addDatastore, makePbs } from '../pbs/state.ts';
import { addGuest, makePve } from '../pve/make.ts';
import { emptyWorld, type World } from '../world.ts';
import { allowRetries, pbsAccess, pveAccess } from './access.ts';

const GIB = 2 ** 30;

/**
 * The seed's own fleet before Holdfast: Postgres, PBS, Ollama and Sandbox, each with a data VM that is never started and
 * holds the disk the service works on; ZFS pools, a PBS with an empty datastore, no pools, no jobs, no backups.
 */
export function adr005(now: number): World {
  const world = emptyWorld(now);
  const access = pveAccess();
  allowRetries(
    access,
    [1, 2, 3, 4].map((tier) => `pbs-tier-${tier}`),
  );
  const pve = makePve({ now, access, node: 'pve1' });
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
  addDatastore(pbs, 'main', { totalBytes: 2_000 * GIB }).config['gc-schedule'] = 'sat 12:00';
  world.pbs['pbs'] = pbs;
  return world;
}
