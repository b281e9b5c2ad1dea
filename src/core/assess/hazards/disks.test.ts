import { GUEST, POINTS, testHazards, GROUP } from '#test/healthy.ts';
import { makeGroup, makeGuest, makePool, NOW, seen } from '#test/make.ts';
import type { Disk } from '../../world/actual.ts';

const disk = (more: Partial<Disk> & Pick<Disk, 'key' | 'volume'>): Disk => ({
  storage: 'local-zfs',
  sizeBytes: 2 ** 30,
  included: true,
  kind: 'disk',
  ...more,
});
const [scsi0] = GUEST.disks as [Disk];
const data = disk({ key: 'scsi1', volume: 'local-zfs:vm-1101-disk-0', ownerVmid: 1101 });
const both = makeGroup({ snapshots: POINTS.map((one) => ({ ...one, files: ['drive-scsi1.img.fidx', ...one.files] })) });

/** Guest 101 writes to a disk that the stopped guest 1101 holds, and each backup takes it where it is said to be taken. */
function dataVm(user: Partial<Disk>, holder: Partial<Disk>, running = false) {
  const guests = [
    makeGuest({ ...GUEST, disks: [scsi0, { ...data, ...user }] }),
    makeGuest({ vmid: 1101, running, pool: 'tier-1', createdAt: NOW - 400 * 86_400, disks: [{ ...data, key: 'scsi0', ...holder }] }),
  ];
  return { pve: { guests: seen(guests), pools: seen([makePool({ vmids: [101, 1101] })]) }, groups: seen([both]) };
}

const guest = (disks: readonly Disk[], type: 'vm' | 'ct' = 'vm') => ({ pve: { guests: seen([{ ...GUEST, type, disks }]) } });
const container = seen([{ ...GROUP, type: 'ct' as const, snapshots: POINTS.map((one) => ({ ...one, files: ['root.pxar.didx'] })) }]);
const root = disk({ key: 'rootfs', volume: 'local-zfs:subvol-101-disk-0', kind: 'rootfs' });
const mount = disk({ key: 'mp0', volume: 'local-zfs:subvol-101-disk-1', kind: 'mount' });

testHazards([
  { name: 'a disk with backup=0', wrong: guest([scsi0, { ...data, included: false }]), told: ['HF-DISK-LEFT-OUT vm/101'] },
  { name: 'a disk that is taken', wrong: { ...guest([scsi0, data]), groups: seen([both]) }, told: [] },
  {
    name: 'a CD drive and a cloud-init drive keep no state',
    wrong: guest([scsi0, { ...data, kind: 'cdrom' }, { ...data, key: 'ide2', kind: 'cloudinit' }]),
    told: [],
  },
  {
    name: 'a mount point without backup=1',
    wrong: { ...guest([root, { ...mount, included: false }], 'ct'), groups: container },
    told: ['HF-MOUNT-LEFT-OUT ct/101'],
  },
  { name: 'a mount point with backup=1', wrong: { ...guest([root, mount], 'ct'), groups: container }, told: [] },
  { name: 'every disk is left out, and each run ends OK', wrong: guest([{ ...scsi0, included: false }]), told: ['HF-DISKLESS vm/101'] },
  {
    name: 'the stopped holder of a disk is saved while another guest writes to it',
    wrong: dataVm({ included: false }, {}),
    told: ['HF-TORN vm/101'],
  },
  { name: 'a disk is saved at both ends', wrong: dataVm({}, {}), told: ['HF-TORN vm/1101'] },
  { name: 'a disk of a data VM is saved where it is used', wrong: dataVm({}, { included: false }), told: [] },
  {
    name: 'a disk of a data VM is saved nowhere',
    wrong: dataVm({ included: false }, { included: false }),
    told: ['HF-DISK-LEFT-OUT vm/101'],
  },
]);
