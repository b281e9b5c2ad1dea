import type { UnixSeconds } from '../units.ts';
import type { Actual } from '../world/actual.ts';

/**
 * What time it is by every clock that can be read: ours, the PBS's that keeps the points, and the nodes'. No single clock decides: one that
 * jumps ahead must not end a promise, one that jumps back must not hide a loss.
 */
export type Clocks = {
  /** Only what is due by this one is due by all: the reading for letting a point go. */
  readonly earliestAt: UnixSeconds;
  /** The one in the middle (the earlier of two): the reading for telling people. */
  readonly middleAt: UnixSeconds;
  /** A point dated after this one is dated wrongly. */
  readonly latestAt: UnixSeconds;
  /** Whether the clock of the PBS is among them; where it is not, nothing is let go. */
  readonly serverKnown: boolean;
};

/** @param now our own clock, at the moment of the look */
export function readClocks({ pve, pbs }: Pick<Actual, 'pve' | 'pbs'>, server: string, now: UnixSeconds): Clocks {
  const own = pbs.find(({ name }) => name === server)?.node;
  const nodes = pve.nodes.known ? pve.nodes.value.flatMap(({ online, clockAheadSeconds }) => (online ? [clockAheadSeconds ?? 0] : [])) : [];
  const ahead = [0, ...(own?.known ? [own.value.clockAheadSeconds] : []), ...nodes].toSorted((a, b) => a - b);
  return {
    earliestAt: now + ahead[0]!,
    middleAt: now + ahead[Math.floor((ahead.length - 1) / 2)]!,
    latestAt: now + ahead.at(-1)!,
    serverKnown: own?.known ?? false,
  };
}
