import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { makeToken } from '#app/access-tokens.ts';
import { ROLES, SCOPES } from '#core/access/role.ts';
import { API_BASE, type Route } from '#server/api/frame.ts';
import { accessRig, type AccessRig, type Sent } from '#server/auth/testing/rig.ts';
import { everyArea } from './api/every-area.ts';

/*
 * Who may what: each route of the API asked for by each kind of principal, over the real checks, with handlers that only say they were reached. The
 * whole table is held against a golden, so that no route and no right appears unseen.
 */

const GOLDEN = 'test/goldens/access-table.txt';
const REACHED = 'reached';

const routes: Route[] = [];
let rig: AccessRig;
/** What each principal sends with a request, by the heading of its column. */
const principals: (readonly [name: string, sent: Sent])[] = [];

beforeAll(async () => {
  rig = accessRig({
    stub: (route) => {
      routes.push(route);
      return () => new Response(REACHED);
    },
    area: everyArea,
  });
  principals.push(['nobody', {}]);
  for (const role of ROLES) {
    await rig.add(role);
    principals.push([role, await logIn(role)]);
  }
  for (const scope of SCOPES) {
    const made = await makeToken(rig.ports, { name: 'admin', role: 'admin' }, { label: scope, scope, days: 1 });
    principals.push([`token:${scope}`, { headers: { authorization: `Bearer ${made !== 'too-much' && made.secret}` } }]);
  }
});

/** The handler of the log-in is a stub here too: a session is begun as it would. */
async function logIn(name: string): Promise<Sent> {
  const { who, cookie } = await rig.access.entering.enter(
    { req: { header: () => undefined, raw: { headers: new Headers() } } } as never,
    name,
    'password',
  );
  const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
  return { jar: new Map([[key, value]]), headers: { 'x-csrf-token': who!.csrf } };
}

const pathOf = (route: Route): string => `${API_BASE}${route.path.replaceAll(/\{\w+\}/g, '1')}`;

async function mayReach(route: Route, sent: Sent): Promise<boolean> {
  const { status } = await rig.ask(route.method.toUpperCase(), pathOf(route), { ...sent, ...(route.body ? { body: {} } : {}) });
  // What is asked may be nonsense, and is told so only to who may ask.
  return status !== 401 && status !== 403;
}

test('who may what (HOLDFAST_UPDATE=1 writes the table)', async () => {
  const width = 44;
  const names = principals.map(([name]) => name);
  const rows: string[] = [`${''.padEnd(width)}  ${names.join('  ')}`];
  const sorted = routes.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.method < b.method ? -1 : 1));
  for (const route of sorted) {
    const cells: string[] = [];
    for (const [name, sent] of principals) cells.push(((await mayReach(route, sent)) ? 'may' : '-').padEnd(name.length));
    rows.push(`${`${route.method.toUpperCase()} ${route.path}`.padEnd(width)}  ${cells.join('  ')}`.trimEnd());
  }
  const table = `${rows.join('\n')}\n`;
  if (process.env['HOLDFAST_UPDATE'] === '1') writeFileSync(GOLDEN, table);
  expect(table).toBe(readFileSync(GOLDEN, 'utf8'));
});

test('the table has every route that stands in the code', () => {
  const files = globSync('src/server/api/routes/*.ts').filter((file) => !file.endsWith('.test.ts'));
  const written = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\bpath: '(\/[^']+)'/g)].map(([, path]) => path!));
  expect(written.length).toBeGreaterThan(10);
  const known = new Set<string>(routes.map(({ path }) => path));
  expect(written.filter((path) => !known.has(path))).toEqual([]);
});

