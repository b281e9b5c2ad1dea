import { useSyncExternalStore } from 'react';

/** The daemon's clock is the one that counts: it says the time with every answer (`X-Holdfast-Now`), and the page goes on from there. */
let aheadSeconds = 0;
const listeners = new Set<() => void>();

export function heardNow(header: string | null): void {
  if (header === null) return;
  const told = Number(header);
  if (!Number.isFinite(told)) return;
  const ahead = Math.round(told - Date.now() / 1000);
  // A second of travel is no other clock.
  if (Math.abs(ahead - aheadSeconds) > 1) {
    aheadSeconds = ahead;
    for (const listener of listeners) listener();
  }
}

/** Unix seconds by the daemon's clock. */
export function now(): number {
  return Math.floor(Date.now() / 1000) + aheadSeconds;
}

let timer: ReturnType<typeof setInterval> | undefined;
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, told anew every `grainSeconds`: what says "3 days ago" need not be drawn every second. */
export function useNow(grainSeconds = 10): number {
  return useSyncExternalStore(subscribe, () => Math.floor(now() / grainSeconds) * grainSeconds);
}
