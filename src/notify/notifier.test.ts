import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { AlertRecord } from '#core/memory/record.ts';
import type { Channel } from '#core/policy/alerts.ts';
import { makeNotifier } from './notifier.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const ALERT: AlertRecord = {
  id: 'feedbeef00000001',
  site: 'home',
  at: 1_795_608_000,
  dueAt: 1_795_608_000,
  channel: 'one',
  severity: 'error',
  subject: 'error: home: vm/101 “postgres”: too old',
  text: 'Error: home: vm/101\n  Too "old".',
  keys: ['HF-LATE home vm/101'],
};

type Seen = { readonly method: string; readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string };
type Answer = { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

/** A receiver on loopback that writes down what it gets. */
async function receiver(answer: (seen: Seen) => Answer = () => ({ status: 200, body: 'ok' })): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const one = { method: request.method!, path: request.url!, headers: request.headers, body: Buffer.concat(parts).toString() };
      seen.push(one);
      const { status, body = '', headers = {} } = answer(one);
      response.writeHead(status, headers).end(body);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => new Promise<void>((closed) => server.close(() => closed())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const SECRETS: Readonly<Record<string, string>> = { 'env:TOKEN': 'very-secret', 'env:LOGIN': 'holdfast:very-secret' };
const notifier = makeNotifier({
  now: () => ALERT.at,
  readSecret: async (ref) => SECRETS[ref] ?? Promise.reject(new Error(`${ref} is not set`)),
});

type Case = {
  readonly name: string;
  readonly channel: (url: string) => Channel;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
};

const CASES: readonly Case[] = [
  {
    name: 'webhook: an object of everything',
    channel: (url) => ({ name: 'one', kind: 'webhook', url: `${url}/hook` }),
    path: '/hook',
    headers: { 'webhook-id': ALERT.id, 'webhook-timestamp': String(ALERT.at), 'content-type': 'application/json' },
    body: { id: ALERT.id, site: 'home', at: ALERT.at, severity: 'error', subject: ALERT.subject, text: ALERT.text, keys: ALERT.keys },
  },
  {
    name: 'webhook: a template, in which no text can break out of its quotes',
    channel: (url) => ({
      name: 'one',
      kind: 'webhook',
      url: `${url}/hook`,
      template: '{"content": "{{subject}}\\n{{ text }}", "x": "{{unknown}}"}',
    }),
    path: '/hook',
    body: { content: `${ALERT.subject}\n${ALERT.text}`, x: '{{unknown}}' },
  },
  {
    name: 'ntfy: published as JSON at the root',
    channel: (url) => ({ name: 'one', kind: 'ntfy', url: `${url}/topic-x`, token: 'env:TOKEN' }),
    path: '/',
    headers: { authorization: 'Bearer very-secret' },
    body: { topic: 'topic-x', title: ALERT.subject, message: ALERT.text, priority: 5, tags: ['rotating_light'] },
  },
  {
    name: 'gotify',
    channel: (url) => ({ name: 'one', kind: 'gotify', url: `${url}/`, token: 'env:TOKEN' }),
    path: '/message',
    headers: { 'x-gotify-key': 'very-secret' },
    body: { title: ALERT.subject, message: ALERT.text, priority: 8 },
  },
  {
    name: 'apprise',
    channel: (url) => ({ name: 'one', kind: 'apprise', url: `${url}/notify/key`, tag: 'oncall' }),
    path: '/notify/key',
    body: { title: ALERT.subject, body: ALERT.text, type: 'failure', format: 'text', tag: 'oncall' },
  },
  {
    name: 'alertmanager: one alert for each finding, with labels that stay the same',
    channel: (url) => ({ name: 'one', kind: 'alertmanager', url }),
    path: '/api/v2/alerts',
    body: [
      {
        labels: { alertname: 'HF-LATE', site: 'home', key: 'HF-LATE home vm/101' },
        annotations: { summary: ALERT.subject, description: ALERT.text, severity: 'error' },
        startsAt: '2026-11-25T12:00:00Z',
        endsAt: '2026-12-25T12:00:00Z',
      },
    ],
  },
];

for (const { name, channel, path, headers = {}, body } of CASES) {
  test(name, async () => {
    const { url, seen } = await receiver();
    await notifier.send(channel(url), ALERT);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', path, headers });
    expect(JSON.parse(seen[0]!.body)).toEqual(body);
  });
}

test('webhook: signed as the Standard Webhooks say, over id, time and body', async () => {
  const { url, seen } = await receiver();
  await notifier.send({ name: 'one', kind: 'webhook', url, secret: 'env:TOKEN' }, ALERT);
  const expected = createHmac('sha256', 'very-secret').update(`${ALERT.id}.${ALERT.at}.${seen[0]!.body}`).digest('base64');
  expect(seen[0]!.headers['webhook-signature']).toBe(`v1,${expected}`);
});

test('webhook: a later try has the same id and a time of its own', async () => {
  const { url, seen } = await receiver();
  const later = makeNotifier({ readSecret: async () => 'very-secret', now: () => ALERT.at + 3600 });
  await later.send({ name: 'one', kind: 'webhook', url, secret: 'env:TOKEN' }, ALERT);
  const [{ headers, body }] = seen as [Seen];
  const expected = createHmac('sha256', 'very-secret')
    .update(`${ALERT.id}.${ALERT.at + 3600}.${body}`)
    .digest('base64');
  expect(headers).toMatchObject({
    'webhook-id': ALERT.id,
    'webhook-timestamp': String(ALERT.at + 3600),
    'webhook-signature': `v1,${expected}`,
  });
});

test('alertmanager: "over" ends the alert with the same labels', async () => {
  const { url, seen } = await receiver();
  await notifier.send({ name: 'one', kind: 'alertmanager', url }, { ...ALERT, severity: 'over' });
  const [alert] = JSON.parse(seen[0]!.body) as [{ labels: unknown; endsAt: string }];
  expect(alert.labels).toEqual({ alertname: 'HF-LATE', site: 'home', key: 'HF-LATE home vm/101' });
  expect(alert.endsAt).toBe('2026-11-25T12:00:00Z');
});

const REFUSALS = [
  { name: 'a refusal, in the words of the receiver', answer: { status: 403, body: 'no such\n token' }, says: /answers 403: no such token/ },
  { name: 'a redirect is not followed', answer: { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, says: /redirect \(302\)/ },
  { name: 'a server error', answer: { status: 502 }, says: /answers 502: nothing more/ },
];

describe('what goes wrong is said without a secret', () => {
  for (const { name, answer, says } of REFUSALS) {
    test(name, async () => {
      const { url } = await receiver(() => answer);
      const sent = notifier.send({ name: 'one', kind: 'webhook', url: `${url}/very-secret-path` }, ALERT);
      await expect(sent).rejects.toThrow(says);
      await expect(sent).rejects.not.toThrow(/very-secret/);
    });
  }

  test('nobody there', async () => {
    const { url } = await receiver();
    for (const close of closing.splice(0)) await close();
    const sent = notifier.send({ name: 'one', kind: 'webhook', url: `${url}/very-secret-path` }, ALERT);
    await expect(sent).rejects.toThrow(/could not be reached/);
    await expect(sent).rejects.not.toThrow(/very-secret/);
  });

  test('a token that no header can carry', async () => {
    const { url, seen } = await receiver();
    const odd = makeNotifier({ readSecret: async () => 'very-secret\u0000', now: () => ALERT.at });
    const sent = odd.send({ name: 'one', kind: 'ntfy', url: `${url}/topic`, token: 'env:TOKEN' }, ALERT);
    await expect(sent).rejects.toThrow(/could not be asked: .* no header may hold/);
    await expect(sent).rejects.not.toThrow(/very-secret/);
    expect(seen).toEqual([]);
  });

  test('apprise answers well and has told nobody', async () => {
    const { url } = await receiver(() => ({ status: 204 }));
    await expect(notifier.send({ name: 'one', kind: 'apprise', url }, ALERT)).rejects.toThrow(/told nobody/);
  });

  test('a secret that is not there', async () => {
    await expect(notifier.send({ name: 'one', kind: 'webhook', url: 'env:NOWHERE' }, ALERT)).rejects.toThrow('env:NOWHERE is not set');
  });
});

describe('whether it arrived is asked of the receiver itself', () => {
  test('ntfy has it', async () => {
    const { url, seen } = await receiver(() => ({
      status: 200,
      body: `{"event":"open"}\nnot json\n${JSON.stringify({ title: ALERT.subject })}\n`,
    }));
    expect(await notifier.arrived({ name: 'one', kind: 'ntfy', url: `${url}/topic` }, ALERT)).toBe('arrived');
    expect(seen[0]!.path).toBe(`/topic/json?poll=1&since=${ALERT.at - 60}`);
  });

  test('ntfy has it not', async () => {
    const { url } = await receiver(() => ({ status: 200, body: '{"title":"another"}\n' }));
    expect(await notifier.arrived({ name: 'one', kind: 'ntfy', url: `${url}/topic` }, ALERT)).toBe('missing');
  });

  test('alertmanager has it not', async () => {
    const { url } = await receiver(() => ({ status: 200, body: '[]' }));
    expect(await notifier.arrived({ name: 'one', kind: 'alertmanager', url }, ALERT)).toBe('missing');
  });

  test('a webhook cannot be asked', async () => {
    expect(await notifier.arrived({ name: 'one', kind: 'webhook', url: 'https://example.org' }, ALERT)).toBe('unasked');
  });
});

test('the heartbeat calls its address', async () => {
  const { url, seen } = await receiver();
  const beating = makeNotifier({ readSecret: async () => `${url}/ping/abc`, now: () => ALERT.at });
  await beating.beat('env:HEARTBEAT');
  expect(seen[0]).toMatchObject({ method: 'GET', path: '/ping/abc' });
});

/** A mail server that takes everything, or refuses a recipient. */
async function mailServer(refuses = false): Promise<{ url: string; lines: string[] }> {
  const lines: string[] = [];
  const server = createTcpServer((socket) => {
    let data = false;
    let rest = '';
    socket.write('220 mail.test ESMTP\r\n');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const [last = '', ...whole] = `${rest}${chunk.toString()}`.split('\r\n').toReversed();
      rest = last;
      for (const line of whole.toReversed()) {
        lines.push(line);
        if (data) {
          if (line === '.') socket.write('250 taken\r\n');
          data = line !== '.';
        } else if (line.startsWith('EHLO')) socket.write('250-mail.test\r\n250 AUTH PLAIN\r\n');
        else if (line.startsWith('AUTH')) socket.write('235 welcome\r\n');
        else if (line.startsWith('RCPT') && refuses) socket.write('550 no such person\r\n');
        else if (line === 'DATA') socket.write('354 go on\r\n');
        else if (line === 'QUIT') socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
        if (line === 'DATA') data = true;
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => new Promise<void>((closed) => server.close(() => closed())));
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, lines };
}

describe('email', () => {
  const channel = (server: string): Channel => ({
    name: 'one',
    kind: 'email',
    server,
    to: ['ops@example.org', 'boss@example.org'],
    from: 'holdfast@example.org',
    login: 'env:LOGIN',
  });

  test('each recipient gets it, under an id of its own', async () => {
    const { url, lines } = await mailServer();
    await notifier.send(channel(url), ALERT);
    expect(lines.filter((line) => line.startsWith('RCPT'))).toEqual(['RCPT TO:<ops@example.org>', 'RCPT TO:<boss@example.org>']);
    expect(lines).toContain(`Message-ID: <${ALERT.id}.one@holdfast.invalid>`);
    expect(lines).toContain('Auto-Submitted: auto-generated');
    expect(lines.some((line) => line.startsWith('Subject: =?UTF-8?'))).toBe(true);
    expect(lines).toContain(`AUTH PLAIN ${Buffer.from('\0holdfast\0very-secret').toString('base64')}`);
  });

  test('what the server refuses is said in its words', async () => {
    const { url } = await mailServer(true);
    await expect(notifier.send(channel(url), ALERT)).rejects.toThrow(/127\.0\.0\.1 did not take the mail: .*no such person/);
  });
});
