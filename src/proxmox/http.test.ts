import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { startTestServer, type TestServer } from '#test/https.ts';
import { openHttp, type Http, type HttpOptions } from './http.ts';
import { ignore } from './wire/read.ts';

const TOKEN = 'holdfast@pve!audit=11111111-2222-3333-4444-555555555555';
const opened: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function serve(answer: Parameters<typeof startTestServer>[0]): Promise<TestServer> {
  const server = await startTestServer(answer);
  opened.push(server);
  return server;
}

function client(urls: readonly string[], options: Partial<HttpOptions> = {}): Http {
  const limits = { retryMs: 1, connectMs: 2000, ...options.limits };
  const http = openHttp({ product: 'pve', name: 'pve', urls, token: async () => TOKEN, ...options, limits });
  opened.unshift(http);
  return http;
}

const json =
  (value: unknown, status = 200) =>
  (_: unknown, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' }).end(JSON.stringify(value));
  };
const data = ({ data }: { data: unknown }): unknown => data;

async function failure(call: Promise<unknown>): Promise<ProxmoxError> {
  const error: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof ProxmoxError)) throw new Error('the call should have failed with a ProxmoxError', { cause: error });
  return error;
}

test('a pinned certificate is enough, and the login goes in the form of the product', async () => {
  const server = await serve(json({ data: 1 }));
  expect(await client([server.url], { fingerprint: server.fingerprint }).get('/version', {}, data)).toBe(1);
  const pbs = client([server.url], { fingerprint: server.fingerprint.toLowerCase().replaceAll(':', ''), product: 'pbs' });
  expect(await pbs.get('/version', {}, data)).toBe(1);
  expect(server.requests.map(({ authorization }) => authorization)).toEqual([
    `PVEAPIToken=${TOKEN}`,
    `PBSAPIToken=${TOKEN.replace('=', ':')}`,
  ]);
});

test('another certificate: not a byte of a request goes out, nothing is tried again or elsewhere', async () => {
  const [impostor, real] = [await serve(json({ data: 1 })), await serve(json({ data: 1 }))];
  const error = await failure(client([impostor.url, real.url], { fingerprint: real.fingerprint }).get('/version', {}, data));
  expect(error.kind).toBe('untrusted');
  expect(error.message).toContain(impostor.fingerprint);
  expect(error.fix).toContain(`holdfast trust ${impostor.url}`);
  expect([impostor.requests, real.requests, impostor.connections()]).toEqual([[], [], 1]);
});

test('each node of a cluster has its own certificate: several may be pinned', async () => {
  const [one, two] = [await serve(json({ data: 1 })), await serve(json({ data: 2 }))];
  expect(await client([two.url], { fingerprint: { [one.url]: one.fingerprint, [two.url]: two.fingerprint } }).get('/x', {}, data)).toBe(2);
});

test('without a pin an authority must vouch for the certificate', async () => {
  const server = await serve(json({ data: 1 }));
  expect((await failure(client([server.url]).get('/x', {}, data))).kind).toBe('untrusted');
  expect(server.requests).toEqual([]);
  expect(await client([server.url], { ca: server.certPem }).get('/x', {}, data)).toBe(1);
});

test('an address that is down gives way to the next, for writes too, and the next call begins there', async () => {
  const down = await startTestServer(json({ data: 1 }));
  await down.close();
  const up = await serve(json({ data: 2 }));
  const http = client([down.url, up.url], { fingerprint: up.fingerprint });
  expect(await http.send('POST', '/x', {}, data)).toBe(2);
  expect(await http.get('/y', {}, data)).toBe(2);
  expect(up.requests.map(({ line }) => line)).toEqual(['POST /api2/json/x', 'GET /api2/json/y']);
});

test('many calls at once find the address that is up, each', async () => {
  const down = await startTestServer(json({ data: 1 }));
  await down.close();
  const up = await serve(json({ data: 2 }));
  const http = client([down.url, up.url], { fingerprint: up.fingerprint, limits: { retries: 0 } });
  expect(await Promise.all(Array.from({ length: 9 }, (_, i) => http.get(`/${i}`, {}, data)))).toEqual(Array(9).fill(2));
});

