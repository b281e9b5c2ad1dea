import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../api/frame.ts';
import { problemResponse, refuse } from '../api/problem.ts';
import type { Reached } from './address.ts';

/**
 * Refuses requests for a name that is not ours. A hostile page can give its own name our address (DNS rebinding) and would then be of one origin with
 * us; an address in the place of a name cannot be rebound.
 */
export function makeHostGuard(
  reach: (context: Parameters<MiddlewareHandler<ApiEnv>>[0]) => Reached,
  names: readonly string[],
): MiddlewareHandler<ApiEnv> {
  const ours = new Set(names.map((name) => name.toLowerCase()));
  return async (context, next) => {
    const name = hostName(reach(context).host);
    const known = name !== '' && (isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || name === 'localhost' || ours.has(name));
    if (known) return next();
    return problemResponse(
      refuse('wrong-host', {
        detail: `nothing here is called "${name}"`,
        fix: `if this is its name, say so in the policy:\n    server: { hosts: ["${name}"] }`,
      }),
    );
  };
}

/** Without the port; of what is no host at all the empty text. */
export function hostName(host: string): string {
  return /^(\[[0-9a-f:.]+\]|[^:[\]/\s]+)(?::\d+)?$/.exec(host)?.[1] ?? '';
}
