import { expect, test } from 'vitest';
import type { Live } from '#app/live.ts';
import { overview } from '#app/overview.ts';
import { emptySite } from '#daemon/worker.ts';
import { volatileMemory } from '#store/volatile.ts';
import { makePolicy, makeSite, NOW } from './make.ts';

const DAY = 86_400;

async function storesOf(measuredAt: number) {
  const policy = makePolicy({ sites: [makeSite()] });
  const figures = { totalBytes: 100, usedBytes: 60, availableBytes: 40, fullAt: NOW + 9 * DAY, stuckAt: NOW + 8 * DAY };
  const site = { ...emptySite(policy.sites[0]!.name, 'watched'), stores: [{ what: 'datastore:pbs/main', measuredAt, ...figures }] };
  const live: Live = {
    clock: { now: () => NOW },
    memory: volatileMemory(),
    examiner: { examine: async () => [], showCertificate: () => Promise.reject(new Error('not asked')) },
    policy: () => policy,
    watching: () => ({ version: '0', replica: 'one', startedAt: NOW, leasedAt: NOW, sites: [site] }),
    seen: () => undefined,
    hands: () => undefined,
    hint: () => {},
    announce: () => {},
  };
  return (await overview(live)).stores;
}

test('the overview foretells nothing of a store that was not measured for a day', async () => {
  expect(await storesOf(NOW - DAY)).toMatchObject([{ usedBytes: 60, fullAt: NOW + 9 * DAY, stuckAt: NOW + 8 * DAY }]);
  const [old] = await storesOf(NOW - 3 * DAY);
  expect(old).toEqual({
    site: 'home',
    what: 'datastore:pbs/main',
    totalBytes: 100,
    usedBytes: 60,
    availableBytes: 40,
    because: 'it was last measured 3d ago',
  });
});
