import type { Window } from './policy.ts';
import { DAY_SECONDS, type UnixSeconds } from '../units.ts';

const DAY_MINUTES = 24 * 60;
/** How long a window is open each day. One that ends at the minute at which it begins is open all day. */
export function windowMinutes({ startMinute, endMinute }: Window): number {
  return (endMinute - startMinute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
}

/** Seconds from a local second of the day until the window closes; 0 outside it. It opens at its first minute and is closed at its last. */
export function secondsLeft(window: Window, second: number): number {
  const into = (second - window.startMinute * 60 + DAY_SECONDS) % DAY_SECONDS;
  return Math.max(0, windowMinutes(window) * 60 - into);
}

/** Whether a window is open at a local minute of the day. */
export function isOpen(window: Window, minute: number): boolean {
  return secondsLeft(window, minute * 60) > 0;
}

/** What a clock of the zone shows at an instant, in seconds after midnight. */
export function secondOfDay(at: UnixSeconds, timeZone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timeZone);
  return (local.hour * 60 + local.minute) * 60 + local.second;
}

/** `22:00` of a minute of the day. */
export function spellMinute(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
