import type { KeepRules, KeepUnit } from './keep.ts';
import { KEEP_UNITS } from './keep.ts';
import { FINISHED, KEPT, LOCKED, markGroup, PARTIAL, PROTECTED, REMOVED } from './mark.ts';
import { localSecondsOf, periodKey, spellPeriod } from './period.ts';
import type { ZoneRules } from '../calendar/zone.ts';
import { spellInstant, type UnixSeconds } from '../units.ts';

/** What a prune job looks at. */
export type PrunableSnapshot = {
  /** When the backup began; on PBS it is the snapshot's name, so a group has no two of the same second. */
  readonly at: UnixSeconds;
  readonly protected?: boolean;
  /** False while it runs, or where it is left over; true where absent. */
  readonly finished?: boolean;
};

/** `kept-partial`: the newest snapshot, still running or left over. */
export type Mark = 'kept' | 'removed' | 'protected' | 'kept-partial';

/** What becomes of one snapshot, and why; `reasonFor` says it in words. */
export type Verdict = {
  readonly at: UnixSeconds;
  readonly mark: Mark;
  /** The keep option that decided. None for protected and unfinished snapshots, and where nothing is configured. */
  readonly rule?: KeepUnit;
  /** Removed: the snapshot that stays for its period (or, of an unfinished one, the newest). Absent: its rule's slots were full. */
  readonly representedByAt?: UnixSeconds;
};

/**
 * The verdict of a PBS prune job on every snapshot of one group, in the order given. Never touches its input.
 *
 * A keep option keeps the newest snapshot of each period that has one, newest first, and later options go on from where the
 * earlier ones ended; periods are those of the server's local time. Protected snapshots stay, take no slot and stand for no
 * period. The newest snapshot may be unfinished and stays, any other unfinished one goes. No option at all keeps everything.
 *
 * @param keep  an option of 0 counts as not given
 * @param zone  the zone of the PBS server, from `zoneRules`
 * @see https://pbs.proxmox.com/docs/maintenance.html#pruning
 */
export function prune(snapshots: readonly PrunableSnapshot[], keep: KeepRules, zone: ZoneRules): Verdict[] {
  const count = snapshots.length;
  const order = newestFirst(snapshots);
  const times = new Float64Array(count);
  const state = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const snapshot = snapshots[order[i]!]!;
    times[i] = snapshot.at;
    state[i] = stateOf(snapshot);
  }
  const { mark, rule, by } = markGroup(times, state, keep, zone);
  const verdicts: Verdict[] = Array.from({ length: count });
  for (let i = 0; i < count; i++) {
    const same = i > 0 && times[i] === times[i - 1] ? verdicts[order[i - 1]!]! : undefined;
    verdicts[order[i]!] = same ?? verdictOf(times[i]!, mark[i]!, rule[i]!, times[by[i]!]);
  }
  return verdicts;
}

function stateOf(snapshot: PrunableSnapshot): number {
  return (snapshot.finished === false ? 0 : FINISHED) | (snapshot.protected === true ? LOCKED : 0);
}

/** Indices, newest first; of two rows of one snapshot the safer comes first and speaks for both. */
function newestFirst(snapshots: readonly PrunableSnapshot[]): Uint32Array {
  const count = snapshots.length;
  const order = new Uint32Array(count);
  let ascending = true;
  let descending = true;
  for (let i = 0; i < count; i++) {
    order[i] = i;
    if (i > 0 && snapshots[i]!.at <= snapshots[i - 1]!.at) ascending = false;
    if (i > 0 && snapshots[i]!.at >= snapshots[i - 1]!.at) descending = false;
  }
  if (descending) return order;
  if (ascending) return order.toReversed();
  return order.sort((a, b) => snapshots[b]!.at - snapshots[a]!.at || stateOf(snapshots[b]!) - stateOf(snapshots[a]!));
}

function verdictOf(at: UnixSeconds, mark: number, rule: number, representedByAt: UnixSeconds | undefined): Verdict {
  const unit = KEEP_UNITS[rule];
  if (mark === KEPT) return unit ? { at, mark: 'kept', rule: unit } : { at, mark: 'kept' };
  if (mark === PROTECTED) return { at, mark: 'protected' };
  if (mark === PARTIAL) return { at, mark: 'kept-partial' };
  if (mark !== REMOVED) throw new Error(`no verdict for mark ${mark}`);
  if (unit === undefined) return representedByAt === undefined ? { at, mark: 'removed' } : { at, mark: 'removed', representedByAt };
  return representedByAt === undefined ? { at, mark: 'removed', rule: unit } : { at, mark: 'removed', rule: unit, representedByAt };
}

const NOUNS = { last: 'snapshot', hourly: 'hour', daily: 'day', weekly: 'week', monthly: 'month', yearly: 'year' } as const;

/** A verdict's reason in words: `keep-daily: newest of Wed 2026-11-25`, `keep-weekly: all 4 weeks are taken by newer ones`. */
export function reasonFor(verdict: Verdict, keep: KeepRules, zone: ZoneRules): string {
  const { mark, rule, representedByAt, at } = verdict;
  if (mark === 'protected') return 'protected: never pruned, takes no slot';
  if (mark === 'kept-partial') return 'unfinished and the newest: it may still run';
  if (rule === undefined) {
    if (mark === 'kept') return 'no keep option is given, so everything is kept';
    return `unfinished, and ${representedByAt === undefined ? 'a newer one exists' : `${spell(representedByAt, zone)} is newer`}`;
  }
  if (mark === 'kept') return rule === 'last' ? 'keep-last: among the newest' : `keep-${rule}: newest of ${periodOf(rule, at, zone)}`;
  if (representedByAt !== undefined && rule !== 'last') {
    return `keep-${rule}: ${spell(representedByAt, zone)} stands for ${periodOf(rule, at, zone)}`;
  }
  const slots = keep[rule] ?? 0;
  return `keep-${rule}: ${slots === 1 ? 'the only' : `all ${slots}`} ${NOUNS[rule]}${slots === 1 ? '' : 's'} taken by newer ones`;
}

function periodOf(rule: Exclude<KeepUnit, 'last'>, at: UnixSeconds, zone: ZoneRules): string {
  return spellPeriod(rule, periodKey(rule, localSecondsOf([at], zone)[0]!, at));
}

function spell(at: UnixSeconds, zone: ZoneRules): string {
  return spellInstant(at, zone.timeZone, { zone: false });
}
