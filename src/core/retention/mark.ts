import type { KeepRules, KeepUnit } from './keep.ts';
import { KEEP_UNITS } from './keep.ts';
import { localSecondsOf, periodKey } from './period.ts';
import type { ZoneRules } from '../calendar/zone.ts';
import type { UnixSeconds } from '../units.ts';

/** Values of `Marks.mark`. */
export const KEPT = 1;
export const REMOVED = 2;
export const PARTIAL = 3;
export const PROTECTED = 4;

/** The state of one snapshot, as bits. */
export const FINISHED = 1;
export const LOCKED = 2;

/** The verdicts on one group, side by side in the order of the instants given. */
export type Marks = {
  readonly mark: Uint8Array;
  /** Index in KEEP_UNITS of the rule that decided; 255 where none did. */
  readonly rule: Uint8Array;
  /** Removed: index of the snapshot that represents its period; -1 where its rule had no slot left. */
  readonly by: Int32Array;
};

const NO_RULE = 255;

/**
 * What a prune job of PBS does to one group: the inner loop, on plain numbers. `prune.ts` is what people call.
 *
 * @param times  newest first
 * @param state  FINISHED and LOCKED (protected) bits of each
 * @see https://git.proxmox.com/?p=proxmox-backup.git;a=blob;f=pbs-datastore/src/prune.rs
 */
export function markGroup(times: ArrayLike<UnixSeconds>, state: Uint8Array, keep: KeepRules, zone: ZoneRules): Marks {
  const count = times.length;
  const marks = { mark: new Uint8Array(count), rule: new Uint8Array(count).fill(NO_RULE), by: new Int32Array(count).fill(-1) };
  const rules = KEEP_UNITS.filter((unit) => (keep[unit] ?? 0) > 0);
  markUnfinished(marks, times, state);
  if (rules.length === 0) {
    for (let i = 0; i < count; i++) if (marks.mark[i] !== PARTIAL) marks.mark[i] = KEPT;
    marks.by.fill(-1);
  } else {
    const local = rules.some((unit) => unit !== 'last') ? localSecondsOf(times, zone) : new Float64Array(count);
    for (const unit of rules) markRule(marks, { unit, slots: keep[unit]! }, times, local, state);
    const coarsest = KEEP_UNITS.indexOf(rules.at(-1)!);
    for (let i = 0; i < count; i++) {
      if (marks.mark[i] !== 0) continue;
      marks.mark[i] = REMOVED;
      if (marks.by[i] === -1) marks.rule[i] = coarsest;
    }
  }
  for (let i = 0; i < count; i++) if ((state[i]! & LOCKED) !== 0) marks.mark[i] = PROTECTED;
  return marks;
}

/** The newest snapshot may be one that still runs and is left alone; any other unfinished one goes. */
function markUnfinished({ mark, by }: Marks, times: ArrayLike<UnixSeconds>, state: Uint8Array): void {
  for (let i = 0; i < times.length; i++) {
    if ((state[i]! & FINISHED) !== 0) continue;
    mark[i] = i === 0 ? PARTIAL : REMOVED;
    if (i > 0) by[i] = 0;
  }
}

type Rule = { readonly unit: KeepUnit; readonly slots: number };

/** One keep option, newest to oldest: each period gets its newest snapshot, until the slots are gone. */
function markRule(marks: Marks, { unit, slots }: Rule, times: ArrayLike<UnixSeconds>, local: Float64Array, state: Uint8Array): void {
  const { mark, rule, by } = marks;
  const ruleIndex = KEEP_UNITS.indexOf(unit);
  /** The snapshot that represents a period: as kept by an earlier rule, or by this one. */
  const earlier = new Map<number, number>();
  const own = new Map<number, number>();
  for (let i = 0; i < times.length; i++) {
    if (mark[i] !== KEPT) continue;
    const key = periodKey(unit, local[i]!, times[i]!);
    if (!earlier.has(key)) earlier.set(key, i);
  }
  for (let i = 0; i < times.length; i++) {
    if (mark[i] !== 0 || (state[i]! & LOCKED) !== 0) continue;
    const key = periodKey(unit, local[i]!, times[i]!);
    const represented = earlier.get(key);
    if (represented !== undefined) {
      if (by[i] === -1) {
        rule[i] = ruleIndex;
        by[i] = represented;
      }
      continue;
    }
    const newest = own.get(key);
    if (newest === undefined && own.size >= slots) return;
    rule[i] = ruleIndex;
    if (newest === undefined) {
      own.set(key, i);
      mark[i] = KEPT;
      by[i] = -1;
    } else {
      mark[i] = REMOVED;
      by[i] = newest;
    }
  }
}
