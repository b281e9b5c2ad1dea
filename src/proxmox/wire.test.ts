import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { draws } from '#test/draws.ts';
import { sharedFolder } from '#test/shared.ts';
import type { Http } from './http.ts';
import {
  listDatastoreConfigs,
  listDatastoreNames,
  listDatastoreUsage,
  listGarbageCollections,
  listPbsTasks,
  listPruneJobs,
  listRemotes,
  listSyncJobs,
  listVerifyJobs,
} from './pbs.ts';
import { listGroups, listNamespaces, listSnapshots } from './pbs-snapshots.ts';
import { getGuestConfig, listResources } from './pve-guests.ts';
import {
  getIncludedVolumes,
  getNodeTime,
  getPool,
  getRights,
  getTaskLog,
  getVersion,
  listBackupJobs,
  listPools,
  listPveTasks,
  listStorages,
  listStorageStates,
  listZfsPools,
} from './pve.ts';
import { parseByteSize } from './wire/byte-size.ts';
import { parseDiskSize, parseOptions } from './wire/options.ts';
import { WireError } from './wire/read.ts';

/** A client whose every answer is this one. */
function answering(product: 'pve' | 'pbs', body: unknown): Http {
  const refuse = (): never => {
    throw new Error('this test only reads');
  };
  const get: Http['get'] = async (_path, _params, decode) => decode(body as never);
  return { product, name: product, get, probe: get, send: refuse, close: async () => {} };
}

type Reader = (http: Http) => Promise<unknown>;
const READERS: readonly (readonly ['pve' | 'pbs', RegExp, Reader])[] = [
  ['pbs', /^\/version$/, getVersion],
  ['pve', /^\/version$/, getVersion],
  ['pbs', /^\/access\/permissions$/, (http) => getRights(http)],
  ['pve', /^\/access\/permissions$/, (http) => getRights(http)],
  ['pbs', /^\/nodes\/\w+\/time$/, (http) => getNodeTime(http, 'x')],
  ['pve', /^\/nodes\/\w+\/time$/, (http) => getNodeTime(http, 'x')],
  ['pve', /^\/cluster\/resources$/, listResources],
  ['pve', /^\/pools$/, (http) => listPools(http)],
  ['pve', /^\/storage$/, listStorages],
  ['pve', /^\/nodes\/\w+\/storage$/, (http) => listStorageStates(http, 'x')],
  ['pve', /^\/cluster\/backup$/, listBackupJobs],
  ['pve', /included_volumes$/, (http) => getIncludedVolumes(http, 'x')],
  ['pve', /^\/nodes\/\w+\/qemu\/\d+\/config$/, (http) => getGuestConfig(http, { node: 'x', type: 'vm', vmid: 1 })],
  ['pve', /^\/nodes\/\w+\/lxc\/\d+\/config$/, (http) => getGuestConfig(http, { node: 'x', type: 'ct', vmid: 1 })],
  ['pve', /^\/nodes\/\w+\/tasks$/, (http) => listPveTasks(http, 'x', { limit: 1 })],
  ['pve', /^\/nodes\/\w+\/tasks\/[^/]+\/log$/, (http) => getTaskLog(http, 'x', 'y')],
  ['pbs', /^\/admin\/datastore$/, listDatastoreNames],
  ['pbs', /^\/config\/datastore$/, listDatastoreConfigs],
  ['pbs', /^\/status\/datastore-usage$/, listDatastoreUsage],
  ['pbs', /^\/admin\/gc$/, listGarbageCollections],
  ['pbs', /^\/admin\/prune$/, listPruneJobs],
  ['pbs', /^\/admin\/verify$/, listVerifyJobs],
  ['pbs', /^\/admin\/sync$/, (http) => listSyncJobs(http, true)],
  ['pbs', /^\/config\/remote$/, listRemotes],
  ['pbs', /^\/nodes\/\w+\/tasks$/, (http) => listPbsTasks(http, { sinceAt: 0, limit: 1 })],
  ['pbs', /^\/admin\/datastore\/\w+\/namespace$/, (http) => listNamespaces(http, 'x', '')],
  ['pbs', /^\/admin\/datastore\/\w+\/groups$/, (http) => listGroups(http, 'x', '')],
  ['pbs', /^\/admin\/datastore\/\w+\/snapshots$/, (http) => listSnapshots(http, 'x', '')],
];

const shared = sharedFolder();

