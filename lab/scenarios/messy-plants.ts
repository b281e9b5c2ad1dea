import { keyFingerprint } from '../pve/tasks.ts';
import { addDatastore, addGroup, addNamespace, addSnapshot, manifestFiles, type GroupState } from '../pbs/state.ts';
import { TOKENS } from './access.ts';
import type { Messy } from './messy-homelab.ts';
import type { Planted } from './planted.ts';

const DAY = 86_400;
const GIB = 2 ** 30;

/** Everything that `messy-homelab` has wrong, each once. */
export const MESSY_PLANTED: readonly Planted[] = [
  { hazard: 'no-tier', where: { kind: 'guest', id: '301' }, what: 'no rule gives it a tier' },
  { hazard: 'two-rules', where: { kind: 'guest', id: '302' }, what: 'its tags claim it for tier 1 and for tier 2' },
  { hazard: 'pool-disagrees', where: { kind: 'guest', id: '303' }, what: 'the rule says tier 2, it lies in the pool of tier 5' },
  { hazard: 'no-enabled-job', where: { kind: 'guest', id: '304' }, what: 'only the disabled job old-weekly names it' },
  { hazard: 'disk-left-out', where: { kind: 'guest', id: '305' }, what: 'scsi1 has backup=0' },
  {
    hazard: 'shared-disk-torn',
    where: { kind: 'guest', id: '306' },
    also: ['1306'],
    what: 'its data disk is only saved through the stopped holder 1306 while it runs',
  },
  {
    hazard: 'pbs-into-itself',
    where: { kind: 'guest', id: '307' },
    what: 'the PBS that keeps the backups is a guest of this cluster and backed up into itself',
  },
  {
    hazard: 'one-failure-domain',
    where: { kind: 'datastore', id: 'main' },
    what: 'the datastore lies on a disk of the pool that holds the guests (local-zfs:vm-307-disk-1)',
  },
  { hazard: 'key-inside', where: { kind: 'storage', id: 'pbs-tier-3' }, what: 'the key exists on the node only: no master key, no copy' },
  {
    hazard: 'default-prune',
    where: { kind: 'prune-job', id: 'default-main' },
    what: 'keep-last 3 over the whole datastore, with no max-depth',
  },
  { hazard: 'pve-prune', where: { kind: 'storage', id: 'pbs-tier-5' }, what: 'prune-backups keep-last=2 on the side of PVE' },
  {
    hazard: 'two-jobs-one-group',
    where: { kind: 'backup-job', id: 'second-nightly' },
    what: 'saves 311 into the group that hf-tier-2 writes',
  },
  {
    hazard: 'foreign-owner',
    where: { kind: 'guest', id: '312' },
    what: 'the group belongs to root@pam, the storage writes as pve@pbs!backup',
  },
  { hazard: 'vmid-reused', where: { kind: 'guest', id: '313' }, what: 'the points before its creation are those of another guest' },
  { hazard: 'agent-missing', where: { kind: 'guest', id: '315' }, what: 'tier 1 promises a frozen file system, no agent is configured' },
  { hazard: 'mount-point-left-out', where: { kind: 'guest', id: '316' }, what: 'mp0 has no backup=1' },
  { hazard: 'orphan', where: { kind: 'group', id: 'vm/917' }, what: 'its guest is gone' },
  { hazard: 'detached', where: { kind: 'namespace', id: 'homelab/old' }, what: 'points of 202 that no job adds to any more' },
  { hazard: 'zone-differs', where: { kind: 'pbs', id: 'pbs' }, what: 'PBS runs in UTC, the nodes in Europe/Vienna' },
  { hazard: 'clock-differs', where: { kind: 'node', id: 'pve2' }, what: 'its clock is seven minutes ahead' },
  { hazard: 'datastore-full', where: { kind: 'datastore', id: 'small' }, what: '97 % full' },
  {
    hazard: 'verification-old',
    where: { kind: 'guest', id: '321' },
    what: 'each point was read once, when it came: the oldest three months ago',
  },
  { hazard: 'offsite-old', where: { kind: 'sync-job', id: 'hf-tier-4' }, what: 'its last good run is three weeks old' },
  {
    hazard: 'copy-unseen',
    where: { kind: 'namespace', id: 'homelab/tier-4' },
    what: 'its copy lies on a server that the policy does not name',
  },
  { hazard: 'unencrypted', where: { kind: 'guest', id: '205' }, what: 'tier 3 promises encryption; points from before the key are plain' },
  { hazard: 'diskless', where: { kind: 'guest', id: '325' }, what: 'its only disk is left out, and each run says OK' },
  { hazard: 'corrupt', where: { kind: 'guest', id: '326' }, what: 'its newest point failed verification, and the verify job ends OK' },
  {
    hazard: 'inherited-verification',
    where: { kind: 'guest', id: '327' },
    what: 'the verification of its newest point is older than the point',
  },
  {
    hazard: 'two-syncs-vanish',
    where: { kind: 'sync-job', id: 'mirror-b' },
    what: 'pulls into the namespace of mirror-a and removes what vanished',
  },
  { hazard: 'job-without-storage', where: { kind: 'backup-job', id: 'ghost' }, what: 'its storage does not exist' },
  { hazard: 'never-runs', where: { kind: 'prune-job', id: 'someday' }, what: '2-31 never comes' },
  { hazard: 'misread-event', where: { kind: 'backup-job', id: 'workdays' }, what: 'mon..fri 22 is minute 22 of every hour' },
  { hazard: 'freeze-skipped', where: { kind: 'guest', id: '331' }, what: 'the agent is configured and does not answer' },
  { hazard: 'rto-too-slow', where: { kind: 'guest', id: '333' }, what: '6000 GiB cannot be restored within 4 hours' },
  { hazard: 'leftover', where: { kind: 'guest', id: '334' }, what: 'a snapshot without a manifest' },
  { hazard: 'every-run-fails', where: { kind: 'guest', id: '335' }, what: 'its lock has been there since a snapshot' },
];

