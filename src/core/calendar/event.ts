import type { Field } from './field.ts';
import { diagnose } from './diagnose.ts';
import { readEvent } from './grammar.ts';

/** A calendar event of Proxmox: a run happens when every part matches, weekday and date both. */
export type CalendarEvent = {
  /** As it was written. */
  readonly text: string;
  /** Reckoned in UTC instead of the host's zone. */
  readonly utc: boolean;
  /** 0 for Monday to 6 for Sunday, ascending; empty means any. */
  readonly weekdays: readonly number[];
  readonly years: Field;
  readonly months: Field;
  readonly days: Field;
  readonly hours: Field;
  readonly minutes: Field;
  readonly seconds: Field;
  /** How the time was written: a lone `22` is a minute, and so is the `25` of `25:00`, because no hour 25 exists. */
  readonly time: 'none' | 'minute' | 'minute:second' | 'hour:minute' | 'hour:minute:second';
  /** `daily`, `weekly` …, where the event is one of these words. */
  readonly shortcut?: string;
};

export type EventError = {
  /** Where the trouble is; counts from 1, in characters. */
  readonly column: number;
  /** What is wrong, with the offending text. */
  readonly problem: string;
  /** What would be accepted there. */
  readonly fix: string;
};

export type ParsedEvent = { readonly ok: true; readonly event: CalendarEvent } | { readonly ok: false; readonly error: EventError };

/**
 * Reads a calendar event and accepts exactly what PBS accepts, odd readings included: `25:00` is minute 25 of every hour.
 * Blanks at the ends count, as on PBS (PVE trims them first).
 *
 * @see https://pbs.proxmox.com/docs/calendarevents.html
 * @see https://git.proxmox.com/?p=proxmox.git;a=blob;f=proxmox-time/src/calendar_event.rs
 */
export function parseEvent(text: string): ParsedEvent {
  const event = readEvent(text);
  return event ? { ok: true, event } : { ok: false, error: diagnose(text) };
}
