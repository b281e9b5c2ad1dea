import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedFolder } from '#test/shared.ts';
import { nextRun, parseEvent } from './calendar.ts';

function next(expr: string, after: string, zone = 'UTC'): string | undefined {
  const event = parseEvent(expr);
  if ('error' in event) return event.error;
  const at = nextRun(event, Date.parse(after) / 1000, zone);
  return at === undefined ? undefined : new Date(at * 1000).toISOString();
}

const CASES = [
  { name: 'daily', expr: '02:00', after: '2026-11-25T02:00:00Z', zone: 'UTC', next: '2026-11-26T02:00:00.000Z' },
  {
    name: 'a time without a colon is a minute',
    expr: 'mon..fri 22',
    after: '2026-11-23T12:00:00Z',
    zone: 'UTC',
    next: '2026-11-23T12:22:00.000Z',
  },
  { name: '25:00 is minute 25 of every hour', expr: '25:00', after: '2026-11-23T12:00:00Z', zone: 'UTC', next: '2026-11-23T12:25:00.000Z' },
  {
    name: 'a time the clocks jump over is left out',
    expr: '02:30',
    after: '2026-03-28T12:00:00Z',
    zone: 'Europe/Vienna',
    next: '2026-03-30T00:30:00.000Z',
  },
  {
    name: 'of a time that comes twice the first',
    expr: '02:30',
    after: '2026-10-24T12:00:00Z',
    zone: 'Europe/Vienna',
    next: '2026-10-25T00:30:00.000Z',
  },
  { name: 'a date that never comes', expr: '2-31 00:00', after: '2026-03-28T12:00:00Z', zone: 'UTC', next: undefined },
  { name: 'weekday ranges wrap', expr: 'sat..mon 3:00', after: '2026-11-23T04:00:00Z', zone: 'UTC', next: '2026-11-28T03:00:00.000Z' },
  { name: 'quarterly', expr: 'quarterly', after: '2026-11-23T04:00:00Z', zone: 'UTC', next: '2027-01-01T00:00:00.000Z' },
];
for (const { name, expr, after, zone, next: expected } of CASES) {
  test(`next run: ${name}`, () => expect(next(expr, after, zone)).toBe(expected));
}

type UpstreamCase = {
  expr: string;
  valid: boolean;
  valid_pve?: boolean;
  timezone: string;
  after: number;
  next: number | null;
  next_pve?: number | null;
  strict: boolean;
};

const shared = sharedFolder();
if (!shared) process.stderr.write('skipped: calendar cases stated upstream (no samples beside the checkout)\n');

test.runIf(shared !== undefined)('cases stated upstream', () => {
  const { cases } = JSON.parse(readFileSync(join(shared!, 'samples/calendar-cases.json'), 'utf8')) as { cases: UpstreamCase[] };
  const wrong = cases
    .filter(({ strict }) => strict)
    .map((one) => {
      const event = parseEvent(one.expr);
      const valid = !('error' in event);
      const got = valid ? (nextRun(event, one.after, one.timezone) ?? null) : null;
      const fits = valid === (one.valid_pve ?? one.valid) && got === (one.next_pve === undefined ? one.next : one.next_pve);
      return fits
        ? undefined
        : `${JSON.stringify(one.expr)} ${one.timezone} after ${one.after}: ${valid} ${got}, expected ${one.valid} ${one.next}`;
    })
    .filter((line) => line !== undefined);
  expect(wrong).toEqual([]);
});
