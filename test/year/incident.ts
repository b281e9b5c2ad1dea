import type { Lab } from '#lab/lab.ts';
import type { DatastoreState, GroupState, PbsState } from '#lab/pbs/state.ts';
import type { GuestState, PveState } from '#lab/pve/state.ts';

/** What an incident may touch: two clusters, `office` and `plant`, whose guests have the same ids, and the PBS that both use. */
export type Scene = {
  readonly lab: Lab;
  readonly office: PveState;
  readonly plant: PveState;
  readonly pbs: PbsState;
  readonly main: DatastoreState;
  readonly guest: (vmid: number, site?: 'office' | 'plant') => GuestState;
  readonly group: (tier: number, vmid: number, site?: 'office' | 'plant') => GroupState;
  /** The certificate that the policy expects of the office's PVE; undefined: the right one. */
  expected: string | undefined;
};

/**
 * Something that goes wrong on a day of the year and is mended later. `tells`: the codes of which one at least must reach people in time. `also`: what else
 * may be told meanwhile, as its consequence. Anything else that is told is a false alarm; with empty `tells` everything is.
 */
export type Incident = {
  readonly name: string;
  readonly site: 'office' | 'plant' | 'both';
  readonly hours: number;
  readonly tells: readonly string[];
  readonly also?: readonly string[];
  /**
   * By when it must be told. `look`: by the first look after it began. `promise`: before the promise of a guest breaks. `hours`: so long after it
   * began, where something of the world must happen first, a backup or a verification.
   */
  readonly by: 'look' | 'promise' | { readonly hours: number };
  /** At this hour of its day, UTC; noon where nothing is said. */
  readonly hour?: number;
  /** Begins it, and gives what mends it. */
  readonly begin: (scene: Scene) => () => void;
  /** Goes on while it lasts, once an hour. */
  readonly hourly?: (scene: Scene, hour: number) => void;
};
