import type { MiddlewareHandler } from 'hono';
import type { AccessPorts } from '#app/access.ts';
import type { LoggedIn } from '#app/access-sessions.ts';
import type { ServerSettings } from '#core/policy/server.ts';
import type { ApiContext, ApiEnv, Authenticate } from '../api/frame.ts';
import { makeReach, type Reached } from './address.ts';
import { makeAuthenticate } from './authenticate.ts';
import { makeCsrfGuard } from './csrf.ts';
import { makeEntering, type Entering } from './entering.ts';
import { makeFailedLogins, type FailedLogins } from './failed-logins.ts';
import { securityHeaders } from './headers.ts';
import { makeHostGuard } from './host.ts';
import { makeThrottle, type Throttle } from './throttle.ts';

export type AccessOptions = {
  readonly ports: AccessPorts;
  readonly settings: ServerSettings;
  /** The name or address listened on. */
  readonly host: string;
};

/** Who may: what the frame of the API asks, and what its routes of sessions, users and tokens share. */
export type Access = {
  readonly ports: AccessPorts;
  readonly settings: ServerSettings;
  readonly reach: (context: ApiContext) => Reached;
  readonly authenticate: Authenticate;
  /** The log-in that a request came with; undefined for tokens, and before a page behind a proxy asked for its session. */
  readonly loggedIn: (context: ApiContext) => LoggedIn | undefined;
  /** For every route of the API, in this order, when it is known who asks. */
  readonly guards: readonly MiddlewareHandler<ApiEnv>[];
  /** For everything a browser may ask for, pages too: before all else. */
  readonly everywhere: readonly MiddlewareHandler<ApiEnv>[];
  readonly entering: Entering;
  readonly throttle: Throttle;
  readonly failedLogins: FailedLogins;
};

/** Wires the checks of one server by its settings as they were at the start. */
export function makeAccess({ ports, settings, host }: AccessOptions): Access {
  const { publicUrl, proxy, hosts } = settings;
  const now = ports.clock.now;
  const reach = makeReach({ trusted: proxy?.trusted ?? [], publicUrl });
  const { authenticate, loggedIn } = makeAuthenticate(ports, reach, proxy);
  const names = [host, ...hosts, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
  return {
    ports,
    settings,
    reach,
    authenticate,
    loggedIn,
    guards: [makeCsrfGuard({ credentials: ports.credentials, reach, loggedIn, publicUrl })],
    everywhere: [securityHeaders(reach), makeHostGuard(reach, names)],
    entering: makeEntering(ports, reach),
    throttle: makeThrottle(now),
    failedLogins: makeFailedLogins(ports),
  };
}
