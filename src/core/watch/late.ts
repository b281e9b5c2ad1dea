import type { Assessment } from '../assess/assessment.ts';
import type { Verdict } from '../assess/posture.ts';
import { capital, type Finding } from '../finding.ts';
import type { FindingLife } from '../memory/record.ts';
import type { TierId } from '../policy/policy.ts';
import type { FailureClass } from '../retry/failure.ts';
import { spellDuration } from '../units.ts';

const CODE = 'HF-LATE';

export type LateOptions = {
  /** The lives so far. */
  readonly known?: readonly Pick<FindingLife, 'finding' | 'state'>[];
  /** How late a point may be before it is told, by tier. */
  readonly lateSeconds?: ReadonlyMap<TierId, number> | undefined;
  /** By vmid, why a failed backup is not started again. */
  readonly givenUp?: ReadonlyMap<number, GivenUp> | undefined;
};

/**
 * Guests whose next point stays away: a warning half-way from when it was due to when the promise breaks, or as soon as it is later than the tier's grace, and
 * an error when the promise has broken. A data VM is told through the guest that uses its disk. What was told of a guest stays told while nobody knows how
 * it stands now.
 */
export function lateFindings(
  { site, guests }: Pick<Assessment, 'site' | 'guests'>,
  { known = [], lateSeconds, givenUp }: LateOptions = {},
): readonly Finding[] {
  const told = new Map(
    known.flatMap(({ finding, state }) => (finding.code === CODE && state !== 'resolved' ? [[finding.vmid, finding]] : [])),
  );
  return guests.flatMap(({ rpo, vmid, tier, name, type, posture }): Finding[] => {
    const before = told.get(vmid);
    if (!rpo && before && posture === 'unknown') return [before];
    if (!rpo || tier === undefined || !isWorthTelling(rpo, lateSeconds?.get(tier))) return [];
    const broken = rpo.posture === 'broken';
    return [
      {
        severity: broken ? 'error' : 'warning',
        code: CODE,
        at: `${site}: ${type}/${vmid} ${name}`,
        site,
        vmid,
        tier,
        problem: capital(rpo.late ? `${rpo.because}, and it breaks in ${spellDuration(rpo.late.breaksInSeconds)}` : rpo.because),
        why: broken
          ? 'whatever is lost now takes more work with it than was promised'
          : 'the promise breaks unless the next backup goes well',
        fix: `${fixOf(givenUp?.get(vmid))}, then back it up again:\n    holdfast explain ${site}/${vmid}`,
      },
    ];
  });
}

export type GivenUp = { readonly class: FailureClass; readonly because: string };

function fixOf(givenUp: GivenUp | undefined): string {
  if (!givenUp) return 'see what became of its last run';
  const { because } = givenUp;
  if (givenUp.class === 'transient') return `see what became of its last run (it is not started again: ${because})`;
  return givenUp.class === 'ours'
    ? `put the policy, the storage or its login right (${because})`
    : `see to the guest, its disks and their room (its last run failed: ${because})`;
}

/** A threshold of the tier decides where the policy has one; what is broken is told in any case. */
function isWorthTelling({ posture, late }: Verdict, thresholdSeconds: number | undefined): boolean {
  if (posture === 'broken') return true;
  if (thresholdSeconds !== undefined && late) return late.bySeconds >= thresholdSeconds;
  return posture === 'at-risk' || (late !== undefined && late.bySeconds >= late.breaksInSeconds);
}
