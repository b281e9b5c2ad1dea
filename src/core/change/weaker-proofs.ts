import type { Promise as Promised, TierProof } from '../retention/proof.ts';

const WORDS: Readonly<Record<Promised, string>> = {
  rpo: 'RPO',
  retention: 'retention',
  reach: 'reach',
  'delete-after': 'deletion of old points',
  'verify-within': 'verification on arrival',
  'verify-every': 'renewed verification',
  'offsite-within': 'copy off site',
  'stated-keep': 'stated keep values',
};

/** Promises that were proved before and no longer are, each with its counterexample. A promise that is new and does not hold takes nothing away. */
export function weakerProofs(before: readonly TierProof[], after: readonly TierProof[]): readonly string[] {
  return after.flatMap((tier) => {
    const held = new Set(before.find(({ id }) => id === tier.id)?.proofs.flatMap(({ promise, holds }) => (holds ? [promise] : [])));
    if (held.size > 0 && tier.proofs.length === 0)
      return [`tier ${tier.id}: nothing of it can be proved any more: ${tier.findings[0]?.problem ?? tier.schedule}`];
    return tier.proofs
      .filter(({ promise, holds }) => !holds && held.has(promise))
      .map(({ promise, counterexample, worst }) => `tier ${tier.id}: its ${WORDS[promise]} is kept no more: ${counterexample ?? worst}`);
  });
}
