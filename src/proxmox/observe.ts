import type { Actual, PbsActual } from '#core/world/actual.ts';
import type { PbsAccess, Site } from '#core/policy/policy.ts';
import type { Rights } from '#core/rights/rights.ts';
import type { UnixSeconds } from '#core/units.ts';
import type { Http } from './http.ts';
import { observePbs } from './observe-pbs.ts';
import { observePve } from './observe-pve.ts';
import { attempt, known, type Look } from './part.ts';
import { getRights } from './pve.ts';

export type SiteClients = {
  readonly pve: Http;
  readonly pbs: readonly { readonly access: PbsAccess; readonly http: Http }[];
};

/**
 * One look at a whole site. Never throws for what a server does: what could not be read is unknown, with the reason.
 * With `previous` only what may have changed is asked again; `asOf` is the instant the look began.
 */
export async function observeSite(
  site: Site,
  clients: SiteClients,
  { now, previous }: { readonly now: () => UnixSeconds; readonly previous?: Actual | undefined },
): Promise<Actual> {
  const asOf = now();
  const previousAt = previous?.asOf;
  const pve = observePve(clients.pve, await lookAt(clients.pve), previous?.pve, previousAt);
  const storages = pve.storages.then((part) => known(part) ?? []);
  const pbs = await Promise.all(
    clients.pbs.map(async ({ access, http }): Promise<PbsActual> => {
      const before = previous?.pbs.find(({ name }) => name === access.name);
      return observePbs(http, await lookAt(http), { access, storages, previous: before, previousAt });
    }),
  );
  return { site: site.name, asOf, pve: await pve.whole, pbs };

  async function lookAt(http: Http): Promise<Look> {
    return { asOf, now, rights: await rightsOf(http) };
  }
}

/** Undefined where the server would not say: then no empty list counts as empty. */
async function rightsOf(http: Http): Promise<Rights | undefined> {
  return attempt(getRights(http));
}
