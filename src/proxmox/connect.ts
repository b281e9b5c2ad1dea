import { buildConnector, Pool } from 'undici';
import { timingSafeEqual } from 'node:crypto';
import { TLSSocket } from 'node:tls';

export type Trust = {
  /** SHA-256 of the certificate, colons or not, any case. */
  readonly fingerprint?: string;
  /** PEM of an authority to trust besides the machine's own. */
  readonly ca?: string;
};

/** The server showed another certificate than the pinned one. Nothing was sent to it. */
export class FingerprintMismatch extends Error {
  readonly code = 'HOLDFAST_FINGERPRINT';
  readonly actual: string;
  readonly expected: string;
  constructor(actual: string, expected: string) {
    super(`the certificate's fingerprint is ${actual}, pinned is ${expected}`);
    this.actual = actual;
    this.expected = expected;
  }
}

export type PoolLimits = { readonly connections: number; readonly connectMs: number; readonly headersMs: number; readonly stallMs: number };

/**
 * Connections to one address. With a fingerprint the certificate is compared before the socket is handed on,
 * so that not a byte of a request, and no token, reaches a server that shows another one.
 */
export function openPool(origin: string, trust: Trust, limits: PoolLimits): Pool {
  const base = buildConnector({
    timeout: limits.connectMs,
    maxCachedSessions: 0,
    ...(trust.fingerprint === undefined ? {} : { rejectUnauthorized: false }),
    ...(trust.ca === undefined ? {} : { ca: trust.ca }),
  });
  const pinned: buildConnector.connector = (options, callback) =>
    base(options, (...result) => {
      const [error, socket] = result;
      if (error || trust.fingerprint === undefined) return callback(...result);
      const mismatch = compare(socket, trust.fingerprint);
      if (!mismatch) return callback(null, socket);
      socket.destroy();
      callback(mismatch, null);
    });
  return new Pool(origin, {
    connect: pinned,
    connections: limits.connections,
    pipelining: 1,
    keepAliveTimeout: 20_000,
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.stallMs,
    maxHeaderSize: 32_768,
  });
}

function compare(socket: unknown, pinned: string): FingerprintMismatch | undefined {
  const actual = socket instanceof TLSSocket ? (socket.getPeerX509Certificate()?.fingerprint256 ?? '') : '';
  return sameDigest(actual, pinned) ? undefined : new FingerprintMismatch(actual || 'none', pinned);
}

function sameDigest(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => Buffer.from(text.replaceAll(':', '').toUpperCase()));
  return left!.length === 64 && left!.length === right!.length && timingSafeEqual(left!, right!);
}
