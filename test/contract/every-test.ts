import { afterAll, expect } from 'vitest';
import { exchangeWatchers } from '#lab/dispatch.ts';
import { sharedFolder } from '#test/shared.ts';
import { contractWith, type Contract } from './contract.ts';

// Whatever test talks to a lab, what the lab accepts and answers is held against the official schema.

const shared = sharedFolder();
const contract: Contract | undefined = shared === undefined ? undefined : contractWith(shared);
if (contract) exchangeWatchers.add(contract.watch);

afterAll(() => {
  if (!contract) return;
  exchangeWatchers.delete(contract.watch);
  expect(contract.breaches, 'exchanges with the lab that break the official schema').toEqual([]);
});
