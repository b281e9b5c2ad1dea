import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { OidcSettings } from '#core/policy/server.ts';
import { CLIENT, startIssuer, type Issuer, type Twist } from '#test/oidc-issuer.ts';
import { makeOidc } from '../../auth/oidc.ts';
import { accessRig, type AccessRig, type Jar } from '../../auth/testing/rig.ts';
import type { Session } from '../schema/session.ts';
import { addOidcRoutes } from './oidc.ts';

let issuer: Issuer;
beforeAll(async () => void (issuer = await startIssuer()));
afterAll(() => issuer.close());
beforeEach(() => {
  issuer.next({});
  issuer.refusals.length = 0;
});

function settingsFor(given: Partial<OidcSettings> = {}): OidcSettings {
  return {
    issuer: issuer.url,
    clientId: CLIENT.id,
    clientSecret: 'env:SECRET',
    label: 'Company login',
    scopes: ['profile'],
    nameClaim: 'preferred_username',
    rolesClaim: 'groups',
    roles: { operator: ['ops'], admin: ['root'] },
    ...given,
  };
}

function rigWith(given: Partial<OidcSettings> = {}, secret: string = CLIENT.secret): AccessRig {
  const settings = settingsFor(given);
  const oidc = makeOidc(settings, async () => secret);
  return accessRig({
    settings: { oidc: settings, publicUrl: 'https://holdfast.lan' },
    area: (api, access, log) => addOidcRoutes(api, access, { oidc, settings, log }),
  });
}

const OURS = { host: 'holdfast.lan' };

/** A person goes to the issuer and comes back; `bend` changes the address they come back with. */
async function come(
  rig: AccessRig,
  jar: Jar = new Map(),
  bend: (back: URL) => void = () => {},
): Promise<{ readonly jar: Jar; readonly to: string }> {
  const going = await rig.ask('GET', '/api/v1/oidc/login', { jar, headers: OURS });
  const back = new URL(issuer.visit(going.headers.get('location')!));
  bend(back);
  const response = await rig.ask('GET', back.pathname + back.search, { jar, headers: { ...OURS, 'sec-fetch-site': 'cross-site' } });
  expect(response.status).toBe(302);
  return { jar, to: response.headers.get('location')! };
}

async function userOf(rig: AccessRig, jar: Jar): Promise<Session['user']> {
  return ((await (await rig.ask('GET', '/api/v1/session', { jar, headers: OURS })).json()) as Session).user;
}

test('somebody with a group that has a role is logged in under the name the issuer gives', async () => {
  const rig = rigWith();
  expect(((await (await rig.ask('GET', '/api/v1/session', { headers: OURS })).json()) as Session).oidc).toEqual({ label: 'Company login' });
  const { jar, to } = await come(rig);
  expect(to).toBe('/');
  expect([...jar.keys()]).toEqual(['__Host-holdfast']);
  expect(await userOf(rig, jar)).toEqual({ name: 'olga', role: 'operator', via: 'oidc' });
  expect(rig.audit.map(({ by, act, detail }) => `${by}: ${act}, ${detail}`)).toEqual([
    'olga: account from outside, operator, by 127.0.0.1',
    'olga: log in, by oidc from 192.0.2.7',
  ]);
  expect(issuer.refusals).toEqual([]);
});

test('the way there: code, PKCE, state and nonce, another each time; the cookie of it is for this browser', async () => {
  const rig = rigWith();
  const going = await rig.ask('GET', '/api/v1/oidc/login', { headers: OURS });
  const asked = new URL(going.headers.get('location')!).searchParams;
  expect(Object.fromEntries(asked)).toEqual({
    client_id: 'holdfast',
    response_type: 'code',
    redirect_uri: 'https://holdfast.lan/api/v1/oidc/callback',
    scope: 'openid profile',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: 'S256',
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
  });
  expect(going.headers.get('set-cookie')).toMatch(/^__Host-holdfast-login=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600; Secure$/);
  const again = await rig.ask('GET', '/api/v1/oidc/login', { headers: OURS });
  expect(new URL(again.headers.get('location')!).searchParams.get('state')).not.toBe(asked.get('state'));
});

const HOSTILE: readonly { readonly name: string; readonly twist: Twist }[] = [
  { name: 'another nonce', twist: { claims: { nonce: 'another' } } },
  { name: 'no nonce', twist: { claims: { nonce: undefined } } },
  { name: 'a token for another client', twist: { claims: { aud: 'elsewhere' } } },
  { name: 'a token of another issuer', twist: { claims: { iss: 'https://evil.example.org' } } },
  { name: 'a token that is over', twist: { claims: { iat: 1_700_000_000, exp: 1_700_000_300 } } },
  { name: 'a token from the future', twist: { claims: { nbf: 9_700_000_000 } } },
  { name: 'no signature', twist: { signature: 'none' } },
  { name: 'a signature by another key', twist: { signature: 'other' } },
  { name: 'a key that nobody published', twist: { header: { kid: 'two' } } },
  { name: 'an algorithm that a public key could be the secret of', twist: { header: { alg: 'HS256' } } },
  { name: 'no subject', twist: { claims: { sub: undefined } } },
];
for (const { name, twist } of HOSTILE) {
  test(`refused: ${name}`, async () => {
    const rig = rigWith();
    issuer.next(twist);
    const { jar, to } = await come(rig);
    expect([to, [...jar.keys()], await userOf(rig, jar)]).toEqual(['/?problem=refused', [], undefined]);
    expect(rig.audit).toEqual([]);
    expect(rig.logged.join()).toContain('the issuer did not vouch for it');
  });
}

