import { beforeEach, expect, test } from 'vitest';
import { accessRig, NOW, PASSWORD, type AccessRig, type Sent } from '../../auth/testing/rig.ts';
import type { ApiToken, User } from '../schema/session.ts';

const DAY = 86_400;
let rig: AccessRig;
let admin: Sent;
beforeEach(async () => {
  rig = accessRig();
  await rig.add('admin', 'anna');
  await rig.add('operator', 'ben');
  admin = await rig.logIn('anna');
});

type Told = { readonly status: number; readonly body: Record<string, unknown> & { readonly items?: readonly unknown[] } };
async function ask(method: string, path: string, sent: Sent = admin): Promise<Told> {
  const response = await rig.ask(method, `/api/v1${path}`, sent);
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}
const saying = (body: unknown, sent: Sent = admin): Sent => ({ ...sent, body });
const acts = (): readonly string[] => rig.audit.map(({ by, act, on, detail }) => `${by}: ${act} ${on} (${detail})`);

test('an admin adds, lists and changes accounts, and each change stands in the audit log', async () => {
  const made = await ask('POST', '/users', saying({ name: 'cleo', role: 'viewer', password: PASSWORD }));
  expect(made).toEqual({ status: 201, body: { name: 'cleo', role: 'viewer', kind: 'local', createdAt: NOW, disabled: false } });
  expect((await ask('PATCH', '/users/CLEO', saying({ role: 'approver' }))).body).toMatchObject({ name: 'cleo', role: 'approver' });
  expect((await ask('PATCH', '/users/cleo', saying({ disabled: true }))).body).toMatchObject({ disabled: true });
  const list = await ask('GET', '/users');
  expect(list.body.items?.map((one) => (one as User).name)).toEqual(['anna', 'ben', 'cleo']);
  expect(JSON.stringify(list.body)).not.toContain('argon2');
  expect(acts().slice(-3)).toEqual([
    'anna: add account cleo (viewer)',
    'anna: change account cleo (viewer → approver)',
    'anna: change account cleo (disabled)',
  ]);
});

test('a new role holds from the next request on, and a new password logs out', async () => {
  const ben = await rig.logIn('ben');
  expect((await ask('GET', '/users', ben)).status).toBe(403);
  await ask('PATCH', '/users/ben', saying({ role: 'admin' }));
  expect((await ask('GET', '/users', ben)).status).toBe(200);
  await ask('PATCH', '/users/ben', saying({ password: 'another horse battery' }));
  expect((await ask('GET', '/users', ben)).status).toBe(401);
});

const REFUSED = [
  { name: 'a name that is taken', method: 'POST', path: '/users', body: { name: 'BEN', role: 'viewer', password: PASSWORD }, status: 409 },
  {
    name: 'a password that would be guessed',
    method: 'POST',
    path: '/users',
    body: { name: 'cleo', role: 'viewer', password: 'cleocleocleo' },
    status: 400,
  },
  { name: 'a name with markup', method: 'POST', path: '/users', body: { name: '<b>', role: 'viewer', password: PASSWORD }, status: 400 },
  { name: 'a role nobody knows', method: 'POST', path: '/users', body: { name: 'cleo', role: 'root', password: PASSWORD }, status: 400 },
  {
    name: 'a field nobody knows',
    method: 'POST',
    path: '/users',
    body: { name: 'cleo', role: 'viewer', password: PASSWORD, kind: 'oidc' },
    status: 400,
  },
  { name: 'an account that is not there', method: 'PATCH', path: '/users/eve', body: { disabled: true }, status: 404 },
  { name: 'to disable oneself', method: 'PATCH', path: '/users/anna', body: { disabled: true }, status: 409 },
  { name: 'to take the own role', method: 'PATCH', path: '/users/ANNA', body: { role: 'viewer' }, status: 409 },
] as const;
for (const { name, method, path, body, status } of REFUSED) {
  test(`refused: ${name}`, async () => {
    const before = rig.audit.length;
    expect((await ask(method, path, saying(body))).status).toBe(status);
    expect(rig.audit.length).toBe(before);
  });
}

