import { afterEach, beforeEach } from 'vitest';
import type { Lease, Memory } from '#app/ports.ts';
import type { LedgerPoint } from '#core/memory/record.ts';
import { expectLease } from './make.ts';

/** A memory under test: two handles on the same rows, as two replicas have, and a way to let time pass for its leases. */
export type Rig = {
  readonly memory: Memory;
  readonly other: Memory;
  readonly passSeconds: (seconds: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Before each test a memory with nothing in it, and the lease of two sites. */
export function eachWith(
  open: () => Promise<Rig>,
  use: (given: { readonly rig: Rig; readonly memory: Memory; readonly lease: Lease }) => void,
): void {
  let rig: Rig;
  beforeEach(async () => {
    rig = await open();
    const { memory } = rig;
    use({ rig, memory, lease: expectLease(await memory.leases.round('one', ['home', 'away'], 30)) });
  });
  afterEach(() => rig.close());
}

/** Every point of every batch. */
export async function all(batches: AsyncIterable<readonly LedgerPoint[]>): Promise<LedgerPoint[]> {
  const points: LedgerPoint[] = [];
  for await (const batch of batches) points.push(...batch);
  return points;
}
