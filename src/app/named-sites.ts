import { closest } from '#core/closest.ts';
import type { Finding } from '#core/finding.ts';
import type { Policy } from '#core/policy/policy.ts';

/** One for each site that was asked for and that the policy does not have: an answer about no site would read as a good one. */
export function unknownSites({ sites }: Pick<Policy, 'sites'>, wanted: readonly string[] | undefined): Finding[] {
  const known = sites.map(({ name }) => name);
  return (wanted ?? [])
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = closest(name, known);
      return {
        severity: 'error',
        code: 'HF-SITE-UNKNOWN',
        at: `--site ${name}`,
        problem: `The policy has no site "${name}"${near ? `; did you mean ${near}?` : ''}`,
        why: 'nothing would be looked at, and an answer about nothing reads like a good one',
        fix: `name one that stands under "sites": ${known.join(', ')}`,
      };
    });
}
