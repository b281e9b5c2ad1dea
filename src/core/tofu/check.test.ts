import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Actual, BackupGroup } from '../world/actual.ts';
import {
  makeActual,
  makeBackupJob,
  makeGroup,
  makePbs,
  makePolicy,
  makePve,
  makeRule,
  makeSite,
  makeSnapshots,
  makeTier,
  NOW,
  seen,
  unseen,
} from '#test/make.ts';
import { checkTofuPlan } from './check.ts';
import { readTofuPlan } from './plan-file.ts';

const site = makeSite({ places: 'opentofu' });
const tiers = [makeTier({ id: 1 }), makeTier({ id: 3, rpoSeconds: 30 * 86_400, schedule: '*-1 04:00' })];
const policy = makePolicy({ sites: [site], tiers, assign: [makeRule({ index: 0, tier: 1, tags: ['tier-1'] }), makeRule({ index: 1, tier: 3, tags: ['tier-3'] })] }); // prettier-ignore

type Values = Readonly<Record<string, unknown>>;

function vm(values: Values): Values {
  return { vm_id: 101, name: 'db', node_name: 'pve1', tags: ['tier-1'], pool_id: 'tier-1', started: true, disk: [{ interface: 'scsi0', datastore_id: 'z', path_in_datastore: 'vm-101-disk-0', backup: true, size: 8 }], ...values }; // prettier-ignore
}

function change(type: string, before: Values | null, after: Values | null): unknown {
  const actions = before === null ? ['create'] : after === null ? ['delete'] : ['update'];
  return { address: `${type}.x`, type, mode: 'managed', change: { actions, before, after, after_unknown: {} } };
}

function codesOf(changes: readonly unknown[], actual?: Actual): readonly string[] {
  const read = readTofuPlan(JSON.stringify({ format_version: '1.2', resource_changes: changes }), 'plan.json');
  assert.ok(read.ok);
  const { findings } = checkTofuPlan({ policy, site, now: NOW, plan: read.plan, allow: new Set(), ...(actual ? { actual } : {}) });
  return findings.map(({ severity, code }) => `${severity} ${code}`);
}

const VM = 'proxmox_virtual_environment_vm';
const JOB = 'proxmox_backup_job';

/** PBS with points of a guest in tier 1's namespace, or one that could not be read. */
function withPoints(groups: readonly BackupGroup[] | undefined): Actual {
  const namespaces = [{ datastore: 'main', namespace: 'home/tier-1', groups: groups ? seen(groups) : unseen<never>() }];
  return makeActual({ pbs: [makePbs({ namespaces })] });
}

describe('a guest that is destroyed', () => {
  const gone = [change(VM, vm({}), null)];

  test('is held back while one of its points is promised', () => {
    const group = makeGroup({ id: '101', snapshots: makeSnapshots(3) });
    assert.deepEqual(codesOf(gone, withPoints([group])), ['error HF-TOFU-DELETES']);
  });

  test('goes with a warning once none is', () => {
    const old = makeSnapshots(3).map((snapshot) => ({ ...snapshot, at: snapshot.at - 400 * 86_400 }));
    assert.deepEqual(codesOf(gone, withPoints([makeGroup({ id: '101', snapshots: old })])), ['warning HF-TOFU-DELETES']);
    assert.deepEqual(codesOf(gone, withPoints([makeGroup({ id: '102', snapshots: makeSnapshots(3) })])), ['warning HF-TOFU-DELETES']);
  });

  test('is held back where its points cannot be read, or nobody looked', () => {
    const down = makePbs({ datastores: unseen<never>({ kind: 'unreachable' }), namespaces: [] });
    assert.deepEqual(codesOf(gone, makeActual({ pbs: [down] })), ['error HF-TOFU-DELETES']);
    assert.deepEqual(codesOf(gone, makeActual({ pbs: [] })), ['error HF-TOFU-DELETES']);
    assert.deepEqual(codesOf(gone, withPoints(undefined)), ['error HF-TOFU-DELETES']);
    assert.deepEqual(codesOf(gone), ['error HF-TOFU-DELETES']);
  });
});

