import type { Verdict } from '../assess/posture.ts';
import { weighFinding } from '../assess/weigh.ts';
import type { FindingLife } from '../memory/record.ts';
import type { UnixSeconds } from '../units.ts';

/**
 * What points that went before their dates make of their guests' postures, by vmid: for the time from which they were, the retention that was promised is not
 * kept, until the last of their dates has passed or they are there again. Where a person has said that he knows of it, it needs attention and no more:
 * nothing can mend it, and what comes next must be seen. A point that could not be restored anyway counts as that from the start.
 */
export function lossVerdicts(lives: readonly FindingLife[], now: UnixSeconds): ReadonlyMap<number, Verdict> {
  const verdicts = new Map<number, Verdict>();
  for (const { finding, state, by } of lives) {
    const { code, vmid, lastsUntilAt = 0 } = finding;
    if (code !== 'HF-POINT-GONE' || vmid === undefined || state === 'resolved' || now >= lastsUntilAt) continue;
    const weighed = weighFinding(finding);
    if (!weighed) continue;
    const open = state === 'open' || state === 'seen';
    const posture = open && finding.severity === 'error' ? 'broken' : 'attention';
    const because = open ? weighed.because : `${weighed.because}${by === undefined ? '' : `; ${by} knows of it`}`;
    if (posture === 'broken' || !verdicts.has(vmid)) verdicts.set(vmid, { posture, because });
  }
  return verdicts;
}
