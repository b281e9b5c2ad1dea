import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOpen, secondOfDay, secondsLeft, spellMinute, windowMinutes } from './window.ts';

const NIGHT = { startMinute: 22 * 60, endMinute: 6 * 60 };
const EVENING = { startMinute: 20 * 60, endMinute: 24 * 60 };
const WORK = { startMinute: 8 * 60, endMinute: 17 * 60 };

describe('a window of the day', () => {
  it('is as long as from its start to its end, over midnight too', () => {
    assert.deepEqual([NIGHT, EVENING, WORK].map(windowMinutes), [480, 240, 540]);
    assert.equal(windowMinutes({ startMinute: 60, endMinute: 60 }), 1440);
  });

  it('is open at its first minute and closed at its last', () => {
    for (const window of [NIGHT, EVENING, WORK]) {
      assert.equal(isOpen(window, window.startMinute), true);
      assert.equal(isOpen(window, window.startMinute - 1), false);
      assert.equal(isOpen(window, window.endMinute - 1), true);
      assert.equal(isOpen(window, window.endMinute % 1440), false);
    }
  });

  it('is open for as many minutes of a day as it is long', () => {
    for (const startMinute of [0, 1, 719, 1439])
      for (const endMinute of [0, 1, 720, 1440]) {
        const window = { startMinute, endMinute };
        const open = Array.from({ length: 1440 }, (_, minute) => minute).filter((minute) => isOpen(window, minute));
        assert.equal(open.length, windowMinutes(window), `${startMinute}-${endMinute}`);
      }
  });

  it('has less left with each second, also after midnight, and nothing outside', () => {
    assert.equal(secondsLeft(NIGHT, 22 * 3600), 8 * 3600);
    assert.equal(secondsLeft(NIGHT, 23 * 3600 + 1), 7 * 3600 - 1);
    assert.equal(secondsLeft(NIGHT, 5 * 3600), 3600);
    assert.equal(secondsLeft(NIGHT, 6 * 3600), 0);
    assert.equal(secondsLeft(NIGHT, 12 * 3600), 0);
  });

  it('goes by the clock of its zone', () => {
    const NOON = Temporal.Instant.from('2026-07-01T12:00:07Z').epochMilliseconds / 1000;
    assert.equal(secondOfDay(NOON, 'UTC'), 12 * 3600 + 7);
    assert.equal(secondOfDay(NOON, 'Europe/Vienna'), 14 * 3600 + 7);
    assert.equal(secondOfDay(NOON, 'Pacific/Auckland'), 7);
  });

  it('spells a minute as a schedule has it', () => {
    assert.deepEqual([0, 65, 1439].map(spellMinute), ['00:00', '01:05', '23:59']);
  });
});
