import type { GuestAssessment } from '../assess/assessment.ts';
import type { Assume, Tier } from '../policy/policy.ts';
import { spellCount, spellDuration, type UnixSeconds } from '../units.ts';

/**
 * Whether a person may have a guest backed up beside its schedule; undefined: yes. Where keep-last counts, each point more lets an older one go
 * sooner than was proved: no more are made than the policy's `extraRuns`, unless one is missing anyway.
 */
export function whyNoExtraRun(
  { points, rpo }: Pick<GuestAssessment, 'points' | 'rpo'>,
  { tier, assume, now }: { readonly tier: Tier; readonly assume: Assume; readonly now: UnixSeconds },
): string | undefined {
  if (rpo && rpo.posture !== 'protected') return undefined;
  const recent = points.filter(({ at, usable }) => usable && now - at < tier.rpoSeconds);
  if (recent.length < 1 + assume.extraRuns) return undefined;
  const extra = assume.extraRuns === 0 ? 'none beside the schedule' : `${spellCount(assume.extraRuns, 'run')} beside the schedule`;
  return `its newest point is ${spellDuration(now - recent[0]!.at)} old, and what is kept was proved for ${extra}; one more would let an older point go too early. Where that is wanted, say so in the policy:\n    assume: { extraRuns: ${assume.extraRuns + 1} }`;
}
