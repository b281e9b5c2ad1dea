import { z } from 'zod';
import { makeToken, revokeToken } from '#app/access-tokens.ts';
import type { Access } from '../../auth/access.ts';
import type { Api } from '../frame.ts';
import { refuse } from '../problem.ts';
import { pageOf } from '../schema/common.ts';
import { apiToken, madeToken, newToken } from '../schema/session.ts';

const TAG = 'Tokens';

/** API tokens. No token makes or revokes one: that takes somebody who logged in. */
export function addTokenRoutes(api: Api, { ports }: Pick<Access, 'ports'>): void {
  api.route(
    {
      method: 'get',
      path: '/tokens',
      role: 'viewer',
      scope: 'none',
      tag: TAG,
      summary: 'Own tokens; for an admin, those of everybody',
      answer: pageOf(apiToken),
    },
    async ({ principal }) => {
      const items = [...(await ports.accounts.tokens(principal!.role === 'admin' ? undefined : principal!.name))];
      return { items, total: items.length };
    },
  );

  api.route(
    {
      method: 'post',
      path: '/tokens',
      role: 'viewer',
      scope: 'none',
      tag: TAG,
      summary: 'Make a token; its secret is shown this once',
      body: newToken,
      answer: madeToken,
      status: 201,
    },
    async ({ principal, body }) => {
      const made = await makeToken(ports, principal!, body);
      if (made !== 'too-much') return { ...made.token, secret: made.secret };
      return refuse('forbidden', {
        detail: `"${body.scope}" is more than ${principal!.role} may do`,
        fix: 'choose a smaller scope, or ask an admin for the role',
      });
    },
  );

  api.route(
    {
      method: 'delete',
      path: '/tokens/{id}',
      role: 'viewer',
      scope: 'none',
      tag: TAG,
      summary: 'Revoke a token at once; an admin may revoke any',
      params: z.object({ id: z.string().max(100) }),
    },
    async ({ principal, params: { id } }) => {
      if ((await revokeToken(ports, principal!, id)) === 'revoked') return undefined;
      return refuse('not-found', { detail: `no token of yours has the id "${id}"` });
    },
  );
}
