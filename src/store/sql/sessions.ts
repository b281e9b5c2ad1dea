import type { Kysely } from 'kysely';
import type { Accounts } from '#app/ports.ts';
import type { Session } from '#core/access/account.ts';
import { idOf, toAccount, type Changing } from './account-rows.ts';
import type { Tables } from './schema.ts';

type Sessions = Pick<Accounts, 'beginSession' | 'session' | 'sawSession' | 'endSession'>;

export function sqlSessions(db: () => Promise<Kysely<Tables>>, changing: Changing): Sessions {
  return {
    beginSession: (hash, { account, via, createdAt, seenAt }, overBefore, entry) =>
      changing(entry, async (trx) => {
        const id = await idOf(trx, account);
        if (id === undefined) return { written: false, answer: undefined };
        await trx.deleteFrom('session').where('seen_at', '<', overBefore).execute();
        await trx.insertInto('session').values({ hash, account_id: id, via, created_at: createdAt, seen_at: seenAt }).execute();
        await trx.updateTable('account').set({ last_login_at: createdAt }).where('id', '=', id).execute();
        return { written: true, answer: undefined };
      }),
    session: async (hash) => {
      const row = await (
        await db()
      )
        .selectFrom('session')
        .innerJoin('account', 'account.id', 'session.account_id')
        .select(['name', 'role', 'kind', 'disabled', 'last_login_at', 'account.created_at'])
        .select(['via', 'session.created_at as began_at', 'seen_at'])
        .where('hash', '=', hash)
        .executeTakeFirst();
      if (!row) return undefined;
      const session: Session = { account: row.name, via: row.via as Session['via'], createdAt: row.began_at, seenAt: row.seen_at };
      return { session, account: toAccount(row) };
    },
    sawSession: async (hash, at) => {
      await (await db()).updateTable('session').set({ seen_at: at }).where('hash', '=', hash).where('seen_at', '<', at).execute();
    },
    endSession: (hash, entry) =>
      changing(entry, async (trx) => {
        const ended = await trx.deleteFrom('session').where('hash', '=', hash).returning('via').executeTakeFirst();
        return { written: ended !== undefined, answer: ended !== undefined };
      }),
  };
}
