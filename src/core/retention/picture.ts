import { parseEvent } from '../calendar/event.ts';
import { calendarFrom } from '../calendar/gap.ts';
import { runsBetween } from '../calendar/runs.ts';
import type { ZoneRules } from '../calendar/zone.ts';
import { DAY_SECONDS, type UnixSeconds } from '../units.ts';
import { givenRules, type KeepRules } from './keep.ts';
import type { TierProof } from './proof.ts';
import { prune } from './prune.ts';
import { layOutIn, zoneFrom } from './timeline.ts';

/** A tier's proof as a calendar shows it. */
export type Picture = {
  /** The zone that it is drawn in: where the promise fares worst. */
  readonly timeZone: string;
  /** Each run of the next 400 days, the first 2000 of them, and the wait that follows it. */
  readonly runs: readonly { readonly at: UnixSeconds; readonly gapSeconds: number }[];
  /** What is left right after the prune that removes a point at the least age, oldest first; empty where nothing is removed. */
  readonly keptOnWorstDay: readonly UnixSeconds[];
};

const DAYS = 400;
const MOST_RUNS = 2000;

/** Draws what was proved of a tier, from `now` on. Every backup of the picture begins with its job. */
export function pictureOf(proof: TierProof, now: UnixSeconds): Picture {
  const timeZone = proof.proofs[0]?.timeZone ?? 'UTC';
  const fromAt = calendarFrom(now);
  const zone = zoneFrom(timeZone, fromAt);
  const timeline = zone && layOutIn(proof.schedule, zone, fromAt);
  if (!zone || !timeline || 'kind' in timeline) return { timeZone, runs: [], keptOnWorstDay: [] };
  const first = timeline.runs.findIndex((at) => at >= now);
  const some = first === -1 ? [] : [...timeline.runs.subarray(first, first + MOST_RUNS + 1)];
  const runs = some.slice(0, -1).flatMap((at, i) => (at < now + DAYS * DAY_SECONDS ? [{ at, gapSeconds: some[i + 1]! - at }] : []));
  return { timeZone, runs, keptOnWorstDay: worstDay(proof, zone) };
}

/** Points live that long at most, as a rule of thumb, before the worst day is one like any other. */
const BEFORE_SECONDS = 2 * 366 * DAY_SECONDS;

function worstDay({ schedule, proofs, keep }: TierProof, zone: ZoneRules): readonly UnixSeconds[] {
  const loss = proofs.find(({ promise }) => promise === 'retention');
  const parsed = parseEvent(schedule);
  if (loss?.worstAt === undefined || !keep || givenRules(keep).length === 0 || !parsed.ok) return [];
  const fromAt = loss.worstAt - BEFORE_SECONDS - 2 * loss.promisedSeconds;
  return pruned(runsBetween({ event: parsed.event, zone, fromAt, toAt: loss.worstAt + 1 }).slice(-MOST_RUNS), keep, zone);
}

/** What is left when each run was followed by a prune, as it is where Holdfast wrote the jobs. */
function pruned(runs: readonly UnixSeconds[], keep: KeepRules, zone: ZoneRules): readonly UnixSeconds[] {
  let left: readonly UnixSeconds[] = [];
  for (const at of runs) {
    const all = [...left, at];
    const verdicts = prune(
      all.map((one) => ({ at: one })),
      keep,
      zone,
    );
    left = all.filter((_, i) => verdicts[i]!.mark !== 'removed');
  }
  return left;
}
