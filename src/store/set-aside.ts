import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { BegunAnew } from '#core/memory/begun-anew.ts';
import { isCorrupt } from './sql/trouble.ts';

type Loss = Pick<BegunAnew, 'how' | 'detail'>;

/**
 * What is wrong with a database file, or undefined. Every page is read: a damage in a corner would be found by a query in the middle of a cycle
 * otherwise. `known`: there was a database here. Throws where the file cannot be read at all, which says nothing about what is in it.
 */
export function examine(file: string, known: boolean): Loss | undefined {
  if (!existsSync(file)) return known ? { how: 'gone' } : undefined;
  if (statSync(file).size === 0) return known ? { how: 'empty' } : undefined;
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    const found = database.prepare('pragma quick_check(1)').get()?.['quick_check'];
    return found === 'ok' ? undefined : { how: 'damaged', detail: String(found).split('\n').at(-1)! };
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    return { how: 'damaged', detail: (error as Error).message };
  } finally {
    database.close();
  }
}

const HEADER_BYTES = 32;

/**
 * Whether a file begins as a database of SQLite and is as long as it says: what can be seen of it at each use. A page damaged inside is found by
 * `examine`. @see https://www.sqlite.org/fileformat.html#the_database_header
 */
export function looksWhole(file: string): boolean {
  const handle = openSync(file, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    if (readSync(handle, header, 0, HEADER_BYTES, 0) < HEADER_BYTES || !header.toString('latin1').startsWith('SQLite format 3\0'))
      return false;
    const pageBytes = header.readUInt16BE(16);
    return fstatSync(handle).size >= header.readUInt32BE(28) * (pageBytes === 1 ? 65_536 : pageBytes);
  } finally {
    closeSync(handle);
  }
}

/** Renames a database with what belongs to it; nothing is deleted. Returns the new name, undefined where there was nothing to rename. */
export function setAside(file: string, at: number, how: string): string | undefined {
  const stamp = new Date(at * 1000).toISOString().replaceAll(/[-:]|\.000/g, '');
  let name = `${file}.${how}-${stamp}`;
  for (let n = 2; existsSync(name); n++) name = `${file}.${how}-${stamp}-${n}`;
  const parts = ['', '-wal', '-shm'].filter((part) => existsSync(file + part));
  for (const part of parts) renameSync(file + part, name + part);
  return parts.length > 0 ? name : undefined;
}
