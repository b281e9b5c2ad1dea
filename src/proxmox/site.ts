import type { Proxmox } from '#app/ports.ts';
import type { Finding } from '#core/finding.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { PveAccess, SecretRef, Site } from '#core/policy/policy.ts';
import type { UnixSeconds } from '#core/units.ts';
import { carryOut } from './carry-out.ts';
import { openHttp, type Http, type HttpOptions } from './http.ts';
import { observeSite, type SiteClients } from './observe.ts';
import { noLogin, protectorOf } from './protect.ts';
import { repeaterOf } from './repeat.ts';
import { getTaskLog } from './pve.ts';
import { switchJob } from './suspend.ts';
import { pulseSite } from './pulse.ts';

export type SiteOptions = {
  readonly now: () => UnixSeconds;
  /** Reads a secret anew, or says why it cannot; `at` is where the policy names it. */
  readonly readSecret: (ref: SecretRef, at: string) => Promise<{ readonly secret: string } | { readonly finding: Finding }>;
  /** Longest that one look may take; what was not read by then is unknown. */
  readonly lookSeconds?: number;
  /** For tests and measurements. */
  readonly http?: Pick<HttpOptions, 'ca' | 'limits' | 'onCall'>;
};

/** Ten thousand guests take a minute from a near server and some from a far one. */
const LOOK_SECONDS = 1200;

/**
 * A site's servers. Watching uses `token`, writing `applyToken`, and no secret is read before its first use: a process that
 * only watches never holds what could change anything; one that protects holds the storages' backup token, one that repeats `retryToken`, one that suspends `pressureToken`. A secret that cannot be read fails the calls that need it, no others.
 */
export function connectSite(site: Site, options: SiteOptions): Proxmox {
  const opened: Http[] = [];
  let lookEnds: AbortSignal | undefined;
  let requests = 0;
  const watching = once(() => openClients('token'));
  const writing = once(() => openClients('applyToken'));
  const protecting = new Map<string, Http>();

  function open(product: 'pve' | 'pbs', name: string, access: PveAccess & { readonly login: SecretRef; readonly ends?: boolean }): Http {
    const http = openHttp({
      ...httpOptions(product, name, access),
      token: () => readLogin(options, site.name, name, access.login),
      ...options.http,
      onCall: (call) => {
        requests += 1;
        options.http?.onCall?.(call);
      },
      ...(access.ends ? { signal: () => lookEnds } : {}),
    });
    opened.push(http);
    return http;
  }

  function openClients(login: 'token' | 'applyToken'): SiteClients {
    const as = (access: PveAccess) => ({ ...access, login: access[login] ?? access.token, ends: login === 'token' });
    const pbs = site.pbs.map((access) => ({ access, http: open('pbs', access.name, as(access)) }));
    return { pve: open('pve', 'pve', as(site.pve)), pbs };
  }

  function openProtecting(server: string): Http {
    const known = protecting.get(server);
    if (known) return known;
    const access = site.pbs.find(({ name }) => name === server);
    const login = site.storages?.backupToken;
    if (!access || !login) throw noLogin(server);
    const http = open('pbs', server, { ...access, login });
    protecting.set(server, http);
    return http;
  }

  function pbsOf(server: string): Http {
    const pbs = watching().pbs.find(({ access }) => access.name === server);
    if (!pbs) throw new Error(`the site has no PBS ${server}`);
    return pbs.http;
  }

  const retrying = once(() => {
    const login = site.pve.retryToken;
    return login && { pve: open('pve', 'pve', { ...site.pve, login }), secret: () => readLogin(options, site.name, 'pve', login) };
  });

  const suspending = once(() => {
    const login = site.pve.pressureToken;
    return login && open('pve', 'pve', { ...site.pve, login });
  });

  return {
    observe: async (previous) => {
      lookEnds = AbortSignal.timeout((options.lookSeconds ?? LOOK_SECONDS) * 1000);
      return observeSite(site, watching(), { now: options.now, previous });
    },
    pulse: async () => pulseSite(watching()),
    taskLog: async (server, upid) => getTaskLog(pbsOf(server), 'localhost', upid),
    requests: () => requests,
    ...protectorOf(openProtecting),
    ...repeaterOf({ watching: () => ({ pve: watching().pve, pbsOf }), retrying, protecting: openProtecting }),
    switchJob: async (change) => switchJob(suspending(), change),
    carryOut: async (step) => carryOut(step, { site, clients: writing(), readSecret: (ref) => readLogin(options, site.name, 'pve', ref) }),
    close: async () => void (await Promise.all(opened.map((http) => http.close()))),
  };
}

/** A login's secret; one that cannot be read is a login that is refused. */
export async function readLogin({ readSecret }: SiteOptions, site: string, server: string, ref: SecretRef): Promise<string> {
  const found = await readSecret(ref, `sites.${site}`);
  if ('secret' in found) return found.secret;
  const { problem, fix } = found.finding;
  throw new ProxmoxError('refused', { server, call: 'log in', detail: problem, fix });
}

function httpOptions(
  product: 'pve' | 'pbs',
  name: string,
  { urls, fingerprint }: PveAccess,
): Pick<HttpOptions, 'product' | 'name' | 'urls' | 'fingerprint'> {
  return { product, name, urls, ...(fingerprint === undefined ? {} : { fingerprint }) };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