test.skipIf(!shared)('every recorded answer is read, and a row that goes wrong is named', async () => {
  type Recorded = { method?: string; path: string; status: number; body: unknown };
  const folder = join(shared!, 'samples/real');
  const seen = new Map<string, number>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    for (const { method, path, status, body } of JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recorded[]) {
      if (method !== 'GET' || status !== 200 || body === undefined) continue;
      const found = READERS.find(([product, pattern]) => file.startsWith(product) && pattern.test(path));
      if (!found) continue;
      const [product, pattern, read] = found;
      await read(answering(product, body));
      seen.set(`${product} ${pattern.source}`, (seen.get(`${product} ${pattern.source}`) ?? 0) + 1);
      await expectStrict(product, read, body);
    }
  }
  expect(READERS.map(([product, pattern]) => `${product} ${pattern.source}`).filter((name) => !seen.has(name))).toEqual([]);
});

/** The same answer with one row replaced by a text, and as no list at all: never read, always a WireError. */
async function expectStrict(product: 'pve' | 'pbs', read: Reader, body: unknown): Promise<void> {
  const { data } = body as { data: unknown };
  await expect(read(answering(product, { data: 'nonsense' }))).rejects.toBeInstanceOf(WireError);
  if (!Array.isArray(data) || data.length === 0) return;
  await expect(read(answering(product, { data: [...(data as unknown[]).slice(1), 'nonsense'] }))).rejects.toBeInstanceOf(WireError);
}

test('figures that are not told, or are none, are never taken for nothing used', async () => {
  const usage = { data: [{ store: 'main', total: 0, used: 0, avail: 0 }] };
  expect(await listDatastoreUsage(answering('pbs', usage))).toEqual([{ name: 'main' }]);
  const pool = { name: 'rpool', size: 1000, alloc: 10, free: 990 };
  expect(await listZfsPools(answering('pve', { data: [pool] }), 'pve1')).toMatchObject([{ allocatedBytes: 10, freeBytes: 990 }]);
  for (const name of ['size', 'alloc', 'free'])
    await expect(listZfsPools(answering('pve', { data: [{ ...pool, [name]: undefined }] }), 'pve1')).rejects.toThrow(
      `field "${name}" is absent`,
    );
});

const FIELDS = ['type', 'vmid', 'node', 'files', 'verification', 'backup-type', 'backup-id', 'backup-time', 'size', 'id', 'store', 'schedule', 'children', 'prune-backups', 'members', 'poolid', 'storage', 'upid', 'scsi0', 'mp0', 'agent', 'meta', 'n', 't', 'ns', 'version', 'group-filter', 'rate-in', 'timezone', 'time', 'vmid', 'exclude']; // prettier-ignore
const ANYTHING = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('vm', 'qemu', 'lxc', '101', 101, 1_795_435_649, 'local:vm-1-disk-0,size=1G', 'keep-last=1', [], {}, [{}], null),
);
const ROWS = fc.array(fc.dictionary(fc.constantFrom(...FIELDS), ANYTHING), { maxLength: 4 });

for (const [product, pattern, read] of READERS) {
  test(`whatever ${product} answers to ${pattern.source}, it is read or refused by name`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          ROWS,
          ROWS.map((rows) => rows[0] ?? {}),
          ANYTHING,
        ),
        async (data) => {
          const error: unknown = await read(answering(product, { data })).then(
            () => undefined,
            (caught: unknown) => caught,
          );
          if (error !== undefined) expect(error).toBeInstanceOf(WireError);
        },
      ),
      draws(150),
    );
  });
}

const ROW = {
  'backup-type': 'vm',
  'backup-id': '101',
  'backup-time': 1_795_435_649,
  files: [{ filename: 'a.fidx', 'crypt-mode': 'none' }],
  size: 1,
  owner: 'a@pbs',
  protected: false,
};
const WRONG: readonly (readonly [string, object])[] = [
  ['backup-type', { 'backup-type': 'lxc' }],
  ['backup-id', { 'backup-id': 101 }],
  ['backup-time', { 'backup-time': 1.5 }],
  ['backup-time', { 'backup-time': undefined }],
  ['size', { size: 'large' }],
  ['protected', { protected: 'perhaps' }],
  ['files', { files: 'a.fidx' }],
  ['filename', { files: [{}] }],
  ['crypt-mode', { files: [{ filename: 'a.fidx', 'crypt-mode': 'rot13' }] }],
  ['verification', { verification: 'ok' }],
  ['verification.state', { verification: { state: 'fine', upid: 'x' } }],
  ['verification.upid', { verification: { state: 'ok', upid: 'x' } }],
];
for (const [field, wrong] of WRONG) {
  test(`a snapshot with ${JSON.stringify(wrong)} is refused, by the name of the field`, async () => {
    await expect(listSnapshots(answering('pbs', { data: [ROW, { ...ROW, ...wrong }] }), 'main', '')).rejects.toThrow(`"${field}"`);
  });
}

test('a snapshot with fields nobody knew is read', async () => {
  const snapshots = await listSnapshots(answering('pbs', { data: [{ ...ROW, colour: 'red' }] }), 'main', '');
  expect(snapshots.get('vm/101')).toMatchObject([{ at: 1_795_435_649, sizeBytes: 1, encryption: 'none', files: ['a.fidx'] }]);
});

