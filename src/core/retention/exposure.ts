import type { Chances } from './fall.ts';
import type { Timeline } from './timeline.ts';

/** The oldest that a tier's data gets while its jobs run as declared. */
export type Exposure = {
  readonly seconds: number;
  /** The wait between the two begins that makes it. */
  readonly gapSeconds: number;
  /** Indices of the runs on both sides of the wait. */
  readonly from: number;
  readonly to: number;
};

/**
 * The widest wait between two begins with `lostRuns` runs lost in between, plus the longest queue, plus the longest duration: the
 * older point counts from its begin, and the newer one is of use only when it is finished.
 */
export function worstExposure({ runs }: Timeline, { lostRuns, queueSeconds, durationSeconds }: Chances): Exposure | undefined {
  const step = lostRuns + 1;
  let from = -1;
  let widest = -1;
  const end = runs.length - step;
  for (let i = 0; i < end; i++) {
    const gap = runs[i + step]! - runs[i]!;
    if (gap <= widest) continue;
    widest = gap;
    from = i;
  }
  if (from < 0) return undefined;
  return { seconds: widest + queueSeconds + durationSeconds, gapSeconds: widest, from, to: from + step };
}
