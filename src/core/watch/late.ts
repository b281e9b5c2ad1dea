import type { Assessment } from '../assess/assessment.ts';
import type { Finding } from '../finding.ts';

/**
 * Guests whose next point stays away: a warning as soon as it is later than the tier's grace, which is before the promise breaks, and an error when it has
 * broken. A guest that a mere attention would do for is told to nobody; a data VM is told through the guest that uses its disk.
 */
export function lateFindings({ site, guests }: Pick<Assessment, 'site' | 'guests'>): readonly Finding[] {
  return guests.flatMap(({ rpo, vmid, tier, name, type }): Finding[] => {
    if (!rpo || tier === undefined || (rpo.posture !== 'at-risk' && rpo.posture !== 'broken')) return [];
    const broken = rpo.posture === 'broken';
    return [
      {
        severity: broken ? 'error' : 'warning',
        code: 'HF-LATE',
        at: `${site}: ${type}/${vmid} ${name}`,
        site,
        vmid,
        tier,
        problem: capital(rpo.because),
        why: broken
          ? 'whatever is lost now takes more work with it than was promised'
          : 'the promise breaks unless the next backup goes well',
        fix: `see what became of its last run, then back it up again:\n    holdfast explain ${site}/${vmid}`,
      },
    ];
  });
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
