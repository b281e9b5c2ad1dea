import { tellingAccounts } from '#app/access-news.ts';
import type { Live } from '#app/live.ts';
import type { News } from '#app/news.ts';
import type { ServeOptions } from '#cli/command.ts';
import { makeApi } from '#server/api/api.ts';
import { watchAreas } from '#server/api/areas.ts';
import { settingsRoutes } from '#server/api/routes/settings.ts';
import { wireAccess, type Wired } from './serve-access.ts';
import { wireChanges, type WiredChanges } from './serve-changes.ts';
import type { ServeParts } from './serve-parts.ts';

/* What the API of `serve` is wired from. It decides nothing. */

type Running = {
  readonly live: Live;
  readonly news: News;
  readonly replica: string;
  /** Aborted when the process ends: nobody is told of news any more. */
  readonly closed: AbortSignal;
  /** The policy was written: read it. */
  readonly reload: () => void;
};

type WiredApi = Pick<Wired, 'everywhere' | 'tellSetup'> &
  Pick<WiredChanges, 'changes' | 'load'> & { readonly api: ReturnType<typeof makeApi> };

/** The API of a daemon that runs, and what else comes from its wiring: who is there, and what may be changed. */
export function wireApi(
  parts: ServeParts,
  { policy, host, port }: ServeOptions,
  { live, news, replica, closed, reload }: Running,
): WiredApi {
  const { ports, editor, applier, log, version, where } = parts;
  const accounts = tellingAccounts(parts.accounts, () => news.announce(['audit']));
  const { tellSetup, everywhere, ...access } = wireAccess({
    ...parts,
    ports: { ...parts, ...ports, accounts },
    settings: policy.server,
    host,
  });
  const waitingSeconds = policy.server?.waitingSeconds;
  const { changes, load, ...edit } = wireChanges({ ports, editor, applier, accounts, live, log, replica, waitingSeconds, reload });
  const settings = settingsRoutes(live, {
    listen: `${host}:${port}`,
    where,
    policyFile: async () => (await ports.policySource.load()).file,
    server: policy.server,
  });
  const areas = [...access.areas, ...watchAreas(live, news, closed), settings, ...edit.areas];
  return { api: makeApi({ ...access, log, version, areas }), everywhere, tellSetup, changes, load };
}
