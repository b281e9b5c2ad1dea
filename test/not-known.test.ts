import { expect, test } from 'vitest';
import type { Live } from '#app/live.ts';
import { listGuests } from '#app/guests.ts';
import { overview } from '#app/overview.ts';
import type { SiteWatched } from '#app/watching.ts';
import type { Actual, BackupGroup, Observed } from '#core/world/actual.ts';
import { emptySite } from '#daemon/worker.ts';
import { volatileMemory } from '#store/volatile.ts';
import { makeActual, makeGroup, makePbs, makePolicy, makeSite, NOW, unseen } from './make.ts';

const DAY = 86_400;

function liveOf(parts: Partial<SiteWatched>, seen?: Actual): Live {
  const policy = makePolicy({ sites: [makeSite()] });
  const site = { ...emptySite(policy.sites[0]!.name, 'watched'), look: { at: NOW, outcome: 'complete', seconds: 1 } as const, ...parts };
  return {
    clock: { now: () => NOW },
    memory: volatileMemory(),
    examiner: { examine: async () => [], showCertificate: () => Promise.reject(new Error('not asked')) },
    policy: () => policy,
    watching: () => ({ version: '0', replica: 'one', startedAt: NOW, leasedAt: NOW, sites: [site] }),
    seen: () => seen,
    hands: () => undefined,
    hint: () => {},
    announce: () => {},
  };
}

async function storesOf(measuredAt: number) {
  const figures = { totalBytes: 100, usedBytes: 60, availableBytes: 40, fullAt: NOW + 9 * DAY, stuckAt: NOW + 8 * DAY };
  return (await overview(liveOf({ stores: [{ what: 'datastore:pbs/main', measuredAt, ...figures }] }))).stores;
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

test('the strip of a guest whose group was not seen is absent, not empty', async () => {
  const guests = [101, 102].map((vmid) => ({ vmid, name: `guest-${vmid}`, posture: 'unknown', because: 'x' }) as const);
  const seen: Observed<readonly BackupGroup[]> = { known: true, asOf: NOW, complete: true, gaps: [], value: [makeGroup({ id: '101' })] };
  const stripsOf = async (...groups: readonly Observed<readonly BackupGroup[]>[]) => {
    const namespaces = groups.map((one, i) => ({ datastore: 'main', namespace: `home/tier-${i + 1}`, groups: one }));
    const live = liveOf({ guests }, makeActual({ pbs: [makePbs({ namespaces })] }));
    return (await listGuests(live, { sort: 'vmid', strip: true, limit: 10 })).items.map(({ points }) => points?.length);
  };
  expect(await stripsOf(seen)).toEqual([expect.any(Number), 0]);
  expect(await stripsOf(seen, unseen())).toEqual([expect.any(Number), undefined]);
});
