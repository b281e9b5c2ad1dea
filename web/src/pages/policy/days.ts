import { unwall, wall } from '../../parts/zoned.ts';

const DAY_SECONDS = 86_400;

/** One day of the calendar of a proof, `at` its noon in the zone. `worstSeconds`: how old the newest usable point is at its worst on that day. */
export type ProofDay = { readonly at: number; readonly worstSeconds: number; readonly runs: number };

type Input = {
  /** In order; the gap is the time to the next run. */
  readonly runs: readonly { readonly at: number; readonly gapSeconds: number }[];
  /** From a run's begin until its point can be used, at the longest. */
  readonly extraSeconds: number;
  readonly zone: string;
};

/** Each day from the first run on. What is before it is not known, and no day of it is shown. */
export function proofDays({ runs, extraSeconds, zone }: Input): ProofDay[] {
  const [first] = runs;
  const last = runs.at(-1);
  if (!first || !last) return [];
  const days: ProofDay[] = [];
  let next = 0;
  const lastDay = dayOf(last.at, zone);
  for (let day = dayOf(first.at, zone); day <= lastDay; day += 1) {
    const endsAt = unwall((day + 1) * DAY_SECONDS, zone);
    let worst = 0;
    let count = 0;
    while (next < runs.length && runs[next]!.at < endsAt) {
      if (next > 0) worst = Math.max(worst, runs[next]!.at - runs[next - 1]!.at + extraSeconds);
      next += 1;
      count += 1;
    }
    const before = runs[next - 1];
    if (before) worst = Math.max(worst, Math.min(endsAt, before.at + before.gapSeconds) - before.at + extraSeconds);
    days.push({ at: unwall(day * DAY_SECONDS + DAY_SECONDS / 2, zone), worstSeconds: worst, runs: count });
  }
  return days;
}

/** Days since 1970 on the calendar of the zone. */
function dayOf(at: number, zone: string): number {
  return Math.floor(wall(at, zone) / DAY_SECONDS);
}

/** 0 is Monday; 1970 began on a Thursday. */
export function weekday(at: number, zone: string): number {
  return (dayOf(at, zone) + 3) % 7;
}
