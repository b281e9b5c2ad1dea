import { join } from 'node:path';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool, types as standard, type CustomTypesConfig } from 'pg';
import type { BegunAnew } from '#core/memory/begun-anew.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { readMarker, writeMarker } from '../marker.ts';
import { migrate } from './migrate.ts';
import { NEWEST_VERSION } from './migrations.ts';
import { replacement, tellBegunAnew, type Before, type Opened } from './opened.ts';
import type { Database, Tables } from './schema.ts';
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
 * noticed by the state folder, where there is one, or by the process that had it open `before`; so is that another one stands in its place. Throws
 * StoreError.
 */
export async function openPostgres(
  url: string,
  folder: string | undefined,
  now: () => number,
  { upTo = NEWEST_VERSION, before }: { readonly upTo?: number; readonly before?: Before } = {},
): Promise<Opened> {
  const where = withoutPassword(url);
  if (!isPostgresUrl(url)) throw new StoreError('misnamed', where, 'that is no URL of a PostgreSQL database');
  const pool = makePool(url);
  const opened = { db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }), kind: 'postgres', where } as const;
  try {
    const identity = await migrate(opened, now(), upTo);
    const marker = folder === undefined ? undefined : join(folder, 'postgres.json');
    const read = marker === undefined ? undefined : readMarker(marker);
    const known = read?.where === where ? read : before?.identity;
    const name = await nameOf(opened);
    const event = await loss(known);
    if (event) await tellBegunAnew(opened, event);
    if (marker !== undefined && (read?.where !== where || read.id !== identity.id))
      writeMarker(marker, { where, id: identity.id, madeAt: identity.madeAt });
    const askName = (): Promise<string> => nameOf(opened);
    return { ...opened, identity, openedAt: now(), name, stillThere: () => true, askName, close: () => opened.db.destroy() };

    async function loss(last: { readonly id?: string; readonly madeAt?: number } | undefined): Promise<BegunAnew | undefined> {
      if (last?.id === undefined) return undefined;
      const lost = last.madeAt === undefined ? {} : { madeAt: last.madeAt };
      if (identity.from === 0) return { at: now(), where, how: 'empty', ...lost };
      const copy = last.id === identity.id;
      if (copy && (before === undefined || before.name === name)) return undefined;
      const other = await replacement(opened, { at: now(), ...(before && { since: before.openedAt }), copy });
      return other && { ...other, ...(copy ? {} : lost) };
    }
  } catch (error) {
    await opened.db.destroy();
    throw asStoreError(error, where);
  }
}

/** Tables that are dropped and made again have another number. */
async function nameOf({ db }: Database): Promise<string> {
  const { rows } = await sql<{ id: string; oid: number }>`select id, 'holdfast'::regclass::oid::bigint as oid from holdfast`.execute(db);
  return rows.map(({ id, oid }) => `${id} ${oid}`).join();
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
