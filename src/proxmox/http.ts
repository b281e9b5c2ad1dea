import type { Pool } from 'undici';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { pinOf } from '#core/policy/pin.ts';
import type { PveAccess } from '#core/policy/policy.ts';
import { openPool, type Trust } from './connect.ts';
import { explainAnswer } from './error.ts';
import { describeFailure, mayPass, neverSent, TooLarge, TooSlow } from './failure.ts';
import { WireError, type Envelope } from './wire/read.ts';

/** A value as a form or query carries it; `undefined` is left out, a list repeats its key, a flag is 0 or 1. */
export type Params = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export type Decode<T> = (envelope: Envelope) => T;

/** One server's REST API. Every failure is a ProxmoxError. */
export type Http = {
  readonly product: 'pve' | 'pbs';
  /** `pve`, or the policy's name of a PBS: how messages call it. */
  readonly name: string;
  readonly get: <T>(path: string, params: Params, decode: Decode<T>) => Promise<T>;
  /**
   * One GET that must be answered within `probeMs`, asked at each address and at least twice. Where no answer comes, calls under way
   * end, and further ones fail at once for a while. A login that is refused is read anew at the next call.
   */
  readonly probe: <T>(path: string, params: Params, decode: Decode<T>) => Promise<T>;
  readonly send: <T>(method: 'POST' | 'PUT' | 'DELETE', path: string, params: Params, decode: Decode<T>) => Promise<T>;
  readonly close: () => Promise<void>;
};

export type HttpOptions = Pick<Trust, 'ca'> &
  Pick<PveAccess, 'fingerprint'> & {
    readonly product: 'pve' | 'pbs';
    readonly name: string;
    /** Addresses of one server or cluster, tried in order from the one that answered last. */
    readonly urls: readonly string[];
    /** Gives `user@realm!name=secret` (PVE) or `user@realm!name:secret` (PBS); either separator is taken. Asked once, before the first call. */
    readonly token: () => Promise<string>;
    readonly limits?: Partial<Limits>;
    /** Asked at each call: what ends it before its time. */
    readonly signal?: () => AbortSignal | undefined;
    /** Told after each call; never what a form or a header holds. `path` of a GET is with its query. */
    readonly onCall?: (call: { readonly method: string; readonly path: string; readonly status: number; readonly bytes: number }) => void;
  };

export type Limits = {
  /** Calls at one time to one address. */
  readonly connections: number;
  readonly connectMs: number;
  /** From the request to the first byte of the answer. PBS reads every manifest of a namespace before it answers. */
  readonly headersMs: number;
  /** Longest pause within an answer. */
  readonly stallMs: number;
  /** A whole call, waiting for its turn included. */
  readonly totalMs: number;
  /** An answer that runs longer than this must bring `dripBytesPerSecond`. */
  readonly dripAfterMs: number;
  readonly dripBytesPerSecond: number;
  readonly maxBytes: number;
  /** How often a GET is asked again after a fault that may pass. */
  readonly retries: number;
  readonly retryMs: number;
  /** How long after no address could be reached further calls fail at once: a look makes dozens, and would wait for each. */
  readonly deadMs: number;
  /** A sign of life that takes longer is none. */
  readonly probeMs: number;
};

export const LIMITS: Limits = {
  connections: 6,
  connectMs: 10_000,
  headersMs: 120_000,
  stallMs: 30_000,
  totalMs: 300_000,
  dripAfterMs: 15_000,
  dripBytesPerSecond: 1024,
  maxBytes: 256 * 2 ** 20,
  retries: 2,
  retryMs: 250,
  deadMs: 10_000,
  probeMs: 4000,
};

type Request = { readonly method: string; readonly path: string; readonly params: Params; readonly probe?: true };
type Answer = { readonly status: number; readonly reason: string; readonly body: Buffer; readonly location: string };

/**
 * Opens a client. Nothing is sent before the first call.
 *
 * A GET is asked again where the fault may pass (no connection, a reset, a daemon that is down); a write only
 * where it is certain that the server never saw it. An untrusted certificate ends everything at once.
 */