test('after no address could be reached, further calls fail at once for a while, and then try again', async () => {
  const down = await startTestServer(json({ data: 1 }));
  await down.close();
  const [patient, hasty] = [5000, 0].map((deadMs) => client([down.url], { fingerprint: down.fingerprint, limits: { deadMs, retries: 0 } }));
  for (const http of [patient!, hasty!]) expect((await failure(http.get('/x', {}, data))).kind).toBe('unreachable');
  const again = await startTestServer(json({ data: 2 }), Number(new URL(down.url).port));
  opened.push(again);
  expect(await failure(patient!.get('/y', {}, data))).toMatchObject({ kind: 'unreachable', call: 'GET /y' });
  expect((await failure(hasty!.get('/y', {}, data))).kind).toBe('untrusted');
  expect(again.requests).toEqual([]);
});

test('a broken connection: a read is asked again, a write never', async () => {
  const server = await serve((_, response) => {
    if (server.requests.length % 3 === 0) json({ data: 'third' })(_, response);
    else response.destroy();
  });
  const http = client([server.url], { fingerprint: server.fingerprint });
  expect(await http.get('/x', {}, data)).toBe('third');
  expect((await failure(http.send('POST', '/x', { a: 1 }, ignore))).kind).toBe('unreachable');
  expect(server.requests).toHaveLength(4);
});

test('a value is encoded so that PVE cuts nothing off it; a list repeats its key; absent is left out', async () => {
  const server = await serve(json({ data: null }));
  const http = client([server.url], { fingerprint: server.fingerprint });
  await http.send('PUT', '/x', { note: `a=b;c+d&e f'(ü)*`, on: true, off: false, delete: ['a', 'b'], none: undefined }, ignore);
  await http.get('/y', { ns: 'home/tier-1' }, ignore);
  expect(server.requests[0]!.body).toBe('note=a%3Db%3Bc%2Bd%26e%20f%27%28%C3%BC%29%2A&on=1&off=0&delete=a&delete=b');
  expect(server.requests[1]!.line).toBe('GET /api2/json/y?ns=home%2Ftier-1');
});

const GARBLED: readonly [string, Parameters<typeof startTestServer>[0], string?][] = [
  ['a page under 200', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>please log in</html>')],
  ['plain text under a JSON type', (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('hello')],
  ['half an answer that looks whole', (_, response) => response.writeHead(200).end('{"data":[{"a":1},')],
  ['JSON without data', json({ ok: true })],
  ['a redirect', (_, response) => response.writeHead(302, { location: 'https://elsewhere/login' }).end(), 'elsewhere'],
  ['another protocol', (_, response) => void response.socket!.end('SSH-2.0-OpenSSH\r\n')],
];
for (const [name, answer, says = ''] of GARBLED) {
  test(`garbled: ${name}`, async () => {
    const server = await serve(answer);
    const error = await failure(client([server.url], { fingerprint: server.fingerprint }).get('/x', {}, data));
    expect(error.kind).toBe('garbled');
    expect(error.message).toContain(says);
    expect(server.requests).toHaveLength(1);
  });
}

test('a redirect is not followed: the token stays with the server it is for', async () => {
  const other = await serve(json({ data: 'stolen' }));
  const server = await serve((_, response) => response.writeHead(307, { location: `${other.url}/api2/json/x` }).end());
  await failure(client([server.url], { fingerprint: server.fingerprint }).get('/x', {}, data));
  expect(other.requests).toEqual([]);
});

test('no answer in time', async () => {
  const server = await serve(() => {});
  const http = client([server.url], { fingerprint: server.fingerprint, limits: { totalMs: 200, retries: 0 } });
  expect((await failure(http.get('/x', {}, data))).detail).toContain('no answer in time');
});

test('an answer that drips is cut off', async () => {
  const server = await serve((_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(timer));
  });
  const http = client([server.url], { fingerprint: server.fingerprint, limits: { dripAfterMs: 100, retries: 0 } });
  expect((await failure(http.get('/x', {}, data))).kind).toBe('unreachable');
});

test('an endless answer is cut off', async () => {
  const server = await serve((_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
    response.on('close', () => clearInterval(timer));
  });
  const http = client([server.url], { fingerprint: server.fingerprint, limits: { maxBytes: 1_000_000 } });
  expect((await failure(http.get('/x', {}, data))).kind).toBe('garbled');
});

test('no secret in an error: neither the token nor a password that the server says back', async () => {
  const server = await serve((request, response) =>
    json({ message: `bad: ${request.text} ${request.headers.authorization}` }, 500)(request, response),
  );
  const http = client([server.url], { fingerprint: server.fingerprint });
  const error = await failure(http.send('POST', '/storage', { password: 'hunter2hunter2' }, ignore));
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/hunter2|11111111-2222/);
});

