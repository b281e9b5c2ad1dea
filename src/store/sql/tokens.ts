import type { Kysely } from 'kysely';
import type { Accounts } from '#app/ports.ts';
import { nameKey, type ApiToken } from '#core/access/account.ts';
import type { Scope } from '#core/access/role.ts';
import { idOf, toAccount, type Changing } from './account-rows.ts';
import type { Tables } from './schema.ts';

type Tokens = Pick<Accounts, 'addToken' | 'tokens' | 'token' | 'usedToken' | 'revokeToken'>;

export function sqlTokens(db: () => Promise<Kysely<Tables>>, changing: Changing): Tokens {
  return {
    addToken: (hash, { id, owner, label, scope, createdAt, expiresAt }, entry) =>
      changing(entry, async (trx) => {
        const account_id = await idOf(trx, owner);
        if (account_id === undefined) return { written: false, answer: undefined };
        const row = { id, hash, account_id, label, scope, created_at: createdAt, expires_at: expiresAt };
        await trx.insertInto('api_token').values(row).execute();
        return { written: true, answer: undefined };
      }),
    tokens: async (owner) => {
      const all = withOwner(await db())
        .orderBy('key')
        .orderBy('api_token.created_at', 'desc')
        .orderBy('api_token.id');
      const rows = await (owner === undefined ? all : all.where('key', '=', nameKey(owner))).execute();
      return rows.map(toToken);
    },
    token: async (hash) => {
      const row = await withOwner(await db())
        .where('hash', '=', hash)
        .executeTakeFirst();
      return row && { token: toToken(row), account: toAccount({ ...row, created_at: row.owner_since }) };
    },
    usedToken: async (id, at) => {
      await (await db()).updateTable('api_token').set({ last_used_at: at }).where('id', '=', id).execute();
    },
    revokeToken: (id, entry) =>
      changing(entry, async (trx) => {
        const revoked = await trx.deleteFrom('api_token').where('id', '=', id).returning('id').executeTakeFirst();
        return { written: revoked !== undefined, answer: revoked !== undefined };
      }),
  };
}

function withOwner(db: Kysely<Tables>) {
  return db
    .selectFrom('api_token')
    .innerJoin('account', 'account.id', 'api_token.account_id')
    .select(['api_token.id', 'label', 'scope', 'api_token.created_at', 'expires_at', 'last_used_at'])
    .select(['name', 'role', 'kind', 'disabled', 'last_login_at', 'account.created_at as owner_since']);
}

type Row = Awaited<ReturnType<ReturnType<typeof withOwner>['execute']>>[number];

function toToken(row: Row): ApiToken {
  return {
    id: row.id,
    label: row.label,
    owner: row.name,
    scope: row.scope as Scope,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
  };
}
