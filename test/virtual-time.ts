import type { Timers } from '#app/ports.ts';

type Sleeper = { readonly dueMs: number; readonly wake: () => void };

/** Time that passes only when a test says so. */
export type VirtualTime = Timers & {
  /** Lets `seconds` pass; every sleep that ends on the way ends at its instant, after all work before it is done. */
  readonly pass: (seconds: number) => Promise<void>;
  /** Milliseconds since the start. */
  readonly nowMs: () => number;
};

/**
 * @param idle  true while nothing is under way that takes real time, such as a call to a lab; asked before time goes on
 * @param onPass  told how many whole seconds have passed, so that a lab or a clock can follow
 */
export function virtualTime({
  idle = () => true,
  onPass = () => {},
}: { idle?: () => boolean; onPass?: (seconds: number) => void } = {}): VirtualTime {
  const sleepers = new Set<Sleeper>();
  let [nowMs, told] = [0, 0];
  let draws = 0;

  async function settle(): Promise<void> {
    do await new Promise((resolve) => void setImmediate(resolve));
    while (!idle());
  }

  function goTo(ms: number): void {
    nowMs = Math.max(nowMs, ms);
    const seconds = Math.floor(nowMs / 1000);
    if (seconds > told) onPass(seconds - told);
    told = seconds;
  }

  return {
    nowMs: () => nowMs,
    // Spread over the range and the same in each run.
    chance: () => ((draws += 1) * 0.618_033_988_75) % 1,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper: Sleeper = {
          dueMs: nowMs + Math.max(0, ms),
          wake: () => {
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal.addEventListener('abort', sleeper.wake);
      }),
    pass: async (seconds) => {
      const untilMs = nowMs + seconds * 1000;
      await settle();
      for (;;) {
        const [next] = [...sleepers].toSorted((a, b) => a.dueMs - b.dueMs);
        if (!next || next.dueMs > untilMs) break;
        goTo(next.dueMs);
        next.wake();
        await settle();
      }
      goTo(untilMs);
    },
  };
}