test('a token that is none fails before anything is sent, and is not shown', async () => {
  const server = await serve(json({ data: 1 }));
  const error = await failure(client([server.url], { fingerprint: server.fingerprint, token: async () => 'geheim' }).get('/x', {}, data));
  expect([error.kind, error.message.includes('geheim'), server.requests.length]).toEqual(['refused', false, 0]);
});

test('an address that is no https is refused at once', () => {
  expect(() => client(['http://pve.lan:8006'])).toThrow(/no https/);
});

test('calls to one server are bounded', async () => {
  let [open, most] = [0, 0];
  const server = await serve((_, response) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open--;
      response.end('{"data":1}');
    }, 5);
  });
  const http = client([server.url], { fingerprint: server.fingerprint, limits: { connections: 3 } });
  await Promise.all(Array.from({ length: 30 }, (_, i) => http.get(`/${i}`, {}, data)));
  expect([most, server.connections()]).toEqual([3, 3]);
});

test('a probe that gets no answer ends the calls under way, and keeps the next ones from waiting', async () => {
  const server = await serve(() => {});
  const http = client([server.url], { fingerprint: server.fingerprint, limits: { probeMs: 100 } });
  const underWay = failure(http.get('/x', {}, data));
  expect((await failure(http.probe('/y', {}, data))).detail).toContain('no answer in time');
  expect((await underWay).kind).toBe('unreachable');
  expect((await failure(http.get('/z', {}, data))).detail).toContain('no answer in time');
  expect(server.requests.map(({ line }) => line)).toEqual(['GET /api2/json/x', 'GET /api2/json/y', 'GET /api2/json/y']);
});

test('a probe does not wait behind a look: calls that fill every connection make no outage', async () => {
  const server = await serve((request, response) => request.url?.endsWith('/sign') && json({ data: 1 })(request, response));
  const http = client([server.url], { fingerprint: server.fingerprint, limits: { connections: 2, probeMs: 2000 } });
  const slow = [1, 2, 3].map((n) => failure(http.get(`/${n}`, {}, data)));
  expect(await http.probe('/sign', {}, data)).toBe(1);
  await http.close();
  await Promise.all(slow);
});

test('a probe asks the other nodes of a cluster before it says that nobody answers', async () => {
  const [silent, well] = [await serve(() => {}), await serve(json({ data: 1 }))];
  const http = client([silent.url, well.url], {
    fingerprint: { [silent.url]: silent.fingerprint, [well.url]: well.fingerprint },
    limits: { probeMs: 200 },
  });
  expect(await http.probe('/y', {}, data)).toBe(1);
  expect(await http.get('/x', {}, data)).toBe(1);
});

test('a token that was changed is read anew after a refusal', async () => {
  const server = await serve((request, response) =>
    json({ data: 1 }, String(request.headers.authorization).includes('new') ? 200 : 401)(request, response),
  );
  let secret = 'old';
  const http = client([server.url], { fingerprint: server.fingerprint, token: async () => `holdfast@pve!audit=${secret}` });
  expect((await failure(http.probe('/y', {}, data))).kind).toBe('refused');
  secret = 'new';
  expect(await http.probe('/y', {}, data)).toBe(1);
});
