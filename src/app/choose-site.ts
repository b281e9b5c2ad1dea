import type { Finding } from '#core/finding.ts';
import type { Policy, Site } from '#core/policy/policy.ts';

/** Why there is no site to work on. */
export type SiteChoice =
  | { readonly outcome: 'invalid'; readonly findings: readonly Finding[] }
  | { readonly outcome: 'no-site'; readonly wanted?: string; readonly known: readonly string[] };

/** The site that was named, or the only one there is. */
export function chooseSite(policy: Policy, wanted?: string): { readonly outcome: 'site'; readonly site: Site } | SiteChoice {
  const site = wanted === undefined ? (policy.sites.length === 1 ? policy.sites[0] : undefined) : policy.sites.find(({ name }) => name === wanted); // prettier-ignore
  if (site) return { outcome: 'site', site };
  return { outcome: 'no-site', ...(wanted === undefined ? {} : { wanted }), known: policy.sites.map(({ name }) => name) };
}
