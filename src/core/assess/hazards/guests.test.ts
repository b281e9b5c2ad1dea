import { GROUP, GUEST, healthyJobs, POINTS, testHazards } from '#test/healthy.ts';
import { makeBackupJob, makeBackupTask, makeGroup, makePbsStorage, makeTier, NOW, seen } from '#test/make.ts';
import { withSuspension, type Suspension } from '../../pressure/suspension.ts';
import type { Guest, Storage } from '../../world/actual.ts';

const DAY = 86_400;
const TIB = 2 ** 40;
const { backup } = healthyJobs(makeTier());
const suspended = (suspension: Suspension) => ({ ...backup, enabled: false, comment: withSuspension(backup.comment, suspension) });
const guest = (more: Partial<Guest>) => ({ pve: { guests: seen([{ ...GUEST, ...more }]) } });
const owner = (owner: string) => ({ groups: seen([{ ...GROUP, owner }]) });
const second = (storage: Storage) => ({
  pve: {
    backupJobs: seen([backup, makeBackupJob({ id: 'weekly', storage: storage.id })]),
    storages: seen([makePbsStorage(), ...(storage.id === 'pbs-tier-1' ? [] : [storage])]),
  },
});
/** The last runs of guest 101, newest first, and what their logs say of the freeze. */
const runs = (...freezes: readonly (string | undefined)[]) => ({
  pve: {
    backupTasks: seen(
      freezes.map((freeze, nights) => {
        const task = makeBackupTask({ 101: 600 }, { startedAt: NOW - 11 * 3600 - nights * DAY });
        return { ...task, log: { ...task.log!, guests: task.log!.guests.map((one) => ({ ...one, ...(freeze && { freeze }) })) } };
      }),
    ),
  },
});
const SILENT = 'agent configured but not running?';
const storage = makePbsStorage();
const login = (username: string) => ({ ...storage, pbs: { ...storage.pbs!, username } });
const root = { ...GUEST.disks[0]!, key: 'rootfs', volume: 'local-zfs:subvol-101-disk-0', kind: 'rootfs' as const };
const bind = { key: 'mp0', volume: '/srv/media', included: false, kind: 'bind' as const };
const device = { key: 'scsi1', volume: '/dev/disk/by-id/ata-x', included: true, kind: 'device' as const };
const container = seen([{ ...GROUP, type: 'ct' as const, snapshots: POINTS.map((one) => ({ ...one, files: ['root.pxar.didx'] })) }]);
const withDevice = seen([makeGroup({ snapshots: POINTS.map((one) => ({ ...one, files: [...one.files, 'drive-scsi1.img.fidx'] })) })]);
/** The last points with these notes: guest and node. */
const noted = (...notes: readonly string[]) => ({
  groups: seen([
    makeGroup({
      snapshots: POINTS.slice(-notes.length).map((one, i) => ({
        ...one,
        comment: notes[i] === '' ? '' : `${notes[i]} 101 hf:tier=1,policy=x`,
      })),
    }),
  ]),
});
/** The one job of the site, to the one storage. */
const only = (one: Storage) => ({ pve: { storages: seen([one]), backupJobs: seen([{ ...backup, storage: one.id }]) } });

