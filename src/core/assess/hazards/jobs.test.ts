import { healthyJobs, testHazards } from '#test/healthy.ts';
import { makeBackupJob, makePbsStorage, makePruneJob, makeSyncJob, makeTier, makeVerifyJob, seen } from '#test/make.ts';
import type { BackupJob, PruneJob, SyncJob } from '../../world/actual.ts';

const { backup, prune } = healthyJobs(makeTier());

const backups = (more: Partial<BackupJob>) => ({
  pve: { backupJobs: seen([backup, makeBackupJob({ id: 'by-hand', selection: { by: 'nothing' }, storage: 'pbs-tier-1', ...more })]) },
});
const prunes = (more: Partial<PruneJob>) => ({ pbs: { pruneJobs: seen([prune, makePruneJob({ id: 'by-hand', ...more })]) } });
const syncs = (...jobs: readonly Partial<SyncJob>[]) => ({ pbs: { syncJobs: seen(jobs.map((job) => makeSyncJob(job))) } });
const pull = (id: string, more: Partial<SyncJob> = {}) => ({ id, direction: 'pull' as const, namespace: 'copies', ...more });

testHazards([
  { name: 'a job whose storage does not exist', wrong: backups({ storage: 'gone' }), told: ['HF-JOB-DANGLING backup job by-hand'] },
  { name: 'a job that is as it should be', wrong: backups({}), told: [] },
  { name: 'a date that never comes', wrong: backups({ schedule: '2-31 03:00' }), told: ['HF-JOB-NEVER backup job by-hand'] },
  { name: 'no calendar event at all', wrong: backups({ schedule: 'every night' }), told: ['HF-JOB-NEVER backup job by-hand'] },
  {
    name: 'mon..fri 22 is minute 22 of every hour',
    wrong: backups({ schedule: 'mon..fri 22' }),
    told: ['HF-EVENT-MISREAD backup job by-hand'],
  },
  {
    name: 'the server accepts a prune job whose date never comes',
    wrong: prunes({ schedule: '2-31 00:00', namespace: 'other' }),
    told: ['HF-JOB-NEVER prune job by-hand on PBS pbs'],
  },
  {
    name: 'the server accepts a prune job whose datastore does not exist',
    wrong: prunes({ datastore: 'gone' }),
    told: ['HF-JOB-DANGLING prune job by-hand on PBS pbs'],
  },
  {
    name: 'a verify job whose datastore does not exist',
    wrong: { pbs: { verifyJobs: seen([makeVerifyJob({ datastore: 'gone' })]) } },
    told: ['HF-JOB-DANGLING verify job v-1 on PBS pbs'],
  },
  { name: 'a prune job over everything', wrong: prunes({ keep: { last: 3 } }), told: ['HF-PRUNE-UNDERCUTS prune job by-hand on PBS pbs'] },
  { name: 'a prune job over everything, disabled', wrong: prunes({ keep: { last: 3 }, disabled: true }), told: [] },
  { name: 'a prune job that keeps everything', wrong: prunes({ keep: {} }), told: [] },
  { name: 'a prune job that stays above', wrong: prunes({ keep: { last: 3 }, maxDepth: 0 }), told: [] },
  {
    name: 'a prune on PVE’s side',
    wrong: { pve: { storages: seen([makePbsStorage({ keep: { last: 2 } })]) } },
    told: ['HF-PRUNE-PVE storage pbs-tier-1'],
  },
  {
    name: 'two syncs into one namespace, one with remove-vanished',
    wrong: syncs(pull('a'), pull('b', { removeVanished: true })),
    told: ['HF-SYNC-VANISH sync job b on PBS pbs'],
  },
  { name: 'two syncs into one namespace', wrong: syncs(pull('a'), pull('b')), told: [] },
  {
    name: 'two syncs with remove-vanished, each into its own',
    wrong: syncs(pull('a'), pull('b', { removeVanished: true, namespace: 'other' })),
    told: [],
  },
]);
