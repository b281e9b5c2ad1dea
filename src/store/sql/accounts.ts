import type { Kysely } from 'kysely';
import type { Accounts } from '#app/ports.ts';
import { nameKey, type Account } from '#core/access/account.ts';
import { idOf, toAccount, type Changed, type Changing } from './account-rows.ts';
import { appendAudit, oneAtATime } from './audit.ts';
import type { Tables } from './schema.ts';
import { sqlSessions } from './sessions.ts';
import type { Source } from './source.ts';
import { sqlTokens } from './tokens.ts';

/** Accounts, their sessions and their tokens on a database of either kind. */
export function sqlAccounts(source: Source): Accounts {
  const { open, guardedAll } = source;
  const db = async (): Promise<Kysely<Tables>> => (await open()).db;
  const changing: Changing = async (entry, change) => {
    const { db, kind } = await open();
    return db.transaction().execute(async (trx) => {
      await oneAtATime(trx, kind);
      const { written, answer } = await change(trx);
      if (written) await appendAudit(trx, kind, [entry]);
      return answer;
    });
  };
  return guardedAll({ ...sqlPeople(db, changing), ...sqlSessions(db, changing), ...sqlTokens(db, changing) });
}

type People = Pick<Accounts, 'list' | 'find' | 'add' | 'change' | 'arrive' | 'offerSetup' | 'useSetup' | 'note'>;

function sqlPeople(db: () => Promise<Kysely<Tables>>, changing: Changing): People {
  return {
    list: async () => {
      const rows = await (await db()).selectFrom('account').selectAll().orderBy('key').execute();
      return rows.map(toAccount);
    },
    find: async (name) => {
      const row = await (await db()).selectFrom('account').selectAll().where('key', '=', nameKey(name)).executeTakeFirst();
      if (!row) return undefined;
      return { account: toAccount(row), ...(row.password === null ? {} : { passwordHash: row.password }) };
    },
    add: (account, entry) =>
      changing(entry, async (trx) => {
        if (await idOf(trx, account.name)) return { written: false, answer: 'taken' };
        await insert(trx, { ...account, kind: 'local' });
        return { written: true, answer: 'added' };
      }),
    change: (name, { role, disabled, passwordHash }, entry) =>
      changing(entry, async (trx) => {
        const row = await trx.selectFrom('account').selectAll().where('key', '=', nameKey(name)).executeTakeFirst();
        if (!row) return { written: false, answer: 'unknown' };
        const next = { role: role ?? row.role, disabled: disabled === undefined ? row.disabled : Number(disabled) };
        const wasAdmin = row.role === 'admin' && row.disabled === 0;
        if (wasAdmin && (next.role !== 'admin' || next.disabled === 1)) {
          const admins = trx.selectFrom('account').select('id').where('role', '=', 'admin').where('disabled', '=', 0);
          if (!(await admins.where('id', '<>', row.id).executeTakeFirst())) return { written: false, answer: 'last-admin' };
        }
        const password = passwordHash ?? row.password;
        await trx
          .updateTable('account')
          .set({ ...next, password })
          .where('id', '=', row.id)
          .execute();
        if (passwordHash !== undefined || disabled === true) await trx.deleteFrom('session').where('account_id', '=', row.id).execute();
        return { written: true, answer: 'changed' };
      }),
    arrive: ({ kind, subject, name, role, at }, entry) =>
      changing(entry, async (trx): Promise<Changed<Account | 'taken' | 'disabled'>> => {
        const known = await trx.selectFrom('account').selectAll().where('subject', '=', subject).executeTakeFirst();
        if (known?.disabled === 1) return { written: false, answer: 'disabled' };
        if (!known && (await idOf(trx, name))) return { written: false, answer: 'taken' };
        if (known) await trx.updateTable('account').set({ role }).where('id', '=', known.id).execute();
        else await insert(trx, { name, role, createdAt: at, kind, subject });
        const row = await trx.selectFrom('account').selectAll().where('subject', '=', subject).executeTakeFirstOrThrow();
        return { written: !known || known.role !== role, answer: toAccount(row) };
      }),
    offerSetup: async (hash, untilAt) =>
      (await db()).transaction().execute(async (trx) => {
        await trx.deleteFrom('setup').execute();
        if (await trx.selectFrom('account').select('id').executeTakeFirst()) return false;
        await trx.insertInto('setup').values({ one: 1, hash, until_at: untilAt }).execute();
        return true;
      }),
    useSetup: (hash, first, entry) =>
      changing(entry, async (trx) => {
        const { createdAt } = first;
        const offered = await trx.selectFrom('setup').select('one').where('hash', '=', hash).where('until_at', '>', createdAt).executeTakeFirst(); // prettier-ignore
        const anybody = await trx.selectFrom('account').select('id').executeTakeFirst();
        if (!offered || anybody) return { written: false, answer: 'refused' };
        await insert(trx, { ...first, kind: 'local' });
        await trx.deleteFrom('setup').execute();
        return { written: true, answer: 'made' };
      }),
    note: (entry) => changing(entry, async () => ({ written: true, answer: undefined })),
  };
}

type New = Pick<Account, 'name' | 'role' | 'createdAt' | 'kind'> & { readonly subject?: string; readonly passwordHash?: string };

async function insert(trx: Kysely<Tables>, { name, role, createdAt, kind, subject, passwordHash }: New): Promise<void> {
  await trx
    .insertInto('account')
    .values({
      key: nameKey(name),
      name,
      kind,
      subject: subject ?? null,
      role,
      password: passwordHash ?? null,
      disabled: 0,
      created_at: createdAt,
    })
    .execute();
}
