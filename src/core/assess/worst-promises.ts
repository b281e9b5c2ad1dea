import type { PromiseVerdicts } from './assessment.ts';
import { worse, type Verdict } from './posture.ts';

/** Of a guest that is kept through two others: each promise as the one that is worse off keeps it, and no copy or reach that only one of them has. */
export function worstPromises(a: PromiseVerdicts, b: PromiseVerdicts): PromiseVerdicts {
  const verify = worseOf(a.verify, b.verify);
  const offsite = a.offsite && b.offsite ? worstCopy(a.offsite, b.offsite) : (a.offsite ?? b.offsite);
  const reachesAt = both(a.reachesAt, b.reachesAt, Math.max);
  return {
    rpo: worse(a.rpo, b.rpo),
    ...(verify && { verify }),
    ...(offsite && { offsite }),
    ...(reachesAt !== undefined && { reachesAt }),
  };
}

type Copy = NonNullable<PromiseVerdicts['offsite']>;

function worstCopy(a: Copy, b: Copy): Copy {
  const owed = worseOf(a.owed, b.owed);
  const newestAt = both(a.newestAt, b.newestAt, Math.min);
  return { known: a.known && b.known, ...(newestAt !== undefined && { newestAt }), ...(owed && { owed }) };
}

/** A promise that one of them owes nothing for is as the other keeps it. */
function worseOf(a: Verdict | undefined, b: Verdict | undefined): Verdict | undefined {
  return a && b ? worse(a, b) : (a ?? b);
}

function both(a: number | undefined, b: number | undefined, pick: (a: number, b: number) => number): number | undefined {
  return a === undefined || b === undefined ? undefined : pick(a, b);
}
