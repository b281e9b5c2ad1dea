import type { Examination, Examiner } from '#app/ports.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { PveAccess, SecretRef, Site } from '#core/policy/policy.ts';
import { showCertificate } from './certificate.ts';
import { openHttp, tokenId, type Http } from './http.ts';
import { attempt, mapLimited } from './part.ts';
import { listResources } from './pve-guests.ts';
import { getNodeTime, getRights, getVersion } from './pve.ts';
import { readLogin, type SiteOptions } from './site.ts';

type Login = Pick<Examination, 'product' | 'server' | 'login'> & { readonly access: PveAccess; readonly ref: SecretRef };

/**
 * Asks every server of a site with every login the policy names for it. Changes nothing.
 * @param waitSeconds  wait before asking: PBS takes up to five seconds until a grant works
 */
export async function examineSite(
  site: Site,
  options: SiteOptions,
  { waitSeconds, logins }: Parameters<Examiner['examine']>[1],
): Promise<Examination[]> {
  if (waitSeconds > 0) await new Promise((resolve) => setTimeout(resolve, waitSeconds * 1000));
  const wanted = loginsOf(site).filter(({ login }) => !logins || logins.includes(login));
  return mapLimited(wanted, 4, (login) => examineLogin(site, login, options));
}

function loginsOf(site: Site): Login[] {
  const [first] = site.pbs;
  const backup = site.storages?.backupToken;
  const { retryToken: retry, pressureToken: pressure } = site.pve;
  return [
    ...logins('pve', 'pve', site.pve),
    ...(retry ? [{ product: 'pve' as const, server: 'pve', login: 'retryToken' as const, access: site.pve, ref: retry }] : []),
    ...(pressure ? [{ product: 'pve' as const, server: 'pve', login: 'pressureToken' as const, access: site.pve, ref: pressure }] : []),
    ...site.pbs.flatMap((access) => logins('pbs', access.name, access)),
    ...(first && backup
      ? [{ product: 'pbs' as const, server: first.name, login: 'backupToken' as const, access: first, ref: backup }]
      : []),
  ];
}

function logins(product: 'pve' | 'pbs', server: string, access: PveAccess): Login[] {
  return [
    { product, server, login: 'token', access, ref: access.token },
    ...(access.applyToken ? [{ product, server, login: 'applyToken' as const, access, ref: access.applyToken }] : []),
  ];
}

async function examineLogin(site: Site, { product, server, login, access, ref }: Login, options: SiteOptions): Promise<Examination> {
  const { urls, fingerprint } = access;
  const token = (): Promise<string> => readLogin(options, site.name, server, ref);
  const others = login === 'token' && urls.length > 1 ? { others: await Promise.all(urls.slice(1).map(showAddress)) } : {};
  const base = { product, server, url: urls[0], login, ...others };
  const certificate = await attempt(showCertificate(urls[0]));
  const http = openHttp({ product, name: server, urls, token, ...(fingerprint === undefined ? {} : { fingerprint }), ...options.http });
  try {
    const id = tokenId(await token());
    const version = await getVersion(http);
    const [rights, hosts] = await Promise.all([getRights(http), hostsOf(http, options.now)]);
    return { ...base, ...(certificate ? { certificate } : {}), ...(id === undefined ? {} : { tokenId: id }), version, rights, hosts };
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    return { ...base, ...(certificate ? { certificate } : {}), trouble: error, hosts: [] };
  } finally {
    await http.close();
  }
}

/** Fail-over is worth what its addresses are worth. */
async function showAddress(url: string): Promise<NonNullable<Examination['others']>[number]> {
  try {
    return { url, certificate: await showCertificate(url) };
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    return { url, trouble: error };
  }
}

async function hostsOf(http: Http, now: () => number): Promise<Examination['hosts']> {
  const names =
    http.product === 'pbs'
      ? ['localhost']
      : ((await attempt(listResources(http)))?.nodes ?? []).filter(({ online }) => online).map(({ name }) => name);
  const hosts = await mapLimited(names, 4, async (name) => {
    const time = await attempt(getNodeTime(http, name));
    return time ? [{ name: http.product === 'pbs' ? http.name : name, timeZone: time.timeZone, clockAheadSeconds: time.at - now() }] : [];
  });
  return hosts.flat();
}
