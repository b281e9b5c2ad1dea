import type { Problem } from '#server/api/schema/common.ts';
import { heardNow } from '../parts/now.ts';
import { Refused, UNREACHABLE } from './problem.ts';

let csrf: string | undefined;
/** The token that GET /session gave; sent with everything that is not a GET. */
export function rememberCsrf(token: string | undefined): void {
  csrf = token;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** GET below /api/v1. Whether the browser's copy still holds is asked by it through the ETag. */
export function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const pairs = Object.entries(query).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key, String(value)]]));
  const search = new URLSearchParams(pairs).toString();
  return ask<T>(search === '' ? path : `${path}?${search}`, signal ? { signal } : {});
}

/** POST, PUT, PATCH or DELETE below /api/v1. Throws `Refused`. An empty answer is `undefined`. */
export function send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = csrf === undefined ? {} : { 'x-csrf-token': csrf };
  if (body === undefined) return ask<T>(path, { method, headers });
  headers['content-type'] = 'application/json';
  return ask<T>(path, { method, headers, body: JSON.stringify(body) });
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`/api/v1${path}`, { ...init, credentials: 'same-origin' }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Refused(0, UNREACHABLE);
  });
  heardNow(response.headers.get('x-holdfast-now'));
  const text = await response.text();
  if (!response.ok) throw new Refused(response.status, problemIn(text, response));
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

function problemIn(text: string, response: Response): Partial<Problem> & { readonly title: string } {
  if (response.headers.get('content-type')?.includes('json')) return JSON.parse(text) as Problem;
  if (response.status === 502 || response.status === 503 || response.status === 504) return UNREACHABLE;
  return { title: `Holdfast answered ${response.status} ${response.statusText}`.trim(), detail: text.slice(0, 300) };
}