testHazards([
  { name: 'in no job', wrong: { pve: { backupJobs: seen([]) } }, told: ['HF-NO-JOB vm/101'] },
  {
    name: 'only a disabled job names it, which PVE’s own list of guests without backup takes for cover',
    wrong: { pve: { backupJobs: seen([{ ...backup, enabled: false }]) } },
    told: ['HF-NO-JOB vm/101'],
  },
  {
    name: 'its job is suspended under pressure: told once, of the job',
    wrong: { pve: { backupJobs: seen([suspended({ sinceAt: NOW - DAY, untilAt: NOW + DAY })]) } },
    told: ['HF-PRESSURE backup job hf-tier-1'],
  },
  {
    name: 'somebody disabled it after it had been taken back',
    wrong: { pve: { backupJobs: seen([suspended({ sinceAt: NOW - 3 * DAY, untilAt: NOW - DAY, backAt: NOW - DAY })]) } },
    told: ['HF-NO-JOB vm/101'],
  },
  {
    name: 'its job works on another node',
    wrong: { pve: { backupJobs: seen([{ ...backup, node: 'pve2' }]) } },
    told: ['HF-NO-JOB vm/101'],
  },
  { name: 'two jobs into one group', wrong: second(makePbsStorage()), told: ['HF-TWO-JOBS backup job weekly'] },
  {
    name: 'a second job to a storage of another kind',
    wrong: second({ ...makePbsStorage(), id: 'local', type: 'dir', pbs: undefined as never }),
    told: [],
  },
  { name: 'a lock of which no task is left', wrong: guest({ lock: 'snapshot' }), told: ['HF-LOCKED vm/101'] },
  { name: 'a suspended guest is locked for good', wrong: guest({ lock: 'suspended' }), told: [] },
  {
    name: 'no agent where a freeze is promised',
    wrong: guest({ agent: { configured: false, freeze: false } }),
    told: ['HF-AGENT-MISSING vm/101'],
  },
  {
    name: 'a freeze that is switched off',
    wrong: guest({ agent: { configured: true, freeze: false } }),
    told: ['HF-AGENT-MISSING vm/101'],
  },
  {
    name: 'no agent where none is promised',
    wrong: { ...guest({ agent: { configured: false, freeze: false } }), tier: { consistency: 'crash' } },
    told: [],
  },
  { name: 'the last run skipped the freeze, and is a success', wrong: runs(SILENT, 'done'), told: ['HF-FREEZE-SKIPPED vm/101'] },
  {
    name: 'mode suspend always skips the freeze',
    wrong: { ...runs(SILENT), tier: { mode: 'suspend' } },
    told: ['HF-FREEZE-SKIPPED vm/101'],
  },
  { name: 'an earlier run skipped the freeze', wrong: runs('done', SILENT), told: [] },
  {
    name: 'larger than the RTO allows',
    wrong: guest({ disks: [{ ...GUEST.disks[0]!, sizeBytes: 6 * TIB }] }),
    told: ['HF-RTO vm/101'],
  },
  { name: 'points from before the guest was made', wrong: guest({ createdAt: POINTS[2]!.at - 3600 }), told: ['HF-VMID-REUSED vm/101'] },
  { name: 'the group belongs to another login', wrong: owner('root@pam'), told: ['HF-OWNER vm/101'] },
  {
    name: 'one token for the login of the storage, as it should be',
    wrong: { groups: seen([makeGroup({ snapshots: POINTS })]) },
    told: [],
  },
  { name: 'the newest run says nothing of a freeze that an older one skipped', wrong: runs(undefined, SILENT), told: [] },
  {
    name: 'two jobs into one group, by two addresses of one server',
    wrong: second({ ...storage, id: 'by-ip', pbs: { ...storage.pbs!, server: '192.0.2.7' } }),
    told: ['HF-TWO-JOBS backup job weekly'],
  },
  {
    name: 'two jobs to two servers that name alike what they hold',
    wrong: second({ ...storage, id: 'far', pbs: { ...storage.pbs!, server: '192.0.2.7', fingerprint: 'FF'.repeat(32) } }),
    told: [],
  },
  {
    name: 'what a container uses of its node',
    wrong: { ...guest({ type: 'ct', disks: [root, bind] }), groups: container },
    told: ['HF-BIND-MOUNT ct/101'],
  },
  {
    name: 'a disk of the node that a VM uses is taken',
    wrong: { ...guest({ disks: [...GUEST.disks, device] }), groups: withDevice },
    told: [],
  },
  {
    name: 'a disk of the node that a VM uses, left out',
    wrong: { ...guest({ disks: [...GUEST.disks, { ...device, included: false }] }), groups: withDevice },
    told: ['HF-DISK-LEFT-OUT vm/101'],
  },
  { name: 'the user of the token that owns the group', wrong: { pve: { storages: seen([login('pve@pbs')]) } }, told: [] },
  { name: 'a token of the user that owns the group', wrong: owner('pve@pbs'), told: ['HF-OWNER vm/101'] },
  { name: 'another token of one user', wrong: owner('pve@pbs!office'), told: ['HF-OWNER vm/101'] },
  {
    name: 'an owner that the storage of another name logs in as another',
    wrong: {
      ...owner('root@pam'),
      pve: { storages: seen([{ ...storage, id: 'mine' }]), backupJobs: seen([{ ...backup, storage: 'mine' }]) },
    },
    told: ['HF-OWNER vm/101'],
  },
  {
    name: 'a second storage that no job uses',
    wrong: { pve: { storages: seen([storage, { ...login('root@pam'), id: 'restore-only' }]) } },
    told: [],
  },
  {
    name: 'points of another site between its own',
    wrong: noted('guest-101 pve1', 'mail far1', 'guest-101 pve1'),
    told: ['HF-SITES-MIXED vm/101'],
  },
  { name: 'only points of another site’s guest', wrong: noted('mail far1', 'mail far1'), told: ['HF-SITES-MIXED vm/101'] },
  { name: 'points from before its node was renamed', wrong: noted('guest-101 old1', 'guest-101 old1', 'guest-101 pve1'), told: [] },
  { name: 'notes of other forms', wrong: noted('before the upgrade', ''), told: [] },
  {
    name: 'no agent, and it is switched off for each backup',
    wrong: { ...guest({ agent: { configured: false, freeze: false } }), tier: { mode: 'stop' } },
    told: [],
  },
  { name: 'no agent, and it is switched off', wrong: guest({ running: false, agent: { configured: false, freeze: false } }), told: [] },
  {
    name: 'saved only to a storage that is no PBS',
    wrong: only({ ...storage, id: 'local', type: 'dir', pbs: undefined as never }),
    told: ['HF-JOB-ELSEWHERE vm/101'],
  },
  {
    name: 'saved only into another namespace',
    wrong: only({ ...storage, id: 'odd', pbs: { ...storage.pbs!, namespace: 'home' } }),
    told: ['HF-JOB-ELSEWHERE vm/101'],
  },
  { name: 'saved to where its tier lies, by a storage of any name', wrong: only({ ...storage, id: 'mine' }), told: [] },
]);
