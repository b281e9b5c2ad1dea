import { createHash, type Hash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type { TellCopying } from '#app/ports.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { writeBulk, type Bulk } from '../sql/bulk.ts';
import type { Database, Tables } from '../sql/schema.ts';
import { COUNTED, countRows, KEPT, readPages, type Kept, type Row } from './tables.ts';

/** So much a token is raised: whoever held a lease of the old database holds none of the copy. */
const TOKENS_APART = 1000;

/**
 * Copies all rows into an empty database of the same version, in one transaction, and reads them back: each table must have the same digest in both. The
 * source is read as it was at one moment.
 */
export async function copyAll(source: Database, target: Database, tell: TellCopying): Promise<Readonly<Record<Kept, number>>> {
  await refuseOccupied(target);
  return reading(source, async (from) => {
    const counts = await countRows({ db: from });
    return target.db.transaction().execute(async (to) => {
      for (const table of KEPT) {
        if (counts[table] === 0) continue;
        tell(table, counts[table]);
        const bulk = await bulkOf({ ...target, db: to }, table);
        const digest = createHash('sha256');
        for await (const rows of readPages(from, table)) {
          for (const row of rows) digestRow(digest, bulk, row);
          await writeBulk(to, target.kind, bulk, rows.map((row) => bulk.columns.map(([name]) => row[name] ?? null))); // prettier-ignore
        }
        if (digest.digest('hex') !== (await digestOf(to, bulk, table)))
          throw new StoreError('corrupt', target.where, `${table} reads back differently; nothing was kept`);
      }
      await bringApart(from, to);
      if (target.kind === 'postgres') await countOn(to);
      return counts;
    });
  });
}

/** All reads see one moment: PostgreSQL shows it to a transaction that asks for it, SQLite to any that reads, also of a file that cannot be written. */
function reading<T>({ db, kind }: Database, work: (from: Kysely<Tables>) => Promise<T>): Promise<T> {
  if (kind === 'postgres') return db.transaction().setIsolationLevel('repeatable read').execute(work);
  return db.connection().execute(async (connection) => {
    await sql`begin`.execute(connection);
    try {
      return await work(connection);
    } finally {
      await sql`rollback`.execute(connection);
    }
  });
}

/** What a new database holds by itself is no history. */
async function refuseOccupied(target: Database): Promise<void> {
  const counts = await countRows(target);
  const [table, rows] = Object.entries(counts).find(([, count]) => count > 0) ?? [];
  if (table !== undefined) throw new StoreError('occupied', target.where, `it is not empty: ${table} has ${rows} rows`);
}

/** Columns as the target has them; a column the source lacks would have to be filled by a migration first. */
async function bulkOf({ db, kind }: Database, table: Kept): Promise<Bulk> {
  const { rows } =
    kind === 'postgres'
      ? await sql<{ name: string; type: string }>`select column_name as name, data_type as type from information_schema.columns
          where table_schema = current_schema() and table_name = ${table} order by ordinal_position`.execute(db)
      : await sql<{ name: string; type: string }>`select name, 'text' as type from pragma_table_info(${table}) order by cid`.execute(db);
  return { table, columns: rows.map(({ name, type }) => [name, type as 'text']), conflict: '' };
}

async function digestOf(db: Kysely<Tables>, bulk: Bulk, table: Kept): Promise<string> {
  const digest = createHash('sha256');
  for await (const rows of readPages(db, table)) for (const row of rows) digestRow(digest, bulk, row);
  return digest.digest('hex');
}

function digestRow(digest: Hash, { columns }: Bulk, row: Row): void {
  digest.update(JSON.stringify(columns.map(([name]) => row[name] ?? null)));
}

/** The identity and the end of the audit chain; leases become free, with tokens above all that were ever given. */
async function bringApart(from: Kysely<Tables>, to: Kysely<Tables>): Promise<void> {
  const { id, made_at } = await from.selectFrom('holdfast').select(['id', 'made_at']).executeTakeFirstOrThrow();
  await to.updateTable('holdfast').set({ id, made_at }).execute();
  const { n, hash } = await from.selectFrom('audit_head').select(['n', 'hash']).executeTakeFirstOrThrow();
  await to.updateTable('audit_head').set({ n, hash }).execute();
  await freeHolders(to);
}

/**
 * Nobody holds anything in a copy: every site can be taken anew, with tokens well above those handed out before; and a session that was ended since
 * the copy was made does not come back with it.
 */
export async function freeHolders(db: Kysely<Tables>): Promise<void> {
  for (const table of ['replica', 'session', 'setup'] as const) await db.deleteFrom(table).execute();
  await db
    .updateTable('lease')
    .set((e) => ({ holder: null, until_ms: 0, token: e('token', '+', TOKENS_APART) }))
    .execute();
}

async function countOn(to: Kysely<Tables>): Promise<void> {
  for (const [table, column] of Object.entries(COUNTED))
    await sql`select setval(pg_get_serial_sequence(${table}, ${column}), (select coalesce(max(${sql.ref(column)}), 0) + 1 from ${sql.table(table)}), false)`.execute(
      to,
    );
}
