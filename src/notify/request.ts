const WAIT_MS = 10_000;
const LARGEST_ANSWER_BYTES = 1024 * 1024;

export type Request = {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/**
 * Asks a receiver and gives its answer's text; bounded in time and size, follows no redirect. Throws an Error that names the host and what it
 * said, never the address: that may be a secret.
 */
export async function request(address: string, { method, headers = {}, body }: Request): Promise<string> {
  if (!URL.canParse(address)) throw new Error('its address is none');
  const { host } = new URL(address);
  // What fetch says of such a header quotes it.
  if (Object.values(headers).some((value) => !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)))
    throw new Error(`${host} could not be asked: the token has a character that no header may hold`);
  let answer: Response;
  try {
    answer = await fetch(address, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(WAIT_MS),
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    throw new Error(`${host} could not be reached: ${reason(error)}`, { cause: error });
  }
  const text = await bounded(answer, host);
  if (answer.status >= 300 && answer.status < 400)
    throw new Error(`${host} answers with a redirect (${answer.status}): name the address it leads to`);
  if (!answer.ok)
    throw new Error(`${host} answers ${answer.status}: ${text.slice(0, 200).replaceAll(/\s+/g, ' ').trim() || 'nothing more'}`);
  return text;
}

/** The answer’s text. Throws an Error, as `request` does, that names the host and never the rest of the address. */
export function postJson(address: string, value: unknown, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  return request(address, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) });
}

/** The header that carries a token; none where there is no token. */
export function bearer(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function bounded(answer: Response, host: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of answer.body ?? []) {
      bytes += part.length;
      if (bytes > LARGEST_ANSWER_BYTES) break;
      parts.push(part);
    }
  } catch (error) {
    throw new Error(`${host} broke off its answer: ${reason(error)}`, { cause: error });
  }
  return Buffer.concat(parts).toString('utf8');
}

/** What went wrong, in the words of whoever noticed; undici wraps them. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'for no reason given';
  if (error.name === 'TimeoutError') return `no answer within ${WAIT_MS / 1000} s`;
  return error.cause instanceof Error ? error.cause.message : error.message;
}
