import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from './certificate.ts';
import { dispatch, type Site } from './dispatch.ts';
import { strike } from './faults.ts';
import type { FaultKind } from './faults.ts';
import type { RawParams } from './params.ts';
import { wholeBody, writeAnswer, type WireAnswer } from './wire.ts';
import type { World } from './world.ts';

export type RunningServer = {
  readonly url: string;
  readonly fingerprint: string;
  readonly close: () => Promise<void>;
};

export type ServerOptions<S> = {
  readonly world: World;
  readonly site: Site<S>;
  /** 0: any free one. */
  readonly port: number;
  /** Called before each request, so that a flowing clock is right. */
  readonly beforeRequest: () => void;
  /** `/lab/…`: levers of the lab itself, no part of the product. The result becomes JSON. */
  readonly lever: (method: string, path: string, query: URLSearchParams, body: string) => unknown;
};

const API = '/api2/json';

/** One product on loopback over HTTPS with a certificate of its own. */
export async function startServer<S>(options: ServerOptions<S>): Promise<RunningServer> {
  const certificate = makeCertificate(options.site.name);
  const server = createServer({ key: certificate.keyPem, cert: certificate.certPem }, (request, response) => {
    void serve(options, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fingerprint: certificate.fingerprint,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function serve<S>(options: ServerOptions<S>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'https://lab');
    const body = await readBody(request);
    options.beforeRequest();
    if (url.pathname.startsWith('/lab/')) {
      const result = options.lever(request.method ?? 'GET', url.pathname, url.searchParams, body);
      await writeAnswer(response, { status: 200, reason: 'OK', contentType: 'application/json', body: JSON.stringify(result ?? null) });
      return;
    }
    await answerApi(options, { request, response, url, body });
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (response.headersSent) response.destroy();
    else
      await writeAnswer(response, {
        status: 500,
        reason: 'the lab is broken',
        contentType: 'text/plain',
        body: `the lab is broken: ${text}`,
      });
  }
}

type Asked = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly url: URL; readonly body: string };

async function answerApi<S>(options: ServerOptions<S>, { request, response, url, body }: Asked): Promise<void> {
  const { world, site } = options;
  const method = request.method ?? 'GET';
  if (!url.pathname.startsWith(API))
    return writeAnswer(response, { status: 200, reason: 'OK', contentType: 'text/html', body: '<html></html>' });
  const path = url.pathname.slice(API.length);
  const fault = strike(world, site.name, method, path);
  if (await spoiledBefore(fault, response)) return undefined;
  if (world.settings.latencyMilliseconds > 0) await pause(world.settings.latencyMilliseconds);
  if (site.product === 'pve' && !['GET', 'POST', 'PUT', 'DELETE'].includes(method)) {
    return writeAnswer(response, { status: 501, reason: `method '${method}' not available`, body: '' });
  }
  if (site.product === 'pve' && method === 'DELETE' && body !== '') {
    return writeAnswer(response, { status: 501, reason: "Unexpected content for method 'DELETE'", body: '' });
  }
  const params = readParams(url.searchParams, body, request.headers['content-type'] ?? '');
  const answer = dispatch(world, site, {
    method,
    path,
    authorization: request.headers.authorization,
    agent: request.headers['user-agent'],
    params,
  });
  if (await spoiledAfter(fault, response, answer)) return undefined;
  return writeAnswer(response, answer);
}

/** Faults that keep the request from being carried out. */
async function spoiledBefore(fault: FaultKind | undefined, response: ServerResponse): Promise<boolean> {
  if (fault === undefined) return false;
  if (fault === 'refused') response.destroy();
  else if (fault === 'hang') return true;
  else if (fault === 'redirect')
    await writeAnswer(response, {
      status: 301,
      reason: 'Moved Permanently',
      headers: { location: 'https://elsewhere.invalid/' },
      body: '',
    });
  else if (fault === 'daemon-down')
    await writeAnswer(response, {
      status: 400,
      reason: 'Bad Request',
      contentType: 'application/json;charset=UTF-8',
      body: 'client error (Connect)',
    });
  else if (typeof fault === 'object') await writeAnswer(response, { reason: '', ...fault.answer });
  else return false;
  return true;
}

/** Faults that spoil the answer of a request that was carried out. */
async function spoiledAfter(fault: FaultKind | undefined, response: ServerResponse, answer: WireAnswer): Promise<boolean> {
  if (fault === 'mute') return true;
  if (fault === 'lost-answer') {
    response.destroy();
    return true;
  }
  if (fault === 'wrong-content-type') {
    await writeAnswer(response, { ...answer, contentType: 'text/html' });
    return true;
  }
  if (fault !== 'half-answer' && fault !== 'slow-drip') return false;
  const body = wholeBody(answer);
  response.writeHead(answer.status, answer.reason, {
    'content-type': answer.contentType ?? '',
    'content-length': String(Buffer.byteLength(body)),
  });
  if (fault === 'half-answer') {
    response.write(body.slice(0, Math.floor(body.length / 2)), () => response.destroy());
    return true;
  }
  for (const character of body) {
    if (response.destroyed) return true;
    response.write(character);
    await pause(100);
  }
  response.end();
  return true;
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** Query and body together; a form may repeat a name, a JSON body may hold lists. */
function readParams(query: URLSearchParams, body: string, contentType: string): RawParams {
  const params = new Map<string, unknown[]>();
  const add = (name: string, value: unknown) => {
    const known = params.get(name);
    if (known) known.push(value);
    else params.set(name, [value]);
  };
  for (const [name, value] of query) add(name, value);
  if (body === '') return params;
  if (contentType.startsWith('application/json')) {
    for (const [name, value] of Object.entries(JSON.parse(body) as Record<string, unknown>)) {
      if (value !== null) for (const one of Array.isArray(value) ? value : [value]) add(name, one);
    }
  } else for (const [name, value] of new URLSearchParams(body)) add(name, value);
  return params;
}
