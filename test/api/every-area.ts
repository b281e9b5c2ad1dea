import { makeNews } from '#app/news.ts';
import type { Log } from '#app/ports.ts';
import { watchAreas } from '#server/api/areas.ts';
import type { Api } from '#server/api/frame.ts';
import { changesRoutes } from '#server/api/routes/changes.ts';
import { addOidcRoutes } from '#server/api/routes/oidc.ts';
import { planRoutes } from '#server/api/routes/plan.ts';
import { policyRoutes } from '#server/api/routes/policy.ts';
import { settingsRoutes } from '#server/api/routes/settings.ts';
import type { Access } from '#server/auth/access.ts';

const none = {} as never;
const unused = () => {
  throw new Error('no handler is reached here');
};

/** Declares every route that is not of the access itself, with handlers that are never to be reached: what they would call is not there. */
export function everyArea(api: Api, access: Access, log: Pick<Log, 'warn'>): void {
  for (const area of [
    ...watchAreas(none, makeNews(), new AbortController().signal),
    settingsRoutes(none, none),
    policyRoutes(none),
    planRoutes(none),
    changesRoutes(none),
  ])
    area(api);
  addOidcRoutes(api, access, { oidc: { begin: unused, finish: unused }, settings: none, log });
}
