import { arriveFrom } from '#app/access-arrival.ts';
import type { Log } from '#app/ports.ts';
import { mappedRole } from '#core/access/mapped-role.ts';
import type { OidcSettings } from '#core/policy/server.ts';
import type { Access } from '../../auth/access.ts';
import { readCookie, setCookie } from '../../auth/cookie.ts';
import type { Claims, Oidc } from '../../auth/oidc.ts';
import { API_BASE, type Api, type ApiContext } from '../frame.ts';
import type { LoginProblem } from '../schema/session.ts';

const TAG = 'Session';
const CALLBACK = '/oidc/callback';
/** A person may take so long at the issuer. */
const PENDING_SECONDS = 600;

/** Log-in by OpenID Connect: two redirects. What goes wrong is said by the page of the log-in, and in the log. */
export function addOidcRoutes(api: Api, access: Access, { oidc, settings, log }: OidcParts): void {
  const { ports, reach, entering } = access;

  /** Where the issuer sends the browser back to; it knows that address beforehand. */
  const redirectUri = (context: ApiContext): string => {
    const { host, tls } = reach(context);
    return `${access.settings.publicUrl ?? `${tls ? 'https' : 'http'}://${host}`}${API_BASE}${CALLBACK}`;
  };

  const refused = (context: ApiContext, problem: LoginProblem, why: string, fields: Readonly<Record<string, unknown>> = {}): Response => {
    log.warn(`a log-in by OpenID Connect came to nothing: ${why}`, { from: reach(context).address, ...fields });
    return redirect(`/?problem=${problem}`, [setCookie('oidc', '', reach(context), 0)]);
  };

  api.route(
    { method: 'get', path: '/oidc/login', role: 'anyone', tag: TAG, summary: 'Go to the issuer to log in', status: 302 },
    async ({ context }) => {
      try {
        const { url, pending } = await oidc.begin(redirectUri(context));
        return redirect(url, [setCookie('oidc', pending, reach(context), PENDING_SECONDS)]);
      } catch (error) {
        return refused(context, 'unreachable', 'the issuer could not be asked', explain(error));
      }
    },
  );

  api.route(
    { method: 'get', path: CALLBACK, role: 'anyone', tag: TAG, summary: 'Come back from the issuer', status: 302 },
    async ({ context }) => {
      const pending = readCookie(context, 'oidc', reach(context));
      if (pending === undefined) return refused(context, 'refused', 'this browser did not begin it, or took longer than ten minutes');
      let claims: Claims;
      try {
        claims = await oidc.finish({ redirectUri: redirectUri(context), search: new URL(context.req.url).search, pending });
      } catch (error) {
        return refused(context, 'refused', 'the issuer did not vouch for it', explain(error));
      }
      const { subject, groups } = claims;
      const name = claims.name ?? subject;
      const role = mappedRole(groups, settings.roles);
      if (role === undefined) return refused(context, 'no-role', 'no group has a role here', { name, groups });
      const account = await arriveFrom(ports, { issuer: settings.issuer, subject, name, role });
      if (account === 'disabled') return refused(context, 'disabled', 'the account is disabled', { name });
      if (typeof account === 'string')
        return refused(context, 'name-taken', 'the name is no name for an account, or another has it', { name });
      const { cookie } = await entering.enter(context, account.name, 'oidc');
      return redirect('/', [cookie, setCookie('oidc', '', reach(context), 0)]);
    },
  );
}

export type OidcParts = { readonly oidc: Oidc; readonly settings: OidcSettings; readonly log: Pick<Log, 'warn'> };

function redirect(location: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store' });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 302, headers });
}

/** What an error says, and the error below it; never what it carries. */
function explain(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { because: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { because: error.message, ...code, ...(error.cause instanceof Error ? { cause: error.cause.message } : {}) };
}
