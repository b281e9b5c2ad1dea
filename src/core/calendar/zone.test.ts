import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { draws } from '#test/draws.ts';
import { civilDate, dayNumber, daysInMonth, isoWeek, weekdayOf } from './civil.ts';
import { localFields, nextChangeAt, zoneRules } from './zone.ts';

test('civil arithmetic agrees with Temporal on any day', () => {
  fc.assert(
    fc.property(fc.integer({ min: -700_000, max: 100_000 }), (day) => {
      const date = Temporal.PlainDate.from('1970-01-01').add({ days: day });
      assert.deepEqual(civilDate(day), { year: date.year, month: date.month, day: date.day });
      assert.equal(dayNumber(date.year, date.month, date.day), day);
      assert.equal(weekdayOf(day), date.dayOfWeek - 1);
      assert.deepEqual(isoWeek(day), { year: date.yearOfWeek, week: date.weekOfYear });
      assert.equal(daysInMonth(date.year, date.month), date.daysInMonth);
    }),
    draws(2000),
  );
});

test('local fields agree with Temporal in any zone and instant', () => {
  const zones = ['UTC', 'Europe/Vienna', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia'];
  const rules = new Map(zones.map((name) => [name, zoneRules(name, 0, 0)!]));
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 7_258_118_399 }), (name, at) => {
      const local = Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(name);
      assert.deepEqual(localFields(rules.get(name)!, at), {
        year: local.year,
        month: local.month,
        day: local.day,
        weekday: local.dayOfWeek - 1,
        hour: local.hour,
        minute: local.minute,
        second: local.second,
        isoYear: local.yearOfWeek,
        isoWeek: local.weekOfYear,
      });
    }),
    draws(2000),
  );
});

test('a table that begins later holds the offset of its beginning and every change after it', () => {
  const zones = ['Europe/Vienna', 'America/St_Johns', 'Africa/Casablanca', 'Pacific/Apia', 'Asia/Tokyo'];
  const changes = zoneRules('Europe/Vienna', 0, 0)!.startsAt.slice(1);
  const instant = fc.oneof(
    fc.integer({ min: -2_000_000_000, max: 7_258_118_399 }),
    fc.tuple(fc.constantFrom(...changes), fc.constantFrom(-1, 0, 1)).map(([at, by]) => at + by),
  );
  fc.assert(
    fc.property(fc.constantFrom(...zones), instant, (name, fromAt) => {
      const { startsAt, offsetSeconds } = zoneRules(name, fromAt, fromAt)!;
      const start = Temporal.Instant.fromEpochMilliseconds(fromAt * 1000).toZonedDateTimeISO(name);
      const next = start.getTimeZoneTransition('next');
      const nextAt = next && next.epochMilliseconds / 1000 < 7_258_118_400 ? next.epochMilliseconds / 1000 : undefined;
      assert.deepEqual([startsAt[0], startsAt[1], offsetSeconds[0]], [-Infinity, nextAt, start.offsetNanoseconds / 1e9]);
      assert.equal(startsAt.length, offsetSeconds.length);
    }),
    draws(500),
  );
});

test('zones by name', () => {
  assert.equal(zoneRules('Nowhere/Land', 0, 0), undefined);
  assert.equal(zoneRules('', 0, 0), undefined);
  assert.equal(zoneRules('europe/vienna', 0, 0)?.timeZone, 'Europe/Vienna');
  assert.equal(nextChangeAt(zoneRules('Asia/Tokyo', 1_700_000_000, 0)!, 1_700_000_000), Infinity);
  assert.equal(nextChangeAt(zoneRules('Europe/Vienna', 0, 0)!, 1_795_564_800), Date.UTC(2027, 2, 28, 1) / 1000);
});
