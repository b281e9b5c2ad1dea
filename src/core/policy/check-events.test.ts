import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSite, makeTier } from '#test/make.ts';
import { warnOfEvents } from './check-events.ts';

const NOW = 1_795_651_200; // 2026-11-26
const VIENNA = makeSite({ name: 'vienna', timeZone: 'Europe/Vienna' });
const BERLIN = makeSite({ name: 'berlin', timeZone: 'Europe/Berlin' });
const KOLKATA = makeSite({ name: 'kolkata', timeZone: 'Asia/Kolkata' });

const cases = [
  { name: 'a time every night has', schedule: '04:00', sites: [VIENNA], codes: [] },
  { name: 'the hour that clocks skip in spring', schedule: '02:30', sites: [VIENNA], codes: ['HF-CALENDAR-SKIPPED'] },
  { name: 'that hour where no clock changes', schedule: '02:30', sites: [KOLKATA], codes: [] },
  { name: 'that hour in UTC', schedule: '02:30 UTC', sites: [VIENNA], codes: [] },
  { name: 'one site of several loses runs', schedule: '02:30', sites: [KOLKATA, VIENNA], codes: ['HF-CALENDAR-SKIPPED'] },
  { name: 'two sites that lose the same are one finding', schedule: '02:30', sites: [VIENNA, BERLIN], codes: ['HF-CALENDAR-SKIPPED'] },
  { name: 'a lone number is a minute', schedule: 'mon..fri 22', sites: [KOLKATA], codes: ['HF-CALENDAR-MINUTE'] },
  { name: 'a day that months lack', schedule: '*-31 04:00', sites: [VIENNA], codes: ['HF-CALENDAR-SHORT-MONTH'] },
  { name: 'no calendar event is told elsewhere', schedule: 'soon', sites: [VIENNA], codes: [] },
];

for (const { name, schedule, sites, codes } of cases) {
  test(`warnOfEvents: ${name}`, () => {
    const found = warnOfEvents({ tiers: [makeTier({ id: 3, schedule })], sites }, NOW);
    assert.deepEqual(
      found.map(({ code }) => code),
      codes,
    );
    for (const { at, tier } of found) assert.deepEqual([at, tier], ['tiers.3.schedule', 3]);
  });
}

test('warnOfEvents: the schedule of a copy is looked at too', () => {
  const offsite = { remote: 'vault', withinSeconds: 172_800, direction: 'pull', schedule: '02:30' } as const;
  const [finding] = warnOfEvents({ tiers: [makeTier({ id: 1, schedule: '04:00', offsite })], sites: [VIENNA] }, NOW);
  assert.deepEqual([finding?.code, finding?.at], ['HF-CALENDAR-SKIPPED', 'tiers.1.offsite.schedule']);
});
