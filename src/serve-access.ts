import { offerSetup } from '#app/access-setup.ts';
import type { AccessPorts } from '#app/access.ts';
import type { Log } from '#app/ports.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { DEFAULT_SERVER, type ServerSettings } from '#core/policy/server.ts';
import type { SecretRef } from '#core/policy/policy.ts';
import type { ApiParts } from '#server/api/api.ts';
import type { Api } from '#server/api/frame.ts';
import { addOidcRoutes } from '#server/api/routes/oidc.ts';
import { addSessionRoutes } from '#server/api/routes/session.ts';
import { addTokenRoutes } from '#server/api/routes/tokens.ts';
import { addUserRoutes } from '#server/api/routes/users.ts';
import { makeAccess, type Access } from '#server/auth/access.ts';
import { makeOidc } from '#server/auth/oidc.ts';

/* What `serve` is wired from so that it knows who asks. It decides nothing. */

type Parts = {
  readonly ports: AccessPorts;
  readonly settings: ServerSettings | undefined;
  /** The name or address listened on. */
  readonly host: string;
  readonly log: Log;
  readonly readSecret: (ref: SecretRef) => Promise<string>;
  readonly version: string;
};

export type Wired = Pick<ApiParts, 'authenticate' | 'guards' | 'areas'> & {
  readonly everywhere: Access['everywhere'];
  /** Prints the setup link where nobody can log in yet. `url`: where it listens. */
  readonly tellSetup: (url: string) => Promise<void>;
};

/** What the API and every page ask of who is there, by the settings as they are at the start. */
export function wireAccess({ ports, settings = DEFAULT_SERVER, host, log, readSecret, version }: Parts): Wired {
  const access = makeAccess({ ports, settings, host });
  const { authenticate, guards, everywhere } = access;
  const oidcArea = ({ oidc }: ServerSettings): ((api: Api) => void)[] => {
    if (!oidc) return [];
    const { clientSecret } = oidc;
    const login = makeOidc(oidc, async () => (clientSecret === undefined ? undefined : readSecret(clientSecret)));
    return [(api) => addOidcRoutes(api, access, { oidc: login, settings: oidc, log })];
  };
  return {
    authenticate,
    guards,
    everywhere,
    areas: [
      (api) => addSessionRoutes(api, access, { version }),
      (api) => addUserRoutes(api, access),
      (api) => addTokenRoutes(api, access),
      ...oidcArea(settings),
    ],
    tellSetup: (url) => tellSetup(ports, log, settings.publicUrl ?? url),
  };
}

/** The secret stands behind the `#`: a browser sends that to nobody, so that no log of a proxy has it. */
async function tellSetup(ports: AccessPorts, log: Log, url: string): Promise<void> {
  try {
    const secret = await offerSetup(ports);
    if (secret === undefined) return;
    log.info(`nobody can log in yet; make the first account, within 24 hours, at ${url}/setup#${secret}`);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.warn('the first account cannot be made now: the link for it comes with the next start', { because: error.message });
  }
}
