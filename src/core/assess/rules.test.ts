import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUP, GUEST, healthy, healthyJobs, POINTS, type Wrong } from '#test/healthy.ts';
import {
  makeBackupTask,
  makeDatastore,
  makeGroup,
  makeGuest,
  makePbsStorage,
  makePool,
  makeSeedTiers,
  makeTier,
  NOW,
  seen,
} from '#test/make.ts';
import type { Disk, Guest, NamespaceActual } from '../world/actual.ts';
import { withSuspension } from '../pressure/suspension.ts';
import { assess } from './assess.ts';

const HOUR = 3600;
const added: Disk = { ...GUEST.disks[0]!, key: 'scsi1', volume: 'local-zfs:vm-101-disk-1' };
const guest = (more: Partial<Guest>) => ({ pve: { guests: seen([{ ...GUEST, ...more }]) } });
const nothing = { groups: seen([]) };
const excluded = (until: string) => ({
  policy: { assign: [{ index: 0, tier: 'none' as const, guests: [101], reason: 'rebuilt from code', until, at: 'holdfast.yaml:40' }] },
});
const old = (hours: number): NamespaceActual => ({
  datastore: 'main',
  namespace: 'home/tier-2',
  groups: seen([makeGroup({ snapshots: POINTS.slice(-1).map((one) => ({ ...one, at: NOW - hours * HOUR })) })]),
});
const container = seen([{ ...GROUP, type: 'ct' as const, snapshots: POINTS.map((one) => ({ ...one, files: ['root.pxar.didx'] })) }]);
const root: Disk = { ...GUEST.disks[0]!, key: 'rootfs', volume: 'local-zfs:subvol-101-disk-0', kind: 'rootfs' };

const { backup } = healthyJobs(makeTier());
const comment = withSuspension(backup.comment, { sinceAt: NOW - HOUR, untilAt: NOW + HOUR });
const suspended = { pve: { backupJobs: seen([{ ...backup, enabled: false, comment }]) } };

/** The rules of docs/concepts.md, "Posture", row by row: `posture | what was told`. */
const cases: readonly { readonly name: string; readonly wrong: Wrong; readonly expected: string }[] = [
  { name: 'a guest like any other', wrong: {}, expected: 'protected' },
  { name: 'new: made since the last run', wrong: { ...guest({ createdAt: NOW - 3 * HOUR }), ...nothing }, expected: 'attention' },
  {
    name: 'new: its first run was due and left nothing',
    wrong: { ...guest({ createdAt: NOW - 20 * HOUR }), ...nothing },
    expected: 'broken',
  },
  {
    name: 'new: nobody knows since when it is there',
    wrong: { ...guest({ createdAt: undefined as never }), ...nothing },
    expected: 'broken',
  },
  {
    name: 'new: a task made or restored it since the last run, and its configuration says nothing of it, or another age',
    wrong: { ...guest({ arrivedAt: NOW - 3 * HOUR }), ...nothing },
    expected: 'attention',
  },
  { name: 'restored in place: its points from before are its own', wrong: guest({ arrivedAt: NOW - 3 * HOUR }), expected: 'protected' },
  { name: 'new disk: added since the last run', wrong: guest({ disks: [...GUEST.disks, added] }), expected: 'attention' },
  {
    name: 'new disk: left out of backups',
    wrong: guest({ disks: [...GUEST.disks, { ...added, included: false }] }),
    expected: 'broken | HF-DISK-LEFT-OUT',
  },
  { name: 'stopped: its points count as anybody’s', wrong: guest({ running: false }), expected: 'protected' },
  {
    name: 'stopped: its job goes on, and so does its promise',
    wrong: { ...guest({ running: false }), groups: seen([makeGroup({ snapshots: POINTS.slice(0, 2) })]) },
    expected: 'broken',
  },
  { name: 'suspended to disk', wrong: guest({ running: false, lock: 'suspended' }), expected: 'protected' },
  {
    name: 'parked: excluded until a day, its points stay',
    wrong: { ...excluded('2027-12-31'), pve: { ...guest({ running: false, pool: undefined as never }).pve, pools: seen([makePool()]) } },
    expected: 'exempt',
  },
  {
    name: 'excluded: the day has passed',
    wrong: { ...excluded('2026-01-01'), pve: { guests: seen([makeGuest({ createdAt: GUEST.createdAt! })]), pools: seen([makePool()]) } },
    expected: 'unknown | HF-EXCEPTION-ENDED HF-DETACHED',
  },
  { name: 'no rule says anything of it', wrong: { policy: { assign: [] } }, expected: 'unknown | HF-UNASSIGNED' },
  {
    name: 'moved: its newest point lies elsewhere, and the next run comes',
    wrong: { ...nothing, namespaces: [old(3)] },
    expected: 'attention | HF-DETACHED',
  },
  { name: 'moved: the first run of its tier was due', wrong: { ...nothing, namespaces: [old(20)] }, expected: 'at-risk | HF-DETACHED' },
  { name: 'moved: what lies elsewhere is too old', wrong: { ...nothing, namespaces: [old(90)] }, expected: 'broken | HF-DETACHED' },
  {
    name: 'deleted: its points are told, it stands nowhere',
    wrong: { pve: { guests: seen([makeGuest({ vmid: 999, template: true })]) } },
    expected: ' | HF-ORPHAN',
  },
  {
    name: 'a template: not judged',
    wrong: { pve: { guests: seen([GUEST, makeGuest({ vmid: 900, template: true })]) } },
    expected: 'protected',
  },
  { name: 'its job is suspended under pressure: at-risk at once', wrong: suspended, expected: 'at-risk | HF-PRESSURE' },
  {
    name: 'its job is suspended under pressure, and its data grows too old',
    wrong: { ...suspended, groups: seen([makeGroup({ snapshots: POINTS.slice(0, 2) })]) },
    expected: 'broken | HF-PRESSURE',
  },
  { name: 'no disk at all', wrong: guest({ disks: [] }), expected: 'attention' },
  { name: 'a container and its root', wrong: { ...guest({ type: 'ct', disks: [root] }), groups: container }, expected: 'protected' },
];

