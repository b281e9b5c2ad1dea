import { Worker } from 'node:worker_threads';
import type { Prover } from '#app/ports/changes.ts';
import type { Proved } from '#core/retention/whole.ts';

/** A proof that takes longer is given up: it is of no policy that a person wrote. */
const LIMIT_MS = 20_000;
/** The thread ends when nobody has asked for this long: its memory is given back. */
const IDLE_MS = 60_000;

/** Proves policies in a thread of its own, one after the other. A thread that takes too long, or that breaks, is ended, and the next begins anew. */
export function makeProver(limitMs = LIMIT_MS): Prover {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function end(): void {
    void worker?.terminate();
    worker = undefined;
  }

  async function ask(policy: Parameters<Prover>[0], now: number): Promise<Proved | 'too-long'> {
    clearTimeout(idle);
    worker ??= new Worker(new URL('./prover-worker.ts', import.meta.url));
    const mine = worker;
    mine.ref();
    const { sites, tiers, assume } = policy;
    const { promise, resolve, reject } = Promise.withResolvers<Proved | 'too-long'>();
    const told = ({ proved }: { readonly proved: Proved }): void => resolve(proved);
    const limit = setTimeout(() => resolve('too-long'), limitMs);
    mine.on('message', told).on('error', reject);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    mine.postMessage({ policy: { sites, tiers, assume }, now });
    try {
      const answer = await promise;
      if (answer === 'too-long') end();
      return answer;
    } catch (error) {
      end();
      throw error;
    } finally {
      clearTimeout(limit);
      mine.off('message', told).off('error', reject);
      mine.unref();
      idle = setTimeout(end, IDLE_MS).unref();
    }
  }

  return (policy, now) => {
    const mine = last.then(() => ask(policy, now));
    last = mine.catch(() => {});
    return mine;
  };
}
