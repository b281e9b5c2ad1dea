import { getCookie } from 'hono/cookie';
import type { ApiContext } from '../api/frame.ts';
import type { Reached } from './address.ts';

/** `session` holds a log-in, `oidc` one that is under way at the issuer. */
type Kind = 'session' | 'oidc';

/** Behind TLS the name itself makes the browser refuse a cookie that another host, or a page without TLS, set. */
function cookieName(kind: Kind, tls: boolean): string {
  const name = kind === 'session' ? 'holdfast' : 'holdfast-login';
  return tls ? `__Host-${name}` : name;
}

/** The secret in our cookie; undefined where there is none, or one that no secret of ours is as long as. */
export function readCookie(context: ApiContext, kind: Kind, { tls }: Reached): string | undefined {
  const value = getCookie(context, cookieName(kind, tls));
  return value === undefined || value === '' || value.length > 500 ? undefined : value;
}

/**
 * The header that sets a cookie, or with an empty value takes it away. No script reads it, and it comes only with requests from our own pages; but a
 * log-in at the issuer comes back from there, so that its cookie must come with a link.
 */
export function setCookie(kind: Kind, value: string, { tls }: Reached, maxAgeSeconds: number): string {
  const parts = [
    `${cookieName(kind, tls)}=${value}`,
    'Path=/',
    'HttpOnly',
    `SameSite=${kind === 'session' ? 'Strict' : 'Lax'}`,
    `Max-Age=${value === '' ? 0 : maxAgeSeconds}`,
    ...(tls ? ['Secure'] : []),
  ];
  return parts.join('; ');
}
