import type { FindingCode } from '../finding.ts';

/**
 * Findings that rest on what one look may catch in passing: a backup between two steps, a guest between two nodes, a clock read over a slow
 * line, a part of a server that did not answer once. They open at their second sighting, and end when two whole looks in a row lack them.
 * All others rest on what stands written (configuration, the policy, points) and open at once.
 */
const PASSING: readonly FindingCode[] = [
  'HF-CLOCK-DIFFERS',
  'HF-DETACHED',
  'HF-ID-TAKEN',
  'HF-JOB-DANGLING',
  'HF-JOB-NEVER',
  'HF-LEFTOVER',
  'HF-LOCKED',
  'HF-ORPHAN',
  'HF-UNSEEN',
];

/** Whether findings of this code wait for their second sighting. */
export function isPassing(code: FindingCode): boolean {
  return PASSING.includes(code);
}
