import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { BegunAnew } from '#core/memory/begun-anew.ts';
import { readMarker, writeMarker } from '../marker.ts';
import { examine, setAside } from '../set-aside.ts';
import { migrate } from './migrate.ts';
import { NEWEST_VERSION } from './migrations.ts';
import { tellBegunAnew, type Opened } from './opened.ts';
import type { Tables } from './schema.ts';
import { NodeSqliteDialect } from './sqlite-dialect.ts';
import { asStoreError } from './trouble.ts';

/** The one file of a state folder. */
export const DATABASE_FILE = 'holdfast.db';

/** How long a writer of another process is waited for. */
const PATIENCE_MS = 5000;

/**
 * Opens the database of a state folder, which is made where it is missing, readable by its owner only. A damaged or empty file is set aside and
 * a new one begun; that, and that one is gone, is written into the new audit log. Throws StoreError.
 */
export async function openSqlite(folder: string, now: () => number, upTo: number = NEWEST_VERSION): Promise<Opened> {
  const file = join(folder, DATABASE_FILE);
  const marker = join(folder, `${DATABASE_FILE}.json`);
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const loss = alone(folder, () => mend(file, marker, now()));
    database = openFile(file);
    const opened = { db: new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) }), kind: 'sqlite', where: file } as const;
    const identity = await migrate(opened, now(), upTo);
    if (loss) await tellBegunAnew(opened, loss);
    if (loss || readMarker(marker)?.id !== identity.id) writeMarker(marker, { where: file, id: identity.id });
    const { ino } = statSync(file);
    return {
      ...opened,
      identity,
      stillThere: () => statSync(file, { throwIfNoEntry: false })?.ino === ino,
      close: () => opened.db.destroy(),
    };
  } catch (error) {
    database?.close();
    throw asStoreError(error, file);
  }
}

/** Opens a file as Holdfast writes it: what was committed survives a power cut, and readers never wait for a writer. */
export function openFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: PATIENCE_MS });
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16384; pragma wal_autocheckpoint = 4000;');
  return database;
}

/** Examines the file and sets it aside where it must be; says so until `tellBegunAnew` has. */
function mend(file: string, markerFile: string, at: number): BegunAnew | undefined {
  const marker = readMarker(markerFile);
  const loss = examine(file, marker?.id !== undefined);
  if (!loss) return marker?.begunAnew;
  const name = setAside(file, at, loss.how);
  const event = { at, where: file, ...loss, ...(name === undefined ? {} : { setAside: name }) };
  writeMarker(markerFile, { where: file, begunAnew: event });
  return event;
}

/** Nothing here waits for anything but other processes: two of them must not both set the file aside. */
function alone<T>(folder: string, work: () => T): T {
  const lock = new DatabaseSync(join(folder, 'database.lock'), { timeout: 2 * PATIENCE_MS });
  try {
    lock.exec('begin exclusive');
    return work();
  } finally {
    lock.close();
  }
}
