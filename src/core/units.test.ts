import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration, parseRate, parseSize, spellDuration, spellInstant, spellSize } from './units.ts';

const durations = [
  { text: '90m', seconds: 5400 },
  { text: '24h', seconds: 86_400 },
  { text: '7d', seconds: 604_800 },
  { text: '12w', seconds: 7_257_600 },
  { text: '1d12h', seconds: 129_600 },
  { text: '1.5h', seconds: 5400 },
  { text: '24', seconds: undefined },
  { text: '-3h', seconds: undefined },
  { text: '3 h', seconds: undefined },
  { text: '', seconds: undefined },
];
for (const { text, seconds } of durations) test(`parseDuration: "${text}"`, () => assert.equal(parseDuration(text), seconds));

const spelled = [
  { seconds: 0, text: '0s' },
  { seconds: 2_682_000, text: '31d 1h' },
  { seconds: 90_061, text: '1d 1h' },
  { seconds: 5400, text: '1h 30m' },
  { seconds: -60, text: '-1m' },
];
for (const { seconds, text } of spelled) test(`spellDuration: ${seconds}`, () => assert.equal(spellDuration(seconds), text));

test('sizes and rates are binary', () => {
  assert.equal(parseSize('1.5 TiB'), 1_649_267_441_664);
  assert.equal(parseSize('10GB'), undefined);
  assert.equal(parseRate('100MiB/s'), 104_857_600);
  assert.equal(parseRate('100MiB'), undefined);
  assert.equal(spellSize(1_610_612_736), '1.5 GiB');
  assert.equal(spellSize(999), '999 B');
});

test('an instant is spelled in the zone that was asked for, not in the machine’s', () => {
  assert.equal(spellInstant(1_792_886_400, 'Europe/Vienna'), '2026-10-25 02:00:00 Europe/Vienna');
  assert.equal(spellInstant(1_792_890_000, 'Europe/Vienna', { zone: false }), '2026-10-25 02:00:00');
});
