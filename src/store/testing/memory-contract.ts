import { describe, expect, test } from 'vitest';
import type { Lease, Memory } from '#app/ports.ts';
import type { CycleRecord, LedgerPoint } from '#core/memory/record.ts';
import { DAY, GROUP, NOW, expectLease, makeAlert, makeCycle, makeEntry, makeLife, makePoint, makePosture } from './make.ts';
import { changesContract } from './changes-contract.ts';
import { historyContract } from './history-contract.ts';
import { all, eachWith, type Rig } from './rig.ts';

/** What every memory promises. */
export function memoryContract(name: string, open: () => Promise<Rig>): void {
  changesContract(name, open);
  historyContract(name, open);
  describe(`memory: ${name}`, () => {
    let rig: Rig;
    let memory: Memory;
    let lease: Lease;
    eachWith(open, (given) => ({ rig, memory, lease } = given));
    const record = (cycle: Partial<CycleRecord> = {}): Promise<'recorded' | 'lease-lost'> => memory.record(lease, makeCycle(cycle));

    describe('points', () => {
      const full: LedgerPoint = makePoint({
        sizeBytes: 5_000_000_000_000,
        tier: 1,
        notBeforeAt: NOW + 30 * DAY,
        policyVersion: '0123456789abcdef',
        verified: { state: 'ok', at: NOW + 3600 },
        protected: true,
        lockedAt: NOW + 120,
      });

      test('come back as they were recorded, oldest first', async () => {
        const older = makePoint({ at: NOW - DAY });
        await record({ points: [full, older] });
        expect(await memory.groupPoints(GROUP)).toStrictEqual([older, full]);
        expect(await rig.other.groupPoints(GROUP)).toStrictEqual([older, full]);
      });

      test('belong to their group: each word of the place counts', async () => {
        const places = [
          { server: 'vault' },
          { datastore: 'second' },
          { namespace: '' },
          { type: 'ct' },
          { id: '102' },
        ] as const satisfies readonly Partial<LedgerPoint>[];
        await record({ points: [full, ...places.map((place) => makePoint(place))] });
        for (const place of places) expect(await memory.groupPoints({ ...GROUP, ...place })).toStrictEqual([makePoint(place)]);
        expect(await memory.groupPoints(GROUP)).toStrictEqual([full]);
        expect(await memory.groupPoints({ ...GROUP, site: 'away' })).toEqual([]);
        const wanted = [GROUP, ...places.map((place) => ({ ...GROUP, ...place }))].map((place) => JSON.stringify(place));
        expect((await memory.groups('home')).map((place) => JSON.stringify({ ...GROUP, ...place })).toSorted()).toEqual(wanted.toSorted());
        expect(await memory.groups('away')).toEqual([]);
        expect(await memory.sites()).toContain('home');
        expect(await memory.sites()).not.toContain('elsewhere');
      });

      test('are replaced whole, but what was promised never shortens and the first sight never moves later', async () => {
        await record({ points: [full] });
        const { verified: _, lockedAt: __, ...plain } = full;
        const later = { ...plain, protected: false, firstSeenAt: NOW + 9999, notBeforeAt: NOW + DAY };
        await record({ at: NOW + 60, points: [later] });
        expect(await memory.groupPoints(GROUP)).toStrictEqual([{ ...later, firstSeenAt: full.firstSeenAt, notBeforeAt: full.notBeforeAt }]);
        const { notBeforeAt: ___, ...unpromised } = later;
        await record({ at: NOW + 120, points: [unpromised] });
        expect((await memory.groupPoints(GROUP))[0]?.notBeforeAt).toBe(full.notBeforeAt);
        await record({ at: NOW + 180, points: [{ ...full, notBeforeAt: NOW + 60 * DAY }] });
        expect((await memory.groupPoints(GROUP))[0]?.notBeforeAt).toBe(NOW + 60 * DAY);
      });

      test('that are gone are told where wanted', async () => {
        const gone = { ...full, goneAt: NOW + 2 * DAY, goneBy: 'root@pam' };
        const other = makePoint({ id: '102' });
        await record({ points: [gone, other] });
        expect(await memory.groupPoints(GROUP)).toEqual([]);
        expect(await memory.groupPoints(GROUP, { gone: true })).toStrictEqual([gone]);
        expect(await all(memory.points('home'))).toStrictEqual([other]);
        expect(await all(memory.points('home', { gone: true }))).toStrictEqual([gone, other]);
        expect(await all(memory.points('away', { gone: true }))).toEqual([]);
      });

      test('are written outside a look as in one: a lock set and lifted, with its lines of the audit log', async () => {
        await record({ points: [full] });
        const { lockedAt: _, ...lifted } = { ...full, protected: false, notBeforeAt: NOW };
        expect(await memory.recordPoints(lease, [lifted], [makeEntry({ act: 'lift' })])).toBe('recorded');
        expect(await rig.other.groupPoints(GROUP)).toStrictEqual([{ ...lifted, notBeforeAt: full.notBeforeAt }]);
        expect((await memory.audit(0)).map(({ act }) => act)).toContain('lift');
      });

      test('are written by nobody whose lease is lost, and for no other site', async () => {
        expect(await memory.recordPoints({ ...lease, token: lease.token - 1 }, [full], [makeEntry()])).toBe('lease-lost');
        expect(await memory.recordPoints(lease, [makePoint({ site: 'away' })], [makeEntry()])).toBe('lease-lost');
        expect(await memory.groupPoints(GROUP)).toEqual([]);
        expect(await memory.audit(0)).toEqual([]);
      });

      test('of a site with many come in batches, each once', async () => {
        const many = Array.from({ length: 2500 }, (_, i) => makePoint({ id: String(100 + (i % 7)), at: NOW + i * 60 }));
        await record({ points: many });
        const seen = await all(memory.points('home'));
        expect(seen.length).toBe(2500);
        expect(new Set(seen.map(({ id, at }) => `${id} ${at}`)).size).toBe(2500);
        expect(seen.filter(({ id }) => id === '100').map(({ at }) => at)).toEqual(
          many.filter(({ id }) => id === '100').map(({ at }) => at),
        );
      });
    });

    describe('a cycle', () => {
      test('recorded twice changes nothing', async () => {
        const cycle = makeCycle({
          look: { outcome: 'partial', seconds: 2, trouble: 'pbs2 does not answer' },
          points: [makePoint({ notBeforeAt: NOW + DAY })],
          tasks: [
            {
              site: 'home',
              upid: 'UPID:pve1:0:0:0:vzdump::root@pam:',
              startedAt: NOW - 60,
              endedAt: NOW,
              status: 'OK',
              guests: [{ vmid: 101, result: 'ok' }],
            },
          ],
          lives: [makeLife()],
          postures: [makePosture()],
          usage: [{ site: 'home', what: 'datastore:pbs/main', at: NOW, totalBytes: 9, usedBytes: 4, availableBytes: 5 }],
          alerts: [makeAlert()],
          audit: [makeEntry(), makeEntry({ act: 'look' })],
        });
        expect(await memory.record(lease, cycle)).toBe('recorded');
        const before = await everything(memory, lease);
        expect(await memory.record(lease, cycle)).toBe('recorded');
        expect(await everything(memory, lease)).toStrictEqual(before);
        expect(before.looks).toStrictEqual([{ at: NOW, outcome: 'partial', seconds: 2, trouble: 'pbs2 does not answer' }]);
      });

      test('does not bring a sent message back', async () => {
        await record({ alerts: [makeAlert()] });
        await memory.outbox.delivered('a1', NOW + 5);
        await record({ alerts: [makeAlert()] });
        expect(await memory.outbox.due(lease, NOW + DAY, 10)).toEqual([]);
      });

      test('of another site than the lease is refused', async () => {
        expect(await memory.record(lease, makeCycle({ site: 'away' }))).toBe('lease-lost');
      });

      test('is written whole or not at all', async () => {
        const broken = { ...makePoint({ id: '103' }), at: Number.NaN };
        await expect(record({ postures: [makePosture()], points: [makePoint(), broken], audit: [makeEntry()] })).rejects.toThrow();
        expect(await memory.postures('home')).toEqual([]);
        expect(await memory.groupPoints(GROUP)).toEqual([]);
        expect(await memory.looks('home', 0)).toEqual([]);
        expect(await memory.audit(0)).toEqual([]);
      });
    });

    describe('leases', () => {
      test('one holder alone has every site, and keeps its tokens', async () => {
        const first = await memory.leases.round('one', ['home', 'away'], 30);
        expect(first.map(({ site }) => site)).toEqual(['away', 'home']);
        expect(await memory.leases.round('one', ['home', 'away'], 30)).toStrictEqual(first);
      });

      test('a second holder gets its share, and no site has two', async () => {
        const sites = ['a', 'b', 'c', 'd', 'e'];
        expect(await memory.leases.round('one', sites, 30)).toHaveLength(5);
        expect(await rig.other.leases.round('two', sites, 30)).toEqual([]);
        const one = await memory.leases.round('one', sites, 30);
        const two = await rig.other.leases.round('two', sites, 30);
        expect([one.length, two.length]).toEqual([3, 2]);
        expect([...one, ...two].map(({ site }) => site).toSorted()).toEqual(sites);
      });

      test('of a holder that is silent are taken over, with a higher token, and its late writes are refused', async () => {
        await rig.passSeconds(31);
        const taken = expectLease(await rig.other.leases.round('two', ['home'], 30));
        expect(taken.token).toBeGreaterThan(lease.token);
        expect(await record({ postures: [makePosture()], alerts: [makeAlert()] })).toBe('lease-lost');
        expect(await memory.postures('home')).toEqual([]);
        expect(await rig.other.record(taken, makeCycle({ alerts: [makeAlert()] }))).toBe('recorded');
        expect(await memory.outbox.due(lease, NOW, 10)).toEqual([]);
        expect(await rig.other.outbox.due(taken, NOW, 10)).toHaveLength(1);
      });

      test('that ran out are worth nothing, though nobody took them', async () => {
        await rig.passSeconds(31);
        expect(await record()).toBe('lease-lost');
        const again = expectLease(await memory.leases.round('one', ['home'], 30));
        expect(again.token).toBeGreaterThan(lease.token);
      });

      test('are free at once though the clock was set back by an hour: no site waits for it to catch up', async () => {
        await rig.passSeconds(-3600);
        const taken = expectLease(await rig.other.leases.round('two', ['home'], 30));
        expect(taken.token).toBeGreaterThan(lease.token);
        expect(await record()).toBe('lease-lost');
        expect(await rig.other.record(taken, makeCycle())).toBe('recorded');
      });

      test('are renewed by a record, so that a long one does not lose its site', async () => {
        await rig.passSeconds(20);
        await record();
        await rig.passSeconds(20);
        expect(await record({ at: NOW + 60 })).toBe('recorded');
      });

      test('released are free at once', async () => {
        await memory.leases.release('one');
        expect(await record()).toBe('lease-lost');
        expect(await rig.other.leases.round('two', ['home', 'away'], 30)).toHaveLength(2);
      });

      test('of sites that the others do not know yet are taken all the same', async () => {
        const sites = ['home', 'away', 'new-1', 'new-2'];
        await rig.other.leases.round('two', ['away', 'home'], 30);
        await memory.leases.round('one', sites, 30);
        const two = await rig.other.leases.round('two', ['away', 'home'], 30);
        const one = await memory.leases.round('one', sites, 30);
        expect(two).toHaveLength(1);
        expect([...one, ...two].map(({ site }) => site).toSorted()).toEqual(sites.toSorted());
      });

      test('of a site that left the policy are given back', async () => {
        await memory.leases.round('one', ['away'], 30);
        expect(await record()).toBe('lease-lost');
      });
    });
  });
}

async function everything(memory: Memory, lease: Lease) {
  return {
    points: await all(memory.points('home', { gone: true })),
    lives: await memory.lives('home', 0),
    postures: await memory.postures('home'),
    tasks: await memory.tasks('home', 0),
    usage: await memory.usage('home', 0),
    looks: await memory.looks('home', 0),
    audit: await memory.audit(0),
    alerts: await memory.outbox.history(0),
    due: await memory.outbox.due(lease, NOW + DAY, 10),
  };
}
