import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyUpid } from '#test/healthy.ts';
import { makeGroup, makeGuest, makeSnapshot, NOW } from '#test/make.ts';
import type { Disk, Snapshot } from '../world/actual.ts';
import { judgePoints, keepers } from './evidence.ts';
import { neighboursOf } from './neighbours.ts';
import { stateDisks } from './state-disks.ts';

const HOUR = 3600;
const guest = makeGuest({ createdAt: NOW - 30 * 86_400 });
const [scsi0] = guest.disks as [Disk];
const scsi1: Disk = { ...scsi0, key: 'scsi1', volume: 'local-zfs:vm-101-disk-1' };
const verified = (at: number, node = 'pbs') => ({ state: 'ok' as const, at, upid: verifyUpid(at, node) });
const { sizeBytes: _, ...unfinished } = makeSnapshot();

type Row = {
  readonly name: string;
  readonly snapshot: Snapshot;
  readonly disks?: readonly Disk[];
  readonly ownNodes?: readonly string[];
  readonly expected: string;
};

/** What is made of one snapshot: `usable`, with `read` where it was read here, or why it is not. */
const cases: readonly Row[] = [
  { name: 'finished, with its disk', snapshot: makeSnapshot(), expected: 'usable' },
  { name: 'without a size', snapshot: unfinished, expected: 'it is not finished' },
  {
    name: 'found corrupt',
    snapshot: makeSnapshot({ verification: { ...verified(NOW), state: 'failed' } }),
    expected: 'its verification found it corrupt',
  },
  { name: 'from a clock four minutes ahead', snapshot: makeSnapshot({ at: NOW + 240 }), expected: 'usable' },
  { name: 'from the future', snapshot: makeSnapshot({ at: NOW + HOUR }), expected: 'it claims to be from the future' },
  {
    name: 'older than the guest',
    snapshot: makeSnapshot({ at: NOW - 40 * 86_400 }),
    expected: 'it is older than this guest: the id belonged to another one',
  },
  { name: 'without any disk', snapshot: makeSnapshot({ files: ['qemu-server.conf.blob'] }), expected: 'it holds no disk' },
  { name: 'without a disk that backups take', snapshot: makeSnapshot(), disks: [scsi0, scsi1], expected: 'it lacks scsi1, newer: scsi1' },
  {
    name: 'without a disk that backups leave out',
    snapshot: makeSnapshot(),
    disks: [scsi0, { ...scsi1, included: false }],
    expected: 'it lacks scsi1',
  },
  {
    name: 'without two disks, of which one is left out',
    snapshot: makeSnapshot(),
    disks: [scsi0, scsi1, { ...scsi1, key: 'scsi2', included: false }],
    expected: 'it lacks scsi1, scsi2',
  },
  {
    name: 'read by its server after it came',
    snapshot: makeSnapshot({ verification: verified(NOW - HOUR) }),
    ownNodes: ['pbs'],
    expected: 'usable, read',
  },
  {
    name: 'read before it came',
    snapshot: makeSnapshot({ verification: verified(NOW - 40 * HOUR) }),
    ownNodes: ['pbs'],
    expected: 'usable',
  },
  {
    name: 'read by another server',
    snapshot: makeSnapshot({ verification: verified(NOW - HOUR, 'vault') }),
    ownNodes: ['pbs'],
    expected: 'usable',
  },
  {
    name: 'read by nobody knows which server',
    snapshot: makeSnapshot({ verification: verified(NOW - HOUR, 'vault') }),
    expected: 'usable, read',
  },
];

for (const { name, snapshot, disks = guest.disks, ownNodes, expected } of cases) {
  test(`judgePoints: ${name}`, () => {
    const common = {
      disks: stateDisks({ ...guest, disks }, neighboursOf([])),
      now: NOW,
      ownNodes: ownNodes && new Set(ownNodes),
      takenBySnapshot: new Map(),
    };
    const [point] = judgePoints(guest, makeGroup({ snapshots: [snapshot] }), common);
    const verdict = point?.usable
      ? `usable${point.verifiedAt === undefined ? '' : ', read'}`
      : `${point?.because}${point?.newerDisks ? `, newer: ${point.newerDisks.join(' ')}` : ''}`;
    assert.equal(verdict, expected);
  });
}

