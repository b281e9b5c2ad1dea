import type { Memory } from '#app/ports.ts';

/** A process that is killed at one of its writes: from then on nothing it asks for ever comes. */
export type Mortal = {
  readonly write: <T>(effect: () => Promise<T>) => Promise<T>;
  readonly reads: <A extends unknown[], T>(read: (...given: A) => Promise<T>) => (...given: A) => Promise<T>;
  readonly dead: () => boolean;
  /** How many writes were begun. */
  readonly writes: () => number;
};

/** Killed just before or just after the `n`-th write took effect. */
export function killedAt(n: number, when: 'before' | 'after'): Mortal {
  let [writes, dead] = [0, false];
  const never = <T>(): Promise<T> => new Promise(() => {});
  return {
    write: async (effect) => {
      if (dead) return never();
      writes += 1;
      if (writes !== n) return effect();
      dead = true;
      if (when === 'after') await effect();
      return never();
    },
    reads:
      (read) =>
      async (...given) =>
        dead ? never() : read(...given),
    dead: () => dead,
    writes: () => writes,
  };
}

/** A memory as that process uses it. */
export function mortalMemory(own: Memory, { write, reads }: Mortal): Memory {
  return {
    ...own,
    record: (...given) => write(() => own.record(...given)),
    recordPoints: (...given) => write(() => own.recordPoints(...given)),
    leases: { round: reads(own.leases.round), release: reads(own.leases.release) },
    outbox: {
      ...own.outbox,
      due: reads(own.outbox.due),
      delivered: (...given) => write(() => own.outbox.delivered(...given)),
      failed: (...given) => write(() => own.outbox.failed(...given)),
    },
  };
}
