import { emptyRows, volatileMemory } from './volatile.ts';
import { memoryContract } from './testing/memory-contract.ts';

memoryContract('volatile', async () => {
  const rows = emptyRows();
  let nowMs = 1_000_000;
  const make = () => volatileMemory(() => nowMs, rows);
  return {
    memory: make(),
    other: make(),
    passSeconds: async (seconds) => void (nowMs += seconds * 1000),
    close: async () => {},
  };
});
