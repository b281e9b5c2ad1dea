import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseEvent } from '#core/calendar/event.ts';
import { nextRun } from '#core/calendar/next.ts';
import { zoneRules } from '#core/calendar/zone.ts';
import { sharedFolder } from './shared.ts';

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
const cases: readonly Case[] =
  shared === undefined ? [] : (JSON.parse(readFileSync(join(shared, 'samples/calendar-cases.json'), 'utf8')) as { cases: Case[] }).cases;

describe.skipIf(shared === undefined)('calendar events as Proxmox’s own tests, manuals and presets state them', () => {
  test('there are hundreds of cases', () => expect(cases.length).toBeGreaterThan(400));

  test.each(cases)('$id "$expr" after $after in $timezone', ({ expr, valid, timezone, after, next, strict, accept }) => {
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
