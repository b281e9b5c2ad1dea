import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEvent } from './event.ts';
import { explain } from './explain.ts';
import { studyEvent } from './study.ts';
import { zoneRules } from './zone.ts';

const words = [
  { text: 'daily', words: 'every day at 00:00' },
  { text: '02:00', words: 'every day at 02:00' },
  { text: '2,22:30', words: 'every day at 02:30 and 22:30' },
  { text: 'mon..fri 22', words: 'Monday to Friday, at minute 22 of every hour' },
  { text: '25:00', words: 'at minute 25 of every hour' },
  { text: 'sat *-1..7 15:00', words: 'first Saturday of each month at 15:00' },
  { text: 'sun *-8..14 3:00', words: 'second Sunday of each month at 03:00' },
  { text: 'fri *-13', words: 'Friday, where it falls on day 13 of each month at 00:00' },
  { text: 'fri..mon', words: 'Friday to Monday at 00:00' },
  { text: '*/15', words: 'every 15 minutes' },
  { text: '8..17:0/30', words: 'every 30 minutes from 08:00 to 17:30' },
  { text: '*/2:00', words: 'every 2 hours, at 00:00, 02:00 … 22:00' },
  { text: 'quarterly', words: 'day 1 of January, April, July and October at 00:00' },
  { text: '2-29', words: 'every year on 29 February at 00:00' },
  { text: '2026-12-31 23:00', words: 'once, on 31 December 2026, at 23:00' },
  { text: '*:*:*', words: 'every second' },
  { text: 'sun 03:00 UTC', words: 'every Sunday at 03:00, in UTC' },
] as const;
for (const row of words) {
  test(`in words: ${row.text}`, () => {
    const parsed = parseEvent(row.text);
    assert.equal(parsed.ok && explain(parsed.event), row.words);
  });
}

/** 2026-11-25 */
const NOW_AT = 1_795_564_800;

function findings(text: string, timeZone: string): string[] {
  const study = studyEvent(text, zoneRules(timeZone, NOW_AT, 0)!, { afterAt: NOW_AT, count: 1 });
  return study.findings.map(({ code, problem }) => `${code} ${problem}`);
}

const warned = [
  {
    text: '2:30',
    zone: 'Europe/Vienna',
    found: ['HF-CALENDAR-SKIPPED "2:30" loses 28 runs to clock changes in Europe/Vienna: 2027-03-28, 2028-03-26, 2029-03-25 and 25 more'],
  },
  {
    text: '*/2:30',
    zone: 'Europe/Vienna',
    found: ['HF-CALENDAR-SKIPPED "*/2:30" loses 28 runs to clock changes in Europe/Vienna: 2027-03-28, 2028-03-26, 2029-03-25 and 25 more'],
  },
  {
    text: '*:00',
    zone: 'Europe/Vienna',
    found: [
      'HF-CALENDAR-REPEATED "*:00" pauses for 1h more when the clocks of Europe/Vienna go back: 2027-10-31, 2028-10-29, 2029-10-28 and 25 more',
    ],
  },
  { text: 'sun 1:30', zone: 'Europe/Dublin', found: ['HF-CALENDAR-STOPS "sun 1:30" stops on 2027-03-28 in Europe/Dublin'] },
  {
    text: 'daily',
    zone: 'Europe/Dublin',
    found: ['HF-CALENDAR-AGAIN "daily" is computed to run again in the past on 2027-03-28 in Europe/Dublin'],
  },
  { text: '2-30', zone: 'UTC', found: ['HF-CALENDAR-NEVER "2-30" never comes'] },
  { text: '2026-12-31', zone: 'UTC', found: ['HF-CALENDAR-ENDS "2026-12-31" comes once more, the last time on 2026-12-31'] },
  { text: '25:00', zone: 'UTC', found: ['HF-CALENDAR-MINUTE "25:00" runs every hour: "25:00" names a minute and a second, not an hour'] },
  { text: 'mon..fri 22', zone: 'UTC', found: ['HF-CALENDAR-MINUTE "mon..fri 22" runs every hour: "22" names minutes, not an hour'] },
  { text: '*/5:0', zone: 'UTC', found: ['HF-CALENDAR-STEP "*/5:0" does not run at 00:00, although it seems to say so'] },
  { text: '*/45', zone: 'UTC', found: ['HF-CALENDAR-STEP "*/45" does not run at 00:00, although it seems to say so'] },
  { text: '*-1,31', zone: 'UTC', found: ['HF-CALENDAR-STEP "*-1,31" does not run on 2027-03-01, although it seems to say so'] },
  { text: '*-31', zone: 'UTC', found: ['HF-CALENDAR-SHORT-MONTH "*-31" leaves out February, April, June, September and November'] },
  { text: 'fri *-13', zone: 'UTC', found: ['HF-CALENDAR-BOTH "fri *-13" runs only where weekday and date fall together'] },
  { text: '61', zone: 'UTC', found: ['HF-CALENDAR-EVENT "61" is no calendar event: column 1: Minute 61 is too large'] },
  { text: '04:00', zone: 'Europe/Vienna', found: [] },
  { text: '*:*:*', zone: 'Europe/Vienna', found: [] },
  { text: '*/15', zone: 'UTC', found: [] },
  { text: '2/4:15', zone: 'UTC', found: [] },
  { text: 'sat *-1..7 15:00', zone: 'UTC', found: [] },
  { text: '2:30 UTC', zone: 'Europe/Vienna', found: [] },
  { text: '*-28', zone: 'UTC', found: [] },
] as const;
for (const row of warned) test(`warnings: ${row.text} in ${row.zone}`, () => assert.deepEqual(findings(row.text, row.zone), row.found));
