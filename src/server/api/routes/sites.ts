import type { Examined } from '#app/doctor.ts';
import { missingRights } from '#app/doctor-findings.ts';
import type { Live } from '#app/live.ts';
import { sitesOf, type SiteHealth } from '#app/sites.ts';
import { z } from 'zod';
import type { Api } from '../frame.ts';
import { refuse } from '../problem.ts';
import { siteName } from '../schema/common.ts';
import { siteHealth, sitesPage, type SiteHealth as SiteHealthJson } from '../schema/watch.ts';
import { findingOf } from '../shapes.ts';

/** How sites and servers are seen, and the examination of their logins on demand. */
export function sitesRoutes(live: Live): (api: Api) => void {
  const sites = sitesOf(live);
  return (api) => {
    const about = { tag: 'Sites' } as const;
    api.route(
      { ...about, method: 'get', path: '/sites', role: 'viewer', summary: 'How each site and its servers are seen', answer: sitesPage },
      async () => ({ sites: (await sites.list()).map(shape) }),
    );
    api.route(
      {
        ...about,
        method: 'post',
        path: '/sites/{site}/examine',
        role: 'operator',
        summary: 'Ask each server of a site now, as `holdfast doctor` does, with the logins the daemon has',
        params: z.object({ site: siteName }),
        answer: siteHealth,
      },
      async ({ params: { site } }) => {
        const health = await sites.examine(site);
        return health ? shape(health) : refuse('not-found', { detail: `the policy has no site "${site}"` });
      },
    );
  };
}

function shape({ site, source, watched, versions, findings, examined }: SiteHealth): SiteHealthJson {
  const servers = [
    { server: 'pve', product: 'pve' as const, access: site.pve },
    ...site.pbs.map((pbs) => ({ server: pbs.name, product: 'pbs' as const, access: pbs })),
  ];
  const { look } = watched ?? {};
  return {
    site: site.name,
    timeZone: site.timeZone,
    state: source.state,
    because: source.because,
    whole: source.whole,
    requests: watched?.requests ?? 0,
    ...(look && { lastLook: look }),
    ...(watched?.completeAt !== undefined && { completeAt: watched.completeAt }),
    servers: servers.map(({ server, product, access }) => {
      const silent = source.silent.find((one) => one.server === server);
      const logins = examined?.logins.filter((one) => one.server === server && one.checked.examination.product === product);
      const hosts = logins?.find(({ checked }) => checked.examination.hosts.length > 0)?.checked.examination.hosts;
      const certificate = logins?.find(({ checked }) => checked.examination.certificate)?.checked.examination.certificate;
      const version = versions.get(server);
      return {
        server,
        product,
        url: access.urls[0],
        ...(look && source.from === 'look' && { answers: silent === undefined }),
        ...(silent && { because: silent.because }),
        ...(version !== undefined && { version }),
        ...(certificate && { fingerprint: certificate.fingerprint }),
        ...(hosts && { hosts: [...hosts] }),
        ...(logins && { logins: logins.map(loginOf) }),
      };
    }),
    findings: findings.map(findingOf),
    ...(examined && { examinedAt: examined.at }),
  };
}

function loginOf({ login, checked }: Examined): NonNullable<SiteHealthJson['servers'][number]['logins']>[number] {
  const { tokenId } = checked.examination;
  return { login, ...(tokenId !== undefined && { tokenId }), ...verdictOf(checked) };
}

/** Bad only by the server's own word: of one that did not answer nobody knows. */
function verdictOf(checked: Examined['checked']): { good?: boolean; because: string } {
  const { trouble } = checked.examination;
  if (trouble) return { ...((trouble.kind === 'refused' || trouble.kind === 'forbidden') && { good: false }), because: trouble.detail };
  const missing = missingRights(checked);
  if (missing.length > 0)
    return { good: false, because: `it lacks ${missing.map(({ privilege, path }) => `${privilege} on ${path}`).join(', ')}` };
  if (checked.needed.some(({ held }) => held === undefined)) return { because: 'the server would not say what it may' };
  return { good: true, because: 'it has every right it needs' };
}
