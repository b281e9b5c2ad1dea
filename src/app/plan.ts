import { calendarFrom } from '#core/calendar/gap.ts';
import { upkeepOf } from '#core/desired/upkeep.ts';
import { hasErrors, type Finding } from '#core/finding.ts';
import { drawPlan, type Drawn } from '#core/plan/draw.ts';
import type { Policy } from '#core/policy/policy.ts';
import { proveTiers } from '#core/retention/whole.ts';
import type { Actual } from '#core/world/actual.ts';
import { unknownSites } from './named-sites.ts';
import { withPlaces } from './places.ts';
import type { LoadedPolicy, Ports, Proxmox } from './ports.ts';

/** A plan, or the findings that forbid to make one. */
export type Planned =
  | { readonly outcome: 'invalid'; readonly findings: readonly Finding[]; readonly file: string }
  | {
      readonly outcome: 'planned';
      readonly policy: Policy;
      readonly drawn: Drawn;
      readonly actuals: readonly Actual[];
      /** Those of the policy and those of the plan. */
      readonly findings: readonly Finding[];
      /** What the policy promises and does not keep. A plan is made all the same: jobs that keep less than was promised are better than none. */
      readonly unkept: readonly Finding[];
      readonly file: string;
    };

export type PlanOptions = {
  /** Ids of jobs made by hand that Holdfast shall take over. */
  readonly adopted?: ReadonlySet<string>;
  /** Only these sites; all where absent. */
  readonly sites?: readonly string[];
};

/**
 * What must change for the sites to be as the policy promises. Looks, and changes nothing: it needs the audit tokens only.
 * Throws ProxmoxError where a site cannot be looked at at all.
 */
export async function plan(ports: Ports, options: PlanOptions = {}): Promise<Planned> {
  return withSites(ports, (connected) => planConnected(ports, connected, options));
}

export type Connected = Pick<LoadedPolicy, 'locate'> & {
  readonly policy?: Policy;
  readonly findings: readonly Finding[];
  readonly file: string;
  readonly proxmox: ReadonlyMap<string, Proxmox>;
};

/** Loads the policy, opens each site for `work`, and closes them again. */
export async function withSites<T>(ports: Ports, work: (connected: Connected) => Promise<T>): Promise<T> {
  const { policy, findings, file, locate } = await ports.policySource.load();
  const usable = policy && !hasErrors(findings) ? policy : undefined;
  const proxmox = new Map((usable?.sites ?? []).map((site) => [site.name, ports.connect(site)]));
  try {
    return await work({ ...(usable && { policy: usable }), ...(locate && { locate }), findings, file, proxmox });
  } finally {
    for (const site of proxmox.values()) await site.close();
  }
}

/** The plan on a fresh look at sites that are open. */
export async function planConnected(ports: Ports, connected: Connected, { adopted, sites }: PlanOptions): Promise<Planned> {
  const { policy, findings, file, proxmox } = connected;
  if (!policy) return { outcome: 'invalid', findings, file };
  const unknown = unknownSites(policy, sites);
  if (unknown.length > 0) return { outcome: 'invalid', findings: unknown, file };
  const wanted = policy.sites.filter(({ name }) => sites === undefined || sites.includes(name));
  const actuals = await Promise.all(wanted.map(({ name }) => proxmox.get(name)!.observe()));
  const now = ports.clock.now();
  const drawn = drawPlan({
    policy,
    actuals,
    now,
    upkeep: (site) => upkeepOf(policy, site, now),
    ...(adopted && { adopted }),
  });
  const broken = proveTiers(policy, calendarFrom(now), false).tiers.flatMap((tier) => tier.findings);
  const unkept = withPlaces(
    broken.filter(({ severity }) => severity === 'error'),
    connected,
  );
  return { outcome: 'planned', policy, drawn, actuals, findings: [...findings, ...withPlaces(drawn.findings, connected)], unkept, file };
}
