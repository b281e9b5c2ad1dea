import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Intent, Store } from '#app/ports.ts';
import { LockedError } from '#core/locked.ts';

/** Rows are only ever added: the triggers refuse anything else, also from another program. */
const SCHEMA = `
  create table if not exists intents (
    n integer primary key,
    at integer not null,
    phase text not null check (phase in ('started', 'done', 'failed')),
    action text not null, kind text not null, site text not null, server text not null, id text not null,
    based_on text not null,
    error text
  ) strict;
  create trigger if not exists intents_stay before update on intents begin select raise(abort, 'intents are append-only'); end;
  create trigger if not exists intents_last before delete on intents begin select raise(abort, 'intents are append-only'); end;
`;

/**
 * Memory in one file of a folder. Each intent is on disk before the call returns, so that it stands there before the write it tells of.
 * The folder is made, readable by its owner only, when something is written for the first time.
 */
export function sqliteStore(folder: string): Store {
  let opened: DatabaseSync | undefined;
  const database = (): DatabaseSync => (opened ??= open(join(folder, 'holdfast.db'), folder));
  return {
    locked: (name, work) => locked(folder, name, work),
    appendIntent: async (intent) => {
      const { action, kind, site, server, id } = intent.step;
      database()
        .prepare('insert into intents (at, phase, action, kind, site, server, id, based_on, error) values (?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(intent.at, intent.phase, action, kind, site, server, id, intent.planBasedOn, intent.error ?? null);
    },
    intents: async () => database().prepare('select * from intents order by n').all().map(toIntent),
  };
}

function open(file: string, folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file, { timeout: 5000 });
  database.exec('pragma journal_mode = wal; pragma synchronous = full;');
  database.exec(SCHEMA);
  return database;
}

/**
 * Runs `work` while an exclusive transaction stands on a file of its own. The lock is the operating system's: it ends with the
 * process that holds it, however that ends, and leaves nothing to clean up.
 */
async function locked<T>(folder: string, name: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(folder, `${name}.lock`), { timeout: 0 });
  try {
    try {
      lock.exec('begin exclusive');
    } catch (error) {
      if (isBusy(error)) throw new LockedError(name, folder);
      throw error;
    }
    return await work();
  } finally {
    lock.close();
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

type Row = Readonly<Record<string, unknown>>;

function toIntent(row: Row): Intent {
  const { action, kind, site, server, id } = row as Intent['step'] & Row;
  const { at, phase } = row as Pick<Intent, 'at' | 'phase'> & Row;
  const error = row['error'];
  return {
    at,
    phase,
    step: { action, kind, site, server, id },
    planBasedOn: String(row['based_on']),
    ...(typeof error === 'string' ? { error } : {}),
  };
}
