import { errors } from 'undici';
import type { ProxmoxError, ProxmoxTrouble } from '#core/world/proxmox-error.ts';
import { FingerprintMismatch } from './connect.ts';

/* What a call without an answer means: the errors of sockets, TLS and undici in the words of a ProxmoxError. */

export class TooLarge extends Error {
  constructor(limit: number) {
    super(`the answer is larger than ${Math.round(limit / 2 ** 20)} MiB`);
  }
}

export class TooSlow extends Error {
  constructor() {
    super('the answer drips in too slowly');
  }
}

const CERTIFICATE_CODES = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'CERT_REVOKED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** True where no byte of the request can have reached the server. */
export function neverSent(error: unknown): boolean {
  return NEVER_SENT.has(codeOf(error));
}

/** What became of a call that got no whole answer: its kind, the detail for people, and a fix where one depends on the address. `stopped`: we ended it ourselves. */
export function describeFailure(error: unknown, stopped: boolean): [ProxmoxTrouble, string, ((url: string) => string)?] {
  if (error instanceof FingerprintMismatch) {
    const fix = (url: string): string =>
      `nothing was sent to it. If the server got a new certificate, compare it on its own console, then pin it anew:\n    holdfast trust ${url}`;
    return ['untrusted', error.message, fix];
  }
  const code = codeOf(error);
  if (CERTIFICATE_CODES.has(code) || code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL')) {
    return [
      'untrusted',
      `no known authority vouches for the certificate (${code})`,
      (url) => `look at the certificate and pin it:\n    holdfast trust ${url}`,
    ];
  }
  if (error instanceof TooLarge) return ['garbled', error.message];
  if (error instanceof TooSlow || error instanceof errors.BodyTimeoutError) return ['unreachable', 'the answer stopped in the middle'];
  if (error instanceof errors.HeadersTimeoutError) return ['unreachable', 'no answer in time'];
  if (stopped) return ['unreachable', 'the call was stopped'];
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) return ['unreachable', 'no answer in time'];
  if (error instanceof errors.HTTPParserError) return ['garbled', 'the answer is no HTTP'];
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') return ['unreachable', 'the connection broke in the middle'];
  if (code) return ['unreachable', spellCode(code)];
  throw error;
}

function spellCode(code: string): string {
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name is not known';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'no connection in time';
  return `no connection (${code})`;
}

/** Faults that a second attempt may find gone. */
export function mayPass(error: ProxmoxError): boolean {
  return error.kind === 'unreachable' || (error.kind === 'down' && !error.detail.includes('maintenance mode')) || error.kind === 'busy';
}
