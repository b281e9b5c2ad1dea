import { grantCommands, type Grants } from '#core/rights/grants.ts';
import type { Purpose, RightsScope } from '#core/rights/needed.ts';
import { rightsScope } from '#core/rights/scope.ts';
import type { Finding } from '#core/finding.ts';
import type { Ports } from './ports.ts';

export type SiteGrants = { readonly site: string; readonly grants: readonly Grants[] };

export type GrantsResult =
  | { readonly outcome: 'invalid'; readonly findings: readonly Finding[] }
  | { readonly outcome: 'no-site'; readonly known: readonly string[] }
  | { readonly outcome: 'granted'; readonly purpose: Purpose; readonly sites: readonly SiteGrants[] };

export type GrantsOptions = {
  readonly purpose: Purpose;
  readonly site?: string;
  /** Stands in for a policy that is yet to be written: the tokens come first. */
  readonly standIn?: { readonly datastore: string; readonly namespace: string };
};

/** The commands that give a purpose its token. Asks no server. */
export async function grants(ports: Pick<Ports, 'policySource'>, { purpose, site, standIn }: GrantsOptions): Promise<GrantsResult> {
  if (standIn) {
    const scope: RightsScope = { site: { places: 'holdfast', pbs: [{ name: 'pbs', ...standIn }] } };
    return { outcome: 'granted', purpose, sites: [{ site: site ?? 'site', grants: grantCommands(purpose, scope) }] };
  }
  const { policy, findings } = await ports.policySource.load();
  if (!policy) return { outcome: 'invalid', findings };
  const sites = policy.sites.filter(({ name }) => site === undefined || name === site);
  if (sites.length === 0) return { outcome: 'no-site', known: policy.sites.map(({ name }) => name) };
  return {
    outcome: 'granted',
    purpose,
    sites: sites.map((one) => ({ site: one.name, grants: grantCommands(purpose, rightsScope(policy, one)) })),
  };
}