test('refused: what another browser began, what was begun before, and a code that is used twice', async () => {
  const rig = rigWith();
  expect((await come(rig, new Map(), (back) => back.searchParams.set('state', 'x'.repeat(43)))).to).toBe('/?problem=refused');
  const going = await rig.ask('GET', '/api/v1/oidc/login', { headers: OURS });
  const back = new URL(issuer.visit(going.headers.get('location')!));
  // A link with somebody's code, sent to a browser that never asked: it must not be logged in as them.
  const planted = await rig.ask('GET', back.pathname + back.search, { headers: OURS, jar: new Map() });
  expect(planted.headers.get('location')).toBe('/?problem=refused');
  let once = '';
  const first = await come(rig, new Map(), (url) => void (once = url.pathname + url.search));
  expect(first.to).toBe('/');
  const twice = await rig.ask('GET', once, { headers: OURS, jar: first.jar });
  expect(twice.headers.get('location')).toBe('/?problem=refused');
});

test('refused: the person said no, and an issuer that does not know us', async () => {
  const rig = rigWith();
  const no = await come(rig, new Map(), (back) => {
    back.searchParams.delete('code');
    back.searchParams.set('error', 'access_denied');
  });
  expect(no.to).toBe('/?problem=refused');
  const stranger = rigWith({}, 'another secret');
  expect((await come(stranger)).to).toBe('/?problem=refused');
  expect(issuer.refusals).toEqual(['wrong client secret']);
  expect(stranger.logged.join()).not.toContain('another secret');
});

test('nobody without a group that has a role gets in, and no account is made', async () => {
  const rig = rigWith();
  for (const groups of [['staff'], [], 'op', undefined, { ops: true }]) {
    issuer.next({ claims: { groups } });
    expect((await come(rig)).to).toBe('/?problem=no-role');
  }
  expect(await rig.ports.accounts.list()).toEqual([]);
});

test('the groups of each log-in decide, and the account is known by its subject, not by its name', async () => {
  const rig = rigWith();
  await come(rig);
  issuer.next({ claims: { groups: ['ops', 'root'], preferred_username: 'olga-new' } });
  expect(await userOf(rig, (await come(rig)).jar)).toEqual({ name: 'olga', role: 'admin', via: 'oidc' });
  issuer.next({ claims: { sub: 'subject-8' } });
  expect(await userOf(rig, (await come(rig)).jar)).toEqual({ name: 'olga@127.0.0.1', role: 'operator', via: 'oidc' });
});

test('to be called like a local account gives nothing of it', async () => {
  const rig = rigWith();
  await rig.add('admin', 'anna');
  issuer.next({ claims: { preferred_username: 'ANNA' } });
  expect(await userOf(rig, (await come(rig)).jar)).toEqual({ name: 'ANNA@127.0.0.1', role: 'operator', via: 'oidc' });
});

test('a disabled account stays out', async () => {
  const rig = rigWith();
  const { jar } = await come(rig);
  await rig.ports.accounts.change('olga', { disabled: true }, { at: 0, by: 'x', act: 'x', on: 'x', detail: '' });
  expect(await userOf(rig, jar)).toBeUndefined();
  expect((await come(rig)).to).toBe('/?problem=disabled');
});

test('groups may stand deeper, or only where the access token asks', async () => {
  const deep = rigWith({ rolesClaim: 'realm_access.roles' });
  issuer.next({ claims: { realm_access: { roles: ['root'] } } });
  expect((await userOf(deep, (await come(deep)).jar))?.role).toBe('admin');
  const asked = rigWith();
  issuer.next({ claims: { groups: undefined }, userinfo: { groups: ['root'] } });
  expect((await userOf(asked, (await come(asked)).jar))?.role).toBe('admin');
  issuer.next({ claims: { groups: undefined }, userinfo: { sub: 'somebody else', groups: ['root'] } });
  expect((await come(asked)).to).toBe('/?problem=refused');
});

test('a name that is none for an account', async () => {
  const rig = rigWith();
  issuer.next({ claims: { preferred_username: '<script>' } });
  expect((await come(rig)).to).toBe('/?problem=name-taken');
});

test('an issuer that is away is said, and asked again by the next log-in', async () => {
  const away = await startIssuer();
  await away.close();
  const rig = rigWith({ issuer: away.url });
  for (let n = 0; n < 2; n++)
    expect((await rig.ask('GET', '/api/v1/oidc/login', { headers: OURS })).headers.get('location')).toBe('/?problem=unreachable');
  expect(rig.logged.join()).toContain('the issuer could not be asked');
});
