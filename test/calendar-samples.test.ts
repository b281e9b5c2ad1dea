import { describe, expect, test } from 'vitest';
import { parseEvent } from '#core/calendar/event.ts';
import { nextRun } from '#core/calendar/next.ts';
import { zoneRules } from '#core/calendar/zone.ts';
import { calendarCases } from './calendar-cases.ts';

const cases = calendarCases();

describe.skipIf(cases === undefined)('calendar events as Proxmox’s own tests, manuals and presets state them', () => {
  test('there are hundreds of cases', () => expect(cases?.length).toBeGreaterThan(400));

  test.each(cases ?? [])('$id "$expr" after $after in $timezone', ({ expr, valid, timezone, after, next, strict, accept }) => {
    const parsed = parseEvent(expr);
    expect(parsed.ok).toBe(valid);
    if (!parsed.ok) return;
    const rules = zoneRules(timezone, after, after);
    expect(rules).toBeDefined();
    const found = nextRun(parsed.event, rules!, after) ?? null;
    if (strict) expect(found).toBe(next);
    else if (accept) expect(accept).toContain(found);
  });
});
