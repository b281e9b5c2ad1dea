import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Accounts, Memory, Store } from '#app/ports.ts';
import { LockedError } from '#core/locked.ts';
import { sqlAccounts } from './sql/accounts.ts';
import { sqlIntents } from './sql/intents.ts';
import { sqlMemory } from './sql/memory.ts';
import { DATABASE_FILE, openSqlite } from './sql/open-sqlite.ts';
import { makeSource } from './sql/source.ts';

/** Ways to use one database, which is opened when it is first needed. `memory.close` ends all. */
export type Stores = { readonly store: Store; readonly memory: Memory; readonly accounts: Accounts };

/** On one file of a folder, which is made, readable by its owner only, when something is remembered for the first time. */
export function sqliteStores(folder: string, now: () => number): Stores {
  const source = makeSource((before) => openSqlite(folder, now, { ...(before && { before }) }), join(folder, DATABASE_FILE));
  return { store: { locked: lockedByFile(folder), ...sqlIntents(source) }, memory: sqlMemory(source), accounts: sqlAccounts(source) };
}

const SQLITE_BUSY = 5;

/**
 * Runs `work` while an exclusive transaction stands on a file of its own. The lock is the operating system's: it ends with the
 * process that holds it, however that ends, and leaves nothing to clean up.
 */
function lockedByFile(folder: string): Store['locked'] {
  return async (name, work) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = new DatabaseSync(join(folder, `${name}.lock`), { timeout: 0 });
    try {
      try {
        lock.exec('begin exclusive');
      } catch (error) {
        if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) throw new LockedError(name, folder);
        throw error;
      }
      return await work();
    } finally {
      lock.close();
    }
  };
}