export function openHttp(options: HttpOptions): Http {
  const limits = { ...LIMITS, ...options.limits };
  let login: Promise<Login> | undefined;
  const addresses = options.urls.map((url) => openAddress(url, options, limits));
  let current = 0;
  let dead: { readonly untilMs: number; readonly trouble: ProxmoxError } | undefined;
  let [secret, id] = ['', ''];
  let alive = new AbortController();

  async function call<T>(request: Request, decode: Decode<T>): Promise<T> {
    const stop = options.signal?.();
    const deadline = AbortSignal.any([AbortSignal.timeout(limits.totalMs), alive.signal, ...(stop ? [stop] : [])]);
    const tries = request.method === 'GET' ? limits.retries : 0;
    for (let attempt = 0; ; attempt++) {
      if (dead && performance.now() < dead.untilMs) throw stillDead(dead.trouble, request);
      try {
        return decodeAnswer(await overAddresses(request, deadline), request, decode);
      } catch (error) {
        if (!(error instanceof ProxmoxError)) throw error;
        if (!mayPass(error) || attempt >= tries || deadline.aborted) {
          if (neverSent(error.cause)) dead = { untilMs: performance.now() + limits.deadMs, trouble: error };
          throw error;
        }
        await pause(limits.retryMs * 2 ** attempt, deadline);
      }
    }
  }

  async function probe<T>(request: Request, decode: Decode<T>): Promise<T> {
    const tries = Math.max(2, addresses.length);
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = decodeAnswer(await overAddresses({ ...request, probe: true }, AbortSignal.timeout(limits.probeMs)), request, decode);
        dead = undefined;
        return answer;
      } catch (error) {
        if (!(error instanceof ProxmoxError)) throw error;
        if (error.kind === 'refused') login = undefined;
        if (mayPass(error) && attempt < tries) {
          current = (current + 1) % addresses.length;
          continue;
        }
        if (error.kind === 'unreachable') declareDead(error);
        throw error;
      }
    }
  }

  function declareDead(trouble: ProxmoxError): void {
    dead = { untilMs: performance.now() + limits.deadMs, trouble };
    alive.abort();
    alive = new AbortController();
  }

  /** Tries the addresses in turn, as long as none has seen the request. */
  async function overAddresses(request: Request, deadline: AbortSignal): Promise<Answer> {
    const start = current;
    for (let tried = 0; ; tried++) {
      const index = (start + tried) % addresses.length;
      const address = addresses[index]!;
      try {
        const answer = await exchange(address, request, deadline);
        current = index;
        return answer;
      } catch (error) {
        const trouble = explainFailure(error, request, address.url);
        const elsewhere = trouble.kind === 'unreachable' && (neverSent(error) || request.method === 'GET');
        if (!elsewhere || tried + 1 >= addresses.length || deadline.aborted) throw trouble;
      }
    }
  }

  async function exchange(address: Address, request: Request, deadline: AbortSignal): Promise<Answer> {
    const token = await (login ??= options.token().then((text) => parseToken(options, text)));
    ({ secret, id } = token);
    const form = encode(request.params);
    const inQuery = request.method === 'GET' || request.method === 'DELETE';
    const response = await (request.probe ? address.probes : address.pool).request({
      method: request.method,
      path: `${address.prefix}/api2/json${request.path}${inQuery && form ? `?${form}` : ''}`,
      headers: {
        authorization: token.header,
        'user-agent': 'holdfast',
        ...(inQuery ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(inQuery ? {} : { body: form }),
      signal: deadline,
    });
    const body = await readBounded(response.body, limits);
    const path = request.method === 'GET' && form ? `${request.path}?${form}` : request.path;
    options.onCall?.({ method: request.method, path, status: response.statusCode, bytes: body.length });
    return { status: response.statusCode, reason: response.statusText ?? '', body, location: String(response.headers['location'] ?? '') };
  }

  function decodeAnswer<T>(answer: Answer, request: Request, decode: Decode<T>): T {
    const called = `${request.method} ${request.path}`;
    if (answer.status < 200 || answer.status >= 300) {
      const redirect = answer.status < 400 ? `redirects to ${answer.location}` : '';
      const body = hideSecrets(redirect || answer.body.toString('utf8', 0, 65_536), [secret, ...secretsIn(request.params)]);
      const { status } = answer;
      const reason = redirect ? '' : hideSecrets(answer.reason, [secret, ...secretsIn(request.params)]);
      throw explainAnswer({ server: options.name, product: options.product, call: called, status, reason, body, login: id });
    }
    try {
      return decode(parseEnvelope(answer.body));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new ProxmoxError('garbled', { server: options.name, call: called, status: answer.status, detail: error.message, cause: error });
    }
  }

  function explainFailure(error: unknown, request: Request, url: string): ProxmoxError {
    if (error instanceof ProxmoxError) return error;
    const [kind, detail, fix] = describeFailure(error, options.signal?.()?.aborted === true);
    const call = `${request.method} ${request.path}`;
    return new ProxmoxError(kind, {
      server: options.name,
      call,
      detail: `${url}: ${detail}`,
      cause: error,
      ...(fix ? { fix: fix(url) } : {}),
    });
  }

  return {
    product: options.product,
    name: options.name,
    get: (path, params, decode) => call({ method: 'GET', path, params }, decode),
    probe: (path, params, decode) => probe({ method: 'GET', path, params }, decode),
    send: (method, path, params, decode) => call({ method, path, params }, decode),
    close: async () => void (await Promise.all(addresses.flatMap(({ pool, probes }) => [pool.destroy(), probes.destroy()]))),
  };
}

function stillDead({ kind, server, detail, fix, cause }: ProxmoxError, { method, path }: Request): ProxmoxError {
  return new ProxmoxError(kind, { server, call: `${method} ${path}`, detail, fix, cause });
}

/** A probe has a connection of its own: behind the calls of a look it would wait, and seem unanswered. */
type Address = { readonly url: string; readonly prefix: string; readonly pool: Pool; readonly probes: Pool };

function openAddress(text: string, options: HttpOptions, limits: Limits): Address {
  const url = URL.parse(text);
  if (url?.protocol !== 'https:') {
    const detail = `"${text}" is no https:// address`;
    throw new ProxmoxError('invalid', {
      server: options.name,
      call: 'connect',
      detail,
      fix: 'write it as https://host:8006 (PVE) or https://host:8007 (PBS)',
    });
  }
  const fingerprint = pinOf(options, text);
  const trust: Trust = { ...(options.ca === undefined ? {} : { ca: options.ca }), ...(fingerprint === undefined ? {} : { fingerprint }) };
  return {
    url: url.origin,
    prefix: url.pathname.replace(/\/+$/, ''),
    pool: openPool(url.origin, trust, limits),
    probes: openPool(url.origin, trust, { ...limits, connections: 1 }),
  };
}

/** Percent-encodes everything but letters, digits and `-_.~`: PVE cuts raw `=`, `;` and `+` in a value. */
function encode(params: Params): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    for (const one of typeof value === 'object' ? value : [value]) {
      pairs.push(`${escape(name)}=${escape(typeof one === 'boolean' ? (one ? '1' : '0') : String(one))}`);
    }
  }
  return pairs.join('&');
}

