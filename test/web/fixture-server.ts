import { existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { CONTENT_SECURITY_POLICY } from '#server/auth/headers.ts';
import type { Changed } from '#server/api/schema/watch.ts';

/** What a request below /api/v1 is answered with. `status` 200 where it is absent; `problem` speaks for itself. */
export type Answer = { readonly status?: number; readonly body: unknown };
export type Answers = (path: string, query: URLSearchParams) => Answer | undefined;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
type Served = { readonly url: string; readonly tell: (changed: Changed) => void; readonly stop: () => void };

/** The built dashboard with made-up answers behind it, for states that no lab comes to on demand. `tell` sends an event to every page that listens. */
export async function serveFixtures(answers: Answers, now: number): Promise<Served> {
  const listening = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/api/v1/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': open\n\n');
      listening.add(response);
      response.once('close', () => listening.delete(response));
      return;
    }
    if (url.pathname.startsWith('/api/')) {
      const { status = 200, body } = answers(url.pathname.slice('/api/v1'.length), url.searchParams) ?? {
        status: 404,
        body: { type: 'urn:holdfast:problem:not-found', title: 'There is no such thing', status: 404 },
      };
      response.writeHead(status, {
        'content-type': status < 400 ? 'application/json' : 'application/problem+json',
        'x-holdfast-now': String(now),
      });
      response.end(JSON.stringify(body));
      return;
    }
    const file = join('web/dist', url.pathname);
    const path = extname(file) !== '' && existsSync(file) ? file : 'web/dist/index.html';
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      // As the daemon does: what lies in assets/ has its content in its name.
      'cache-control': url.pathname.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache',
    });
    response.end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    tell: (changed) => {
      for (const each of listening) each.write(`event: changed\ndata: ${JSON.stringify(changed)}\n\n`);
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
