import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEvent, type CalendarEvent } from './event.ts';
import { nextRun } from './next.ts';
import { UTC, zoneRules, type ZoneRules } from './zone.ts';
import { spellInstant } from '../units.ts';

function event(text: string): CalendarEvent {
  const parsed = parseEvent(text);
  assert.ok(parsed.ok, text);
  return parsed.event;
}

function zone(timeZone: string): ZoneRules {
  const rules = zoneRules(timeZone, 0, 0);
  assert.ok(rules);
  return rules;
}

function at(local: string, timeZone: string): number {
  return Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone).epochMilliseconds / 1000;
}

/** The next runs of an event, in local time. */
function runs(text: string, timeZone: string, after: string, count: number): string[] {
  const found: string[] = [];
  let now: number | undefined = at(after, timeZone);
  while (found.length < count && now !== undefined) {
    now = nextRun(event(text), zone(timeZone), now);
    found.push(now === undefined ? 'never' : spellInstant(now, timeZone, { zone: false }).slice(0, 16));
  }
  return found;
}

const plain = [
  { text: '21:00', after: '2026-11-25T21:00', runs: ['2026-11-26 21:00', '2026-11-27 21:00'] },
  { text: '*:0/15', after: '2026-11-25T12:00', runs: ['2026-11-25 12:15', '2026-11-25 12:30', '2026-11-25 12:45', '2026-11-25 13:00'] },
  { text: '*/15', after: '2026-11-25T12:50', runs: ['2026-11-25 13:00', '2026-11-25 13:15'] },
  { text: '*:30', after: '2026-11-25T12:30', runs: ['2026-11-25 13:30', '2026-11-25 14:30'] },
  { text: '2/4:15', after: '2026-11-25T18:15', runs: ['2026-11-25 22:15', '2026-11-26 02:15', '2026-11-26 06:15'] },
  { text: '8..17:0/30', after: '2026-11-25T17:00', runs: ['2026-11-25 17:30', '2026-11-26 08:00'] },
  { text: 'mon..fri 2:30', after: '2026-11-27T02:30', runs: ['2026-11-30 02:30'] },
  { text: 'sat *-1..7 15:00', after: '2026-11-25T00:00', runs: ['2026-12-05 15:00', '2027-01-02 15:00'] },
  { text: '*-*-1 3:00', after: '2026-11-25T00:00', runs: ['2026-12-01 03:00', '2027-01-01 03:00'] },
  { text: '*-1 3:00', after: '2026-11-25T00:00', runs: ['2026-12-01 03:00', '2027-01-01 03:00'] },
  { text: '2026-12-31 23:00', after: '2026-11-25T00:00', runs: ['2026-12-31 23:00', 'never'] },
  { text: 'mon', after: '2026-11-25T00:00', runs: ['2026-11-30 00:00', '2026-12-07 00:00'] },
  { text: 'weekly', after: '2026-11-25T00:00', runs: ['2026-11-30 00:00'] },
  { text: 'quarterly', after: '2026-11-25T00:00', runs: ['2027-01-01 00:00', '2027-04-01 00:00', '2027-07-01 00:00'] },
  {
    text: 'fri..mon 12:00',
    after: '2026-11-25T00:00',
    runs: ['2026-11-27 12:00', '2026-11-28 12:00', '2026-11-29 12:00', '2026-11-30 12:00'],
  },
  { text: 'mon..fri 22', after: '2026-11-25T12:30', runs: ['2026-11-25 13:22', '2026-11-25 14:22'] },
  { text: '25:00', after: '2026-11-25T12:30', runs: ['2026-11-25 13:25', '2026-11-25 14:25'] },
  { text: '2-29 0:00', after: '2026-11-25T00:00', runs: ['2028-02-29 00:00', '2032-02-29 00:00'] },
  { text: '2-30', after: '2026-11-25T00:00', runs: ['never'] },
  { text: '2020-1-1', after: '2026-11-25T00:00', runs: ['never'] },
  { text: '*-0', after: '2026-11-25T00:00', runs: ['never'] },
  { text: 'mon 2-29', after: '2026-11-25T00:00', runs: ['2044-02-29 00:00', '2072-02-29 00:00'] },
] as const;
for (const row of plain) {
  test(`next run: ${row.text}`, () => assert.deepEqual(runs(row.text, 'UTC', row.after, row.runs.length), row.runs));
}

