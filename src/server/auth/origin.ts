import type { ApiContext } from '../api/frame.ts';
import type { Reached } from './address.ts';

/** Methods that change nothing. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request may change something, by its method. */
export function isUnsafe({ req }: ApiContext): boolean {
  return !SAFE.has(req.method);
}

/**
 * Whether a browser says that another page than ours sent this. A client that says nothing at all is no browser of this decade: what protects
 * there is the token of the session.
 */
export function isForeign({ req }: ApiContext, { host, tls }: Reached, publicUrl: string | undefined): boolean {
  const site = req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return true;
  const origin = req.header('origin');
  if (origin === undefined) return false;
  if (publicUrl !== undefined && origin === new URL(publicUrl).origin) return false;
  const from = URL.parse(origin);
  // Behind a proxy that ends TLS and does not say so, the scheme is not known here; the name and the port are.
  return from === null || from.host !== host.replace(tls ? /:443$/ : /:80$/, '') || (tls && from.protocol !== 'https:');
}
