import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { draws } from '#test/draws.ts';
import { type CalendarEvent, parseEvent } from './event.ts';
import { matches } from './field.ts';
import { CALENDAR_CYCLE_SECONDS, calendarFrom, rhythmOf } from './gap.ts';
import { nextRun } from './next.ts';
import { runsBetween } from './runs.ts';
import { localFields, UTC, zoneRules, type ZoneRules } from './zone.ts';
import { DAY_SECONDS, spellInstant } from '../units.ts';

const ZONES = [
  'UTC',
  'Europe/Vienna',
  'America/New_York',
  'America/Havana',
  'Australia/Lord_Howe',
  'Europe/Dublin',
  'Pacific/Chatham',
] as const;
const RULES = new Map(ZONES.map((name) => [name, zoneRules(name, 1_700_000_000, 0)!]));

function eventOf(text: string): CalendarEvent {
  const parsed = parseEvent(text);
  assert.ok(parsed.ok, text);
  return parsed.event;
}

const item = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.integer({ min, max }).map(String),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min: 0, max })).map(([from, step]) => `${from}/${step}`),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${Math.min(a, b)}..${Math.max(a, b)}`),
  );
const field = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: 1, max }).map((step) => `*/${step}`),
    fc.array(item(min, max), { minLength: 1, maxLength: 2 }).map(String),
  );
const texts = fc
  .tuple(
    fc.constantFrom('', '', 'mon ', 'sat,sun ', 'fri..mon '),
    fc.oneof(
      fc.constant(''),
      fc.tuple(field(1, 12), field(1, 31)).map(([month, day]) => `${month}-${day} `),
    ),
    fc.oneof(
      fc.tuple(field(0, 23), fc.integer({ min: 0, max: 59 })).map(([hour, minute]) => `${hour}:${minute}`),
      field(0, 59),
    ),
    fc.constantFrom('', '', '', ' UTC'),
  )
  .map((parts) => parts.join(''));

/** An instant, mostly near a clock change. */
const moments = fc.tuple(fc.constantFrom(...ZONES), fc.nat(), fc.integer({ min: -200_000, max: 20_000 })).map(([name, pick, shift]) => {
  const zone = RULES.get(name)!;
  const changes = zone.startsAt.filter((at) => at > 1_700_000_000 && at < 2_500_000_000);
  return { zone, at: (changes[pick % Math.max(1, changes.length)] ?? 1_700_000_000 + (pick % 800_000_000)) + shift };
});

test('the next run is after now and matches the event', () => {
  fc.assert(
    fc.property(texts, moments, (text, { zone, at }) => {
      const event = eventOf(text);
      const run = nextRun(event, zone, at);
      if (run === undefined) return;
      const local = localFields(event.utc ? UTC : zone, run);
      assert.ok(run > at);
      assert.ok(matches(event.months, local.month) && matches(event.days, local.day));
      assert.ok(matches(event.hours, local.hour) && matches(event.minutes, local.minute) && matches(event.seconds, local.second));
      assert.ok(event.weekdays.length === 0 || event.weekdays.includes(local.weekday));
    }),
    draws(1000),
  );
});

/** Weekday, date and time of an event whose steps all end, by the letter. */
const closed = fc
  .tuple(
    fc.constantFrom('', '', 'mon ', 'sat,sun ', 'fri..mon '),
    fc.constantFrom('', '', '*-1 ', '*-2-29 ', '2,7-5..9 ', '2028,2030-*-1..7 ', '*-*-31 '),
    fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })).map(([hour, minute]) => `${hour}:${minute}`),
      fc.constantFrom('2..4:0,30', '*:15', '0..23/7:10..20/5', '8,20:00:30'),
    ),
  )
  .map((parts) => parts.join(''));

test('the next run is the first second that matches, where no clock changes', () => {
  fc.assert(
    fc.property(closed, fc.integer({ min: 1_700_000_000, max: 2_000_000_000 }), (text, at) => {
      const event = eventOf(text);
      const run = nextRun(event, UTC, at);
      if (run === undefined) return assert.ok(event.years.length > 0, text);
      let earlier: number | undefined;
      for (let day = Math.floor(at / DAY_SECONDS); earlier === undefined && day * DAY_SECONDS <= run; day++) {
        const { year, month, day: date, weekday } = localFields(UTC, day * DAY_SECONDS);
        if (!matches(event.years, year) || !matches(event.months, month) || !matches(event.days, date)) continue;
        if (event.weekdays.length > 0 && !event.weekdays.includes(weekday)) continue;
        for (let second = 0; second < DAY_SECONDS && earlier === undefined; second += 30) {
          const parts = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60] as const;
          const isRun = matches(event.hours, parts[0]) && matches(event.minutes, parts[1]) && matches(event.seconds, parts[2]);
          if (isRun && day * DAY_SECONDS + second > at) earlier = day * DAY_SECONDS + second;
        }
      }
      assert.equal(run, earlier, text);
    }),
    draws(300),
  );
});

test('the list of runs is what the search finds one after the other', () => {
  fc.assert(
    fc.property(texts, moments, fc.integer({ min: 1, max: 40 }), (text, { zone, at }, days) => {
      const event = eventOf(text);
      const toAt = at + days * DAY_SECONDS;
      const searched: number[] = [];
      for (let run = nextRun(event, zone, at - 1); run !== undefined && run < toAt; run = nextRun(event, zone, run)) searched.push(run);
      const listed = runsBetween({ event, zone, fromAt: at, toAt });
      assert.deepEqual(listed, searched);
      assert.ok(listed.every((run, i) => i === 0 || run > listed[i - 1]!));
    }),
    draws(300),
  );
});

test('an event in UTC is the same in every zone, and a zone without changes only shifts it', () => {
  const tokyo: ZoneRules = zoneRules('Asia/Tokyo', 1_700_000_000, 0)!;
  fc.assert(
    fc.property(texts, fc.integer({ min: 1_700_000_000, max: 2_500_000_000 }), (text, at) => {
      const event = eventOf(text);
      const utc = nextRun({ ...event, utc: true }, tokyo, at);
      assert.equal(utc, nextRun({ ...event, utc: false }, UTC, at));
      const shifted = nextRun({ ...event, utc: false }, tokyo, at - 32_400);
      assert.equal(shifted, utc === undefined ? undefined : utc - 32_400);
    }),
    draws(500),
  );
});

/** 2026-11-25 */
const NOW_AT = 1_795_564_800;
const rhythms = [
  { text: '02:30', zone: 'Europe/Vienna', widestHours: 47, on: '2027-03-27 02:30', narrowestHours: 24 },
  { text: '04:00', zone: 'Europe/Vienna', widestHours: 25, on: '2027-10-30 04:00', narrowestHours: 23 },
  { text: 'sun 2:30', zone: 'Europe/Vienna', widestHours: 14 * 24 - 1, on: '2027-03-21 02:30', narrowestHours: 168 },
  { text: 'monthly', zone: 'UTC', widestHours: 31 * 24, on: '2026-12-01 00:00', narrowestHours: 28 * 24 },
  { text: 'monthly', zone: 'Europe/Vienna', widestHours: 31 * 24 + 1, on: '2027-10-01 00:00', narrowestHours: 28 * 24 },
  { text: '*:00', zone: 'Europe/Vienna', widestHours: 2, on: '2027-10-31 02:00', narrowestHours: 1 },
  { text: '*/15', zone: 'Europe/Vienna', widestHours: 1.25, on: '2027-10-31 02:45', narrowestHours: 0.25 },
  { text: '2-29', zone: 'UTC', widestHours: 1461 * 24, on: '2028-02-29 00:00', narrowestHours: 1461 * 24 },
] as const;
for (const row of rhythms) {
  test(`widest and narrowest gap over 28 years: ${row.text} in ${row.zone}`, () => {
    const zone = zoneRules(row.zone, NOW_AT, 0)!;
    const rhythm = rhythmOf({ event: eventOf(row.text), zone, fromAt: NOW_AT, toAt: NOW_AT + CALENDAR_CYCLE_SECONDS });
    const { widest, narrowest } = rhythm;
    assert.ok(widest && narrowest && rhythm.goesOn);
    assert.equal(widest.seconds, row.widestHours * 3600);
    assert.equal(spellInstant(widest.fromAt, row.zone, { zone: false }).slice(0, 16), row.on);
    assert.equal(narrowest.seconds, row.narrowestHours * 3600);
  });
}

for (const [now, from] of [
  ['2026-11-27T15:00:00Z', '2026-11-01T00:00:00Z'],
  ['2026-12-01T00:00:00Z', '2026-12-01T00:00:00Z'],
  ['2028-02-29T23:59:59Z', '2028-02-01T00:00:00Z'],
] as const) {
  test(`the calendar looked at on ${now} begins on ${from}`, () => {
    const seconds = (text: string): number => Temporal.Instant.from(text).epochMilliseconds / 1000;
    assert.equal(calendarFrom(seconds(now)), seconds(from));
  });
}

test('an event that never comes, comes once, or ends does not go on', () => {
  const stretch = { zone: UTC, fromAt: NOW_AT, toAt: NOW_AT + CALENDAR_CYCLE_SECONDS };
  assert.deepEqual(rhythmOf({ ...stretch, event: eventOf('2-30') }), { runs: 0, goesOn: false });
  const once = rhythmOf({ ...stretch, event: eventOf('2026-12-31 23:00') });
  assert.deepEqual([once.runs, once.goesOn, once.widest], [1, false, undefined]);
  const dublin = rhythmOf({ ...stretch, zone: RULES.get('Europe/Dublin')!, event: eventOf('sun 1:30') });
  assert.equal(dublin.goesOn, false);
});

const DATED = ['*-1 22:00', '*-1,4,7,10-1 23:30', '*-28,29,30 0/5:15', 'sun *-25..31 1:30', '*-3..4-* 2:30', '3,11-1..8 0:00', '2-29 4:00'];
test('years of runs beside one clock change after the other are those of the search', () => {
  for (const zone of RULES.values()) {
    for (const text of ['04:00', '2:30', '1:30', '0/5:0', 'sun 2:15', 'sat,sun 0:30', '*:0/45', ...DATED]) {
      const event = eventOf(text);
      const [fromAt, toAt] = [1_795_564_800, 1_795_564_800 + 3 * 366 * DAY_SECONDS];
      const searched: number[] = [];
      for (let at = nextRun(event, zone, fromAt - 1); at !== undefined && at < toAt; at = nextRun(event, zone, at)) searched.push(at);
      assert.deepEqual(runsBetween({ event, zone, fromAt, toAt }), searched, `${text} ${zone.timeZone}`);
    }
  }
});
