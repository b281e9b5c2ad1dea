import { expect, test } from 'vitest';
import { beginSession } from '#app/access-sessions.ts';
import { accessRig, NOW, PASSWORD, type AccessRig, type Jar } from '../../auth/testing/rig.ts';
import type { Session } from '../schema/session.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

async function sessionOf({ ask }: AccessRig, sent: Parameters<AccessRig['ask']>[2] = {}): Promise<Session> {
  return (await (await ask('GET', '/api/v1/session', sent)).json()) as Session;
}

test('the first start: the link makes an admin who is logged in, and is spent', async () => {
  const rig = accessRig();
  const secret = await rig.offerSetup();
  expect(await sessionOf(rig)).toEqual({ setupNeeded: true, version: '0.0.0' });
  const jar: Jar = new Map();
  const body = { secret, name: 'anna', password: PASSWORD };
  const made = await rig.ask('POST', '/api/v1/setup', { body, jar });
  expect([made.status, await made.json()]).toEqual([
    200,
    {
      user: { name: 'anna', role: 'admin', via: 'password' },
      setupNeeded: false,
      csrf: expect.any(String),
      expiresAt: NOW + 8 * HOUR,
      version: '0.0.0',
    },
  ]);
  expect((await sessionOf(rig, { jar })).user?.name).toBe('anna');
  expect((await rig.ask('POST', '/api/v1/setup', { body: { ...body, name: 'eve' } })).status).toBe(403);
  expect(rig.audit.map(({ by, act, on }) => `${by}: ${act} ${on}`)).toEqual(['anna: add account anna', 'anna: log in anna']);
});

test('the link: a guess, an older one, one of yesterday, a weak password', async () => {
  const rig = accessRig();
  const old = await rig.offerSetup();
  const secret = await rig.offerSetup();
  const set = async (given: object) => (await rig.ask('POST', '/api/v1/setup', { body: { secret, name: 'anna', password: PASSWORD, ...given } })).status; // prettier-ignore
  expect(await set({ secret: 'guess' })).toBe(403);
  expect(await set({ secret: old })).toBe(403);
  expect(await set({ password: 'aaaaaaaaaaaaaaa' })).toBe(400);
  expect(await set({ password: 'short' })).toBe(400);
  rig.clock.at += DAY;
  expect(await set({})).toBe(403);
  rig.clock.at -= 1;
  expect(await set({})).toBe(200);
});

const WEAK = [
  { password: 'short', because: 'it has 5 characters; at least 10 are needed' },
  { password: 'aaaaaaaaaaaaaaa', because: 'it is the same few characters over and over' },
  { password: 'Anna-anna1', because: 'it is hardly more than the name of the account' },
] as const;
for (const { password, because } of WEAK) {
  test(`a new password that would soon be guessed is told as that, wherever one is chosen: ${because}`, async () => {
    const rig = accessRig();
    const secret = await rig.offerSetup();
    const answers = [await rig.ask('POST', '/api/v1/setup', { body: { secret, name: 'anna', password } })];
    await rig.add('admin', 'anna');
    const here = await rig.logIn('anna');
    answers.push(await rig.ask('PUT', '/api/v1/session/password', { ...here, body: { current: PASSWORD, password } }));
    answers.push(await rig.ask('PATCH', '/api/v1/users/anna', { ...here, body: { password } }));
    answers.push(await rig.ask('POST', '/api/v1/users', { ...here, body: { name: 'anna', role: 'viewer', password } }));
    for (const answer of answers)
      expect([answer.status, await answer.json()]).toEqual([
        400,
        {
          type: 'urn:holdfast:problem:weak-password',
          title: 'This password would soon be guessed',
          status: 400,
          detail: because,
          fix: 'take four words that have nothing to do with each other, or let a password manager make one',
        },
      ]);
  });
}

