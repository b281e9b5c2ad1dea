import { assess } from '#core/assess/assess.ts';
import type { Assessment } from '#core/assess/assessment.ts';
import type { Finding } from '#core/finding.ts';
import type { Policy } from '#core/policy/policy.ts';
import { withSites } from './plan.ts';
import type { Ports } from './ports.ts';

/** How every guest stands, or the findings that forbid to say. */
export type Status =
  | { readonly outcome: 'invalid'; readonly findings: readonly Finding[]; readonly file: string }
  | {
      readonly outcome: 'assessed';
      readonly policy: Policy;
      readonly assessments: readonly Assessment[];
      readonly findings: readonly Finding[];
    };

/** Looks at each site once and judges every guest against its own tier. Needs the audit tokens only. Throws ProxmoxError where a site cannot be looked at. */
export async function status(ports: Ports, sites?: readonly string[]): Promise<Status> {
  return withSites(ports, async ({ policy, findings, file, proxmox }) => {
    if (!policy) return { outcome: 'invalid', findings, file };
    const wanted = policy.sites.filter(({ name }) => sites === undefined || sites.includes(name));
    const actuals = await Promise.all(wanted.map(async (site) => ({ site, actual: await proxmox.get(site.name)!.observe() })));
    const assessments = actuals.map(({ site, actual }) => assess({ policy, site, actual, now: ports.clock.now() }));
    return {
      outcome: 'assessed',
      policy,
      assessments,
      findings: [...findings, ...assessments.flatMap((assessment) => assessment.findings)],
    };
  });
}
