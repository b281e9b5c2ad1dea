import { type EventError, parseEvent } from './event.ts';
import { explain } from './explain.ts';
import { CALENDAR_CYCLE_SECONDS, type Rhythm, rhythmOf } from './gap.ts';
import { nextRun } from './next.ts';
import { invalidEvent, warnings } from './warnings.ts';
import type { ZoneRules } from './zone.ts';
import type { Finding } from '../finding.ts';
import type { UnixSeconds } from '../units.ts';

/** All there is to say of an event in a zone, from an instant on. */
export type EventStudy =
  | { readonly valid: false; readonly text: string; readonly error: EventError; readonly findings: readonly Finding[] }
  | {
      readonly valid: true;
      readonly text: string;
      readonly words: string;
      readonly timeZone: string;
      readonly afterAt: UnixSeconds;
      /** At most as many as were asked for; fewer where the event ends. */
      readonly nextAt: readonly UnixSeconds[];
      /** Over 28 years from `afterAt`. */
      readonly rhythm: Rhythm;
      readonly runsPerYear: number;
      readonly findings: readonly Finding[];
    };

/**
 * Reads a Proxmox calendar event and tells its next runs after `afterAt` (which is none of them), its rhythm and what people misread in it. The event's
 * own `UTC` wins over the zone. A text that is no event is told as such, with one finding.
 */
export function studyEvent(text: string, zone: ZoneRules, options: { readonly afterAt: UnixSeconds; readonly count: number }): EventStudy {
  const parsed = parseEvent(text);
  if (!parsed.ok) return { valid: false, text, error: parsed.error, findings: [invalidEvent(text, parsed.error, 'event')] };
  const { event } = parsed;
  const { afterAt, count } = options;
  const nextAt: UnixSeconds[] = [];
  for (let at = nextRun(event, zone, afterAt); at !== undefined && nextAt.length < count; at = nextRun(event, zone, at)) nextAt.push(at);
  const stretch = { event, zone, fromAt: afterAt + 1, toAt: afterAt + 1 + CALENDAR_CYCLE_SECONDS };
  const rhythm = rhythmOf(stretch);
  return {
    valid: true,
    text,
    words: explain(event),
    timeZone: event.utc ? 'UTC' : zone.timeZone,
    afterAt,
    nextAt,
    rhythm,
    runsPerYear: rhythm.runs / 28,
    findings: warnings(stretch, rhythm, 'event'),
  };
}