test('judgePoints: newest first', () => {
  const group = makeGroup({ snapshots: [3, 2, 1].map((hours) => makeSnapshot({ at: NOW - hours * HOUR })) });
  const points = judgePoints(guest, group, {
    disks: stateDisks(guest, neighboursOf([])),
    now: NOW,
    ownNodes: undefined,
    takenBySnapshot: new Map(),
  });
  assert.deepEqual(
    points.map(({ at }) => (NOW - at) / HOUR),
    [1, 2, 3],
  );
});

test('judgePoints: which mount points a container’s archive holds, only the log of its run says', () => {
  const mount = (key: string, included = true): Disk => ({
    ...scsi0,
    key,
    kind: key === 'rootfs' ? 'rootfs' : 'mount',
    volume: `local-zfs:subvol-101-${key}`,
    included,
  });
  const at = NOW - HOUR;
  const name = 'ct/101/2026-11-25T11:00:00Z';
  const judge = (disks: readonly Disk[], taken: readonly string[] | undefined): string => {
    const ct = { ...guest, type: 'ct' as const, disks };
    const takenBySnapshot = new Map(taken ? [[name, taken]] : []);
    const group = makeGroup({ type: 'ct', snapshots: [makeSnapshot({ at, files: ['root.pxar.didx'] })] });
    const [point] = judgePoints(ct, group, { disks: stateDisks(ct, neighboursOf([])), now: NOW, ownNodes: undefined, takenBySnapshot });
    return point?.usable ? 'usable' : `${point?.because}${point?.newerDisks ? ', newer' : ''}`;
  };
  assert.equal(judge([mount('rootfs'), mount('mp0')], ['rootfs', 'mp0']), 'usable');
  assert.equal(judge([mount('rootfs'), mount('mp0')], ['rootfs']), 'it lacks mp0, newer');
  assert.equal(judge([mount('rootfs'), mount('mp0', false)], ['rootfs']), 'it lacks mp0');
  assert.equal(judge([mount('rootfs'), mount('mp0')], undefined), 'usable');
});

const holder = makeGuest({ vmid: 1101, running: false, disks: [{ ...scsi0, volume: 'local-zfs:vm-1101-disk-0', ownerVmid: 1101 }] });
const data: Disk = { ...holder.disks[0]!, key: 'scsi1' };
const user = (vmid: number) => makeGuest({ vmid, disks: [{ ...scsi0, volume: `local-zfs:vm-${vmid}-disk-0` }, data] });

const keeperCases = [
  { name: 'a guest of its own', guests: [guest], of: guest, expected: '101: scsi0' },
  { name: 'a data VM, through the guest that uses its disk', guests: [holder, user(201)], of: holder, expected: '201: scsi1' },
  {
    name: 'a data VM that two guests use, through both',
    guests: [holder, user(201), user(202)],
    of: holder,
    expected: '201: scsi1 202: scsi1',
  },
  {
    name: 'a holder that runs is a guest of its own',
    guests: [{ ...holder, running: true }, user(201)],
    of: { ...holder, running: true },
    expected: '1101: scsi0',
  },
  { name: 'the guest that uses it keeps both its disks', guests: [holder, user(201)], of: user(201), expected: '201: scsi0 scsi1' },
  {
    name: 'a stopped guest of whose disks one is its alone',
    guests: [{ ...holder, disks: [...holder.disks, scsi1] }, user(201)],
    of: { ...holder, disks: [...holder.disks, scsi1] },
    expected: '1101: scsi0 scsi1',
  },
];

for (const { name, guests, of, expected } of keeperCases) {
  test(`keepers: ${name}`, () => {
    const found = keepers(of, neighboursOf(guests)).map(
      ({ keeper, disks }) => `${keeper.vmid}: ${disks.map(({ disk }) => disk.key).join(' ')}`,
    );
    assert.equal(found.join(' '), expected);
  });
}
