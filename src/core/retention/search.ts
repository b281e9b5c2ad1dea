import type { Slots } from './nest.ts';

/** What is asked of slots of units that nest. More slots never reach less, and fewer never end later. */
export type Asked = {
  readonly reaches: (slots: Slots) => boolean;
  readonly ends: (slots: Slots) => boolean;
  /** Slow, and therefore asked last. More slots never have less. */
  readonly retains: (slots: Slots) => boolean;
};

/**
 * The fewest slots with which all that is asked holds, below `costToBeat`; the coarsest unit first where several cost the same.
 * `least`: slots of the finest unit without which no retention holds.
 *
 * Slots of the coarsest unit are tried from as many as do down to none, then those of the next finer one. An end comes soon: a slot of a
 * coarser unit reaches at least as far as one of a finer unit. So where all that may still be spent does not reach in the next finer
 * unit, it reaches in none, nor with one slot less here. Argument: docs/design/retention-proof.md, 8.
 */
export function searchSlots(
  units: number,
  least: number,
  { asked, costToBeat }: { readonly asked: Asked; readonly costToBeat: number },
): Slots | undefined {
  let best: Slots | undefined;
  let beat = costToBeat;
  const slots = Array.from({ length: units }, (_, place) => (place === 0 ? least : 0));
  /** The same slots, but for so many of one unit. */
  const having = (place: number, count: number): number[] => slots.with(place, count);

  function descend(place: number): void {
    if (place === 0) return settle();
    const most = mostOf(place);
    for (let count = most; count >= 0; count--) {
      slots[place] = count;
      const spare = beat - 1 - total(slots);
      if (spare < 0) continue;
      if (spare < Infinity && !asked.reaches(having(place - 1, slots[place - 1]! + spare))) break;
      descend(place - 1);
    }
    slots[place] = 0;
  }

  /** No more slots are worth a try than reach with the least of the finer units, nor than end in time. */
  function mostOf(place: number): number {
    const ends = (count: number): boolean => asked.ends(having(place, count));
    const most = Math.max(0, Math.min(MOST_SLOTS, beat - 1 - total(slots)));
    if (!ends(0)) return -1;
    const enough = leastSlots((count) => !ends(count) || asked.reaches(having(place, count)), most) ?? most;
    return enough > 0 && !ends(enough) ? enough - 1 : enough;
  }

  function settle(): void {
    const most = Math.min(MOST_SLOTS, beat - 1 - total(slots) + least);
    const reaching = leastSlots((count) => count >= least && asked.reaches(having(0, count)), most);
    if (reaching === undefined || !asked.ends(having(0, reaching))) return;
    const count = asked.retains(having(0, reaching))
      ? reaching
      : leastSlots((some) => some > reaching && asked.retains(having(0, some)), most);
    if (count === undefined || !asked.ends(having(0, count))) return;
    best = having(0, count);
    beat = total(best);
  }

  descend(units - 1);
  return best;
}

function total(slots: Slots): number {
  return slots.reduce((sum, count) => sum + count, 0);
}

/** PBS takes larger numbers, but nobody keeps so many points of a guest. */
export const MOST_SLOTS = 40_000;

/** The least count from 1 to `most` that holds, for a question that goes on holding once it does. */
export function leastSlots(holds: (count: number) => boolean, most: number): number | undefined {
  if (most < 1) return undefined;
  let high = 1;
  let low = 0;
  while (!holds(high)) {
    if (high >= most) return undefined;
    low = high;
    high = Math.min(high * 2, most);
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
