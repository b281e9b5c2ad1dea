import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { point as makePoint } from '#test/make-ledger.ts';
import { spellHappened } from './history-words.ts';

const AT = Date.UTC(2026, 10, 25, 4, 30) / 1000;

describe('how long a point is to stay', () => {
  const rows = [
    { name: 'weeks: a day', keptSeconds: 84 * 86_400, until: 'to stay until 2027-02-17' },
    { name: 'two days and more: a day', keptSeconds: 2 * 86_400 + 1, until: 'to stay until 2026-11-27' },
    { name: 'hours: the minute', keptSeconds: 4 * 3600, until: 'to stay until 2026-11-25 09:30' },
  ];
  for (const { name, keptSeconds, until } of rows)
    test(name, () => {
      const point = makePoint({ at: AT, notBeforeAt: AT + keptSeconds });
      const { text } = spellHappened({ kind: 'point', at: AT, point }, 'Europe/Vienna');
      assert.match(text, new RegExp(`${until}(,|$)`));
    });
});
