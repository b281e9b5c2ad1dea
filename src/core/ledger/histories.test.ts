import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { draws } from '#test/draws.ts';
import { makeGroup, makePolicy, makeSite, makeSnapshot, makeTier, NOW, seen, seenInPart, unseen } from '#test/make.ts';
import { DAY, place, site } from '#test/make-ledger.ts';
import type { LedgerPoint } from '../memory/record.ts';
import type { BackupGroup } from '../world/actual.ts';
import { enter } from './enter.ts';

/** What may happen to one group between two looks. */
const happening = fc.record({
  passSeconds: fc.integer({ min: 60, max: 20 * DAY }),
  made: fc.boolean(),
  removed: fc.option(fc.nat({ max: 9 }), { nil: undefined }),
  look: fc.constantFrom('listed', 'listed', 'listed', 'unchanged', 'unseen', 'partial'),
  retentionDays: fc.constantFrom(7, 30, 60),
  clockAheadSeconds: fc.constantFrom(0, 0, 0, -900 * DAY, 400 * DAY),
});

test('enter: over any history a date only grows, a remembered point is gone only by a whole look, and each early loss is told', () => {
  fc.assert(
    fc.property(fc.array(happening, { minLength: 1, maxLength: 25 }), (history) => {
      let now = NOW;
      let truth: number[] = [];
      const memory = new Map<number, LedgerPoint>();
      for (const { passSeconds, made, removed, look, retentionDays, clockAheadSeconds } of history) {
        now += passSeconds;
        if (removed !== undefined) truth = truth.filter((_, i) => i !== removed);
        if (made) truth = [...truth, now - 30];
        const group = makeGroup({ snapshots: truth.map((at) => makeSnapshot({ at })), listedAt: look === 'unchanged' ? now - 1 : now });
        const groups = look === 'unseen' ? unseen<BackupGroup[]>() : look === 'partial' ? seenInPart([]) : seen([group], now);
        const actual = site(groups, { node: seen({ timeZone: 'UTC', clockAheadSeconds }) }, now);
        const policy = makePolicy({ tiers: [makeTier({ retentionSeconds: retentionDays * DAY })] });
        const before = new Map(memory);
        const { points, findings } = enter({ policy, site: makeSite(), actual, now, groups: [{ place, points: [...memory.values()] }] });
        for (const one of points) memory.set(one.at, one);
        for (const [at, old] of before) {
          const next = memory.get(at)!;
          assert.ok((next.notBeforeAt ?? 0) >= (old.notBeforeAt ?? 0), 'a date was shortened');
          if (old.goneAt === undefined && next.goneAt !== undefined) {
            assert.ok(look === 'listed' && !truth.includes(at), 'a point is called gone that was not looked for, or is there');
            assert.equal(
              next.notBeforeAt! > now && findings.length === 0,
              false,
              'an early loss is not told, for one clock of three is wrong',
            );
          }
        }
        if (look === 'listed') for (const at of truth) assert.equal(memory.get(at)?.goneAt, undefined);
      }
    }),
    draws(400),
  );
});
