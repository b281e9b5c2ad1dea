import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { prepareServing } from './serving.ts';

const { state, serve } = prepareServing({ answers: true });

type Answer = { readonly status: number; readonly body: Record<string, unknown>; readonly cookie: string };

/** One request to the daemon, as a client sends it. */
async function send(
  url: string,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const init = { method, headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) } };
  const response = await fetch(`${url}/api/v1${path}`, body === undefined ? init : { ...init, body: JSON.stringify(body) });
  const text = await response.text();
  const cookie = (response.headers.getSetCookie()[0] ?? '').split(';')[0]!;
  return { status: response.status, body: text === '' ? {} : JSON.parse(text), cookie };
}

/** `holdfast user` in a process of its own, on the database of the daemon. */
async function user(...args: string[]): Promise<string> {
  const env = { ...process.env, HOLDFAST_STATE: state(), HOLDFAST_POLICY: `${dirname(state())}/holdfast.yaml`, NO_COLOR: '1' };
  const ran = promisify(execFile)(process.execPath, ['bin/holdfast.js', 'user', ...args], { env });
  const { stdout, stderr } = await ran.catch((error: { readonly stdout: string; readonly stderr: string }) => error);
  return stdout + stderr;
}

test('from the link of the first start to a second admin, over a restart, with one that is locked out', { timeout: 180_000 }, async () => {
  const first = serve();
  await first.says('listening on http');
  const link = /(http:\/\/127\.0\.0\.1:\d+)\/setup#([\w-]{43})/.exec(first.log())!;
  const [, url = '', secret = ''] = link;
  expect((await send(url, 'GET', '/overview')).status).toBe(401);
  expect((await send(url, 'GET', '/session')).body).toMatchObject({ setupNeeded: true });

  const password = 'correct horse battery';
  const setup = await send(url, 'POST', '/setup', { body: { secret, name: 'anna', password } });
  expect(setup.body).toMatchObject({ user: { name: 'anna', role: 'admin' }, setupNeeded: false });
  const headers = { cookie: setup.cookie, 'x-csrf-token': setup.body['csrf'] as string };
  expect((await send(url, 'GET', '/overview', { headers })).status).toBe(200);
  const added = await send(url, 'POST', '/users', { headers, body: { name: 'ben', role: 'operator', password } });
  expect(added.status).toBe(201);
  const token = await send(url, 'POST', '/tokens', { headers, body: { label: 'pipeline', scope: 'read', days: 1 } });
  const bearer = { authorization: `Bearer ${token.body['secret'] as string}` };
  expect((await send(url, 'GET', '/overview', { headers: bearer })).status).toBe(200);

  // On the machine itself, beside the running daemon.
  expect(await user('list')).toMatch(/anna +admin +password +logged in .* ago\nben +operator +password +never logged in/);
  const made = /password: (\S+)/.exec(await user('reset-password', 'anna'))![1]!;
  expect((await send(url, 'GET', '/overview', { headers })).status).toBe(401);
  expect((await send(url, 'POST', '/session', { body: { name: 'anna', password } })).status).toBe(401);
  const again = await send(url, 'POST', '/session', { body: { name: 'Anna', password: made } });
  expect(again.body).toMatchObject({ user: { name: 'anna', role: 'admin', via: 'password' } });
  expect(await user('disable', 'anna')).toContain('is the last admin');

  first.child.kill('SIGTERM');
  expect(await first.ended).toEqual([0, null]);
  const second = serve();
  await second.says('listening on http');
  expect(second.log()).not.toContain('/setup#');
  const next = /listening on (http[^"\s]+)/.exec(second.log())![1]!;
  expect((await send(next, 'GET', '/overview', { headers: { cookie: again.cookie } })).status).toBe(200);
  expect((await send(next, 'GET', '/overview', { headers: bearer })).status).toBe(200);
  second.child.kill('SIGTERM');
  await second.ended;
  for (const log of [first.log(), second.log()])
    for (const word of [password, made, token.body['secret'] as string]) expect(log).not.toContain(word);
});
