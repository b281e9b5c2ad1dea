import type { Policy } from '#core/policy/policy.ts';
import type { Actual } from '#core/world/actual.ts';
import type { Clock, Examiner, Memory, PointName, Protector, Repeater } from './ports.ts';
import type { Watching } from './watching.ts';

/** What a running daemon has for those who ask it: what holds, what was seen last, and what was written down. */
export type Live = {
  readonly clock: Clock;
  readonly memory: Memory;
  readonly examiner: Examiner;
  /** As it holds now. */
  readonly policy: () => Policy;
  readonly watching: () => Watching;
  /** The last look at a site that is watched here; of another site only the memory knows. */
  readonly seen: (site: string) => Actual | undefined;
  /** What a person may have done at a site; undefined where another replica watches it, or none may. */
  readonly hands: (site: string) => Hands | undefined;
  /** Looks soon, at one site or at each. */
  readonly hint: (site?: string) => void;
  /** Tells everybody who listens that something changed. */
  readonly announce: (topics: readonly Topic[]) => void;
};

/** What can be done at a site by logins that cannot delete. */
export type Hands = Repeater &
  Protector & {
    /** Writes down that a person protected a point, so that Holdfast never lifts it. Waits for a look under way. `lease-lost` where another replica has the site by now. */
    readonly handOver: (point: PointName) => Promise<'done' | 'lease-lost'>;
  };

/** A part of what is known, for those who show it and want to hear when it changes. */
export type Topic = 'overview' | 'guests' | 'alerts' | 'capacity' | 'sites' | 'policy' | 'changes' | 'audit';
