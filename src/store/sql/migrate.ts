import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { StoreError } from '#core/memory/store-error.ts';
import { NEWEST_VERSION, stepTo } from './migrations.ts';
import type { Database, Kind, Tables } from './schema.ts';

/** What a database says of itself; `from` is the version it had when it was opened, 0 for a new one. */
export type Identity = { readonly id: string; readonly madeAt: number; readonly from: number; readonly version: number };

/** Any number, as long as every Holdfast takes the same. */
const MIGRATION_LOCK = 4_853_021_775;

/**
 * Brings a database to the version of this program, whole or not at all; several programs may do so at once. `upTo` stops earlier, for tests.
 * Throws StoreError `newer` where it is of a later version than this program knows: it may hold what this one would misread.
 */
export async function migrate({ db, kind, where }: Database, madeAt: number, upTo: number = NEWEST_VERSION): Promise<Identity> {
  return db.transaction().execute(async (trx) => {
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(trx);
    await run(
      trx,
      kind === 'sqlite'
        ? `create table if not exists holdfast (one integer primary key check (one = 1), version integer not null, id text not null, made_at integer not null) strict`
        : `create table if not exists holdfast (one bigint primary key check (one = 1), version bigint not null, id text not null, made_at bigint not null)`,
    );
    const known = await trx.selectFrom('holdfast').select(['version', 'id', 'made_at as madeAt']).executeTakeFirst();
    const from = known?.version ?? 0;
    if (from > NEWEST_VERSION)
      throw new StoreError('newer', where, `it is of version ${from}, and this Holdfast knows versions up to ${NEWEST_VERSION}`);
    const id = known?.id ?? randomUUID();
    if (!known) await trx.insertInto('holdfast').values({ one: 1, version: 0, id, made_at: madeAt }).execute();
    for (let version = from + 1; version <= upTo; version++) await step(trx, version, kind);
    const version = Math.max(from, upTo);
    if (version !== from || !known) await trx.updateTable('holdfast').set({ version }).execute();
    return { id, madeAt: known?.madeAt ?? madeAt, from, version };
  });
}

async function step(trx: Transaction<Tables>, version: number, kind: Kind): Promise<void> {
  for (const statement of stepTo(version, kind)) await run(trx, statement);
}

async function run(trx: Transaction<Tables>, statement: string): Promise<void> {
  await sql.raw(statement).execute(trx);
}