describe('guest configurations', () => {
  const read = async (type: 'vm' | 'ct', config: object) =>
    getGuestConfig(answering('pve', { data: config }), { node: 'n', type, vmid: 101 });

  const DISKS: readonly (readonly [string, 'vm' | 'ct', object, object])[] = [
    [
      'a plain disk',
      'vm',
      { scsi0: 'local-zfs:vm-101-disk-0,size=32G' },
      {
        key: 'scsi0',
        volume: 'local-zfs:vm-101-disk-0',
        storage: 'local-zfs',
        sizeBytes: 32 * 2 ** 30,
        included: true,
        kind: 'disk',
        ownerVmid: 101,
      },
    ],
    ['a disk left out', 'vm', { scsi0: 'local-zfs:vm-101-disk-0,backup=0,size=32G' }, { included: false }],
    ['a disk of another guest', 'vm', { scsi1: 'dir1:1201/vm-1201-disk-0.raw,size=1G' }, { included: true, ownerVmid: 1201 }],
    ['a linked clone', 'vm', { scsi0: 'local:9000/base-9000-disk-0.raw/101/vm-101-disk-0.qcow2,size=1G' }, { ownerVmid: 101 }],
    ['a CD', 'vm', { ide2: 'local:iso/debian.iso,media=cdrom' }, { kind: 'cdrom', included: false }],
    ['an empty drive', 'vm', { ide2: 'none,media=cdrom' }, { kind: 'cdrom', included: false }],
    ['cloud-init', 'vm', { ide2: 'local-zfs:vm-101-cloudinit,media=cdrom' }, { kind: 'cloudinit', included: false }],
    ['an EFI disk with OVMF', 'vm', { bios: 'ovmf', efidisk0: 'local-zfs:vm-101-disk-1,size=4M' }, { kind: 'efi', included: true }],
    [
      'an EFI disk without OVMF',
      'vm',
      { efidisk0: 'local-zfs:vm-101-disk-1,size=528K' },
      { kind: 'unused', included: false, sizeBytes: 528 * 1024 },
    ],
    ['a TPM', 'vm', { tpmstate0: 'local-zfs:vm-101-disk-2,size=4M' }, { kind: 'tpm', included: true }],
    ['a passed-through disk', 'vm', { scsi1: '/dev/disk/by-id/x,size=1T' }, { kind: 'device', included: true }],
    ['an unused disk', 'vm', { unused0: 'local-zfs:vm-101-disk-9' }, { kind: 'unused', included: false }],
    [
      'the root of a container',
      'ct',
      { rootfs: 'local-zfs:subvol-101-disk-0,size=8G' },
      { kind: 'rootfs', included: true, ownerVmid: 101 },
    ],
    ['a mount point without the flag', 'ct', { mp0: 'local-zfs:subvol-101-disk-1,mp=/data,size=8G' }, { kind: 'mount', included: false }],
    ['a mount point with it', 'ct', { mp0: 'local-zfs:subvol-101-disk-1,mp=/data,backup=1,size=8G' }, { kind: 'mount', included: true }],
    ['a bind mount, whatever its flag', 'ct', { mp0: '/srv,mp=/srv,backup=1' }, { kind: 'bind', included: false, volume: '/srv' }],
    ['a device, whatever its flag', 'ct', { mp0: '/dev/sdb,mp=/srv,backup=1' }, { kind: 'device', included: false }],
  ];
  for (const [name, type, config, disk] of DISKS) {
    test(name, async () => expect((await read(type, config)).disks).toMatchObject([disk]));
  }

  const AGENTS: readonly (readonly [unknown, object])[] = [
    [undefined, { configured: false, freeze: false }],
    ['0', { configured: false, freeze: false }],
    [1, { configured: true, freeze: true }],
    ['enabled=1,fstrim_cloned_disks=1', { configured: true, freeze: true }],
    ['1,freeze-fs-on-backup=0', { configured: true, freeze: false }],
    ['enabled=1,guest-fsfreeze=0', { configured: true, freeze: false }],
  ];
  for (const [agent, wanted] of AGENTS) test(`agent: ${agent}`, async () => expect((await read('vm', { agent })).agent).toEqual(wanted));

  test('disks come in the order of their numbers; what is no disk is none', async () => {
    const config = {
      scsi10: 'a:vm-1-disk-0',
      scsi2: 'a:vm-1-disk-1',
      scsihw: 'virtio-scsi-single',
      net0: 'virtio',
      description: 'x',
      protection: 1,
      meta: 'creation-qemu=9,ctime=1795436087',
    };
    const { disks, notes, protection, createdAt } = await read('vm', config);
    expect([disks.map(({ key }) => key), notes, protection, createdAt]).toEqual([['scsi2', 'scsi10'], 'x', true, 1_795_436_087]);
  });
});

