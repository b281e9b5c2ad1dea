import type { Kysely, Transaction } from 'kysely';
import type { AuditEntry } from '#core/memory/record.ts';
import { chainHash, entryHash } from '../audit-chain.ts';
import type { Kind, Tables } from './schema.ts';

/** Appends what is not there yet. Writers wait for each other: a chain has one end. */
export async function appendAudit(trx: Transaction<Tables>, kind: Kind, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const head = trx.selectFrom('audit_head').select(['n', 'hash']);
  let { n, hash } = await (kind === 'postgres' ? head.forUpdate() : head).executeTakeFirstOrThrow();
  const before = n;
  for (const entry of entries) {
    const id = entryHash(entry);
    if (await trx.selectFrom('audit').select('n').where('entry', '=', id).executeTakeFirst()) continue;
    n += 1;
    hash = chainHash(hash, entry);
    const { at, by, act, on, detail } = entry;
    await trx.insertInto('audit').values({ n, at, by_whom: by, act, on_what: on, detail, entry: id, hash }).execute();
  }
  if (n > before) await trx.updateTable('audit_head').set({ n, hash }).execute();
}

/** A check, and the change that follows from it, must not meet another one's: writers wait for each other at the chain's end. SQLite lets only one write anyway. */
export async function oneAtATime(trx: Transaction<Tables>, kind: Kind): Promise<void> {
  if (kind === 'postgres') await trx.selectFrom('audit_head').select('n').forUpdate().execute();
}

/** Entries since an instant, of some acts or of all, in the order written. */
export async function readAudit(
  db: Kysely<Tables>,
  since: number,
  acts?: readonly string[],
): Promise<readonly (AuditEntry & { readonly hash: string })[]> {
  const all = db.selectFrom('audit').selectAll().where('at', '>=', since).orderBy('n');
  const rows = await (acts === undefined ? all : all.where('act', 'in', acts)).execute();
  return rows.map(({ at, by_whom, act, on_what, detail, hash }) => ({ at, by: by_whom, act, on: on_what, detail, hash }));
}
