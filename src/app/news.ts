import type { Topic } from './live.ts';

export type News = {
  readonly announce: (topics: readonly Topic[]) => void;
  /** Is told until the function that this returns is called. */
  readonly listen: (listener: (topics: readonly Topic[]) => void) => () => void;
};

/** Who tells that something changed does not know who listens. */
export function makeNews(): News {
  const listeners = new Set<(topics: readonly Topic[]) => void>();
  return {
    announce: (topics) => {
      for (const listener of listeners) listener(topics);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