describe('a backup job of the code', () => {
  const job = { id: 'nightly', pool: 'tier-1', schedule: '02:00', enabled: true, storage: 'pbs' };
  const guest = change(VM, vm({}), vm({}));

  test('may go where another job takes its guests', () => {
    const pve = makePve({ backupJobs: seen([makeBackupJob({ id: 'hf-tier-1', selection: { by: 'pool', pool: 'tier-1' } })]) });
    assert.deepEqual(codesOf([guest, change(JOB, job, null)], makeActual({ pve })), []);
  });

  test('may not go, stop or run less often where none does', () => {
    assert.deepEqual(codesOf([guest, change(JOB, job, null)]), ['error HF-TOFU-WEAKER']);
    assert.deepEqual(codesOf([guest, change(JOB, job, { ...job, enabled: false })]), ['error HF-TOFU-WEAKER']);
    assert.deepEqual(codesOf([guest, change(JOB, job, { ...job, schedule: 'sun 02:00' })]), ['error HF-TOFU-WEAKER']);
    assert.deepEqual(codesOf([guest, change(JOB, job, { ...job, schedule: '0/12:00' })]), []);
  });
});

test('a guest whose number only an apply can tell is not passed over', () => {
  assert.deepEqual(codesOf([change(VM, null, vm({ vm_id: undefined }))]), ['warning HF-TOFU-UNKNOWN']);
});

test('a container: a mount point is out unless it says so', () => {
  const container = { vm_id: 120, node_name: 'pve1', tags: ['tier-1'], pool_id: 'tier-1', initialization: [{ hostname: 'files' }], disk: [{ datastore_id: 'z', size: 8, path_in_datastore: 'subvol-120-disk-0' }], mount_point: [{ volume: 'z:subvol-120-disk-1', path: '/srv', backup: false }, { volume: '/mnt/nas', path: '/nas' }] }; // prettier-ignore
  assert.deepEqual(codesOf([change('proxmox_virtual_environment_container', container, container)]), ['error HF-MOUNT-LEFT-OUT']);
});

test('an exception of the policy accepts what it names, and nothing else', () => {
  const disks = [
    { interface: 'scsi0', datastore_id: 'z', path_in_datastore: 'vm-101-disk-0', backup: true, size: 8 },
    { interface: 'scsi1', datastore_id: 'z', path_in_datastore: 'vm-101-disk-1', backup: false, size: 8 },
  ];
  const read = readTofuPlan(
    JSON.stringify({ format_version: '1.2', resource_changes: [change(VM, vm({ disk: disks }), vm({ disk: disks }))] }),
    'plan.json',
  );
  assert.ok(read.ok);
  const check = (disk: string): readonly string[] => {
    const exceptions = [{ finding: 'HF-DISK-LEFT-OUT', guest: 101, disk, reason: 'cache', until: '2099-01-01' }];
    return checkTofuPlan({ policy: { ...policy, exceptions }, site, now: NOW, plan: read.plan, allow: new Set() }).findings.map(
      ({ code }) => code,
    );
  };
  assert.deepEqual([check('scsi1'), check('scsi2')], [[], ['HF-DISK-LEFT-OUT']]);
});

test('a change that makes the provider forget an encryption key is held back', () => {
  const storage = {
    id: 'pbs-tier-1',
    server: 'p',
    datastore: 'd',
    namespace: 'n',
    generate_encryption_key: true,
    generated_encryption_key: '{"kdf":null}',
  };
  const changed = {
    address: 'x',
    type: 'proxmox_storage_pbs',
    change: {
      actions: ['update'],
      before: storage,
      after: { ...storage, generated_encryption_key: undefined },
      after_unknown: { generated_encryption_key: true },
    },
  };
  assert.deepEqual(codesOf([changed]), ['error HF-TOFU-KEY']);
  const plain = { ...storage, generate_encryption_key: undefined, generated_encryption_key: undefined };
  assert.deepEqual(codesOf([{ ...changed, change: { ...changed.change, before: plain, after: plain } }]), []);
});