for (const { name, wrong, expected } of cases) {
  test(`assess: ${name}`, () => {
    const { guests, findings } = assess(healthy(wrong));
    const told = findings.map(({ code }) => code).join(' ');
    assert.equal(guests.map(({ posture }) => posture).join(' ') + (told && ` | ${told}`), expected, JSON.stringify([guests, findings]));
  });
}

test('assess: a guest that was given another tier an hour ago is given until the first run after it', () => {
  const input = healthy({ ...nothing, namespaces: [old(90)] });
  const posture = (promisedSinceAt: number): string =>
    assess({ ...input, promisedSinceAt: new Map([[101, promisedSinceAt]]) }).guests[0]!.posture;
  assert.deepEqual([posture(NOW - HOUR), posture(NOW - 30 * HOUR)], ['attention', 'broken']);
});

test('assess: the age of the data is that of the newest usable point, wherever it lies', () => {
  const [guest] = assess(healthy({ ...nothing, namespaces: [old(3)] })).guests;
  assert.deepEqual([guest?.newestPointAt, guest?.exposureSeconds], [NOW - 3 * HOUR, 3 * HOUR]);
});

test('assess: among hourly runs, a point is as late as the first run that left none', () => {
  const wrong = { tier: { ...makeSeedTiers()[0]!, schedule: 'hourly', graceSeconds: 2 * HOUR } };
  assert.equal(assess(healthy(wrong)).guests[0]?.posture, 'at-risk');
});

test('assess: what touches a whole tier touches each of its guests, by its weight', () => {
  const { prune } = healthyJobs(makeTier());
  const posture = (wrong: Wrong): string | undefined => assess(healthy(wrong)).guests[0]?.posture;
  assert.equal(posture({ pbs: { pruneJobs: seen([{ ...prune, keep: { last: 2 } }]) } }), 'at-risk');
  assert.equal(posture({ pve: { storages: seen([makePbsStorage({ keep: { last: 2 } })]) } }), 'at-risk');
  assert.equal(posture({ pbs: { datastores: seen([makeDatastore({ maintenance: 'type=offline' })]) } }), 'at-risk');
  assert.equal(posture({ pbs: { datastores: seen([makeDatastore({ gcSchedule: undefined as never })]) } }), 'protected');
});

test('assess: a lock alone is worth attention, one that a backup failed of is a risk', () => {
  const locked = (error?: string): string | undefined => {
    const { log, ...task } = makeBackupTask({ 101: 1 });
    const backupTasks = seen([{ ...task, log: { ...log!, guests: [{ vmid: 101, result: 'failed' as const, ...(error && { error }) }] } }]);
    return assess(healthy({ pve: { guests: seen([{ ...GUEST, lock: 'snapshot' }]), ...(error && { backupTasks }) } })).guests[0]?.posture;
  };
  assert.deepEqual([locked(), locked('VM is locked (snapshot)')], ['attention', 'at-risk']);
});

test('assess: a data VM whose disk is also saved through the holder is worth attention, not broken', () => {
  const data: Disk = { ...GUEST.disks[0]!, volume: 'local-zfs:vm-1101-disk-0', ownerVmid: 1101 };
  const guests = [
    { ...GUEST, disks: [...GUEST.disks, { ...data, key: 'scsi1' }] },
    makeGuest({ vmid: 1101, running: false, pool: 'tier-1', createdAt: GUEST.createdAt!, disks: [data] }),
  ];
  const groups = seen([makeGroup({ snapshots: POINTS.map((one) => ({ ...one, files: ['drive-scsi1.img.fidx', ...one.files] })) })]);
  const { guests: judged } = assess(healthy({ pve: { guests: seen(guests), pools: seen([makePool({ vmids: [101, 1101] })]) }, groups }));
  assert.deepEqual(
    judged.map(({ vmid, posture }) => `${vmid} ${posture}`),
    ['101 protected', '1101 attention'],
  );
});
