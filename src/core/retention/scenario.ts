import { spellExact, spellInstant, type UnixSeconds } from '../units.ts';
import type { Chances } from './fall.ts';
import { givenRules, spellKeep, type KeepRules } from './keep.ts';
import type { Life } from './lifetime.ts';
import { prune, reasonFor } from './prune.ts';
import type { Timeline } from './timeline.ts';

/** One course of events in which a point goes, with its dates. */
export type Loss = { readonly ageSeconds: number; readonly goneAt: UnixSeconds; readonly text: string };

/** How the shortest life comes about: which point, when it was made, after which backup it goes, at what age, and why. */
export function lossOf(
  timeline: Timeline,
  keep: KeepRules,
  chances: Chances,
  { life, promisedSeconds }: { readonly life: Life; readonly promisedSeconds: number },
): Loss {
  if (life.byHand) {
    const scheduled = lossByHand(timeline, keep, chances);
    return scheduled.ageSeconds < promisedSeconds ? scheduled : lossOfHandMade(timeline, keep, life);
  }
  const { runs, zone } = timeline;
  const madeAt = runs[life.madeBy]! + chances.queueSeconds;
  const removedAt = runs[life.removedBy]!;
  const points = Array.from({ length: life.removedBy - life.madeBy + 1 }, (_, i) => ({ at: i === 0 ? madeAt : runs[life.madeBy + i]! }));
  const verdict = prune(points, keep, zone)[0]!;
  const reason = verdict.mark === 'removed' ? ` (${reasonFor(verdict, keep, zone)})` : '';
  const when = (at: UnixSeconds): string => minutes(at, zone.timeZone);
  const text = `the point of ${when(madeAt)} goes with a prune after the backup of ${when(removedAt)}, ${spellExact(removedAt - madeAt, ' ')} old${reason}`;
  return { ageSeconds: removedAt - madeAt, goneAt: removedAt, text };
}

/** A scheduled point that goes because backups made by hand take its place or its slots. */
function lossByHand({ runs, zone }: Timeline, keep: KeepRules, chances: Chances): Loss {
  const { queueSeconds, durationSeconds, extraRuns } = chances;
  const slots = keep.last ?? 0;
  const gaps = Math.ceil(slots / (extraRuns + 1));
  if (slots <= extraRuns) {
    const madeAt = runs[0]!;
    const handAt = madeAt + queueSeconds + durationSeconds;
    const units = givenRules(keep).filter(({ unit }) => unit !== 'last');
    const why =
      units.length > 0
        ? `${spellKeep(Object.fromEntries(units.map(({ unit, slots: count }) => [unit, count])))} keeps the newest of a period only`
        : `${spellKeep(keep)} counts it too`;
    const text = `the point of ${minutes(madeAt, zone.timeZone)} goes with a prune after a backup made by hand at ${minutes(handAt, zone.timeZone)}, ${spellExact(handAt - madeAt, ' ')} old (${why})`;
    return { ageSeconds: handAt - madeAt, goneAt: handAt, text };
  }
  let from = 0;
  for (let i = 0; i + gaps < runs.length; i++) if (runs[i + gaps]! - runs[i]! < runs[from + gaps]! - runs[from]!) from = i;
  const madeAt = runs[from]! + queueSeconds;
  const removedAt = runs[from + gaps]!;
  const text =
    `the point of ${minutes(madeAt, zone.timeZone)} goes with a prune after the backup of ${minutes(removedAt, zone.timeZone)}, ` +
    `${spellExact(removedAt - madeAt, ' ')} old, where somebody made ${gaps * extraRuns === 1 ? 'a backup' : `${gaps * extraRuns} backups`} by hand meanwhile (keep-last ${slots} counts them too)`;
  return { ageSeconds: removedAt - madeAt, goneAt: removedAt, text };
}

/** Backups made by hand crowd around two runs: one right before the first is pushed out right after the last. */
function lossOfHandMade({ runs, zone }: Timeline, keep: KeepRules, life: Life): Loss {
  const madeAt = runs[life.madeBy]! - 60;
  const removedAt = runs[life.removedBy]!;
  const ageSeconds = removedAt - madeAt;
  const text =
    `a backup made by hand at ${minutes(madeAt, zone.timeZone)}, right before a run, goes with a prune after the backup of ${minutes(removedAt, zone.timeZone)}, ` +
    `${spellExact(ageSeconds, ' ')} old, where others were made by hand in between (${spellKeep(keep)} counts them too)`;
  return { ageSeconds, goneAt: removedAt, text };
}

/** `2027-03-28 04:00`; seconds only where there are any. */
export function minutes(at: UnixSeconds, timeZone: string): string {
  return spellInstant(at, timeZone, { zone: false }).replace(/:00$/, '');
}
