import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import type { Memory } from '#app/ports.ts';
import type { LedgerPoint } from '#core/memory/record.ts';
import { openFile, openSqlite } from '#store/sql/open-sqlite.ts';
import { openPostgres } from '#store/sql/open-postgres.ts';
import { postgresStores } from '#store/postgres.ts';
import { sqliteStores } from '#store/sqlite.ts';
import { havePostgres, startCluster } from '#test/postgres.ts';
import { report } from './result.ts';

/*
 * A million recovery points through `record`, against a bare loop over one prepared statement that writes the same rows into the same table of
 * another database, with the same settings and transactions of the same size. The two take turns, batch by batch, so that a busy machine slows both.
 *
 *   node bench/ingest.ts [--points N]
 */

const { values: given } = parseArgs({ options: { points: { type: 'string', default: '1000000' } } });
const POINTS = Number(given.points);
const BATCH = 10_000;
const PER_GROUP = 1000;
const MOST = 1.5;
const START = 1_700_000_000;

type Contender = { readonly write: (points: readonly LedgerPoint[], at: number) => Promise<void>; readonly count: () => Promise<number> };

/** A site's points as a first look finds them: group by group, oldest first. */
function makeBatch(from: number): readonly LedgerPoint[] {
  return Array.from({ length: Math.min(BATCH, POINTS - from) }, (_, i) => {
    const n = from + i;
    const at = START + (n % PER_GROUP) * 86_400;
    return {
      site: 'home',
      server: 'pbs',
      datastore: 'main',
      namespace: `tier-${1 + (Math.floor(n / PER_GROUP) % 4)}`,
      type: 'vm',
      id: String(100 + Math.floor(n / PER_GROUP)),
      at,
      firstSeenAt: at + 900,
      sizeBytes: 32_000_000_000 + n,
      tier: 1 + (Math.floor(n / PER_GROUP) % 4),
      notBeforeAt: at + 30 * 86_400,
      policyVersion: '0123456789abcdef',
      verified: { state: 'ok', at: at + 7200 },
      protected: n % PER_GROUP === PER_GROUP - 1,
    } as const;
  });
}

async function throughRecord(memory: Memory): Promise<Contender> {
  const [lease] = await memory.leases.round('bench', ['home'], 3600);
  const none = { tasks: [], lives: [], postures: [], usage: [], alerts: [], audit: [] };
  return {
    write: async (points, at) => {
      const outcome = await memory.record(lease!, { site: 'home', at, look: { outcome: 'complete', seconds: 1 }, points, ...none });
      if (outcome !== 'recorded') throw new Error(outcome);
    },
    count: async () => {
      let count = 0;
      for await (const batch of memory.points('home')) count += batch.length;
      return count;
    },
  };
}

const COLUMNS = [
  'group_id',
  'at',
  'first_seen_at',
  'size_bytes',
  'tier',
  'not_before_at',
  'policy_id',
  'verified_at',
  'verified_ok',
  'protected',
];

/** What a loop that knows all numbers already would bind. */
function values(point: LedgerPoint): readonly number[] {
  const { at, firstSeenAt, sizeBytes = 0, tier = 0, notBeforeAt = 0, verified } = point;
  return [Number(point.id), at, firstSeenAt, sizeBytes, tier, notBeforeAt, 1, verified?.at ?? 0, 1, point.protected ? 1 : 0];
}

async function bareSqlite(folder: string): Promise<Contender> {
  await (await openSqlite(folder, () => START)).close();
  const database = openFile(join(folder, 'holdfast.db'));
  const insert = database.prepare(`insert into point (${COLUMNS.join(', ')}) values (${COLUMNS.map(() => '?').join(', ')})`);
  return {
    write: async (points) => {
      database.exec('begin immediate');
      for (const point of points) insert.run(...values(point));
      database.exec('commit');
    },
    count: async () => Number(database.prepare('select count(*) as n from point').get()?.['n']),
  };
}

/** A loop of one row a statement is bound by the way to the server and back (measured below), so that the bare loop sends thousands at once. */
const POSTGRES_ROWS = 5000;

async function barePostgres(url: string): Promise<Contender & { readonly rowByRow: (points: readonly LedgerPoint[]) => Promise<number> }> {
  await (await openPostgres(url, undefined, () => START)).close();
  const client = new Client({ connectionString: url });
  await client.connect();
  const arrays = COLUMNS.map((_, i) => `$${i + 1}::bigint[]`).join(', ');
  const text = `insert into point (${COLUMNS.join(', ')}) select * from unnest(${arrays})`;
  const single = `insert into point (${COLUMNS.join(', ')}) values (${COLUMNS.map((_, i) => `$${i + 1}`).join(', ')})`;
  return {
    write: async (points) => {
      await client.query('begin');
      for (let from = 0; from < points.length; from += POSTGRES_ROWS) {
        const rows = points.slice(from, from + POSTGRES_ROWS).map(values);
        await client.query({ name: 'insert', text, values: COLUMNS.map((_, column) => rows.map((row) => row[column])) });
      }
      await client.query('commit');
    },
    rowByRow: async (points) => {
      const startMs = performance.now();
      await client.query('begin');
      for (const point of points) await client.query({ name: 'single', text: single, values: [...values(point)] });
      await client.query('rollback');
      return performance.now() - startMs;
    },
    count: async () => {
      const { rows } = await client.query<{ n: string }>('select count(*) as n from point');
      await client.end();
      return Number(rows[0]?.n);
    },
  };
}

async function race(name: string, ours: Contender, bare: Contender): Promise<void> {
  let [oursMs, bareMs] = [0, 0];
  const timed = async (contender: Contender, points: readonly LedgerPoint[], at: number): Promise<number> => {
    const startMs = performance.now();
    await contender.write(points, at);
    return performance.now() - startMs;
  };
  for (let from = 0; from < POINTS; from += BATCH) {
    const points = makeBatch(from);
    const first = (from / BATCH) % 2 === 0;
    if (first) bareMs += await timed(bare, points, from);
    oursMs += await timed(ours, points, from);
    if (!first) bareMs += await timed(bare, points, from);
  }
  const counts = [await ours.count(), await bare.count()];
  if (counts.some((count) => count !== POINTS)) throw new Error(`${name}: ${counts.join(' and ')} rows instead of ${POINTS}`);
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  report({
    name: `ingest, ${name}`,
    measured: `${POINTS.toLocaleString('en')} points: record ${seconds(oursMs)}, bare loop ${seconds(bareMs)}`,
    value: oursMs / bareMs,
    limit: MOST,
    unit: '×',
  });
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
try {
  const { memory } = sqliteStores(join(folder, 'ours'), () => START);
  await race('SQLite', await throughRecord(memory), await bareSqlite(join(folder, 'bare')));
  await memory.close();
  console.log(`  ${(statSync(join(folder, 'ours/holdfast.db')).size / 2 ** 20).toFixed(0)} MiB on disk`);
  if (havePostgres()) {
    const cluster = await startCluster();
    try {
      const bare = await barePostgres(await cluster.makeDatabase());
      const postgres = postgresStores(await cluster.makeDatabase(), undefined, () => START).memory;
      const rowMs = await bare.rowByRow(makeBatch(0).slice(0, 2000));
      await race('PostgreSQL', await throughRecord(postgres), bare);
      console.log(`  one row a statement would take ${((rowMs / 2000) * (POINTS / 1000)).toFixed(0)} s (measured on 2,000)`);
      await postgres.close();
    } finally {
      await cluster.stop();
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
