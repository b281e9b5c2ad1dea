import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedFolder } from './shared.ts';

/** A calendar event and what Proxmox's own tests, manuals or presets say of it. `next` is null where it never comes again. */
export type CalendarCase = {
  readonly id: string;
  readonly expr: string;
  readonly valid: boolean;
  readonly timezone: string;
  readonly after: number;
  readonly next: number | null;
  /** `next` is certain; else one of `accept` is right, where they are given. */
  readonly strict: boolean;
  readonly accept?: readonly number[];
};

/** All recorded cases; undefined where the folder with samples is not beside this checkout. */
export function calendarCases(): readonly CalendarCase[] | undefined {
  const shared = sharedFolder();
  if (shared === undefined) return undefined;
  return (JSON.parse(readFileSync(join(shared, 'samples/calendar-cases.json'), 'utf8')) as { cases: CalendarCase[] }).cases;
}
