import type { MiddlewareHandler } from 'hono';
import type { LoggedIn } from '#app/access-sessions.ts';
import type { Credentials } from '#app/ports.ts';
import { API_BASE, type ApiContext, type ApiEnv } from '../api/frame.ts';
import { problemResponse, refuse } from '../api/problem.ts';
import type { Reached } from './address.ts';
import { isForeign, isUnsafe } from './origin.ts';

/** What logs in brings its own proof, and a page that comes to it may hold a session that is just over. */
const BEFORE_LOG_IN = new Set([`${API_BASE}/session`, `${API_BASE}/setup`]);

type Parts = {
  readonly credentials: Pick<Credentials, 'same'>;
  readonly reach: (context: ApiContext) => Reached;
  readonly loggedIn: (context: ApiContext) => LoggedIn | undefined;
  readonly publicUrl: string | undefined;
};

/**
 * Refuses what another page made a browser send. A browser adds cookies, and a proxy its header, to whatever a page sends; so that what changes
 * something must come from our own page, and with the token that only that page can know. Whoever sends an API token says so itself.
 */
export function makeCsrfGuard({ credentials, reach, loggedIn, publicUrl }: Parts): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const principal = context.get('principal');
    if (!isUnsafe(context) || principal?.via === 'token') return next();
    if (isForeign(context, reach(context), publicUrl))
      return problemResponse(
        refuse('foreign-page', {
          detail: `it came from ${context.req.header('origin') ?? 'a page of another site'}`,
          fix: 'use the address of Holdfast itself; behind a proxy, name that address in the policy:\n    server: { publicUrl: "https://holdfast.example.org" }',
        }),
      );
    if (!principal || (context.req.method === 'POST' && BEFORE_LOG_IN.has(context.req.path))) return next();
    const [wanted, given] = [loggedIn(context)?.csrf, context.req.header('x-csrf-token')];
    if (wanted !== undefined && given !== undefined && credentials.same(wanted, given)) return next();
    return problemResponse(
      refuse('no-csrf-token', {
        detail: given === undefined ? 'X-CSRF-Token is missing' : 'X-CSRF-Token is not the one of this session',
        fix: `ask for it anew and try again:\n    GET ${API_BASE}/session`,
      }),
    );
  };
}
