import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab, type LabServer } from './lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ scenario: 'empty' });
});
afterAll(() => lab.close());

type Reply = { status: number; reason: string; type: string | undefined; body: string; fingerprint: string };

function ask(server: LabServer, path: string, options: { authorization?: string; method?: string } = {}): Promise<Reply> {
  const headers = options.authorization === undefined ? {} : { authorization: options.authorization };
  return new Promise((resolve, reject) => {
    const sent = request(
      `${server.url}${path}`,
      { method: options.method ?? 'GET', headers, rejectUnauthorized: false, agent: false },
      (reply) => {
        const fingerprint = (reply.socket as TLSSocket).getPeerCertificate().fingerprint256;
        let body = '';
        reply.on('data', (part: Buffer) => (body += part.toString()));
        reply.on('end', () =>
          resolve({
            status: reply.statusCode ?? 0,
            reason: reply.statusMessage ?? '',
            type: reply.headers['content-type'],
            body,
            fingerprint,
          }),
        );
        reply.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

const token = (server: LabServer) => `${server.product === 'pve' ? 'PVEAPIToken=' : 'PBSAPIToken='}${server.tokens['root@pam!lab']}`;

test('each server shows the certificate whose fingerprint it names', async () => {
  for (const server of [lab.pve, lab.pbs]) expect((await ask(server, '/api2/json/version')).fingerprint).toBe(server.fingerprint);
});

test('PVE: no ticket is 401 with an empty body, a token answers', async () => {
  expect(await ask(lab.pve, '/api2/json/version')).toMatchObject({ status: 401, reason: 'No ticket', body: '' });
  const wrong = await ask(lab.pve, '/api2/json/version', { authorization: 'PVEAPIToken=root@pam!lab=wrong' });
  expect(wrong).toMatchObject({ status: 401, reason: 'Authentication failed!', body: '' });
  expect((await ask(lab.pve, '/api2/json/version', { authorization: token(lab.pve) })).status).toBe(200);
});

test('PBS: refusals are plain text that calls itself JSON', async () => {
  expect(await ask(lab.pbs, '/api2/json/version')).toMatchObject({ status: 401, body: 'authentication failed' });
  expect(await ask(lab.pbs, '/api2/json/ping')).toMatchObject({ status: 200, body: '{"data":{"pong":true}}' });
  const nowhere = await ask(lab.pbs, '/api2/json/nowhere', { authorization: token(lab.pbs) });
  expect(nowhere).toMatchObject({ status: 404, type: 'application/json;charset=UTF-8', body: "Path '/api2/json/nowhere' not found." });
});

test('PVE: an unknown path is 501 with the reason in status line and body', async () => {
  const nowhere = await ask(lab.pve, '/api2/json/nowhere', { authorization: token(lab.pve) });
  expect(nowhere).toMatchObject({ status: 501, reason: "Method 'GET /nowhere' not implemented" });
  expect(JSON.parse(nowhere.body)).toEqual({ data: null, message: "Method 'GET /nowhere' not implemented" });
});

test('the clock stands still until a lever moves it', async () => {
  const before = lab.world.now;
  const reply = await ask(lab.pbs, '/lab/advance?by=90d', { method: 'POST' });
  expect(JSON.parse(reply.body)).toEqual({ now: before + 90 * 86_400 });
});

test('a fault strikes as often as it was told, then no more', async () => {
  lab.world.faults.push({ call: 'GET /version', times: 1, kind: { answer: { status: 596, reason: 'Broken pipe', body: '' } } });
  expect((await ask(lab.pve, '/api2/json/version', { authorization: token(lab.pve) })).status).toBe(596);
  expect((await ask(lab.pve, '/api2/json/version', { authorization: token(lab.pve) })).status).toBe(200);
});

test('a lost answer and half an answer break the connection', async () => {
  for (const kind of ['lost-answer', 'half-answer', 'refused'] as const) {
    lab.world.faults.push({ call: 'GET /version', times: 1, kind });
    await expect(ask(lab.pve, '/api2/json/version', { authorization: token(lab.pve) })).rejects.toThrow();
  }
});
