import { sql } from 'kysely';
import type { DatabaseProof, TellCopying } from '#app/ports.ts';
import { CHAIN_START, chainHash, entryHash } from '../audit-chain.ts';
import type { Database } from '../sql/schema.ts';
import { isCorrupt } from '../sql/trouble.ts';
import { countRows, KEPT, readPages } from './tables.ts';

/** What a row names by its number must be there. */
const NAMED = [
  ['point', 'group_id', 'point_group'],
  ['point', 'policy_id', 'policy_version'],
  ['point_group', 'site_id', 'site'],
  ['task', 'site_id', 'site'],
  ['task_guest', 'task_id', 'task'],
  ['life', 'site_id', 'site'],
  ['guest', 'site_id', 'site'],
  ['posture', 'guest_id', 'guest'],
  ['meter', 'site_id', 'site'],
  ['usage', 'meter_id', 'meter'],
  ['look', 'site_id', 'site'],
  ['alert', 'site_id', 'site'],
  ['lease', 'site_id', 'site'],
  ['api_token', 'account_id', 'account'],
] as const;

/** Reads everything: pages and indexes of a SQLite file, every row of PostgreSQL, the audit log's chain from its start, and what rows name. */
export async function prove(database: Database, tell: TellCopying): Promise<DatabaseProof> {
  const { db, kind, where } = database;
  const problems: string[] = [];
  if (kind === 'sqlite') problems.push(...(await damages(database)));
  // What is damaged cannot be read to its end; there is no more to say of it.
  if (problems.length > 0) return { where, rows: {}, problems, audit: { entries: 0, head: '' } };
  const rows = await countRows(database);
  for (const table of KEPT) {
    if (rows[table] === 0 || table === 'audit') continue;
    tell(table, rows[table]);
    let seen = 0;
    for await (const page of readPages(db, table)) seen += page.length;
    if (seen !== rows[table]) problems.push(`${table}: ${seen} rows can be read of ${rows[table]}`);
  }
  for (const [table, column, named] of NAMED) {
    const { rows: lost } = await sql<{
      n: number;
    }>`select count(*) as n from ${sql.table(table)} as t where t.${sql.ref(column)} is not null
      and not exists (select 1 from ${sql.table(named)} as o where o.id = t.${sql.ref(column)})`.execute(db);
    const n = lost[0]?.n ?? 0;
    if (n > 0) problems.push(`${table}: ${n} rows name a ${named.replace('_', ' ')} that is not there`);
  }
  tell('audit', rows.audit);
  const audit = await proveChain(database, problems);
  return { where, rows, problems, audit };
}

/** Pages and indexes. Where a damage is so bad that the check itself ends, that is the answer. */
async function damages({ db }: Database): Promise<readonly string[]> {
  try {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check(20)`.execute(db);
    return rows.map((row) => row.integrity_check).filter((told) => told !== 'ok');
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    return [(error as Error).message];
  }
}

async function proveChain({ db }: Database, problems: string[]): Promise<DatabaseProof['audit']> {
  let [n, hash] = [0, CHAIN_START];
  for await (const page of readPages(db, 'audit'))
    for (const row of page) {
      const entry = {
        at: Number(row['at']),
        by: text(row['by_whom']),
        act: text(row['act']),
        on: text(row['on_what']),
        detail: text(row['detail']),
      };
      const told = `audit log, entry ${row['n']} (${entry.act} on ${entry.on})`;
      if (Number(row['n']) !== n + 1) problems.push(`${told}: ${Number(row['n']) - n - 1} entries before it are missing`);
      if (row['entry'] !== entryHash(entry)) problems.push(`${told}: it was changed after it was written`);
      else if (row['hash'] !== chainHash(hash, entry)) problems.push(`${told}: it does not follow from the entry before it`);
      n = Number(row['n']);
      hash = text(row['hash']);
    }
  const head = await db.selectFrom('audit_head').select(['n', 'hash']).executeTakeFirst();
  if (!head || head.n !== n || head.hash !== hash)
    problems.push(`audit log: it ends at entry ${n}, and entry ${head?.n ?? '?'} was the last one written`);
  return { entries: n, head: hash };
}

function text(value: string | number | null | undefined): string {
  return String(value ?? '');
}
