import { describe, expect, test } from 'vitest';
import { type Ran, runHere } from './cli.ts';

/** 2026-11-25 12:00 UTC */
const NOW_AT = 1_795_608_000;

function holdfast(argv: readonly string[], lines: readonly string[] = []): Promise<Ran> {
  return runHere(['calendar', ...argv], { nowAt: NOW_AT, lines });
}

describe('holdfast calendar', () => {
  test('a weekly event whose hour the clocks skip', async () => {
    const { code, out } = await holdfast(['sun 2:30', '--zone', 'Europe/Vienna', '--count', '2']);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "sun 2:30
        every Sunday at 02:30

      Next runs (Europe/Vienna, after Wed 2026-11-25 13:00)
        Sun 2026-11-29 02:30  in 3d 13h
        Sun 2026-12-06 02:30  in 10d 13h

      Over 28 years
        Widest gap     13d 23h  Sun 2027-03-21 02:30 to Sun 2027-04-04 02:30
        Narrowest gap  7d       Sun 2026-11-29 02:30 to Sun 2026-12-06 02:30
        Runs per year  51

      warning HF-CALENDAR-SKIPPED at event
        "sun 2:30" loses 28 runs to clock changes in Europe/Vienna: 2027-03-28, 2028-03-26, 2029-03-25 and
        25 more.
        Because that wall time does not exist on those days, and Proxmox waits for the next, 7d later.
        Fix: choose an hour in which the clocks do not change, or reckon in UTC:
            sun 2:30 UTC
      "
    `);
  });

  test('an event that does not parse shows where and what is accepted', async () => {
    const { code, out } = await holdfast(['mon..fri 22:61', '--zone', 'UTC']);
    expect(code).toBe(2);
    expect(out).toMatchInlineSnapshot(`
      "error This is no calendar event of Proxmox.

        mon..fri 22:61
                    ^ Minute 61 is too large

      Write a minute from 0 to 59.
      Accepted: [WEEKDAYS] [[YEAR-]MONTH-DAY] [[HOUR:]MINUTE[:SECOND]] [UTC], or a word such as daily, weekly, monthly.
      "
    `);
  });

  test('an event that never comes says so', async () => {
    const { code, out } = await holdfast(['2-30', '--zone', 'UTC']);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "2-30
        every year on 30 February at 00:00

      No run comes.

      error HF-CALENDAR-NEVER at event
        "2-30" never comes.
        Because Proxmox accepts the job, shows no next run and never starts it.
        Fix: check that the date exists and does not lie in the past
      "
    `);
  });

  test('--json is one document', async () => {
    const { code, out } = await holdfast(['monthly', '--zone', 'UTC', '--after', '2027-01-15', '--count', '2', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      event: 'monthly',
      valid: true,
      words: 'day 1 of each month at 00:00',
      next: [Date.UTC(2027, 1, 1) / 1000, Date.UTC(2027, 2, 1) / 1000],
      widestGap: { seconds: 31 * 86_400 },
      narrowestGap: { seconds: 28 * 86_400 },
      findings: [],
    });
  });

  test.each([
    { name: 'no event', argv: [], says: 'an EVENT is missing' },
    { name: 'a zone nobody knows', argv: ['daily', '--zone', 'Europe/Viena'], says: 'did you mean Europe/Vienna?' },
    { name: 'a time that is none', argv: ['daily', '--after', 'soon'], says: '"soon" is no instant' },
    { name: 'a count that is none', argv: ['daily', '--count', '0'], says: '--count takes a whole number' },
  ])('usage: $name', async ({ argv, says }) => {
    const { code, out, err } = await holdfast(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(says);
  });

  test('--batch answers each line in order and goes on after a bad one', async () => {
    const questions = [
      '{"expr":"2:30","timezone":"Europe/Vienna","after":1774650600}',
      'nope',
      '{"expr":"61","timezone":"UTC","after":0}',
      '{"expr":"1:00","timezone":"Nix/Da","after":0}',
      '{"expr":"2-30","timezone":"UTC","after":0}',
      '{"expr":"*:*:*","timezone":"UTC","after":-5}',
      '{"expr":"daily","timezone":"UTC","after":"0"}',
      '[]',
    ];
    const { code, out } = await holdfast(['--batch'], questions);
    expect(code).toBe(0);
    const answers = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { valid: boolean; next: number | null; error?: string });
    expect(answers.map(({ valid, next }) => [valid, next])).toEqual([
      [true, 1_774_661_400],
      [false, null],
      [false, null],
      [false, null],
      [true, null],
      [true, -4],
      [false, null],
      [false, null],
    ]);
    expect(answers.map(({ error }) => error)).toEqual([
      undefined,
      'not a JSON object',
      'column 1: Minute 61 is too large. Write a minute from 0 to 59',
      'unknown time zone "Nix/Da"',
      undefined,
      undefined,
      '"after" must be a number of Unix seconds',
      'not a JSON object',
    ]);
  });
});