test('nobody disables themselves or takes their own role, also where another admin is left', async () => {
  await rig.add('admin', 'zoe');
  for (const body of [{ disabled: true }, { role: 'viewer' }]) {
    const refused = await ask('PATCH', '/users/Anna', saying(body));
    expect([refused.status, refused.body['detail']]).toEqual([409, 'nobody takes their own role or disables themselves']);
  }
  expect((await ask('PATCH', '/users/zoe', saying({ disabled: true }))).status).toBe(200);
});

test('the role of an account from outside is not ours to give', async () => {
  const arrival = { kind: 'oidc', subject: 's', name: 'olga', role: 'viewer', at: NOW } as const;
  await rig.ports.accounts.arrive(arrival, { at: NOW, by: 'x', act: 'x', on: 'x', detail: '' });
  expect((await ask('PATCH', '/users/olga', saying({ role: 'admin' }))).status).toBe(409);
  expect((await ask('PATCH', '/users/olga', saying({ password: PASSWORD }))).status).toBe(409);
  expect((await ask('PATCH', '/users/olga', saying({ disabled: true }))).status).toBe(200);
});

test('a token is shown once, acts within its scope, and ends', async () => {
  const ben = await rig.logIn('ben');
  const made = await ask('POST', '/tokens', saying({ label: 'pipeline', scope: 'act', days: 30 }, ben));
  expect(made).toEqual({
    status: 201,
    body: {
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      label: 'pipeline',
      owner: 'ben',
      scope: 'act',
      createdAt: NOW,
      expiresAt: NOW + 30 * DAY,
      secret: expect.stringMatching(/^hf_[\w-]{43}$/),
    },
  });
  const bearer: Sent = { headers: { authorization: `Bearer ${made.body['secret'] as string}` } };
  expect((await ask('GET', '/session', bearer)).body['user']).toEqual({ name: 'ben', role: 'operator', via: 'token' });
  expect((await ask('GET', '/tokens', bearer)).status).toBe(403);
  expect((await ask('POST', '/tokens', saying({ label: 'more', scope: 'read', days: 1 }, bearer))).status).toBe(403);
  rig.clock.at += 30 * DAY;
  expect((await ask('GET', '/session', bearer)).body['user']).toBeUndefined();
});

test('when a token was last used is written once a minute', async () => {
  const made = await ask('POST', '/tokens', saying({ label: 'x', scope: 'read', days: 1 }));
  const bearer: Sent = { headers: { authorization: `Bearer ${made.body['secret'] as string}` } };
  const lastUsed = async () => ((await ask('GET', '/tokens')).body.items![0] as ApiToken).lastUsedAt;
  expect(await lastUsed()).toBeUndefined();
  for (const [after, seen] of [
    [0, 0],
    [59, 0],
    [60, 60],
  ] as const) {
    rig.clock.at = NOW + after;
    await ask('GET', '/session', bearer);
    expect(await lastUsed()).toBe(NOW + seen);
  }
});

test('nobody makes a token for more than they may, and only an admin sees and revokes those of others', async () => {
  const ben = await rig.logIn('ben');
  expect((await ask('POST', '/tokens', saying({ label: 'x', scope: 'approve', days: 1 }, ben))).status).toBe(403);
  const own = (await ask('POST', '/tokens', saying({ label: 'anna’s', scope: 'admin', days: 1 }))).body['id'] as string;
  const bens = (await ask('POST', '/tokens', saying({ label: 'ben’s', scope: 'read', days: 1 }, ben))).body['id'] as string;
  expect((await ask('GET', '/tokens')).body.items?.map((one) => (one as ApiToken).id)).toEqual([own, bens]);
  expect((await ask('GET', '/tokens', ben)).body.items?.map((one) => (one as ApiToken).id)).toEqual([bens]);
  expect((await ask('DELETE', `/tokens/${own}`, ben)).status).toBe(404);
  expect((await ask('DELETE', `/tokens/${bens}`)).status).toBe(204);
  expect((await ask('DELETE', `/tokens/${bens}`)).status).toBe(404);
  expect(acts().at(-1)).toBe(`anna: revoke token token ${bens} ("ben’s" of ben)`);
});
