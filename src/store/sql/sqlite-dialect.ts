import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
  type SqliteStatement,
} from 'kysely';

const MOST_PREPARED = 200;
/** A long statement is made for one call; keeping it costs more than preparing it. */
const LONGEST_PREPARED = 16_384;

/**
 * Kysely on the SQLite that comes with Node. Two things differ from Kysely's own dialect: a transaction takes its write lock at once, or two
 * processes that both read and then write could not both go on; and a change of the schema is part of its transaction, as SQLite allows.
 */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #database: SqliteDatabase;

  constructor(database: DatabaseSync) {
    const prepared = preparing(database);
    super({ database: prepared });
    this.#database = prepared;
  }

  override createDriver(): Driver {
    return new ImmediateDriver({ database: this.#database });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}

class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Keeps statements prepared, the ones least recently made going first. */
function preparing(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  const make = (text: string): SqliteStatement => {
    const statement = database.prepare(text);
    const values = (given: readonly unknown[]): SQLInputValue[] => given as SQLInputValue[];
    return {
      reader: statement.columns().length > 0,
      all: (given) => statement.all(...values(given)),
      run: (given) => statement.run(...values(given)),
      iterate: (given) => statement.iterate(...values(given)),
    };
  };
  return {
    close: () => {
      kept.clear();
      database.close();
    },
    prepare: (text) => {
      const known = kept.get(text);
      if (known) return known;
      const statement = make(text);
      if (text.length > LONGEST_PREPARED) return statement;
      const [oldest] = kept.keys();
      if (kept.size >= MOST_PREPARED && oldest !== undefined) kept.delete(oldest);
      kept.set(text, statement);
      return statement;
    },
  };
}
