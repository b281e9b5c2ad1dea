import type { Kysely, Selectable, Transaction } from 'kysely';
import { nameKey, type Account } from '#core/access/account.ts';
import type { Role } from '#core/access/role.ts';
import type { AuditEntry } from '#core/memory/record.ts';
import type { Tables } from './schema.ts';

/** Runs changes one after the other, each whole with its line of the audit log. */
export type Changing = <T>(entry: AuditEntry, change: (trx: Transaction<Tables>) => Promise<Changed<T>>) => Promise<T>;
export type Changed<T> = { readonly written: boolean; readonly answer: T };

export async function idOf(trx: Kysely<Tables>, name: string): Promise<number | undefined> {
  return (await trx.selectFrom('account').select('id').where('key', '=', nameKey(name)).executeTakeFirst())?.id;
}

export function toAccount(row: Omit<Selectable<Tables['account']>, 'id' | 'key' | 'subject' | 'password'>): Account {
  return {
    name: row.name,
    role: row.role as Role,
    kind: row.kind as Account['kind'],
    createdAt: row.created_at,
    disabled: row.disabled === 1,
    ...(row.last_login_at === null ? {} : { lastLoginAt: row.last_login_at }),
  };
}
