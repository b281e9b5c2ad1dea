import { expect, test } from 'vitest';
import { proveWhole } from '#core/retention/whole.ts';
import { makePolicy, makeSeedTiers, makeTier, NOW } from '#test/make.ts';
import { makeProver } from './prover.ts';

test('proves in another thread what would be proved here, one after the other', async () => {
  const prove = makeProver();
  const policies = [makePolicy({ tiers: makeSeedTiers() }), makePolicy()];
  expect(await Promise.all(policies.map((policy) => prove(policy, NOW)))).toEqual(policies.map((policy) => proveWhole(policy, NOW)));
});

test('gives up what takes too long, and goes on with the next', async () => {
  const prove = makeProver(1);
  const dense = makePolicy({ tiers: [1, 2, 3, 4].map((id) => makeTier({ id, schedule: '*:0/1' })) });
  expect(await prove(dense, NOW)).toBe('too-long');
  expect(await makeProver()(makePolicy(), NOW)).toEqual(proveWhole(makePolicy(), NOW));
});
