import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sharedFolder } from '#test/shared.ts';
import { calendarError, nextRun } from './calendar.ts';

type Case = {
  readonly id: string;
  readonly expr: string;
  readonly valid: boolean;
  readonly timezone: string;
  readonly after: number;
  readonly next: number | null;
  readonly strict: boolean;
  readonly accept?: readonly number[];
};

const shared = sharedFolder();

test.skipIf(shared === undefined)('calendar events come when upstream says they do', () => {
  const { cases } = JSON.parse(readFileSync(join(shared ?? '', 'samples/calendar-cases.json'), 'utf8')) as { cases: Case[] };
  const wrong: string[] = [];
  for (const { id, expr, valid, timezone, after, next, strict, accept } of cases) {
    const error = calendarError(expr);
    if ((error === undefined) !== valid) wrong.push(`${id} '${expr}': valid ${valid}, lab says ${error ?? 'fine'}`);
    if (error !== undefined || !valid) continue;
    const got = nextRun(expr, after, timezone) ?? null;
    const fine = accept ? got !== null && accept.includes(got) : !strict || got === next;
    if (!fine) wrong.push(`${id} '${expr}' after ${after} in ${timezone}: ${next} ${JSON.stringify(accept)}, lab says ${got}`);
  }
  expect(wrong).toEqual([]);
});
