import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../api/frame.ts';
import type { Reached } from './address.ts';

/**
 * What a page of ours may load: only what comes from here. The parts of the dashboard (Mantine, ECharts, CodeMirror) set style attributes, so that
 * styles may stand inline; scripts never may.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

/** A year, as browsers want it. */
const HSTS = 'max-age=31536000';

/** Puts the headers on every answer, errors too. What a handler set itself stays. */
export function securityHeaders(reach: (context: Parameters<MiddlewareHandler<ApiEnv>>[0]) => Reached): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
    if (reach(context).tls) headers.set('strict-transport-security', HSTS);
  };
}
