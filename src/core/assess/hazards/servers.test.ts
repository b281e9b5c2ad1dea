import { GROUP, GUEST, testHazards } from '#test/healthy.ts';
import {
  makeDatastore,
  makeGroup,
  makeGuest,
  makePbs,
  makePbsAccess,
  makePbsStorage,
  makePool,
  NOW,
  seen,
  seenInPart,
} from '#test/make.ts';
import type { Datastore, Guest } from '../../world/actual.ts';

const node = (more: { readonly timeZone?: string; readonly clockAheadSeconds?: number }) => ({
  pve: { nodes: seen([{ name: 'pve1', online: true, timeZone: 'Europe/Vienna', clockAheadSeconds: 0, ...more }]) },
});
const server = (timeZone: string, clockAheadSeconds = 0) => ({ pbs: { node: seen({ timeZone, clockAheadSeconds }) } });
const store = (more: Partial<Datastore>) => ({ pbs: { datastores: seen([makeDatastore(more)]) } });
const filled = (usedBytes: number) => store({ usage: { totalBytes: 100, usedBytes, availableBytes: 100 - usedBytes } });
const storage = makePbsStorage();
const keyed = makePbsStorage({ pbs: { ...storage.pbs!, encryptionKey: true } });

/** A second guest that lies where guest 101 lies, is in no tier, and saved where `pool` says so. */
const second = (more: Partial<Guest>, assign = [{ index: 0, tier: 1, guests: [101], at: 'holdfast.yaml:40' }]) => ({
  pve: {
    guests: seen([GUEST, makeGuest({ vmid: 102, createdAt: NOW - 86_400, ...more })]),
    pools: seen([makePool({ vmids: more.pool === 'tier-1' ? [101, 102] : [101] })]),
  },
  policy: { assign: [...assign, { index: 1, tier: 'none' as const, reason: 'not ours', until: '2027-12-31', at: 'holdfast.yaml:41' }] },
});
const apart = { disks: [{ ...GUEST.disks[0]!, storage: 'usb', volume: 'usb:vm-102-disk-0' }] };
const pool = (id: string, zfsPool: string) => ({ ...storage, id, type: 'zfspool', shared: false, zfsPool, pbs: undefined as never });

testHazards([
  { name: 'a node in another zone', wrong: node({ timeZone: 'UTC' }), told: ['HF-ZONE-DIFFERS node pve1'] },
  { name: 'a PBS in another zone', wrong: server('America/New_York'), told: ['HF-ZONE-DIFFERS PBS pbs'] },
  {
    name: 'another name of the same zone',
    wrong: { ...node({ timeZone: 'Etc/UTC' }), ...server('UTC'), site: { timeZone: 'UTC' }, tier: { schedule: '01:00' } },
    told: [],
  },
  { name: 'a clock seven minutes ahead', wrong: node({ clockAheadSeconds: 420 }), told: ['HF-CLOCK-DIFFERS node pve1'] },
  { name: 'a clock seven minutes behind', wrong: server('Europe/Vienna', -420), told: ['HF-CLOCK-DIFFERS PBS pbs'] },
  { name: 'a clock a second ahead', wrong: node({ clockAheadSeconds: 1 }), told: [] },
  { name: 'a datastore that is nearly full', wrong: filled(86), told: ['HF-DATASTORE-FULL datastore main on PBS pbs'] },
  { name: 'a datastore with room', wrong: filled(84), told: [] },
  {
    name: 'no collection of garbage',
    wrong: { pbs: { datastores: seen([{ name: 'main', comment: '', verifyNew: false }]) } },
    told: ['HF-NO-COLLECTION datastore main on PBS pbs'],
  },
  {
    name: 'no collection where no tier lies',
    wrong: { pbs: { datastores: seen([makeDatastore(), { name: 'other', comment: '', verifyNew: false }]) } },
    told: [],
  },
  {
    name: 'a collection that failed',
    wrong: store({ gc: { lastRunState: 'no space left' } }),
    told: ['HF-COLLECTION-FAILED datastore main on PBS pbs'],
  },
  { name: 'a collection that ended well', wrong: store({ gc: { lastRunState: 'OK' } }), told: [] },
  { name: 'a key of which no copy can be seen', wrong: { pve: { storages: seen([keyed]) } }, told: ['HF-KEY-INSIDE storage pbs-tier-1'] },
  {
    name: 'the PBS of the site saved into itself',
    wrong: second({ name: 'pbs', pool: 'tier-1', ...apart }),
    told: ['HF-PBS-INSIDE vm/102', 'HF-POOL-DISAGREES vm/102'],
  },
  { name: 'the PBS of the site on the disks of its guests', wrong: second({ name: 'pbs' }), told: ['HF-ONE-GROUND vm/102'] },
  { name: 'the PBS of the site on disks of its own', wrong: second({ name: 'pbs', ...apart }), told: [] },
  { name: 'a guest called like a PBS that does not run', wrong: second({ name: 'pbs-helper', running: false }), told: [] },
  { name: 'another guest', wrong: second({ name: 'web' }), told: [] },
  { name: 'a datastore in maintenance', wrong: store({ maintenance: 'type=offline' }), told: ['HF-MAINTENANCE datastore main on PBS pbs'] },
  {
    name: 'maintenance of a datastore in which no tier lies',
    wrong: { pbs: { datastores: seen([makeDatastore(), makeDatastore({ name: 'other', maintenance: 'read-only' })]) } },
    told: [],
  },
  { name: 'the PBS of the site on disks of another node that are called alike', wrong: second({ name: 'pbs', node: 'pve2' }), told: [] },
  {
    name: 'the PBS of the site on another storage of one ZFS pool',
    wrong: {
      ...second({ name: 'pbs', ...apart }),
      pve: {
        ...second({ name: 'pbs', ...apart }).pve,
        storages: seen([storage, pool('local-zfs', 'rpool/data'), pool('usb', 'rpool/backup')]),
      },
    },
    told: ['HF-ONE-GROUND vm/102'],
  },
  {
    name: 'one PBS of two, saved into the other',
    wrong: {
      ...second({ name: 'pbs2', pool: 'tier-1', ...apart }, []),
      policy: {},
      site: { pbs: [makePbsAccess(), makePbsAccess({ name: 'second', urls: ['https://pbs2.lan:8007'], fingerprint: 'EE' })] },
      groups: seen([GROUP, makeGroup({ id: '102' })]),
      servers: [makePbs({ name: 'second' })],
    },
    told: [],
  },
  {
    name: 'a datastore whose configuration could not be read',
    wrong: { pbs: { datastores: seenInPart([{ name: 'main', comment: '', verifyNew: false }]) } },
    told: ['HF-UNSEEN PBS pbs'],
  },
]);