test('the cookie: no script reads it, no other page brings it, and behind TLS no other host set it', async () => {
  const rig = accessRig({ settings: { proxy: { trusted: ['127.0.0.1'], roles: {} } } });
  await rig.add('viewer');
  const cookie = async (headers: Record<string, string>, from: string) =>
    (await rig.ask('POST', '/api/v1/session', { body: { name: 'viewer', password: PASSWORD }, headers, from })).headers.get('set-cookie');
  expect(await cookie({}, '192.0.2.7')).toMatch(/^holdfast=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/);
  const https = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '198.51.100.9' };
  expect(await cookie(https, '127.0.0.1')).toMatch(
    /^__Host-holdfast=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800; Secure$/,
  );
  expect(await cookie(https, '192.0.2.7')).toMatch(/^holdfast=/);
  expect(rig.audit.filter(({ act }) => act === 'log in').map(({ detail }) => detail)).toEqual([
    'by password from 192.0.2.7',
    'by password from 198.51.100.9',
    'by password from 192.0.2.7',
  ]);
});

test('a session ends when nobody uses it for 8 hours, and after 7 days however it is used', async () => {
  const rig = accessRig();
  await rig.add('viewer');
  const idle = await rig.logIn('viewer');
  rig.clock.at = NOW + 8 * HOUR - 1;
  expect((await sessionOf(rig, idle)).expiresAt).toBe(NOW + 16 * HOUR - 1);
  rig.clock.at = NOW + 16 * HOUR - 1;
  expect((await sessionOf(rig, idle)).user).toBeUndefined();

  rig.clock.at = NOW;
  const used = await rig.logIn('viewer');
  for (let at = NOW; at < NOW + 7 * DAY; at += 7 * HOUR) {
    rig.clock.at = at;
    expect((await sessionOf(rig, used)).user?.name).toBe('viewer');
  }
  rig.clock.at = NOW + 7 * DAY;
  expect((await sessionOf(rig, used)).user).toBeUndefined();
});

test('log-out ends the session on the server', async () => {
  const rig = accessRig();
  await rig.add('viewer');
  const { jar, headers } = await rig.logIn('viewer');
  const stolen = new Map(jar);
  expect((await rig.ask('DELETE', '/api/v1/session', { jar, headers })).status).toBe(204);
  expect(jar.size).toBe(0);
  expect((await sessionOf(rig, { jar: stolen })).user).toBeUndefined();
});

test('a log-in never goes on with the id the browser came with', async () => {
  const rig = accessRig();
  await rig.add('viewer');
  const { jar } = await rig.logIn('viewer');
  const planted = new Map(jar);
  await rig.ask('POST', '/api/v1/session', { body: { name: 'viewer', password: PASSWORD }, jar });
  expect(jar).not.toEqual(planted);
  expect((await sessionOf(rig, { jar: planted })).user).toBeUndefined();
  expect((await sessionOf(rig, { jar })).user?.name).toBe('viewer');
});

test('a new password ends every session but the one that set it', async () => {
  const rig = accessRig();
  await rig.add('viewer');
  const [here, elsewhere] = [await rig.logIn('viewer'), await rig.logIn('viewer')];
  const change = async (current: string, password: string) =>
    (await rig.ask('PUT', '/api/v1/session/password', { ...here, body: { current, password } })).status;
  expect(await change('something else', 'another horse battery')).toBe(401);
  expect(await change(PASSWORD, 'viewerviewer')).toBe(400);
  expect(await change(PASSWORD, 'another horse battery')).toBe(200);
  expect((await sessionOf(rig, elsewhere)).user).toBeUndefined();
  expect((await sessionOf(rig, here)).user?.name).toBe('viewer');
});