describe('backup jobs', () => {
  const read = async (row: object) => (await listBackupJobs(answering('pve', { data: [{ id: 'x', schedule: '02:00', ...row }] })))[0]!;

  test('the selection in the order in which PVE looks: pool, list, all', async () => {
    expect((await read({ pool: 'a', vmid: '1,2', all: 1 })).selection).toEqual({ by: 'pool', pool: 'a' });
    expect((await read({ vmid: '102,101' })).selection).toEqual({ by: 'vmids', vmids: [101, 102] });
    expect((await read({ all: 1, exclude: '104' })).selection).toEqual({ by: 'all', exclude: [104] });
    expect((await read({ exclude: '104' })).selection).toEqual({ by: 'all', exclude: [104] });
    expect((await read({})).selection).toEqual({ by: 'nothing' });
  });

  test('retention as an object of texts, as a text, and as keep-all; a job of old times', async () => {
    expect((await read({ 'prune-backups': { 'keep-daily': '7', 'keep-last': 0 } })).keep).toEqual({ daily: 7 });
    expect((await read({ 'prune-backups': 'keep-daily=7,keep-weekly=4' })).keep).toEqual({ daily: 7, weekly: 4 });
    expect((await read({ 'prune-backups': { 'keep-all': 1 } })).keep).toEqual({});
    expect((await read({ schedule: undefined, dow: 'mon,wed', starttime: '03:30' })).schedule).toBe('mon,wed 03:30');
  });
});

test('a storage that is down reports zeros: it is not active and has no figures', async () => {
  const row = { storage: 'pbs', type: 'pbs', enabled: 1, active: 0, total: 0, used: 0, avail: 0 };
  expect(await listStorageStates(answering('pve', { data: [row] }), 'n')).toEqual([{ id: 'pbs', active: false }]);
});

test('a job whose date never comes has no next run; a collection that never ran has no figures', async () => {
  const [job] = await listPruneJobs(
    answering('pbs', { data: [{ id: 'hf-never', store: 'main', schedule: '2-31 00:00', 'keep-last': 1 }] }),
  );
  expect(job).toEqual({
    id: 'hf-never',
    datastore: 'main',
    namespace: '',
    schedule: '2-31 00:00',
    disabled: false,
    keep: { last: 1 },
    comment: '',
  });
  const [never] = await listGarbageCollections(
    answering('pbs', { data: [{ store: 'main', upid: null, 'disk-bytes': 0, 'pending-bytes': 0, 'still-bad': 0 }] }),
  );
  expect(never).toEqual({ store: 'main', gc: {} });
});

test('a running task has neither end nor status, whichever word the list has for it', async () => {
  const upid = 'UPID:pve1:000063F1:0003616F:6B042EF7:vzdump:201:root@pam:';
  expect(
    await listPveTasks(
      answering('pve', { data: [{ upid, status: 'RUNNING', endtime: 1 }, { upid }, { upid, endtime: 2, status: 'job errors' }] }),
      'n',
      { limit: 1 },
    ),
  ).toEqual([{ upid }, { upid }, { upid, endedAt: 2, status: 'job errors' }]);
});

test('as many tasks as rows: `total` counts rows, and one more where there are more', async () => {
  const upid = 'UPID:pbs:000063F1:0003616F:00000001:6B042EF7:prunejob:main:root@pam:';
  expect(await listPbsTasks(answering('pbs', { data: [{ upid, endtime: 2, status: 'OK' }], total: 99 }), { limit: 1 })).toHaveLength(1);
});

test('pools: storages and members', async () => {
  const data = [
    {
      poolid: 'a',
      members: [
        { type: 'storage', storage: 'nfs' },
        { type: 'qemu', vmid: 101 },
      ],
    },
  ];
  expect(await getPool(answering('pve', { data }), 'a')).toEqual({ storages: ['nfs'], vmids: [101] });
});

test('sizes and options as PVE and PBS write them', () => {
  expect(['32G', '528K', '1.5T', '100', 'x', undefined].map(parseDiskSize)).toEqual([
    32 * 2 ** 30,
    528 * 1024,
    1.5 * 2 ** 40,
    100,
    undefined,
    undefined,
  ]);
  expect(['10 MiB', '10MB', '100', '1.5 GB', '10M', '2 B', '1KiB'].map((size) => parseByteSize({ x: size }, 'x'))).toEqual([
    10 * 2 ** 20,
    1e7,
    100,
    1.5e9,
    1e7,
    2,
    1024,
  ]);
  expect(parseOptions('a:b,size=1,__proto__=x')).toMatchObject({ '': 'a:b', size: '1' });
  expect(() => parseByteSize({ x: 'fast' }, 'x')).toThrow(WireError);
});
