import { serve } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import { makeApp, type AppOptions } from './app.ts';

export type Listening = { readonly url: string; readonly close: () => Promise<void> };

/**
 * Listens on `host:port`, port 0 being any free one. Rejects with the system's own error where that is not possible: `EADDRINUSE`,
 * `EACCES`, `EADDRNOTAVAIL`.
 */
export async function startServer(options: AppOptions & { readonly host: string; readonly port: number }): Promise<Listening> {
  const { host, port, ...rest } = options;
  const app = makeApp(rest);
  return new Promise((resolve, reject) => {
    // A client that sends a byte a minute holds a connection for ten seconds, and no longer.
    const serverOptions = {
      headersTimeout: 10_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 5000,
      maxHeaderSize: 16_384,
      connectionsCheckingInterval: 5000,
    };
    const server = serve({ fetch: app.fetch, hostname: host, port, serverOptions }, (info) => resolve({ url: urlOf(info), close }));
    server.once('error', reject);

    function close(): Promise<void> {
      return new Promise((closed) => {
        server.close(() => closed());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    }
  });
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
