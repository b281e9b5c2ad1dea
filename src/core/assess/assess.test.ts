import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  makeActual,
  makeBackupJob,
  makeGroup,
  makeGuest,
  makePbs,
  makePbsStorage,
  makePolicy,
  makePool,
  makePve,
  makeSite,
  makeSnapshot,
  makeSnapshots,
  NOW,
  seen,
  unseen,
} from '#test/make.ts';
import type { Actual, BackupGroup, Observed, PbsActual, PveActual } from '../world/actual.ts';
import { assess } from './assess.ts';

const DAY = 86_400;
const guest = makeGuest({ pool: 'tier-1' });
const good = makeGroup({ snapshots: makeSnapshots(5) });

/** One guest in one tier, backed up every night. */
function site(pve: Partial<PveActual> = {}, groups: Observed<readonly BackupGroup[]> = seen([good]), pbs: Partial<PbsActual> = {}): Actual {
  const places = [{ datastore: 'main', namespace: 'home/tier-1', groups }];
  return makeActual({
    pve: makePve({
      guests: seen([guest]),
      pools: seen([makePool({ vmids: [101] })]),
      storages: seen([makePbsStorage()]),
      backupJobs: seen([makeBackupJob({ id: 'hf-tier-1', selection: { by: 'pool', pool: 'tier-1' }, storage: 'pbs-tier-1' })]),
      ...pve,
    }),
    pbs: [makePbs({ namespaces: places, ...pbs })],
  });
}

function posture(actual: Actual, now: number): string {
  const policy = makePolicy();
  return assess({ policy, site: makeSite(), actual, now })
    .guests.map((one) => one.posture)
    .join(' ');
}

const cases = [
  { name: 'last night left a point', actual: site(), expected: 'protected' },
  { name: 'points that may not be seen', actual: site({}, unseen({ privilege: 'Datastore.Audit' })), expected: 'unknown' },
  {
    name: 'a configuration that could not be read',
    actual: site({ guests: seen([makeGuest({ configKnown: false, disks: [] })]) }),
    expected: 'unknown',
  },
  { name: 'a look from yesterday', actual: site(), now: NOW + DAY, expected: 'unknown' },
  { name: 'a template', actual: site({ guests: seen([makeGuest({ template: true })]) }), expected: '' },
  { name: 'no snapshot at all', actual: site({}, seen([])), expected: 'broken' },
  {
    name: 'only an unfinished snapshot',
    actual: site({}, seen([makeGroup({ snapshots: [{ ...makeSnapshot(), sizeBytes: undefined as never }] })])),
    expected: 'broken',
  },
  {
    name: 'a backup without any disk',
    actual: site({}, seen([makeGroup({ snapshots: [makeSnapshot({ files: ['qemu-server.conf.blob'] })] })])),
    expected: 'broken',
  },
  { name: 'in no job', actual: site({ backupJobs: seen([]) }), expected: 'at-risk' },
] as const;

for (const one of cases) {
  test(`assess: ${one.name}`, () => {
    assert.equal(posture(one.actual, 'now' in one ? one.now : NOW), one.expected);
  });
}

test('guests that may not be seen: none stands there, and that is said', () => {
  const actual = makeActual({ pve: makePve({ guests: unseen({ what: 'guests', privilege: 'VM.Audit', path: '/vms' }) }) });
  const { guests, guestsUnseen, unseen: missing, findings } = assess({ policy: makePolicy(), site: makeSite(), actual, now: NOW });
  assert.deepEqual([guests, guestsUnseen, missing.map(({ privilege }) => privilege)], [[], true, ['VM.Audit']]);
  assert.ok(findings.some(({ code, fix }) => code === 'HF-UNSEEN' && fix.includes('VM.Audit on /vms')));
});
