import { GROUP, GUEST, healthyJobs, POINTS, testHazards } from '#test/healthy.ts';
import { makeBackupJob, makeBackupTask, makeGroup, makePbsStorage, makeTier, NOW, seen } from '#test/make.ts';
import type { Guest, Storage } from '../../world/actual.ts';

const DAY = 86_400;
const TIB = 2 ** 40;
const { backup } = healthyJobs(makeTier());
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

testHazards([
  { name: 'in no job', wrong: { pve: { backupJobs: seen([]) } }, told: ['HF-NO-JOB vm/101'] },
  {
    name: 'only a disabled job names it, which PVE’s own list of guests without backup takes for cover',
    wrong: { pve: { backupJobs: seen([{ ...backup, enabled: false }]) } },
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
    told: ['HF-RTO-SIZE vm/101'],
  },
  { name: 'points from before the guest was made', wrong: guest({ createdAt: POINTS[2]!.at - 3600 }), told: ['HF-VMID-REUSED vm/101'] },
  { name: 'the group belongs to another login', wrong: owner('root@pam'), told: ['HF-OWNER vm/101'] },
  {
    name: 'one token for the login of the storage, as it should be',
    wrong: { groups: seen([makeGroup({ snapshots: POINTS })]) },
    told: [],
  },
]);
