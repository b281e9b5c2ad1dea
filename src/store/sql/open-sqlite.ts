import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { BegunAnew } from '#core/memory/begun-anew.ts';
import { readMarker, writeMarker, type Marker } from '../marker.ts';
import { examine, looksWhole, setAside } from '../set-aside.ts';
import { migrate } from './migrate.ts';
import { NEWEST_VERSION } from './migrations.ts';
import { replacement, tellBegunAnew, type Before, type Opened } from './opened.ts';
import type { Tables } from './schema.ts';
import { NodeSqliteDialect } from './sqlite-dialect.ts';
import { asStoreError } from './trouble.ts';

/** The one file of a state folder. */
export const DATABASE_FILE = 'holdfast.db';

/** How long a writer of another process is waited for. */
const PATIENCE_MS = 5000;

/**
 * Opens the database of a state folder, which is made where it is missing, readable by its owner only. A damaged or empty file is set aside and
 * a new one begun; that, and that one is gone or another one lies there, is written into the audit log. Throws StoreError.
 */
export async function openSqlite(
  folder: string,
  now: () => number,
  { upTo = NEWEST_VERSION, before }: { readonly upTo?: number; readonly before?: Before } = {},
): Promise<Opened> {
  const file = join(folder, DATABASE_FILE);
  const marker = join(folder, `${DATABASE_FILE}.json`);
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const loss = alone(folder, () => mend(file, marker, now()));
    database = openFile(file);
    const opened = { db: new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) }), kind: 'sqlite', where: file } as const;
    const identity = await migrate(opened, now(), upTo);
    const name = nameOf(file, identity.id);
    const known = readMarker(marker);
    const event = loss ?? (await exchanged());
    if (event) await tellBegunAnew(opened, event);
    if (event || known?.id !== identity.id) writeMarker(marker, { where: file, id: identity.id, madeAt: identity.madeAt });
    return {
      ...opened,
      identity,
      openedAt: now(),
      name,
      stillThere: () => nameOf(file, identity.id) === name && looksWhole(file),
      askName: async () => name,
      damage: () => examine(file, true)?.detail,
      close: () => opened.db.destroy(),
    };

    async function exchanged(): Promise<BegunAnew | undefined> {
      if (before?.identity.id === identity.id && before.name !== name)
        return replacement(opened, { at: now(), since: before.openedAt, copy: true });
      if (known?.id === undefined || known.id === identity.id) return undefined;
      const other = await replacement(opened, { at: now(), ...(before && { since: before.openedAt }), copy: false });
      return other && { ...other, ...lostWith(known) };
    }
  } catch (error) {
    database?.close();
    throw asStoreError(error, file);
  }
}

/** A file that is moved away keeps its number, and one that comes in its place has another. */
function nameOf(file: string, id: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return `${id} ${found?.dev}:${found?.ino}`;
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
  const event = { at, where: file, ...loss, ...lostWith(marker), ...(name === undefined ? {} : { setAside: name }) };
  writeMarker(markerFile, { where: file, begunAnew: event });
  return event;
}

function lostWith(marker: Marker | undefined): Pick<BegunAnew, 'madeAt'> {
  return marker?.madeAt === undefined ? {} : { madeAt: marker.madeAt };
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
