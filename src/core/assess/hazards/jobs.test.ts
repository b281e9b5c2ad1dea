import { healthyJobs, testHazards } from '#test/healthy.ts';
import {
  makeBackupJob,
  makePbsStorage,
  makePool,
  makePruneJob,
  makeSyncJob,
  makeTier,
  makeVerifyJob,
  seen,
  seenInPart,
  unseen,
} from '#test/make.ts';
import type { BackupJob, PruneJob, Storage, SyncJob } from '../../world/actual.ts';

const storage = makePbsStorage();
const { backup, prune } = healthyJobs(makeTier());

const backups = (more: Partial<BackupJob>) => ({
  pve: { backupJobs: seen([backup, makeBackupJob({ id: 'by-hand', selection: { by: 'nothing' }, storage: 'pbs-tier-1', ...more })]) },
});
const prunes = (more: Partial<PruneJob>) => ({ pbs: { pruneJobs: seen([prune, makePruneJob({ id: 'by-hand', ...more })]) } });
const remotes = seen([{ name: 'vault', host: 'vault.lan', port: 8007, authId: 'sync@pbs', comment: '' }]);
const syncs = (...jobs: readonly Partial<SyncJob>[]) => ({
  pbs: { syncJobs: seen(jobs.map((job) => makeSyncJob({ schedule: 'daily', ...job }))), remotes },
});
const pull = (id: string, more: Partial<SyncJob> = {}) => ({ id, direction: 'pull' as const, namespace: 'copies', ...more });
const push = (id: string, more: Partial<SyncJob> = {}) => ({ id, remoteNamespace: 'copies', ...more });
const gone = { datastore: 'main', namespace: 'home/gone', groups: unseen<readonly never[]>({ kind: 'missing' }) };
/** The site with a second storage that leads to a namespace that is not there. */
const leading = (namespace: string, elsewhere = {}) => ({
  pve: {
    ...backups({ storage: 'odd' }).pve,
    storages: seen([storage, { ...storage, id: 'odd', pbs: { ...storage.pbs!, namespace, ...elsewhere } }]),
  },
  namespaces: [gone],
});
/** The site whose storage of tier 1 has a name that people gave it. */
const named = (more: Partial<Storage>) => ({
  pve: { backupJobs: seen([{ ...backup, storage: 'my-backups' }]), storages: seen([{ ...storage, id: 'my-backups', ...more }]) },
});

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
    wrong: { pbs: { verifyJobs: seen([makeVerifyJob({ datastore: 'gone', schedule: 'daily' })]) } },
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
  {
    name: 'a verify job without a schedule',
    wrong: { pbs: { verifyJobs: seen([makeVerifyJob()]) } },
    told: ['HF-JOB-NEVER verify job v-1 on PBS pbs'],
  },
  {
    name: 'a disabled job that names what is gone does nothing',
    wrong: backups({ enabled: false, storage: 'gone', schedule: '2-31' }),
    told: [],
  },
  {
    name: 'a job whose pool is gone',
    wrong: backups({ selection: { by: 'pool', pool: 'gone' } }),
    told: ['HF-JOB-DANGLING backup job by-hand'],
  },
  {
    name: 'a job whose pool may not be seen',
    wrong: {
      pve: {
        ...backups({ selection: { by: 'pool', pool: 'gone' } }).pve,
        pools: seenInPart([makePool({ vmids: [101] })], { kind: 'empty', privilege: 'Pool.Audit', path: '/pool/gone' }),
      },
    },
    told: ['HF-UNSEEN PVE'],
  },
  {
    name: 'a job whose storage leads to a namespace that is gone',
    wrong: { ...backups({ storage: 'odd' }), ...leading('home/gone') },
    told: ['HF-JOB-DANGLING backup job by-hand'],
  },
  {
    name: 'a job whose storage leads to a PBS that the policy does not name',
    wrong: { ...backups({ storage: 'odd' }), ...leading('home/gone', { server: 'elsewhere.lan', fingerprint: 'FF' }) },
    told: [],
  },
  {
    name: 'a prune job whose namespace is gone',
    wrong: { ...prunes({ namespace: 'home/gone', keep: {} }), namespaces: [gone] },
    told: ['HF-JOB-DANGLING prune job by-hand on PBS pbs'],
  },
  {
    name: 'a namespace that could not be read is not gone',
    wrong: { ...prunes({ namespace: 'home/gone', keep: {} }), namespaces: [{ ...gone, groups: unseen() }] },
    told: ['HF-UNSEEN PBS pbs'],
  },
  {
    name: 'a push whose namespace is gone',
    wrong: { ...syncs({ namespace: 'home/gone' }), namespaces: [gone] },
    told: ['HF-JOB-DANGLING sync job s-1 on PBS pbs'],
  },
  {
    name: 'a pull makes its namespace itself',
    wrong: { ...syncs({ direction: 'pull', namespace: 'home/gone' }), namespaces: [gone] },
    told: [],
  },
  { name: 'a sync whose remote is gone', wrong: syncs({ remote: 'attic' }), told: ['HF-JOB-DANGLING sync job s-1 on PBS pbs'] },
  { name: 'a pull within the server has no remote', wrong: syncs({ direction: 'pull', remote: undefined as never }), told: [] },
  {
    name: 'two pushes into one namespace, one with remove-vanished',
    wrong: syncs(push('a'), push('b', { removeVanished: true })),
    told: ['HF-SYNC-VANISH sync job b on PBS pbs'],
  },
  {
    name: 'two pushes with remove-vanished, to one namespace of two datastores',
    wrong: syncs(push('a'), push('b', { removeVanished: true, remoteDatastore: 'other' })),
    told: [],
  },
  {
    name: 'a sync with remove-vanished over what another one brings below',
    wrong: syncs(pull('a', { namespace: 'copies/a' }), pull('b', { removeVanished: true })),
    told: ['HF-SYNC-VANISH sync job b on PBS pbs'],
  },
  {
    name: 'a sync with remove-vanished that stays above',
    wrong: syncs(pull('a', { namespace: 'copies/a' }), pull('b', { removeVanished: true, maxDepth: 0 })),
    told: [],
  },
  {
    name: 'a pull with remove-vanished over the backups of this site',
    wrong: syncs(pull('b', { removeVanished: true, namespace: 'home' })),
    told: ['HF-SYNC-VANISH sync job b on PBS pbs'],
  },
  {
    name: 'a push with remove-vanished of the backups of this site',
    wrong: syncs(push('b', { removeVanished: true, namespace: 'home' })),
    told: [],
  },
  {
    name: 'a prune on PVE’s side, under any name of the storage',
    wrong: named({ keep: { last: 2 } }),
    told: ['HF-PRUNE-PVE storage my-backups'],
  },
  {
    name: 'the prune of the tier itself, changed by hand',
    wrong: { pbs: { pruneJobs: seen([{ ...prune, keep: { last: 2 } }]) } },
    told: ['HF-PRUNE-UNDERCUTS prune job hf-tier-1 on PBS pbs'],
  },
  {
    name: 'the prune of the tier itself, by rules that take no point whose age will not have come when it runs',
    wrong: { tier: { retentionSeconds: 40 * 3600 }, pbs: { pruneJobs: seen([{ ...prune, keep: { last: 1 } }]) } },
    told: [],
  },
  {
    name: 'the prune of the tier itself, by rules whose next run takes one',
    wrong: { tier: { retentionSeconds: 60 * 3600 }, pbs: { pruneJobs: seen([{ ...prune, keep: { last: 1 } }]) } },
    told: ['HF-PRUNE-UNDERCUTS prune job hf-tier-1 on PBS pbs'],
  },
  {
    name: 'the prune of the tier itself, by other rules that keep enough',
    wrong: { pbs: { pruneJobs: seen([{ ...prune, keep: { daily: 40 } }]) } },
    told: [],
  },
  {
    name: 'a prune of ours that reaches another tier',
    wrong: {
      pbs: {
        pruneJobs: seen([
          prune,
          { ...prune, id: 'hf-tier-2', comment: '[holdfast] home: tier 2, policy x', namespace: 'home', maxDepth: 1 },
        ]),
      },
    },
    told: ['HF-PRUNE-UNDERCUTS prune job hf-tier-2 on PBS pbs'],
  },
  {
    name: 'the storage of a tier is switched off',
    wrong: { pve: { storages: seen([{ ...storage, enabled: false }]) } },
    told: ['HF-STORAGE-OFF storage pbs-tier-1'],
  },
  {
    name: 'a storage that no job uses is switched off',
    wrong: { pve: { storages: seen([storage, { ...storage, id: 'old', enabled: false }]) } },
    told: [],
  },
  {
    name: 'a guest on a node that its storage is not for',
    wrong: { pve: { storages: seen([{ ...storage, nodes: ['pve2'] }]) } },
    told: ['HF-STORAGE-NODE vm/101'],
  },
  {
    name: 'a guest on a node that its storage is for',
    wrong: { pve: { storages: seen([{ ...storage, nodes: ['pve1', 'pve2'] }]) } },
    told: [],
  },
]);
