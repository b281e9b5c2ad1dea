import { z } from 'zod';
import { addUser, changeUser, type UserOutcome } from '#app/access-users.ts';
import type { Access } from '../../auth/access.ts';
import type { Api } from '../frame.ts';
import { refuse, weakPassword, type Refused } from '../problem.ts';
import { pageOf } from '../schema/common.ts';
import { newUser, user, userChange, userName } from '../schema/session.ts';

const TAG = 'Users';

/** Accounts, for admins. None is ever taken away: the audit log names people, and a name is not given twice. */
export function addUserRoutes(api: Api, { ports }: Pick<Access, 'ports'>): void {
  api.route(
    { method: 'get', path: '/users', role: 'admin', tag: TAG, summary: 'All accounts, by name', answer: pageOf(user) },
    async () => {
      const items = [...(await ports.accounts.list())];
      return { items, total: items.length };
    },
  );

  api.route(
    { method: 'post', path: '/users', role: 'admin', tag: TAG, summary: 'Add a local account', body: newUser, answer: user, status: 201 },
    async ({ principal, body }) => {
      const done = await addUser(ports, principal!.name, body);
      return refusal(done, body.name) ?? (await ports.accounts.find(body.name))!.account;
    },
  );

  api.route(
    {
      method: 'patch',
      path: '/users/{name}',
      role: 'admin',
      tag: TAG,
      summary: 'Change role or password of an account, disable or enable it',
      description: 'A new password, and disabling, end all its sessions.',
      params: z.object({ name: userName }),
      body: userChange,
      answer: user,
    },
    async ({ principal, params: { name }, body }) => {
      const done = await changeUser(ports, principal!.name, name, body);
      return refusal(done, name) ?? (await ports.accounts.find(name))!.account;
    },
  );
}

function refusal(done: UserOutcome, name: string): Refused | undefined {
  if (done.outcome === 'done') return undefined;
  if (done.outcome === 'weak') return weakPassword(done.because);
  const [kind, detail, fix] = SAID[done.outcome];
  return refuse(kind, { detail: detail.replace('NAME', () => name), ...(fix === undefined ? {} : { fix }) });
}

const SAID: Readonly<
  Record<Exclude<UserOutcome['outcome'], 'done' | 'weak'>, readonly [kind: 'not-found' | 'conflict', detail: string, fix?: string]>
> = {
  unknown: ['not-found', 'no account is called "NAME"'],
  taken: ['conflict', 'an account is called "NAME" already', 'choose another name, or enable that account'],
  outside: [
    'conflict',
    '"NAME" is vouched for elsewhere: password and groups are there',
    'change the groups there; here the account can be disabled',
  ],
  'own-account': ['conflict', 'nobody takes their own role or disables themselves', 'ask another admin'],
  'last-admin': ['conflict', '"NAME" is the last admin', 'make another account an admin first'],
};