test('who is wrong, unknown or disabled is told the same', async () => {
  const rig = accessRig();
  await rig.add('admin');
  await rig.add('viewer');
  await rig.ports.accounts.change('viewer', { disabled: true }, { at: NOW, by: 'x', act: 'x', on: 'x', detail: '' });
  const told = async (name: string, password: string) => {
    const response = await rig.ask('POST', '/api/v1/session', { body: { name, password } });
    return [response.status, [...response.headers.keys()].toSorted(), await response.json()];
  };
  const wrong = await told('admin', 'something else');
  expect(wrong[0]).toBe(401);
  expect(await told('nobody', PASSWORD)).toEqual(wrong);
  expect(await told('viewer', PASSWORD)).toEqual(wrong);
  expect(rig.audit.slice(3).map(({ act, on }) => `${act} ${on}`)).toEqual([
    'log-in failed admin',
    'log-in failed an unknown account',
    'log-in failed viewer',
  ]);
});

test('a session that begins while its account is being disabled is worth nothing', async () => {
  const rig = accessRig();
  await rig.add('viewer');
  await rig.ports.accounts.change('viewer', { disabled: true }, { at: NOW, by: 'x', act: 'x', on: 'x', detail: '' });
  const secret = await beginSession(rig.ports, 'viewer', 'password', '192.0.2.7');
  expect((await sessionOf(rig, { jar: new Map([['holdfast', secret]]) })).user).toBeUndefined();
});

test('guessing is slow: by account, whether it exists or not, and the right password waits too', async () => {
  for (const name of ['viewer', 'nobody']) {
    const rig = accessRig();
    await rig.add('viewer');
    const waits: (string | null)[] = [];
    const guess = async (password: string, n: number) => {
      const response = await rig.ask('POST', '/api/v1/session', { body: { name, password }, from: `192.0.2.${n}` });
      return [response.status, response.headers.get('retry-after')] as const;
    };
    for (let n = 0; n < 5; n++) expect(await guess('something else', n)).toEqual([401, null]);
    for (let n = 5; n < 16; n++) {
      const [status, wait] = await guess(PASSWORD, n);
      expect(status).toBe(429);
      waits.push(wait);
      rig.clock.at += Number(wait);
      expect((await guess('something else', n))[0]).toBe(401);
    }
    expect(waits).toEqual(['2', '4', '8', '16', '32', '64', '128', '256', '512', '900', '900']);
    rig.clock.at += 900;
    expect((await guess(PASSWORD, 99))[0]).toBe(name === 'viewer' ? 200 : 401);
  }
});

test('guessing is slow: by address, over many accounts; another address is not hindered', async () => {
  const rig = accessRig();
  await rig.add('viewer');
  const guess = async (name: string, from: string) =>
    (await rig.ask('POST', '/api/v1/session', { body: { name, password: PASSWORD }, from })).status;
  for (let n = 0; n < 20; n++) expect(await guess(`nobody ${n}`, `2001:db8:1:2::${n}`)).toBe(401);
  expect(await guess('viewer', '2001:db8:1:2:ffff::1')).toBe(429);
  expect(await guess('viewer', '2001:db8:1:3::1')).toBe(200);
});

test('many guesses at once are no faster than one after the other', async () => {
  const rig = accessRig();
  await rig.add('viewer');
  const guesses = Array.from({ length: 50 }, async () => (await rig.ask('POST', '/api/v1/session', { body: { name: 'viewer', password: 'no' } })).status); // prettier-ignore
  expect((await Promise.all(guesses)).filter((status) => status === 401).length).toBe(5);
});

test('failed log-ins do not fill the audit log', async () => {
  const rig = accessRig();
  const fail = (n: number) => rig.ask('POST', '/api/v1/session', { body: { name: `n${n}`, password: 'x' }, from: `10.0.${n >> 3}.1` });
  for (let n = 0; n < 80; n++) await fail(n);
  expect(rig.audit.length).toBe(30);
  expect(rig.audit.at(-1)?.detail).toBe('from 10.0.3.1; further ones of this hour are only counted');
  rig.clock.at += HOUR;
  await fail(800);
  expect(rig.audit.at(-1)?.detail).toBe('from 10.0.100.1; 50 more before were not written down');
});
