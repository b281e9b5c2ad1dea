import { StoreError } from '#core/memory/store-error.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { z } from 'zod';
import type { Problem } from './schema/common.ts';

/** What a handler answers in place of a value: who asked, or the world, stands in the way. Never thrown. */
export type Refused = { readonly refused: Problem };

/** What each kind is called; its last word is the problem's type: `urn:holdfast:problem:not-found`. */
const TITLE = {
  'bad-request': 'The request is not understood',
  'not-logged-in': 'Nobody is logged in',
  'wrong-login': 'Name and password do not belong together',
  'weak-password': 'This password would soon be guessed',
  forbidden: 'This may not be done',
  'foreign-page': 'Another page sent this',
  'no-csrf-token': 'The token of the session is missing',
  'wrong-host': 'This is not the name of Holdfast',
  'not-found': 'There is no such thing',
  'no-such-method': 'This cannot be done here',
  conflict: 'Something else stands in the way',
  'too-large': 'The request is too large',
  'not-json': 'The body is no JSON',
  'too-many': 'Too many requests',
  bug: 'Holdfast made a mistake',
  proxmox: 'A server of the site did not do it',
  unusable: 'This cannot be answered now',
} as const;

const STATUS: Readonly<Record<ProblemKind, number>> = {
  'bad-request': 400,
  'not-logged-in': 401,
  'wrong-login': 401,
  'weak-password': 400,
  forbidden: 403,
  'foreign-page': 403,
  'no-csrf-token': 403,
  'wrong-host': 421,
  'not-found': 404,
  'no-such-method': 405,
  conflict: 409,
  'too-large': 413,
  'not-json': 415,
  'too-many': 429,
  bug: 500,
  proxmox: 502,
  unusable: 503,
};

export type ProblemKind = keyof typeof TITLE;

/** A problem as RFC 9457 has it. `detail` says what is wrong here, `fix` one thing to do. */
export function refuse(kind: ProblemKind, parts: Pick<Problem, 'detail' | 'fix' | 'findings'> = {}): Refused {
  return { refused: { type: `urn:holdfast:problem:${kind}`, title: TITLE[kind], status: STATUS[kind], ...parts } };
}

/** A new password that is not taken, and how to come by a good one. */
export function weakPassword(because: string): Refused {
  return refuse('weak-password', {
    detail: because,
    fix: 'take four words that have nothing to do with each other, or let a password manager make one',
  });
}

/** Tells a refusal from an answer; no answer of ours has a field of that name. */
export function isRefused(answer: unknown): answer is Refused {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}

/** The body of a problem's answer. */
export function problemResponse({ refused }: Refused, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${JSON.stringify(refused)}\n`, {
    status: refused.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });
}

/** What the wire or the database did, told to whom it may concern; undefined for a bug. */
export function explain(error: unknown): Refused | undefined {
  if (error instanceof StoreError) return refuse('unusable', { detail: error.message, fix: error.fix });
  if (error instanceof ProxmoxError) return refuse('proxmox', { detail: error.message, fix: error.fix });
  return undefined;
}

/** Which field is wrong, and how: `limit: Too big: expected number to be <=1000`. */
export function malformed(where: 'path' | 'query' | 'body', { issues }: z.core.$ZodError): Refused {
  const lines = issues.slice(0, 10).map(({ path, message }) => `${[where, ...path.map(String)].join('.')}: ${message}`);
  return refuse('bad-request', { detail: lines.join('; '), fix: 'see what is taken here:\n    /api/docs' });
}
