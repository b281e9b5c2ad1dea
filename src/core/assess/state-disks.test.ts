import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeGuest } from '#test/make.ts';
import type { Disk } from '../world/actual.ts';
import { neighboursOf } from './neighbours.ts';
import { stateDisks } from './state-disks.ts';

const disk = (key: string, kind: Disk['kind'], volume = `local-zfs:vm-101-${key}`): Disk => ({
  key,
  kind,
  volume,
  included: true,
  ...(volume.startsWith('/') ? {} : { storage: 'local-zfs' }),
});

/** Which archives on PBS may hold a disk, or that it keeps no state. */
const cases = [
  { name: 'a disk of a VM', type: 'vm', disk: disk('scsi0', 'disk'), expected: 'drive-scsi0.img.fidx' },
  { name: 'an EFI disk', type: 'vm', disk: disk('efidisk0', 'efi'), expected: 'drive-efidisk0.img.fidx' },
  { name: 'a TPM', type: 'vm', disk: disk('tpmstate0', 'tpm'), expected: 'drive-tpmstate0.img.fidx drive-tpmstate0-backup.img.fidx' },
  { name: 'a disk of the host in a VM', type: 'vm', disk: disk('scsi1', 'device', '/dev/sdb'), expected: 'drive-scsi1.img.fidx' },
  { name: 'a CD drive', type: 'vm', disk: disk('ide2', 'cdrom'), expected: 'none' },
  { name: 'a cloud-init drive', type: 'vm', disk: disk('ide2', 'cloudinit'), expected: 'none' },
  { name: 'an unused disk', type: 'vm', disk: disk('unused0', 'unused'), expected: 'none' },
  { name: 'the root of a container', type: 'ct', disk: disk('rootfs', 'rootfs'), expected: 'root.pxar.didx root.mpxar.didx' },
  { name: 'a mount point', type: 'ct', disk: disk('mp0', 'mount'), expected: 'root.pxar.didx root.mpxar.didx' },
  { name: 'a folder of the host in a container', type: 'ct', disk: disk('mp1', 'bind', '/srv/media'), expected: 'none' },
  { name: 'a disk of the host in a container', type: 'ct', disk: disk('mp2', 'device', '/dev/sdb1'), expected: 'none' },
] as const;

for (const { name, type, disk: one, expected } of cases) {
  test(`stateDisks: ${name}`, () => {
    const guest = makeGuest({ type, disks: [one] });
    assert.equal(stateDisks(guest, neighboursOf([guest])).map(({ archives }) => archives.join(' '))[0] ?? 'none', expected);
  });
}

test('stateDisks: the others that attach a volume are named, and nobody shares a folder of his host', () => {
  const shared = disk('scsi1', 'disk', 'local-zfs:vm-101-disk-1');
  const device = disk('scsi2', 'device', '/dev/sdb');
  const guests = [101, 102].map((vmid) => makeGuest({ vmid, disks: [shared, device] }));
  const found = stateDisks(guests[0]!, neighboursOf(guests)).map(({ disk: { key }, sharedWith }) => [
    key,
    sharedWith.map(({ vmid }) => vmid),
  ]);
  assert.deepEqual(found, [
    ['scsi1', [102]],
    ['scsi2', []],
  ]);
});
