import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { StoreError } from '#core/memory/store-error.ts';
import { migrate } from '../sql/migrate.ts';
import { NEWEST_VERSION } from '../sql/migrations.ts';
import type { Opened } from '../sql/opened.ts';
import type { Database, Tables } from '../sql/schema.ts';
import { NodeSqliteDialect } from '../sql/sqlite-dialect.ts';
import { asStoreError, isNoDatabase } from '../sql/trouble.ts';

/** Where a backup lies when nobody says. */
export function backupName(folder: string, at: number): string {
  const stamp = new Date(at * 1000).toISOString().replaceAll(/[-:]|\.000/g, '');
  return `${folder}/backups/holdfast-${stamp}.db`;
}

/**
 * Makes a file under another name and gives it its own when it is whole, closed and on disk. Only its owner may read it. Nothing that is there is
 * overwritten; what is half done is removed.
 */
export async function makeFile(file: string, make: (part: string) => Promise<void>): Promise<number> {
  if (existsSync(file)) throw new StoreError('occupied', file, 'a file is there already');
  const part = `${file}.part`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    rmSync(part, { force: true });
    await make(part);
    seal(part);
    renameSync(part, file);
    return statSync(file).size;
  } catch (error) {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(part + end, { force: true });
    throw asStoreError(error, file);
  }
}

/** One plain file: nothing beside it belongs to it, and it opens on a medium that cannot be written. */
function seal(file: string): void {
  const database = new DatabaseSync(file);
  database.exec('pragma wal_checkpoint(truncate); pragma journal_mode = delete;');
  database.close();
  chmodSync(file, 0o600);
}

/** Copies a SQLite database page by page while others go on writing. */
export async function copyPages(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true, timeout: 5000 });
  try {
    await backup(source, to);
  } finally {
    source.close();
  }
}

/** A new SQLite file with our tables and nothing in them. */
export async function openNewFile(file: string, madeAt: number): Promise<Opened> {
  return openFileAs(new DatabaseSync(file), file, (database) => migrate(database, madeAt));
}

/**
 * A backup, for reading; one of an older version as a copy that is brought forward, so that the backup stays as it is. Throws StoreError where it is
 * none, or newer than this program.
 */
export async function openBackup(file: string): Promise<Opened> {
  if (!existsSync(file)) throw new StoreError('strange', file, 'there is no such file');
  const opened = await openFileAs(new DatabaseSync(file, { readOnly: true }), file, identityOf);
  if (opened.identity.version === NEWEST_VERSION) return opened;
  await opened.close();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-backup-'));
  const copy = join(folder, 'copy.db');
  await copyPages(file, copy);
  const forward = await openFileAs(new DatabaseSync(copy), file, (database) => migrate(database, 0));
  return { ...forward, close: () => forward.close().finally(() => rmSync(folder, { recursive: true })) };
}

async function identityOf({ db, where }: Database): Promise<Opened['identity']> {
  const strange = new StoreError('strange', where, 'it is no database of Holdfast');
  const rows = await sql<{ id: string; version: number; madeAt: number }>`select id, version, made_at as "madeAt" from holdfast`
    .execute(db)
    .catch((error: unknown) => {
      const known = asStoreError(error, where);
      throw known instanceof StoreError && !isNoDatabase(error) ? known : strange;
    });
  const [found] = rows.rows;
  if (!found) throw strange;
  if (found.version > NEWEST_VERSION)
    throw new StoreError('newer', where, `it is of version ${found.version}, and this Holdfast knows versions up to ${NEWEST_VERSION}`);
  return { ...found, from: found.version };
}

async function openFileAs(
  connection: DatabaseSync,
  file: string,
  identify: (database: Database) => Promise<Opened['identity']>,
): Promise<Opened> {
  const database = { db: new Kysely<Tables>({ dialect: new NodeSqliteDialect(connection) }), kind: 'sqlite', where: file } as const;
  try {
    const identity = await identify(database);
    const name = identity.id;
    return {
      ...database,
      identity,
      openedAt: 0,
      name,
      stillThere: () => true,
      askName: async () => name,
      close: () => database.db.destroy(),
    };
  } catch (error) {
    await database.db.destroy();
    throw asStoreError(error, file);
  }
}