/** An open step that jumps over the end of its field goes on from where it lands, so that the field's start has no run. */
const overshooting = [
  { text: '*/5:0', after: '2026-11-25T16:00', runs: ['2026-11-25 20:00', '2026-11-26 05:00'] },
  { text: '*/7', after: '2026-11-25T12:49', runs: ['2026-11-25 12:56', '2026-11-25 13:07'] },
  { text: '*/5-1', after: '2026-11-25T00:00', runs: ['2027-06-01 00:00', '2027-11-01 00:00', '2028-06-01 00:00'] },
  { text: '*-1,31', after: '2027-02-01T00:00', runs: ['2027-03-31 00:00', '2027-04-01 00:00'] },
] as const;
for (const row of overshooting) {
  test(`next run of an overshooting step: ${row.text}`, () =>
    assert.deepEqual(runs(row.text, 'UTC', row.after, row.runs.length), row.runs));
}

const clockChanges = [
  {
    name: 'spring, daily in the gap: the day is left out',
    zone: 'Europe/Berlin',
    text: '2:30',
    after: '2026-03-28T00:00',
    runs: ['2026-03-28 02:30', '2026-03-30 02:30'],
  },
  {
    name: 'spring, weekly in the gap: the week is lost',
    zone: 'Europe/Berlin',
    text: 'sun 2:30',
    after: '2026-03-22T00:00',
    runs: ['2026-03-22 02:30', '2026-04-05 02:30'],
  },
  { name: 'spring, gap at midnight', zone: 'America/Havana', text: 'daily', after: '2026-03-07T12:00', runs: ['2026-03-09 00:00'] },
  {
    name: 'spring, hourly goes on',
    zone: 'Europe/Berlin',
    text: '*:00',
    after: '2026-03-29T00:30',
    runs: ['2026-03-29 01:00', '2026-03-29 03:00'],
  },
  {
    name: 'autumn, daily in the repeated hour: once',
    zone: 'Europe/Berlin',
    text: '2:30',
    after: '2026-10-24T12:00',
    runs: ['2026-10-25 02:30', '2026-10-26 02:30'],
  },
  {
    name: 'autumn, hourly: the repeated hour is skipped',
    zone: 'Europe/Berlin',
    text: '*:00',
    after: '2026-10-25T01:30',
    runs: ['2026-10-25 02:00', '2026-10-25 03:00'],
  },
  {
    name: 'autumn, quarter hours: 75 minutes',
    zone: 'Europe/Berlin',
    text: '*/15',
    after: '2026-10-25T02:30',
    runs: ['2026-10-25 02:45', '2026-10-25 03:00'],
  },
] as const;
for (const row of clockChanges) {
  test(`next run, ${row.name}`, () => assert.deepEqual(runs(row.text, row.zone, row.after, row.runs.length), row.runs));
}

test('of a repeated hour the first pass runs, and the second where the search begins in it', () => {
  const firstAt = at('2026-10-25T02:30', 'Europe/Berlin');
  assert.equal(nextRun(event('2:30'), zone('Europe/Berlin'), firstAt - 7200), firstAt);
  assert.equal(nextRun(event('2:30'), zone('Europe/Berlin'), firstAt + 1800), firstAt + 3600);
});

test('UTC knows no clock change', () => {
  const berlin = zone('Europe/Berlin');
  for (let now = at('2026-01-01T00:00', 'UTC'), days = 0; days < 366; days++) {
    const next = nextRun(event('2:30 UTC'), berlin, now);
    assert.equal(next, nextRun(event('2:30'), UTC, now));
    assert.ok(next !== undefined && (days === 0 || next - now === 86_400));
    now = next;
  }
});
