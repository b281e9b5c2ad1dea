import { describe, expect, test } from 'vitest';
import type { Lease, Memory } from '#app/ports.ts';
import type { CycleRecord } from '#core/memory/record.ts';
import { CHAIN_START, chainHash } from '../audit-chain.ts';
import { DAY, NOW, expectLease, makeAlert, makeCycle, makeEntry, makeLife, makePoint, makePosture } from './make.ts';
import { all, eachWith, type Rig } from './rig.ts';

/** What every memory promises of findings, postures, tasks, usage, messages and the audit log, and of what is rolled up. */
export function historyContract(name: string, open: () => Promise<Rig>): void {
  describe(`memory: ${name}`, () => {
    let rig: Rig;
    let memory: Memory;
    let lease: Lease;
    eachWith(open, (given) => ({ rig, memory, lease } = given));
    const record = (cycle: Partial<CycleRecord> = {}): Promise<'recorded' | 'lease-lost'> => memory.record(lease, makeCycle(cycle));

    describe('finding lives', () => {
      test('come back by key, resolved ones only since', async () => {
        const open = makeLife({ key: 'b', state: 'open', openedAt: NOW + 30 });
        const over = makeLife({ key: 'a', state: 'resolved', resolvedAt: NOW + 60 });
        await record({ lives: [open, over] });
        expect(await memory.lives('home', NOW + 60)).toStrictEqual([over, open]);
        expect(await memory.lives('home', NOW + 61)).toStrictEqual([open]);
        expect(await memory.lives('away', 0)).toEqual([]);
      });

      test('are acknowledged by a person, with a line in the audit log', async () => {
        await record({ lives: [makeLife({ state: 'open' })] });
        const act = makeLife({ state: 'suppressed', by: 'anna', reason: 'disk is on its way', untilAt: NOW + 7 * DAY, lastSeenAt: 0 });
        expect(await rig.other.changeLife(act, makeEntry({ by: 'anna', act: 'suppress' }))).toBe('changed');
        const [life] = await memory.lives('home', 0);
        expect(life).toStrictEqual({ ...act, lastSeenAt: NOW, acts: 1 });
        expect(await memory.audit(0)).toMatchObject([{ by: 'anna', act: 'suppress' }]);
        expect(await memory.changeLife(makeLife(), makeEntry())).toBe('changed');
        expect((await memory.lives('home', 0))[0]).toStrictEqual(makeLife({ acts: 2 }));
      });

      test('that are over or unknown cannot be acknowledged, and nothing is written', async () => {
        await record({ lives: [makeLife({ state: 'resolved', resolvedAt: NOW })] });
        expect(await memory.changeLife(makeLife({ state: 'acknowledged' }), makeEntry())).toBe('gone');
        expect(await memory.changeLife(makeLife({ key: 'unknown', state: 'acknowledged' }), makeEntry())).toBe('gone');
        expect(await memory.audit(0)).toEqual([]);
      });

      test('keep what a person said while a cycle was under way', async () => {
        await record({ lives: [makeLife({ state: 'open' })] });
        const [read] = await memory.lives('home', 0);
        const act = { state: 'acknowledged', by: 'anna', reason: 'known' } as const;
        await rig.other.changeLife(makeLife(act), makeEntry({ by: 'anna' }));
        await record({ at: NOW + 60, lives: [{ ...read!, lastSeenAt: NOW + 60 }] });
        expect(await memory.lives('home', 0)).toStrictEqual([makeLife({ ...act, lastSeenAt: NOW + 60, acts: 1 })]);
        const [acknowledged] = await memory.lives('home', 0);
        await record({ at: NOW + 120, lives: [makeLife({ state: 'open', acts: acknowledged!.acts! })] });
        expect((await memory.lives('home', 0))[0]).toStrictEqual(makeLife({ state: 'open', acts: 1 }));
      });

      test('end when the finding is over, whatever a person said, and begin anew', async () => {
        await record({ lives: [makeLife({ state: 'open' })] });
        await rig.other.changeLife(makeLife({ state: 'suppressed', by: 'anna' }), makeEntry());
        await record({ at: NOW + 60, lives: [makeLife({ state: 'resolved', resolvedAt: NOW + 60 })] });
        expect((await memory.lives('home', 0))[0]).toMatchObject({ state: 'resolved', by: 'anna' });
        await record({ at: NOW + 120, lives: [makeLife({ firstSeenAt: NOW + 120, lastSeenAt: NOW + 120 })] });
        expect((await memory.lives('home', 0))[0]).toStrictEqual(makeLife({ firstSeenAt: NOW + 120, lastSeenAt: NOW + 120 }));
      });
    });

    test('postures: the last of each guest, and the history with what stood at its beginning', async () => {
      const risk = makePosture({ at: NOW + 60, posture: 'at-risk', because: 'no point since Monday' });
      const better = makePosture({ at: NOW + 120 });
      const { tier: _, ...other } = makePosture({ vmid: 7, name: 'scratch', posture: 'exempt', because: 'by exception' });
      await record({ postures: [makePosture(), other] });
      await record({ at: NOW + 120, postures: [better, risk] });
      expect(await memory.postures('home')).toStrictEqual([other, better]);
      expect(await memory.postureHistory('home', 101, NOW + 61)).toStrictEqual([risk, better]);
      expect(await memory.postureHistory('home', 101, NOW + 60)).toStrictEqual([risk, better]);
      expect(await memory.postureHistory('home', 101, NOW - 1)).toStrictEqual([makePosture(), risk, better]);
      expect(await memory.postureHistory('home', 101, NOW + DAY)).toStrictEqual([better]);
      expect(await memory.postureHistory('home', 999, 0)).toEqual([]);
    });

    test('tasks come back with every guest in order, since their end', async () => {
      const task = { site: 'home', upid: 'UPID:a:', startedAt: NOW, endedAt: NOW + 60, status: 'job errors' };
      const guests = [
        { vmid: 102, result: 'failed', error: 'lock – timeout' },
        { vmid: 101, result: 'ok', durationSeconds: 12.5, bytes: 2 ** 40, reusedFraction: 0.87 },
      ] as const;
      const empty = { ...task, upid: 'UPID:b:', endedAt: NOW + 30, guests: [] };
      await record({ tasks: [{ ...task, guests }, empty] });
      expect(await memory.tasks('home', NOW)).toStrictEqual([empty, { ...task, guests }]);
      expect(await memory.tasks('home', NOW + 31)).toStrictEqual([{ ...task, guests }]);
      await record({ at: NOW + 60, tasks: [{ ...task, status: 'OK', guests: guests.slice(1) }] });
      expect(await memory.tasks('home', NOW + 31)).toStrictEqual([{ ...task, status: 'OK', guests: guests.slice(1) }]);
    });

    test('usage comes back by what, then by time', async () => {
      const sample = (what: string, at: number) => ({ site: 'home', what, at, totalBytes: 2 ** 50, usedBytes: at, availableBytes: 1 });
      await record({ usage: [sample('zfs:pve1/rpool', NOW), sample('datastore:pbs/main', NOW + 60), sample('datastore:pbs/main', NOW)] });
      const shown = (await memory.usage('home', NOW)).map(({ what, at }) => [what, at]);
      expect(shown).toEqual([
        ['datastore:pbs/main', NOW],
        ['datastore:pbs/main', NOW + 60],
        ['zfs:pve1/rpool', NOW],
      ]);
      expect(await memory.usage('home', NOW + 1)).toStrictEqual([sample('datastore:pbs/main', NOW + 60)]);
    });

    describe('outbox', () => {
      test('gives what is due, earliest first, each until it is delivered', async () => {
        const later = makeAlert({ id: 'later', dueAt: NOW + 3600 });
        const away = expectLease(await memory.leases.round('one', ['home', 'away'], 30), 'away');
        await memory.record(away, makeCycle({ site: 'away', alerts: [makeAlert({ id: 'there', site: 'away' })] }));
        await record({ alerts: [later, makeAlert(), makeAlert({ id: 'a0' })] });
        const ids = async (now: number, limit = 10) => (await memory.outbox.due(lease, now, limit)).map(({ id }) => id);
        expect(await memory.outbox.due(lease, NOW, 1)).toStrictEqual([{ ...makeAlert(), tries: 0 }]);
        expect(await ids(NOW)).toEqual(['a1', 'a0']);
        expect(await ids(NOW + 3600)).toEqual(['a1', 'a0', 'later']);
        await memory.outbox.delivered('a1', NOW + 1);
        expect(await ids(NOW + 3600)).toEqual(['a0', 'later']);
      });

      test('tries again when told to, and history says how it went', async () => {
        await record({ alerts: [makeAlert(), makeAlert({ id: 'a2', at: NOW + 1 })] });
        await memory.outbox.failed('a1', NOW + 300, 'connection refused');
        expect(await memory.outbox.due(lease, NOW + 299, 10)).toMatchObject([{ id: 'a2' }]);
        expect(await memory.outbox.due(lease, NOW + 300, 10)).toMatchObject([
          { id: 'a2', tries: 0 },
          { id: 'a1', tries: 1 },
        ]);
        expect(await memory.outbox.history(NOW)).toMatchObject([{ id: 'a1', tries: 1, error: 'connection refused' }, { id: 'a2' }]);
        await memory.outbox.delivered('a1', NOW + 301);
        await memory.outbox.failed('a1', NOW + 999, 'too late to matter');
        expect(await memory.outbox.history(NOW, 'home')).toStrictEqual([
          { ...makeAlert(), tries: 1, deliveredAt: NOW + 301 },
          { ...makeAlert({ id: 'a2', at: NOW + 1 }), tries: 0 },
        ]);
        expect(await memory.outbox.history(NOW + 1)).toHaveLength(1);
        expect(await memory.outbox.history(0, 'away')).toEqual([]);
      });
    });

    test('audit: each entry once, chained by hashes', async () => {
      const entries = [makeEntry(), makeEntry({ act: 'lift' }), makeEntry({ at: NOW - 5, by: 'anna', detail: 'späte "Zeile"\n' })];
      await record({ audit: [entries[0]!, entries[0]!, entries[1]!] });
      await record({ at: NOW + 1, audit: [entries[2]!] });
      let before = CHAIN_START;
      const chained = entries.map((entry) => ({ ...entry, hash: (before = chainHash(before, entry)) }));
      expect(await memory.audit(0)).toStrictEqual(chained);
      expect(await memory.audit(NOW)).toStrictEqual(chained.slice(0, 2));
    });

    test('audit: what is appended outside a look joins the chain, once', async () => {
      await record({ audit: [makeEntry()] });
      await memory.appendAudit([makeEntry({ act: 'protect', by: 'anna' }), makeEntry()]);
      await memory.appendAudit([]);
      const first = chainHash(CHAIN_START, makeEntry());
      expect((await memory.audit(0)).map(({ act, hash }) => [act, hash])).toEqual([
        [makeEntry().act, first],
        ['protect', chainHash(first, makeEntry({ act: 'protect', by: 'anna' }))],
      ]);
    });

    describe('history is rolled up', () => {
      const later = NOW + 2000 * DAY;

      test('looks: of old days the first of each outcome', async () => {
        const midnight = NOW - (NOW % DAY);
        for (const [at, outcome] of [
          [midnight, 'complete'],
          [midnight + 60, 'failed'],
          [midnight + 120, 'complete'],
          [midnight + 180, 'failed'],
          [midnight + DAY, 'complete'],
          [midnight + 20 * DAY, 'complete'],
          [midnight + 20 * DAY + 60, 'complete'],
        ] as const)
          await record({ at, look: { outcome, seconds: 1 } });
        await memory.rollUp(midnight + 21 * DAY);
        expect((await memory.looks('home', 0)).map(({ at }) => at - midnight)).toEqual([0, 60, DAY, 20 * DAY, 20 * DAY + 60]);
        await memory.rollUp(later);
        expect(await memory.looks('home', 0)).toEqual([]);
      });

      test('usage: of old days the last sample, for years', async () => {
        const midnight = NOW - (NOW % DAY);
        const sample = (at: number) => ({ site: 'home', what: 'datastore:pbs/main', at, totalBytes: 9, usedBytes: 4, availableBytes: 5 });
        const ats = [0, 60, 120, DAY, 40 * DAY, 40 * DAY + 60].map((at) => midnight + at);
        await record({ usage: ats.map(sample) });
        await memory.rollUp(midnight + 41 * DAY);
        expect((await memory.usage('home', 0)).map(({ at }) => at - midnight)).toEqual([120, DAY, 40 * DAY, 40 * DAY + 60]);
        await memory.rollUp(midnight + 500 * DAY);
        expect((await memory.usage('home', 0)).map(({ at }) => at - midnight)).toEqual([120, DAY, 40 * DAY + 60]);
      });

      test('what is over goes; what still counts stays', async () => {
        const gone = makePoint({ at: NOW - DAY, goneAt: NOW });
        const task = {
          site: 'home',
          upid: 'UPID:a:',
          startedAt: NOW,
          endedAt: NOW,
          status: 'OK',
          guests: [{ vmid: 1, result: 'ok' }],
        } as const;
        await record({
          points: [gone, makePoint()],
          tasks: [task],
          lives: [makeLife({ key: 'over', state: 'resolved', resolvedAt: NOW }), makeLife()],
          postures: [makePosture({ at: NOW - 60 }), makePosture()],
          alerts: [makeAlert(), makeAlert({ id: 'unsent' })],
          audit: [makeEntry()],
        });
        await memory.outbox.delivered('a1', NOW);
        await memory.rollUp(later);
        expect(await all(memory.points('home', { gone: true }))).toStrictEqual([makePoint()]);
        expect(await memory.tasks('home', 0)).toEqual([]);
        expect(await memory.lives('home', 0)).toStrictEqual([makeLife()]);
        expect(await memory.postureHistory('home', 101, 0)).toStrictEqual([makePosture()]);
        expect((await memory.outbox.history(0)).map(({ id }) => id)).toEqual(['unsent']);
        expect(await memory.audit(0)).toHaveLength(1);
      });
    });
  });
}
