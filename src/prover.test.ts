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
  const prove = makeProver(3000);
  const dense = makePolicy({ tiers: Array.from({ length: 40 }, (_, i) => makeTier({ id: i + 1, schedule: '*:0/1' })) });
  const [first, next] = await Promise.all([prove(dense, NOW), prove(makePolicy(), NOW)]);
  expect(first).toBe('too-long');
  expect(next).toEqual(proveWhole(makePolicy(), NOW));
});
