import type { Proxmox } from '#app/ports.ts';
import type { PveAccess, SecretRef, Site } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import { carryOut } from './carry-out.ts';
import { openHttp, type Http, type HttpOptions } from './http.ts';
import { observeSite, type SiteClients } from './observe.ts';

export type SiteOptions = {
  readonly now: () => UnixSeconds;
  readonly readSecret: (ref: SecretRef) => Promise<string>;
  /** For tests and measurements. */
  readonly http?: Pick<HttpOptions, 'ca' | 'limits' | 'onCall'>;
};

/**
 * A site's servers. Watching uses `token`, writing `applyToken`, and neither secret is read before its first use:
 * a process that only watches never holds what could change anything.
 */
export function connectSite(site: Site, options: SiteOptions): Proxmox {
  const opened: Http[] = [];
  const watching = once(() => openClients((access) => access.token));
  const writing = once(() => openClients((access) => access.applyToken ?? access.token));

  async function openClients(token: (access: PveAccess) => SecretRef): Promise<SiteClients> {
    const pve = await open('pve', 'pve', site.pve, token(site.pve));
    const pbs = await Promise.all(
      site.pbs.map(async (access) => ({ access, http: await open('pbs', access.name, access, token(access)) })),
    );
    return { pve, pbs };
  }

  async function open(product: 'pve' | 'pbs', name: string, access: PveAccess, ref: SecretRef): Promise<Http> {
    const { urls, fingerprint } = access;
    const token = await options.readSecret(ref);
    const http = openHttp({ product, name, urls, token, ...(fingerprint === undefined ? {} : { fingerprint }), ...options.http });
    opened.push(http);
    return http;
  }

  return {
    observe: async (previous) => observeSite(site, await watching(), { now: options.now, previous }),
    carryOut: async (step) => carryOut(step, { site, clients: await writing(), readSecret: options.readSecret }),
    close: async () => void (await Promise.all(opened.map((http) => http.close()))),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
