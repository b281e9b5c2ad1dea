import { createHash } from 'node:crypto';
import type { ApiContext, Route } from './frame.ts';

/** An answer whose bytes and tag were made before, for what is asked often and costs much. */
export type Prepared = { readonly bytes: Uint8Array<ArrayBuffer>; readonly etag: string };

/** Spells a value as JSON, with a strong tag that is its digest: the same value has the same tag in every process. */
export function prepare(value: unknown): Prepared {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"` };
}

function isPrepared(answer: unknown): answer is Prepared {
  return typeof answer === 'object' && answer !== null && 'bytes' in answer && answer.bytes instanceof Uint8Array;
}

/**
 * The response to a request that was carried out. A GET carries a tag of its bytes and may be kept, if each use asks whether it still holds; what acts
 * is never kept.
 */
export function answerWith(
  context: ApiContext,
  { method, status = 200, cache }: Pick<Route, 'method' | 'status' | 'cache'>,
  answer: unknown,
): Response {
  if (answer instanceof Response) return answer;
  if (answer === undefined) return context.body(null, 204, { 'cache-control': 'no-store' });
  const { bytes, etag } = isPrepared(answer) ? answer : prepare(answer);
  const json = { 'content-type': 'application/json' };
  if (method !== 'get' || cache === 'no-store') return context.body(bytes, status, { ...json, 'cache-control': 'no-store' });
  const headers = { etag, 'cache-control': 'private, no-cache', vary: 'Cookie, Authorization' };
  if (matches(context.req.header('if-none-match'), etag)) return context.body(null, 304, headers);
  return context.body(bytes, status, { ...json, ...headers });
}

/** A proxy that compresses makes a strong tag weak; it is the same answer all the same. */
function matches(wanted: string | undefined, etag: string): boolean {
  return wanted !== undefined && (wanted.trim() === '*' || wanted.split(',').some((one) => one.trim().replace(/^W\//, '') === etag));
}
