import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeActual, makeBackupJob, makeGuest, makePve, makeUpid, NOW, seen } from '#test/make.ts';
import type { BackupTask } from '../world/actual.ts';
import { endedTasks } from './tasks.ts';

const STATUS = "could not activate storage 'pbs-tier-1': error fetching datastores - 500 Can't connect to pbs:8007";

function ended(task: Partial<BackupTask>) {
  const night: BackupTask = { upid: makeUpid(), endedAt: NOW, status: STATUS, log: { overall: 'failed', guests: [] }, ...task };
  const pve = makePve({
    guests: seen([
      makeGuest(),
      makeGuest({ vmid: 102 }),
      makeGuest({ vmid: 103, node: 'pve2' }),
      makeGuest({ vmid: 104 }),
      makeGuest({ vmid: 105, createdAt: NOW }),
    ]),
    backupJobs: seen([
      makeBackupJob({ selection: { by: 'vmids', vmids: [101, 102, 103, 105] }, storage: 'pbs-tier-1' }),
      makeBackupJob({ id: 'other', selection: { by: 'vmids', vmids: [104] } }),
    ]),
    backupTasks: seen([night]),
  });
  return endedTasks('home', makeActual({ pve }))[0]?.guests.map(({ vmid, result, error }) => ({ vmid, result, error }));
}

test('endedTasks: a run that failed before it came to any guest failed for those that were on its node and that it was to take', () => {
  const error = `the whole run failed before it came to any guest: ${STATUS}`;
  assert.deepEqual(ended({}), [
    { vmid: 101, result: 'failed', error },
    { vmid: 102, result: 'failed', error },
  ]);
  assert.deepEqual(
    ended({ upid: makeUpid({ id: '104' }) })?.map(({ vmid }) => vmid),
    [104],
  );
});

test('endedTasks: of a run that names no place nobody knows whom it was to take, and one that did its work is as its log says', () => {
  assert.deepEqual(ended({ status: 'unexpected status' }), []);
  assert.deepEqual(ended({ status: 'OK', log: { overall: 'ok', guests: [] } }), []);
  assert.deepEqual(
    ended({ log: { overall: 'failed', guests: [{ vmid: 101, result: 'ok' }] } })?.map(({ vmid, result }) => [vmid, result]),
    [[101, 'ok']],
  );
});
