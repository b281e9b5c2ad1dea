import { Agent, request } from 'node:https';

export type Reply = {
  readonly status: number;
  readonly reason: string;
  readonly contentType: string | null;
  readonly body: unknown;
  readonly raw: string;
};

const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

export type Question = {
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly pairs: readonly (readonly [string, string])[];
  readonly authorization: string | undefined;
};

/** One call to a server of the lab: parameters in the query, or as a form where there is a body. */
export async function ask({ url, method, path, pairs, authorization }: Question): Promise<Reply> {
  const form = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  const inBody = method === 'POST' || method === 'PUT';
  const target = `${url}/api2/json${path}${!inBody && form !== '' ? `?${form}` : ''}`;
  const headers = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(inBody ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = request(target, { method, agent, headers }, (reply) => {
      const parts: Buffer[] = [];
      reply.on('data', (part: Buffer) => parts.push(part));
      reply.on('error', reject);
      reply.on('end', () => {
        const raw = Buffer.concat(parts).toString('utf8');
        const found = {
          status: reply.statusCode ?? 0,
          reason: reply.statusMessage ?? '',
          contentType: reply.headers['content-type'] ?? null,
        };
        resolve({ ...found, raw, body: parse(raw) });
      });
    });
    sent.on('error', reject);
    sent.end(inBody ? form : undefined);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
