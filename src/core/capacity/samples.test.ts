import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Actual, Datastore, Observed, PbsActual, PveActual, ZfsPool } from '../world/actual.ts';
import { samplesOf } from './samples.ts';

const AT = 1_795_608_000;
const seen = <T>(value: T): Observed<T> => ({ known: true, asOf: AT, complete: true, value, gaps: [] });
const unseen: Observed<never> = { known: false, asOf: AT, unknown: { what: 'this', kind: 'forbidden', because: 'no right' } };

function makeActual(datastores: Observed<readonly Datastore[]>, zfsPools: Observed<readonly ZfsPool[]>): Actual {
  return { site: 'home', asOf: AT, pve: { zfsPools } as PveActual, pbs: [{ name: 'pbs', datastores } as PbsActual] };
}

const STORE: Datastore = { name: 'main', comment: '', verifyNew: false, usage: { totalBytes: 10, usedBytes: 4, availableBytes: 6 } };
const POOL: ZfsPool = { node: 'pve1', name: 'rpool', sizeBytes: 20, allocatedBytes: 5, freeBytes: 15, health: 'ONLINE' };

test('each datastore and each pool with figures is one sample', () => {
  const { usage: _, ...offline } = STORE;
  assert.deepEqual(
    samplesOf(makeActual(seen([STORE, { ...offline, name: 'offline' }]), seen([POOL]))).map(({ what, usedBytes, availableBytes }) => [
      what,
      usedBytes,
      availableBytes,
    ]),
    [
      ['datastore:pbs/main', 4, 6],
      ['zfs:pve1/rpool', 5, 15],
    ],
  );
});

test('what cannot be seen is no empty store', () => {
  assert.deepEqual(samplesOf(makeActual(unseen, unseen)), []);
});