function escape(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/g, (char) => `%${char.codePointAt(0)!.toString(16).toUpperCase()}`);
}

/** A path's part: `segment('main:home/x')`. A UPID holds `:`, `@`, `!` and, on PBS, backslashes. */
export function segment(text: string): string {
  return escape(text);
}

async function readBounded(body: AsyncIterable<Buffer>, limits: Limits): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const began = performance.now();
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limits.maxBytes) throw new TooLarge(limits.maxBytes);
    const elapsedMs = performance.now() - began;
    if (elapsedMs > limits.dripAfterMs && bytes < (elapsedMs / 1000) * limits.dripBytesPerSecond) throw new TooSlow();
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes);
}

function parseEnvelope(body: Buffer): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new WireError('', `no JSON but "${body.toString('utf8', 0, 60).replaceAll(/\s+/g, ' ')}"`);
  }
  if (typeof value !== 'object' || value === null || !('data' in value)) throw new WireError('', 'an answer without "data"');
  return value;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}

type Login = { readonly id: string; readonly header: string; readonly secret: string };

const TOKEN = /^([^\s!:=]+@[^\s!:=]+![\w.-]+)[=:](\S+)$/;

function parseToken({ product, name }: Pick<HttpOptions, 'product' | 'name'>, token: string): Login {
  const found = TOKEN.exec(token.trim());
  if (!found) {
    const form = product === 'pve' ? 'user@realm!name=secret' : 'user@realm!name:secret';
    throw new ProxmoxError('refused', {
      server: name,
      call: 'log in',
      detail: `the token does not read ${form}`,
      fix: `give the whole token, id and secret, as ${form}`,
    });
  }
  const [, id = '', secret = ''] = found;
  return { id, header: product === 'pve' ? `PVEAPIToken=${id}=${secret}` : `PBSAPIToken=${id}:${secret}`, secret };
}

/** Login part of a token, fit for messages: `user@realm!name`; undefined where the text is none. */
export function tokenId(token: string): string | undefined {
  return TOKEN.exec(token.trim())?.[1];
}

function secretsIn(params: Params): string[] {
  return Object.entries(params).flatMap(([name, value]) => (/password|secret|key/.test(name) && typeof value === 'string' ? [value] : []));
}

function hideSecrets(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, '…');
  return clean;
}
