import { join } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, types as standard, type CustomTypesConfig } from 'pg';
import { StoreError } from '#core/memory/store-error.ts';
import { readMarker, writeMarker } from '../marker.ts';
import { migrate } from './migrate.ts';
import { NEWEST_VERSION } from './migrations.ts';
import { tellBegunAnew, type Opened } from './opened.ts';
import type { Tables } from './schema.ts';
import { asStoreError } from './trouble.ts';

/** A replica does one cycle a site after the other; a few connections serve it, and a hundred replicas still fit a server. */
const MOST_CONNECTIONS = 4;
const CONNECT_MS = 10_000;

const INT8 = 20;
const NUMERIC = 1700;

/** Integers come as numbers; one that a number cannot hold is an error, never rounded. */
const types: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (oid === INT8 || oid === NUMERIC) && format !== 'binary' ? exactNumber : standard.getTypeParser(oid, format),
};

function exactNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is no whole number below 2^53`);
  return value;
}

/**
 * Opens a PostgreSQL database by its URL; the role needs the right to make tables in its first schema. That an emptied database was once in use is
 * noticed by the state folder, where there is one. Throws StoreError.
 */
export async function openPostgres(
  url: string,
  folder: string | undefined,
  now: () => number,
  upTo: number = NEWEST_VERSION,
): Promise<Opened> {
  const where = withoutPassword(url);
  if (!isPostgresUrl(url)) throw new StoreError('misnamed', where, 'that is no URL of a PostgreSQL database');
  const pool = makePool(url);
  const opened = { db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }), kind: 'postgres', where } as const;
  try {
    const identity = await migrate(opened, now(), upTo);
    const marker = folder === undefined ? undefined : join(folder, 'postgres.json');
    const known = marker === undefined ? undefined : readMarker(marker);
    if (identity.from === 0 && known?.where === where && known.id !== undefined)
      await tellBegunAnew(opened, { at: now(), where, how: 'empty' });
    if (marker !== undefined && (known?.where !== where || known.id !== identity.id)) writeMarker(marker, { where, id: identity.id });
    return { ...opened, identity, stillThere: () => true, close: () => opened.db.destroy() };
  } catch (error) {
    await opened.db.destroy();
    throw asStoreError(error, where);
  }
}

/** Connections to PostgreSQL. One that breaks while nothing is asked of it is no error: the next query says so. */
export function makePool(url: string): Pool {
  const pool = new Pool({
    connectionString: url,
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
    application_name: 'holdfast',
    types,
  });
  // A connection may break while no query of it is under way, in the pool or between two queries of a transaction. The next query says so.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?:/.test(url) && URL.canParse(url);
}

/** Host, port and name; never what stands before the @. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'in HOLDFAST_DATABASE_URL';
  const { protocol, host, pathname, searchParams } = new URL(url);
  return `${protocol}//${host || (searchParams.get('host') ?? '')}${pathname}`;
}
