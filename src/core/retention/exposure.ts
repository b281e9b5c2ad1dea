import type { Chances } from './fall.ts';
import { widestSpan } from './span.ts';
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
export function worstExposure(timeline: Timeline, { lostRuns, queueSeconds, durationSeconds }: Chances): Exposure | undefined {
  const widest = widestSpan(timeline, lostRuns + 1);
  if (!widest) return undefined;
  const { seconds: gapSeconds, from, to } = widest;
  return { seconds: gapSeconds + queueSeconds + durationSeconds, gapSeconds, from, to };
}
