import { assess } from '#core/assess/assess.ts';
import type { Assessment } from '#core/assess/assessment.ts';
import type { Finding } from '#core/finding.ts';
import type { Policy, Site } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Actual } from '#core/world/actual.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { unknownSites } from './named-sites.ts';
import { withSites } from './plan.ts';
import type { Ports, Proxmox } from './ports.ts';

/** How every guest stands, or the findings that forbid to say. */
export type Status =
  | { readonly outcome: 'invalid'; readonly findings: readonly Finding[]; readonly file: string }
  | {
      readonly outcome: 'assessed';
      readonly policy: Policy;
      readonly assessments: readonly Assessment[];
      readonly findings: readonly Finding[];
    };

/** Looks at each site once and judges every guest against its own tier. Needs the audit tokens only. A site that cannot be looked at is unknown. */
export async function status(ports: Ports, sites?: readonly string[]): Promise<Status> {
  return withSites(ports, async ({ policy, findings, file, proxmox }) => {
    if (!policy) return { outcome: 'invalid', findings, file };
    const unknown = unknownSites(policy, sites);
    if (unknown.length > 0) return { outcome: 'invalid', findings: unknown, file };
    const wanted = policy.sites.filter(({ name }) => sites === undefined || sites.includes(name));
    const looks = await Promise.all(wanted.map((site) => look(site, proxmox.get(site.name)!)));
    const now = ports.clock.now();
    const assessments = looks.map(({ site, actual, trouble }) =>
      actual ? assess({ policy, site, actual, now }) : unreached(site, trouble, now),
    );
    return {
      outcome: 'assessed',
      policy,
      assessments,
      findings: [...findings, ...assessments.flatMap((assessment) => assessment.findings)],
    };
  });
}

/** One look at a site, or why there is none. */
export type Look =
  | { readonly site: Site; readonly actual: Actual; readonly trouble?: undefined }
  | { readonly site: Site; readonly trouble: ProxmoxError; readonly actual?: undefined };

/** Trouble with one site hides no other. Anything but a ProxmoxError is a bug and passes. */
export async function look(site: Site, proxmox: Pick<Proxmox, 'observe'>): Promise<Look> {
  try {
    return { site, actual: await proxmox.observe() };
  } catch (trouble) {
    if (trouble instanceof ProxmoxError) return { site, trouble };
    throw trouble;
  }
}

/** A site of which nothing could be seen: no guest of it stands anywhere, and that is said. */
export function unreached(
  { name, timeZone }: Pick<Site, 'name' | 'timeZone'>,
  { kind, detail, fix }: Pick<ProxmoxError, 'kind' | 'detail' | 'fix'>,
  now: UnixSeconds,
): Assessment {
  const unknown = { what: `site ${name}`, kind, because: detail, server: 'PVE' };
  const finding: Finding = {
    severity: 'error',
    code: 'HF-UNSEEN',
    at: name,
    problem: `The site could not be looked at: ${detail}`,
    why: 'how its guests stand is unknown, which is no better than broken',
    fix,
    site: name,
  };
  return { site: name, asOf: now, timeZone, guests: [], findings: [finding], unseen: [unknown], guestsUnseen: true };
}
