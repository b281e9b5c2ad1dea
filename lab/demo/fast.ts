import type { Timers } from '#app/ports.ts';
import { realTimers } from '../../src/timers.ts';

/** The system's timers, in a world whose time goes `rate` times as fast. */
export function fastTimers(rate: number): Timers {
  return {
    nowMs: () => realTimers.nowMs() * rate,
    sleep: (ms, signal) => realTimers.sleep(ms / rate, signal),
    chance: realTimers.chance,
  };
}