const files = (vmid: number) =>
  manifestFiles([
    { filename: 'drive-scsi0.img.fidx', size: 32 * GIB },
    { filename: 'qemu-server.conf.blob', size: 400 + (vmid % 97) },
  ]);

/** What was wrong from the beginning, so that its history is wrong as well. */
export function plantBefore({ pve, pbs, now }: Messy): void {
  const main = pbs.datastores['main']!;
  const tier = (id: number) => addNamespace(main, `homelab/tier-${id}`);
  pve.jobs['old-weekly'] = {
    config: { enabled: 0, vmid: '304', storage: 'pbs-tier-2', schedule: 'sat 03:00', mode: 'snapshot' },
    consideredAt: now,
  };
  pve.jobs['second-nightly'] = {
    config: { enabled: 1, vmid: '311', storage: 'pbs-tier-2', schedule: 'wed 05:00', mode: 'snapshot' },
    consideredAt: now,
  };
  pve.pools['empty'] = { vmids: [], storages: [] };
  pve.jobs['workdays'] = {
    config: { enabled: 1, pool: 'empty', storage: 'pbs-tier-5', schedule: 'mon..fri 22', mode: 'snapshot' },
    consideredAt: now,
  };
  pve.storages['pbs-tier-5']!.config['prune-backups'] = 'keep-last=2';
  addSnapshot(addGroup(tier(1), { type: 'vm', id: '312', owner: 'root@pam' }), { time: now - 5 * DAY, files: files(312) });
  addSnapshot(addGroup(tier(2), { type: 'vm', id: '917', owner: TOKENS.backup }), {
    time: now - DAY,
    files: files(917),
    notes: 'gone pve1 917',
    newBytes: GIB,
  });
  addSnapshot(addGroup(addNamespace(main, 'homelab/old'), { type: 'vm', id: '202', owner: TOKENS.backup }), {
    time: now - 20 * DAY,
    files: files(202),
    newBytes: GIB,
  });
}

