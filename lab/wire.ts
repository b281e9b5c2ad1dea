import type { ServerResponse } from 'node:http';
import { Answer, type Refusal } from './route.ts';

export type Product = 'pve' | 'pbs';

/** An answer as it goes over the wire. `rows` are written one after another into `{"data":[…]}`. */
export type WireAnswer = {
  readonly status: number;
  readonly reason: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly rows?: Iterable<unknown>;
};

const JSON_TYPE = 'application/json;charset=UTF-8';
const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  501: 'Not Implemented',
};

export function successAnswer(data: unknown): WireAnswer {
  const found = data instanceof Answer ? data : new Answer(data, {});
  if (isIterator(found.data)) return { status: 200, reason: 'OK', contentType: JSON_TYPE, body: '', rows: found.data };
  return {
    status: 200,
    reason: 'OK',
    contentType: found.contentType ?? JSON_TYPE,
    body: JSON.stringify({ data: found.data ?? null, ...found.beside }),
  };
}

function isIterator(data: unknown): data is Iterable<unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data) && Symbol.iterator in data;
}

/** PVE: the reason in the status line and as `message` in the JSON. PBS: plain text that calls itself JSON. */
export function refusalAnswer(product: Product, refusal: Refusal): WireAnswer {
  if (product === 'pbs') {
    return { status: refusal.status, reason: REASONS[refusal.status] ?? '', contentType: JSON_TYPE, body: refusal.message };
  }
  const line = refusal.message.split('\n')[0] ?? '';
  // The proxy's own words about what lies behind it have no body.
  if (refusal.status >= 595) return { status: refusal.status, reason: line, body: '' };
  const message = refusal.status === 501 ? refusal.message : `${refusal.message}\n`;
  const errors = refusal.errors ? { errors: refusal.errors } : {};
  return { status: refusal.status, reason: line, contentType: JSON_TYPE, body: JSON.stringify({ data: null, message, ...errors }) };
}

/** PVE: nothing but a status line. PBS: a bare text. */
export function notLoggedInAnswer(product: Product, reason: 'none' | 'wrong'): WireAnswer {
  if (product === 'pbs') return { status: 401, reason: 'Unauthorized', body: 'authentication failed' };
  return { status: 401, reason: reason === 'none' ? 'No ticket' : 'Authentication failed!', body: '' };
}

/** What a server says to a wrong parameter list. */
export function parameterMessage(product: Product, errors: Readonly<Record<string, string>>): string {
  if (product === 'pve') return 'Parameter verification failed.';
  const list = Object.entries(errors);
  const [first] = list;
  if (list.length === 1 && first) return `parameter verification failed - '${first[0]}': ${first[1]}`;
  return `parameter verification failed:\n${list.map(([name, error]) => `- '${name}': ${error}`).join('\n')}`;
}

const BATCH_CHARACTERS = 65_536;

/** Writes the answer, rows in batches and no faster than the reader reads. */
export async function writeAnswer(response: ServerResponse, answer: WireAnswer): Promise<void> {
  const headers: Record<string, string> = { ...answer.headers, 'cache-control': 'max-age=0' };
  if (answer.contentType !== undefined) headers['content-type'] = answer.contentType;
  const reason = answer.reason.replaceAll(/[^\x20-\x7e]/g, ' ');
  if (!answer.rows) {
    headers['content-length'] = String(Buffer.byteLength(answer.body));
    response.writeHead(answer.status, reason, headers).end(answer.body);
    return;
  }
  response.writeHead(answer.status, reason, headers);
  let batch = '{"data":[';
  let between = '';
  for (const row of answer.rows) {
    batch += between + JSON.stringify(row);
    between = ',';
    if (batch.length < BATCH_CHARACTERS) continue;
    if (!response.write(batch)) await drained(response);
    if (response.destroyed) return;
    batch = '';
  }
  response.end(`${batch}]}`);
}

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

/** The whole text of an answer, for faults that spoil it. */
export function wholeBody(answer: WireAnswer): string {
  return answer.rows ? JSON.stringify({ data: [...answer.rows] }) : answer.body;
}
