import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthy, type Wrong } from '#test/healthy.ts';
import { makePool, makePruneJob, seen, seenInPart, unseen } from '#test/make.ts';
import type { BackupGroup } from '../world/actual.ts';
import { assess } from './assess.ts';

const right = (privilege: string, path: string) => ({ kind: 'empty', privilege, path });

/** What could not be read, how the guest then stands, and which right is named. */
const cases: readonly { readonly name: string; readonly wrong: Wrong; readonly posture: string; readonly named?: string }[] = [
  {
    name: 'backup jobs',
    wrong: { pve: { backupJobs: unseen({ what: 'backup jobs', privilege: 'Sys.Audit', path: '/' }) } },
    posture: 'unknown',
    named: 'Sys.Audit on /',
  },
  { name: 'pools', wrong: { pve: { pools: unseen(right('Pool.Audit', '/pool')) } }, posture: 'unknown', named: 'Pool.Audit on /pool' },
  {
    name: 'storages',
    wrong: { pve: { storages: unseen(right('Datastore.Audit', '/storage')) } },
    posture: 'unknown',
    named: 'Datastore.Audit on /storage',
  },
  {
    name: 'the pool of the guest',
    wrong: { pve: { pools: seenInPart([], right('Pool.Audit', '/pool/tier-1')) } },
    posture: 'unknown',
    named: 'Pool.Audit on /pool/tier-1',
  },
  {
    name: 'another pool',
    wrong: { pve: { pools: seenInPart([makePool({ vmids: [101] })], right('Pool.Audit', '/pool/other')) } },
    posture: 'protected',
  },
  {
    name: 'the storage of its job',
    wrong: { pve: { storages: seenInPart([], right('Datastore.Audit', '/storage/pbs-tier-1')) } },
    posture: 'unknown',
    named: 'Datastore.Audit on /storage/pbs-tier-1',
  },
  {
    name: 'prune jobs',
    wrong: { pbs: { pruneJobs: unseen(right('Datastore.Audit', '/datastore')) } },
    posture: 'unknown',
    named: 'Datastore.Audit on /datastore',
  },
  {
    name: 'prune jobs of another datastore',
    wrong: { pbs: { pruneJobs: seenInPart([], right('Datastore.Audit', '/datastore/other')) } },
    posture: 'protected',
  },
  {
    name: 'prune jobs of a server that is down',
    wrong: { pbs: { pruneJobs: unseen({ kind: 'unreachable', because: 'connection refused' }) } },
    posture: 'unknown',
  },
  { name: 'the time of a node', wrong: { pve: { nodes: seenInPart([], { kind: 'down' }) } }, posture: 'protected' },
];

for (const { name, wrong, posture, named } of cases) {
  test(`not seen: ${name}`, () => {
    const { guests, findings } = assess(healthy(wrong));
    assert.deepEqual(
      guests.map((guest) => guest.posture),
      [posture],
      guests[0]?.because ?? 'no guest',
    );
    if (named)
      assert.ok(
        guests[0]?.because.includes(named) && findings.some(({ code, fix }) => code === 'HF-UNSEEN' && fix.includes(named)),
        JSON.stringify([guests, findings]),
      );
    assert.deepEqual(
      findings.filter(({ code }) => code !== 'HF-UNSEEN'),
      [],
      'nothing is said of what was not seen',
    );
  });
}

test('not seen: what was seen to be broken stays so', () => {
  const wrong = {
    groups: seen([]),
    pve: { backupJobs: unseen<readonly never[]>() },
    pbs: { pruneJobs: seen([makePruneJob({ namespace: 'other', maxDepth: 0 })]) },
  };
  assert.equal(assess(healthy(wrong)).guests[0]?.posture, 'broken');
});

test('not seen: a server that is down is said to hide the place of the tier, not the first above it', () => {
  const groups = (namespace: string) => unseen<readonly BackupGroup[]>({ what: `groups of main:${namespace || '/'}`, kind: 'unreachable' });
  const wrong = healthy({ groups: groups('home/tier-1'), namespaces: [{ datastore: 'main', namespace: '', groups: groups('') }] });
  assert.match(assess(wrong).guests[0]!.because, /^groups of main:home\/tier-1 could not be seen/);
});
