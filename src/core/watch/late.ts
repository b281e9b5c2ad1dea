import type { Assessment } from '../assess/assessment.ts';
import type { Verdict } from '../assess/posture.ts';
import type { Finding } from '../finding.ts';
import { spellDuration } from '../units.ts';

/**
 * Guests whose next point stays away: a warning half-way from when it was due to when the promise breaks, or as soon as it is later than the tier's grace, and
 * an error when the promise has broken. A data VM is told through the guest that uses its disk.
 */
export function lateFindings({ site, guests }: Pick<Assessment, 'site' | 'guests'>): readonly Finding[] {
  return guests.flatMap(({ rpo, vmid, tier, name, type }): Finding[] => {
    if (!rpo || tier === undefined || !isWorthTelling(rpo)) return [];
    const broken = rpo.posture === 'broken';
    return [
      {
        severity: broken ? 'error' : 'warning',
        code: 'HF-LATE',
        at: `${site}: ${type}/${vmid} ${name}`,
        site,
        vmid,
        tier,
        problem: capital(rpo.late ? `${rpo.because}, and it breaks in ${spellDuration(rpo.late.breaksInSeconds)}` : rpo.because),
        why: broken
          ? 'whatever is lost now takes more work with it than was promised'
          : 'the promise breaks unless the next backup goes well',
        fix: `see what became of its last run, then back it up again:\n    holdfast explain ${site}/${vmid}`,
      },
    ];
  });
}

function isWorthTelling({ posture, late }: Verdict): boolean {
  if (posture === 'at-risk' || posture === 'broken') return true;
  return late !== undefined && late.bySeconds >= late.breaksInSeconds;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