test('a request that changes something is refused from whoever does not prove to be our page', async () => {
  const unsafe = routes.filter(({ method, role }) => method !== 'get' && role !== 'anyone');
  expect(unsafe.length).toBeGreaterThan(5);
  const [, admin] = principals.find(([name]) => name === 'admin')!;
  const without: Sent = { jar: admin.jar! };
  const other = principals.find(([name]) => name === 'viewer')![1].headers!['x-csrf-token']!;
  const refused: readonly (readonly [name: string, sent: Sent, problem: string])[] = [
    ['no token of the session', without, 'no-csrf-token'],
    ['the token of another session', { ...without, headers: { 'x-csrf-token': other } }, 'no-csrf-token'],
    ['another origin', { ...admin, headers: { ...admin.headers, origin: 'https://evil.example.org' } }, 'foreign-page'],
    ['an origin that is hidden', { ...admin, headers: { ...admin.headers, origin: 'null' } }, 'foreign-page'],
    ['another port of this host', { ...admin, headers: { ...admin.headers, origin: 'http://127.0.0.1:9999' } }, 'foreign-page'],
    ['another site, as the browser says', { ...admin, headers: { ...admin.headers, 'sec-fetch-site': 'cross-site' } }, 'foreign-page'],
    ['a neighbour, as the browser says', { ...admin, headers: { ...admin.headers, 'sec-fetch-site': 'same-site' } }, 'foreign-page'],
    ['a name that is not ours', { ...admin, headers: { ...admin.headers, host: 'rebound.example.org' } }, 'wrong-host'],
  ];
  for (const route of unsafe)
    for (const [name, sent, problem] of refused) {
      const response = await rig.ask(route.method.toUpperCase(), pathOf(route), { ...sent, ...(route.body ? { body: {} } : {}) });
      expect([route.path, name, ((await response.json()) as { type: string }).type]).toEqual([
        route.path,
        name,
        `urn:holdfast:problem:${problem}`,
      ]);
    }
  const ours: Sent = { ...admin, headers: { ...admin.headers, origin: 'http://127.0.0.1:8470', 'sec-fetch-site': 'same-origin' } };
  for (const route of unsafe) expect([route.path, await mayReach(route, ours)]).toEqual([route.path, true]);
});

test('nothing but what is for anyone is answered to who is no more', async () => {
  const guarded = routes.filter(({ role }) => role !== 'anyone');
  const nobody = async (sent: Sent): Promise<void> => {
    for (const route of guarded) expect([route.path, await mayReach(route, sent)]).toEqual([route.path, false]);
  };
  const entry = { at: 0, by: 'test', act: 'x', on: 'x', detail: '' };
  const [, admin] = principals.find(([name]) => name === 'admin')!;
  const [, token] = principals.find(([name]) => name === 'token:admin')!;
  rig.clock.at += 8 * 3600;
  await nobody(admin);
  rig.clock.at += 16 * 3600;
  await nobody(token);
  rig.clock.at -= 24 * 3600;
  await rig.add('admin', 'second');
  await rig.ports.accounts.change('admin', { disabled: true }, entry);
  await nobody(admin);
  await nobody(token);
  await nobody({ headers: { authorization: 'Bearer hf_guess' }, jar: admin.jar! });
});

test('a token acts with no more than its owner may now', async () => {
  const made = await makeToken(rig.ports, { name: 'second', role: 'admin' }, { label: 'x', scope: 'admin', days: 1 });
  const sent: Sent = { headers: { authorization: `Bearer ${made !== 'too-much' && made.secret}` } };
  const users = routes.find(({ path }) => path === '/users')!;
  expect(await mayReach(users, sent)).toBe(true);
  await rig.add('admin', 'third');
  await rig.ports.accounts.change('second', { role: 'viewer' }, { at: 0, by: 'test', act: 'y', on: 'x', detail: '' });
  expect(await mayReach(users, sent)).toBe(false);
});

test('every answer carries what keeps a page from loading anything else, and is framed nowhere', async () => {
  for (const path of ['/', '/api/v1/session', '/api/v1/nothing', '/api/v1/users']) {
    const { headers } = await rig.ask('GET', path);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('strict-transport-security')).toBeNull();
  }
});
