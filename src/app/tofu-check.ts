import { hasErrors, type Finding } from '#core/finding.ts';
import type { Actual } from '#core/world/actual.ts';
import { checkTofuPlan, type CheckedPlan } from '#core/tofu/check.ts';
import { readTofuPlan } from '#core/tofu/plan-file.ts';
import { chooseSite, type SiteChoice } from './choose-site.ts';
import type { Ports } from './ports.ts';

export type CheckedTofu =
  | SiteChoice
  | { readonly outcome: 'unreadable'; readonly findings: readonly Finding[] }
  | { readonly outcome: 'checked'; readonly site: string; readonly look: Look; readonly checked: CheckedPlan };

/** Whether the site was seen: whole, not (`--offline`), or not whole and why. */
export type Look = { readonly kind: 'whole' | 'none' } | { readonly kind: 'partly'; readonly because: string };

export type CheckTofuOptions = {
  readonly site?: string;
  readonly allow: ReadonlySet<string>;
  /** Decide by the plan and the policy alone: whether points are still promised is then a doubt, which counts as a yes. */
  readonly offline: boolean;
};

/** Holds a plan of OpenTofu against the policy and, unless told otherwise, against the site as it is. Throws ProxmoxError. */
export async function checkTofu(
  ports: Pick<Ports, 'policySource' | 'connect' | 'clock'>,
  given: { readonly text: string; readonly file: string },
  { site: wanted, allow, offline }: CheckTofuOptions,
): Promise<CheckedTofu> {
  const read = readTofuPlan(given.text, given.file);
  if (!read.ok) return { outcome: 'unreadable', findings: [read.finding] };
  const { policy, findings } = await ports.policySource.load();
  if (!policy || hasErrors(findings)) return { outcome: 'invalid', findings };
  const chosen = chooseSite(policy, wanted);
  if (chosen.outcome !== 'site') return chosen;
  const actual = offline ? undefined : await look(ports.connect(chosen.site));
  const checked = checkTofuPlan({
    policy,
    site: chosen.site,
    now: ports.clock.now(),
    plan: read.plan,
    allow,
    ...(actual ? { actual } : {}),
  });
  return { outcome: 'checked', site: chosen.site.name, look: lookOf(actual), checked };
}

function lookOf(actual: Actual | undefined): Look {
  if (!actual) return { kind: 'none' };
  const parts = [actual.pve.guests, actual.pve.backupJobs, ...actual.pbs.flatMap(({ datastores, namespaces }) => [datastores, ...namespaces.map(({ groups }) => groups)])]; // prettier-ignore
  const unseen = parts
    .map((part) => (part.known ? part.gaps[0] : part.unknown))
    .find((unknown) => unknown !== undefined && unknown.kind !== 'missing');
  return unseen ? { kind: 'partly', because: `${unseen.what}: ${unseen.because.trim()}` } : { kind: 'whole' };
}

async function look(proxmox: ReturnType<Ports['connect']>): Promise<Actual> {
  try {
    return await proxmox.observe();
  } finally {
    await proxmox.close();
  }
}
