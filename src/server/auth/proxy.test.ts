import { expect, test } from 'vitest';
import type { ProxySettings } from '#core/policy/server.ts';
import type { Session } from '../api/schema/session.ts';
import { accessRig, type AccessRig, type Jar, type Sent } from './testing/rig.ts';

const PROXY = '127.0.0.1';
const settings: ProxySettings = {
  trusted: [PROXY],
  header: 'Remote-User',
  groupsHeader: 'Remote-Groups',
  roles: { viewer: ['staff'], admin: ['root'] },
};
const rigWith = (given: Partial<ProxySettings> = {}): AccessRig =>
  accessRig({ settings: { proxy: { ...settings, ...given }, publicUrl: 'https://holdfast.lan' } });
const HOST = { host: 'holdfast.lan', 'x-forwarded-proto': 'https' };

async function sessionOf(rig: AccessRig, { headers, ...sent }: Sent): Promise<Session> {
  return (await (await rig.ask('GET', '/api/v1/session', { ...sent, headers: { ...HOST, ...headers } })).json()) as Session;
}
const olga = (groups: string): Sent => ({ from: PROXY, headers: { 'remote-user': 'olga', 'remote-groups': groups } });

test('whom the proxy names is logged in with the highest role of their groups', async () => {
  const rig = rigWith();
  const jar: Jar = new Map();
  const session = await sessionOf(rig, { ...olga('staff, root'), jar });
  expect(session).toMatchObject({ user: { name: 'olga', role: 'admin', via: 'proxy' }, csrf: expect.any(String) });
  expect([...jar.keys()]).toEqual(['__Host-holdfast']);
  expect(await sessionOf(rig, { ...olga('staff'), jar: new Map() })).toMatchObject({ user: { role: 'viewer' } });
});

test('the header counts for nothing from elsewhere, without its name in the policy, or without a role', async () => {
  const rig = rigWith();
  expect((await sessionOf(rig, { ...olga('root'), from: '192.0.2.7' })).user).toBeUndefined();
  expect((await sessionOf(rig, olga('other'))).user).toBeUndefined();
  expect((await sessionOf(rig, { from: PROXY, headers: { 'remote-user': 'olga' } })).user).toBeUndefined();
  expect(
    (
      await sessionOf(accessRig({ settings: { proxy: { trusted: [PROXY], roles: settings.roles } } }), {
        ...olga('root'),
        headers: { ...olga('root').headers, host: PROXY },
      })
    ).user,
  ).toBeUndefined();
  expect(await rig.ports.accounts.list()).toEqual([]);
});

test('without a header of groups the roles name people, and a group of that name is nobody', async () => {
  const { groupsHeader: _, ...byName } = settings;
  const rig = accessRig({ settings: { proxy: { ...byName, roles: { admin: ['olga'] } }, publicUrl: 'https://holdfast.lan' } });
  expect((await sessionOf(rig, olga(''))).user?.role).toBe('admin');
  expect((await sessionOf(rig, { from: PROXY, headers: { 'remote-user': 'eve', 'remote-groups': 'olga' } })).user).toBeUndefined();
});

test('to change something takes the session that the page began, and its token', async () => {
  const rig = rigWith();
  const add = async (sent: Sent) => {
    const body = { name: 'ben', role: 'viewer', password: 'correct horse battery' };
    return (await rig.ask('POST', '/api/v1/users', { ...sent, headers: { ...HOST, ...sent.headers }, body })).status;
  };
  const jar: Jar = new Map();
  const { csrf } = await sessionOf(rig, { ...olga('root'), jar });
  const token = { 'x-csrf-token': csrf! };
  expect(await add(olga('root'))).toBe(403);
  expect(await add({ ...olga('root'), headers: { ...olga('root').headers, ...token } })).toBe(403);
  // Somebody else is at the proxy by now: what the page of olga knows is not theirs.
  const eve = { 'remote-user': 'eve', 'remote-groups': 'root' };
  expect(await add({ from: PROXY, jar, headers: { ...eve, ...token } })).toBe(403);
  expect(await add({ ...olga('root'), jar, headers: { ...olga('root').headers, ...token } })).toBe(201);
});

test('the role of a request is what its groups give, whatever the session began with', async () => {
  const rig = rigWith();
  const jar: Jar = new Map();
  await sessionOf(rig, { ...olga('root'), jar });
  const users = async (groups: string) =>
    (await rig.ask('GET', '/api/v1/users', { ...olga(groups), jar, headers: { ...HOST, ...olga(groups).headers } })).status;
  expect([await users('root'), await users('staff'), await users('root')]).toEqual([200, 403, 200]);
});

test('who is disabled stays out at once, and a name of ours is not theirs', async () => {
  const rig = rigWith();
  await rig.add('admin', 'anna');
  expect((await sessionOf(rig, { from: PROXY, headers: { 'remote-user': 'Anna', 'remote-groups': 'staff' } })).user).toBeUndefined();
  expect((await sessionOf(rig, olga('staff'))).user?.name).toBe('olga');
  await rig.ports.accounts.change('olga', { disabled: true }, { at: 0, by: 'x', act: 'x', on: 'x', detail: '' });
  expect((await sessionOf(rig, olga('staff'))).user).toBeUndefined();
});
