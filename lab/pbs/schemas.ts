import { isIPv4, isIPv6 } from 'node:net';
import { calendarError } from '../calendar.ts';
import type { Param, Params } from '../params.ts';

const SAFE_ID = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
// oxlint-disable-next-line no-control-regex -- Proxmox forbids exactly these in a comment.
const NO_CONTROL = /^[^\u0000-\u001f\u007f]*$/;
const AUTH_ID = /^[^\s:/]+@[A-Za-z0-9_][A-Za-z0-9._-]*(![A-Za-z0-9_][A-Za-z0-9._-]*)?$/;

export function optional(param: Param): Param {
  return { ...param, optional: true };
}

export const flag: Param = { type: 'boolean', optional: true };
export const count: Param = { type: 'integer', optional: true, minimum: 0 };
/** One that the schema leaves open and the handler's own type does not. */
export const unsigned: Param = {
  type: 'integer',
  optional: true,
  bare: true,
  check: (text) => (text.startsWith('-') ? `invalid value: integer \`${text}\`, expected u64` : undefined),
};
export const anyText: Param = { type: 'string' };
export const someText: Param = { type: 'string', optional: true };
/** Datastores, remotes, jobs, rules. */
export const id: Param = { type: 'string', minLength: 3, maxLength: 32, pattern: SAFE_ID };
export const namespace: Param = {
  type: 'string',
  optional: true,
  maxLength: 256,
  pattern: /^(?:(?:[A-Za-z0-9_][A-Za-z0-9._-]*\/){0,7}[A-Za-z0-9_][A-Za-z0-9._-]*)?$/,
};
export const namespaceName: Param = { type: 'string', minLength: 1, maxLength: 32, pattern: SAFE_ID };
export const depth: Param = { type: 'integer', optional: true, minimum: 0, maximum: 7 };
export const backupType: Param = variant('vm', 'ct', 'host');
export const backupId: Param = { type: 'string', pattern: SAFE_ID };
export const backupTime: Param = { type: 'integer', minimum: 1 };
export const comment: Param = { type: 'string', optional: true, maxLength: 128, pattern: NO_CONTROL };
export const authId: Param = { type: 'string', minLength: 3, maxLength: 64, pattern: AUTH_ID };
export const userId: Param = { type: 'string', minLength: 3, maxLength: 64, pattern: /^[^\s:/]+@[A-Za-z0-9_][A-Za-z0-9._-]*$/ };
export const digest: Param = { type: 'string', optional: true, pattern: /^[a-f0-9]{64}$/ };
export const schedule: Param = { type: 'string', check: calendarError };
export const size: Param = { type: 'string', optional: true, minLength: 1, maxLength: 64, check: sizeError };
export const node: Param = { type: 'string', pattern: /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/ };
export const upid: Param = {
  type: 'string',
  minLength: 36,
  pattern: /^UPID:[^:]+:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8,16}:[0-9A-Fa-f]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/,
};
export const aclPathParam: Param = { type: 'string', minLength: 1, maxLength: 128, pattern: /^(?:\/|(?:\/[A-Za-z0-9_][A-Za-z0-9._-]*)+)$/ };
export const network: Param = {
  type: 'string',
  maxLength: 43,
  check: (text) => (isCidr(text) ? undefined : 'value does not match the regex pattern'),
};
export const fingerprint: Param = { type: 'string', optional: true, pattern: /^[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){31}$/ };
export const password: Param = { type: 'string', minLength: 1, maxLength: 1024, pattern: NO_CONTROL };

const keep: Param = { type: 'integer', optional: true, minimum: 1 };
export const KEEPS = ['keep-last', 'keep-hourly', 'keep-daily', 'keep-weekly', 'keep-monthly', 'keep-yearly'] as const;
export const keepOptions: Params = Object.fromEntries(KEEPS.map((name) => [name, keep]));

export const groupParams: Params = { store: id, ns: namespace, 'backup-type': backupType, 'backup-id': backupId };
export const snapshotParams: Params = { ...groupParams, 'backup-time': backupTime };

export function listOf(items: Param): Param {
  return { type: 'array', optional: true, items };
}

/** A repeated `delete` of some of these names. */
export function deletable(...names: readonly string[]): Param {
  return listOf({ type: 'string', enum: names });
}

/** One of several words, as the server's own types read them. */
export function variant(...words: readonly string[]): Param {
  const quoted = words.map((word) => `\`${word}\``);
  const expected = words.length === 2 ? quoted.join(' or ') : `one of ${quoted.join(', ')}`;
  return {
    type: 'string',
    bare: true,
    check: (text) => (words.includes(text) ? undefined : `unknown variant \`${text}\`, expected ${expected}`),
  };
}

function sizeError(text: string): string | undefined {
  const fine = /^\d+(?:\.\d+)?\s*(?:[KMGTP]i?)?B?$/i.test(text);
  return fine ? undefined : `byte-size parse error for '${text}': invalid float literal`;
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...more] = text.split('/');
  if (more.length > 0) return false;
  return isIPv4(address) ? /^\d{1,2}$/.test(bits) : isIPv6(address) && /^\d{1,3}$/.test(bits);
}
