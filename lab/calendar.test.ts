import { expect, test } from 'vitest';
import { calendarCases } from '#test/calendar-cases.ts';
import { calendarError, nextRun } from './calendar.ts';

const cases = calendarCases();

test.skipIf(cases === undefined)('calendar events come when upstream says they do', () => {
  expect(cases?.length).toBeGreaterThan(400);
  const wrong: string[] = [];
  for (const { id, expr, valid, timezone, after, next, strict, accept } of cases ?? []) {
    const error = calendarError(expr);
    if ((error === undefined) !== valid) wrong.push(`${id} '${expr}': valid ${valid}, lab says ${error ?? 'fine'}`);
    if (error !== undefined || !valid) continue;
    const got = nextRun(expr, after, timezone) ?? null;
    const fine = accept ? got !== null && accept.includes(got) : !strict || got === next;
    if (!fine) wrong.push(`${id} '${expr}' after ${after} in ${timezone}: ${next} ${JSON.stringify(accept)}, lab says ${got}`);
  }
  expect(wrong).toEqual([]);
});
