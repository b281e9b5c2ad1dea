import { sql } from 'kysely';
import type { DatabaseCare, DatabaseCopy, DatabaseState } from '#app/ports.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { appendAudit } from '../sql/audit.ts';
import { nowMs } from '../sql/clock.ts';
import type { Opened } from '../sql/opened.ts';
import { asStoreError } from '../sql/trouble.ts';
import { copyAll } from './copy.ts';
import { prove } from './prove.ts';
import { countRows } from './tables.ts';

/** What the two kinds do differently. */
export type Kinds = {
  /** The database of this installation. */
  readonly open: () => Promise<Opened>;
  readonly backup: DatabaseCare['backup'];
  readonly restore: DatabaseCare['restore'];
  /** Opens a backup for reading, as it is. */
  readonly openBackup: (file: string) => Promise<Opened>;
  readonly openTarget: (target: string) => Promise<Opened>;
};

/** A daemon says that it is there every few seconds. */
const SEEN_MS = 60_000;

/** Backs up, restores, proves and moves the database of this installation. Each throws StoreError where it cannot; `move` refuses while a daemon uses the source. */
export function makeCare(kinds: Kinds, now: () => number): DatabaseCare {
  return {
    describe: () => using(kinds.open, async (opened) => describe(opened, await bytesOf(opened))),
    backup: kinds.backup,
    restore: kinds.restore,
    verify: (file, tell) => using(() => (file === undefined ? kinds.open() : kinds.openBackup(file)), (opened) => prove(opened, tell)), // prettier-ignore
    move: (target, tell) =>
      using(kinds.open, async (source) => {
        await refuseInUse(source);
        return using(
          () => kinds.openTarget(target),
          async (opened) => {
            if (opened.where === source.where) throw new StoreError('occupied', opened.where, 'it is the one that is in use already');
            const rows = await copyAll(source, opened, tell);
            await note(opened, { at: now(), act: 'move the database', detail: `from ${source.where}` });
            return { from: source.where, to: opened.where, rows, bytes: await bytesOf(opened) } satisfies DatabaseCopy;
          },
        );
      }),
  };
}

/** Does work with a database and closes it. */
export async function using<T>(open: () => Promise<Opened>, work: (opened: Opened) => Promise<T>): Promise<T> {
  const opened = await open();
  try {
    return await work(opened);
  } catch (error) {
    throw asStoreError(error, opened.where);
  } finally {
    await opened.close();
  }
}

/** What its tables and indexes take. */
export async function bytesOf({ db, kind }: Opened): Promise<number> {
  if (kind === 'sqlite') {
    const { rows } = await sql<{
      bytes: number;
    }>`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`.execute(db);
    return rows[0]?.bytes ?? 0;
  }
  const { rows } = await sql<{ bytes: number }>`select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint as bytes from pg_class c
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'`.execute(db);
  return rows[0]?.bytes ?? 0;
}

/** The line in the audit log of the database that goes on. */
export async function note(
  { db, kind, where }: Opened,
  entry: { readonly at: number; readonly act: string; readonly detail: string },
): Promise<void> {
  await db.transaction().execute((trx) => appendAudit(trx, kind, [{ ...entry, by: 'holdfast', on: where }]));
}

/** A daemon would go on with a database that is no longer the one. */
export async function refuseInUse(opened: Opened): Promise<void> {
  const holders = await inUseBy(opened);
  if (holders.length > 0) throw new StoreError('in-use', opened.where, `${holders.join(', ')} was seen in the last minute`);
}

async function inUseBy({ db, kind }: Opened): Promise<readonly string[]> {
  const clock = nowMs(kind);
  const rows = await db
    .selectFrom('replica')
    .select(['holder', 'seen_ms', clock.as('now')])
    .orderBy('holder')
    .execute();
  return rows.filter((row) => Math.abs(row.now - row.seen_ms) < SEEN_MS).map(({ holder }) => holder);
}

async function describe(opened: Opened, bytes: number): Promise<DatabaseState> {
  const { kind, where, identity, db } = opened;
  const sites = await db.selectFrom('site').select('name').orderBy('name').execute();
  return {
    kind,
    where,
    id: identity.id,
    version: identity.version,
    bytes,
    rows: await countRows(opened),
    sites: sites.map(({ name }) => name),
    inUseBy: await inUseBy(opened),
  };
}
