import type { Timers } from '#app/ports.ts';

/** A wait that others may end. */
export type Nap = { readonly sleep: (ms: number) => Promise<void>; readonly wake: () => void };

/** A sleep that can be ended. A call to `wake` while nobody sleeps is remembered for the next sleep. */
export function makeNap({ sleep }: Timers): Nap {
  let waker = new AbortController();
  return {
    sleep: async (ms) => {
      await sleep(ms, waker.signal);
      if (waker.signal.aborted) waker = new AbortController();
    },
    wake: () => waker.abort(),
  };
}
