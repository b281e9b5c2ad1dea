import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { draws } from '#test/draws.ts';
import { parseEvent } from './event.ts';

const accepted = [
  { name: 'weekday in any case', text: 'MonDay' },
  { name: 'weekdays glued to the time', text: 'mon5:00' },
  { name: 'a weekday range that goes round', text: 'fri..mon' },
  { name: 'a date glued to the time', text: '1-1*:5' },
  { name: 'tabs between parts', text: 'mon\t1-1\t5:00' },
  { name: 'a blank after the date', text: '1-1 ' },
  { name: 'UTC without a blank', text: 'dailyUTC' },
  { name: 'blanks before UTC', text: '5:00   UTC' },
  { name: 'leading zeros', text: '00005:0000' },
  { name: 'day and month 0', text: '0-0' },
  { name: 'a step of 0 after a value', text: '5/0:0' },
  { name: 'a step in a range', text: '4..10/2:0' },
  { name: 'a year alone with its date', text: '2199-12-31' },
] as const;
for (const { name, text } of accepted) test(`accepted: ${name}`, () => assert.ok(parseEvent(text).ok));

/** Each with the column and the words that tell a person what is wrong. */
const refused = [
  { text: '', column: 1, problem: 'The event is empty' },
  { text: ' mon', column: 1, problem: 'The event begins with a blank' },
  { text: '5:00 ', column: 5, problem: 'The event ends with a blank' },
  { text: 'Daily', column: 1, problem: '"Daily" is not written in lower case' },
  { text: 'dayly', column: 1, problem: '"dayly" is no weekday' },
  { text: 'mon-fri 22:00', column: 4, problem: 'A range of weekdays is not written with "-"' },
  { text: 'mon, tue', column: 5, problem: 'A weekday is missing' },
  { text: 'mo 22:00', column: 1, problem: '"mo" is no weekday' },
  { text: '22:00 mon', column: 7, problem: 'The weekday "mon" stands last' },
  { text: '22:00 Europe/Vienna', column: 7, problem: 'The time zone "Europe/Vienna" is not understood' },
  { text: '22:00 utc', column: 7, problem: 'The time zone "utc" is not understood' },
  { text: '9 pm', column: 3, problem: '"pm" has no meaning' },
  { text: '61', column: 1, problem: 'Minute 61 is too large' },
  { text: '5:61', column: 3, problem: 'Minute 61 is too large' },
  { text: '5:00:99', column: 6, problem: 'Second 99 is too large' },
  { text: '*/61', column: 3, problem: 'Step 61 is too large' },
  { text: '*/0', column: 3, problem: 'A step of 0 never moves on' },
  { text: '5:*/0', column: 5, problem: 'A step of 0 never moves on' },
  { text: '10..5:0', column: 1, problem: 'The range "10..5" starts above its end' },
  { text: '*,5:00', column: 1, problem: '"*" does not go together with other hours' },
  { text: '5,:00', column: 3, problem: 'An hour is missing' },
  { text: '5:00:00:00', column: 8, problem: 'The time "5:00:00:00" has more than three parts' },
  { text: '13-1', column: 1, problem: 'Month 13 is too large' },
  { text: '2-32', column: 3, problem: 'Day 32 is too large' },
  { text: '2200-1-1', column: 1, problem: 'Year 2200 is too large' },
  { text: '*-1~3', column: 4, problem: '"~" has no meaning in a calendar event' },
  { text: '1-1 2-2 3:00', column: 5, problem: '"2-2" is one part too many' },
  { text: '5:00 6:00', column: 6, problem: '"6:00" is one part too many' },
  { text: '5:00 1-1', column: 6, problem: '"1-1" is one part too many' },
  { text: 'UTC', column: 1, problem: '"UTC" is no calendar event' },
] as const;
for (const { text, column, problem } of refused) {
  test(`refused: "${text}"`, () => {
    const parsed = parseEvent(text);
    assert.ok(!parsed.ok);
    assert.deepEqual([parsed.error.column, parsed.error.problem], [column, problem]);
    assert.notEqual(parsed.error.fix, '');
  });
}

test('any text is an event or has an error within it, at once', () => {
  const scraps = fc.constantFrom(
    'mon',
    '..',
    ',',
    '-',
    ':',
    '/',
    '*',
    ' ',
    '\t',
    '5',
    '00',
    '61',
    '2026',
    'UTC',
    'daily',
    '~',
    'é',
    '😀',
    '\n',
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(scraps, { maxLength: 14 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parseEvent(text);
      if (parsed.ok) return parsed.event.text === text;
      return parsed.error.column >= 1 && parsed.error.column <= text.length + 1 && parsed.error.problem !== '' && parsed.error.fix !== '';
    }),
    draws(3000),
  );
});

test('a hostile length ends', () => {
  for (const scrap of ['1,', 'mon,', '*/', '1..', '9', ' ', '1-', '1:']) assert.equal(parseEvent(scrap.repeat(50_000) + '~').ok, false);
});
