import type { AccessPorts } from '#app/access.ts';
import { whoHasSession, type LoggedIn } from '#app/access-sessions.ts';
import { TOKEN_PREFIX, whoHasToken } from '#app/access-tokens.ts';
import { nameKey } from '#core/access/account.ts';
import type { ProxySettings } from '#core/policy/server.ts';
import type { ApiContext, Authenticate, Principal } from '../api/frame.ts';
import type { Reached } from './address.ts';
import { readCookie } from './cookie.ts';
import { makeProxyLogin } from './proxy.ts';

type Made = { readonly authenticate: Authenticate; readonly loggedIn: (context: ApiContext) => LoggedIn | undefined };

/**
 * Says who asks. A token counts before all else, and one that is not good is nobody, whatever cookie comes with it; then whom a trusted proxy names;
 * then the session of the cookie.
 */
export function makeAuthenticate(ports: AccessPorts, reach: (context: ApiContext) => Reached, proxy: ProxySettings | undefined): Made {
  const sessions = new WeakMap<Request, LoggedIn>();
  const byProxy = makeProxyLogin(ports, proxy);
  const ofCookie = async (context: ApiContext): Promise<LoggedIn | undefined> => {
    const secret = readCookie(context, 'session', reach(context));
    return secret === undefined ? undefined : whoHasSession(ports, secret);
  };
  return {
    loggedIn: ({ req }) => sessions.get(req.raw),
    authenticate: async (context): Promise<Principal | undefined> => {
      const [, bearer] = /^bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '') ?? [];
      if (bearer?.startsWith(TOKEN_PREFIX)) {
        const found = await whoHasToken(ports, bearer);
        return found && { name: found.account.name, role: found.role, via: 'token', scope: found.token.scope };
      }
      const named = byProxy.names(context, reach(context));
      const session = await ofCookie(context);
      if (named === undefined) {
        if (!session) return undefined;
        sessions.set(context.req.raw, session);
        return { name: session.account.name, role: session.account.role, via: session.via };
      }
      const account = await byProxy.account(named);
      if (!account) return undefined;
      if (session?.via === 'proxy' && nameKey(session.account.name) === nameKey(account.name)) sessions.set(context.req.raw, session);
      return { name: account.name, role: account.role, via: 'proxy' };
    },
  };
}