/** What happened to it at the end. */
export function plantAfterwards({ world, pve, pbs, now }: Messy): void {
  const main = pbs.datastores['main']!;
  const group = (tier: number, name: string): GroupState => main.namespaces[`homelab/tier-${tier}`]!.groups[name]!;
  pve.nodes['pve2']!.clockAheadSeconds = 420;
  pve.guests[313]!.config['meta'] = `creation-qemu=10.1.2,ctime=${now - 20 * DAY}`;
  for (const snapshot of group(2, 'vm/313').snapshots) if (snapshot.time < now - 20 * DAY) snapshot.notes = 'old-erp pve1 313';
  pve.storages['pbs-tier-3']!.config['encryption-key'] = keyFingerprint('messy');
  pve.jobs['ghost'] = { config: { enabled: 1, pool: 'empty', storage: 'gone', schedule: '03:00', mode: 'snapshot' }, consideredAt: now };
  pbs.jobs.prune['default-main'] = { id: 'default-main', store: 'main', schedule: '12-31 23:00', disable: false, 'keep-last': 3 };
  pbs.jobs.prune['someday'] = {
    id: 'someday',
    store: 'main',
    ns: 'homelab/old',
    'max-depth': 0,
    schedule: '2-31 00:00',
    disable: false,
    'keep-last': 100,
  };
  const small = addDatastore(pbs, 'small', { totalBytes: 100 * GIB });
  small.otherBytes = 97 * GIB;
  plantSyncs({ world, pve, pbs, now });
  for (const snapshot of group(2, 'vm/321').snapshots) snapshot.verification = { state: 'ok', upid: upid(pbs.node, snapshot.time + 7200) };
  reread(group(4, 'vm/327'), now - 20 * DAY, pbs.node);
  const corrupt = group(2, 'vm/326').snapshots.at(-1)!;
  corrupt.corrupt = true;
  corrupt.verification = { state: 'failed', upid: corrupt.verification?.upid ?? upid(pbs.node, now - DAY) };
  addSnapshot(group(2, 'vm/334'), { time: now - 3600, files: [], state: 'leftover' });
}

function plantSyncs({ pbs, now }: Messy): void {
  pbs.remotes['vault'] = {
    name: 'vault',
    host: 'vault.example',
    port: 8007,
    'auth-id': 'sync@pbs!homelab',
    password: 'x',
    fingerprint: `${'ab:'.repeat(31)}ab`,
  };
  const copies = pbs.datastores['main']!;
  addNamespace(copies, 'copies');
  const mirror = { store: 'main', ns: 'copies', remote: 'vault', 'remote-store': 'main', schedule: 'sun 12:00', owner: 'root@pam' };
  pbs.jobs.sync['mirror-a'] = { id: 'mirror-a', ...mirror, 'remote-ns': 'a', 'remove-vanished': false };
  pbs.jobs.sync['mirror-b'] = { id: 'mirror-b', ...mirror, 'remote-ns': 'b', 'remove-vanished': true };
  const ended = now - 21 * DAY;
  pbs.jobs.sync['hf-tier-4'] = {
    id: 'hf-tier-4',
    'sync-direction': 'push',
    store: 'main',
    ns: 'homelab/tier-4',
    remote: 'vault',
    'remote-store': 'main',
    'remote-ns': 'homelab/tier-4',
    'max-depth': 0,
    schedule: '06:00',
    'remove-vanished': false,
    comment: '[holdfast] homelab: tier 4, policy 5b177145',
  };
  pbs.jobRuns['sync:hf-tier-4'] = {
    changedAt: now - 60 * DAY,
    startedAt: ended - 600,
    endedAt: ended,
    status: 'OK',
    upid: upid(pbs.node, ended - 600, 'syncjob'),
  };
  for (const id of ['mirror-a', 'mirror-b']) pbs.jobRuns[`sync:${id}`] = { changedAt: now };
  for (const id of ['default-main', 'someday']) pbs.jobRuns[`prune:${id}`] = { changedAt: now };
}

/** As if the last task that read a group's points had been at another time. */
function reread(group: GroupState, at: number, node: string): void {
  for (const snapshot of group.snapshots) if (snapshot.verification) snapshot.verification = { state: 'ok', upid: upid(node, at) };
}

function upid(node: string, at: number, type = 'verificationjob'): string {
  return `UPID:${node}:00000BE1:0001E8B1:00000001:${at.toString(16).toUpperCase().padStart(8, '0')}:${type}:main:root@pam:`;
}
