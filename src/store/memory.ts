import type { Intent, Store } from '#app/ports.ts';
import { LockedError } from '#core/locked.ts';

/** A store that forgets all when it goes: for tests, and for looks that shall leave nothing behind. */
export function memoryStore(): Store {
  const held = new Set<string>();
  const intents: Intent[] = [];
  return {
    locked: async (name, work) => {
      if (held.has(name)) throw new LockedError(name, 'this store');
      held.add(name);
      try {
        return await work();
      } finally {
        held.delete(name);
      }
    },
    appendIntent: async (intent) => void intents.push(structuredClone(intent)),
    intents: async () => structuredClone(intents),
  };
}
