import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Database, Tables } from '../sql/schema.ts';

type Table = keyof Tables;

/** Every table with history, and the columns that order it. `care.test.ts` holds this against the schema. */
export const KEYS = {
  intents: ['n'],
  site: ['id'],
  point_group: ['id'],
  policy_version: ['id'],
  point: ['group_id', 'at'],
  task: ['id'],
  task_guest: ['task_id', 'n'],
  life: ['site_id', 'key'],
  guest: ['id'],
  posture: ['guest_id', 'at'],
  meter: ['id'],
  usage: ['meter_id', 'at'],
  look: ['site_id', 'at'],
  alert: ['n'],
  audit: ['n'],
  change: ['n'],
  policy_text: ['n'],
  lease: ['site_id'],
  account: ['id'],
  api_token: ['id'],
} as const satisfies Partial<Readonly<Record<Table, readonly string[]>>>;

export type Kept = keyof typeof KEYS;

export const KEPT = Object.keys(KEYS) as readonly Kept[];

/** Tables of which one row is brought over by itself, or none at all: nobody is logged in to a copy. */
export const APART = ['holdfast', 'audit_head', 'replica', 'session', 'setup'] as const satisfies readonly Table[];

/** Tables whose numbers PostgreSQL counts on by itself. */
export const COUNTED = {
  intents: 'n',
  site: 'id',
  point_group: 'id',
  policy_version: 'id',
  task: 'id',
  guest: 'id',
  meter: 'id',
  alert: 'n',
  account: 'id',
  change: 'n',
  policy_text: 'n',
} as const;

export type Row = Readonly<Record<string, string | number | null>>;

const PAGE = 5000;

/** All rows of a table by its key, a page at a time. */
export async function* readPages(db: Kysely<Tables>, table: Kept): AsyncGenerator<readonly Row[]> {
  const keys: readonly string[] = KEYS[table];
  const names = sql.join(keys.map((key) => sql.ref(key)));
  let after: readonly (string | number | null)[] | undefined;
  for (;;) {
    const where = after === undefined ? sql`` : sql`where (${names}) > (${sql.join(after)})`;
    const { rows } = await sql<Row>`select * from ${sql.table(table)} ${where} order by ${names} limit ${sql.lit(PAGE)}`.execute(db);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (rows.length < PAGE || !last) return;
    after = keys.map((key) => last[key] ?? null);
  }
}

/** Rows of each table that is kept. */
export async function countRows({ db }: Pick<Database, 'db'>): Promise<Readonly<Record<Kept, number>>> {
  const counts = {} as Record<Kept, number>;
  for (const table of KEPT) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db);
    counts[table] = rows[0]?.n ?? 0;
  }
  return counts;
}
