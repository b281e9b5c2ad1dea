import { readdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sqliteStores } from '#store/sqlite.ts';
import { havePostgres, startCluster, type Cluster } from '#test/postgres.ts';
import { Client } from 'pg';
import { prepareServing, type Serving } from './serving.ts';

/*
 * The database is taken away under a running daemon. It says so within seconds, looks at everything afresh, tells people, and all that can be seen is
 * in the new one.
 */

const { serve, state, nextMessage } = prepareServing({ answers: true });
const PATIENCE = { timeout: 60_000 };

const LOSSES = [
  {
    name: 'deleted',
    does: (file: string) => ['', '-wal', '-shm'].forEach((part) => rmSync(file + part)),
    says: 'is gone and was begun anew',
  },
  { name: 'damaged', does: cut, says: 'is damaged' },
  { name: 'replaced by a copy', does: replace, says: 'was replaced by a copy of itself' },
];

for (const { name, does, says } of LOSSES) {
  test(`a database that is ${name} under the daemon is told, and made again from the sites`, PATIENCE, async () => {
    const serving = serve();
    await serving.says('"looked"');
    expect(await serving.ask('/readyz')).toMatchObject({ status: 200, body: { notices: [] } });
    does(join(state(), 'holdfast.db'));
    await expectTold(serving, says);
    serving.child.kill('SIGTERM');
    await serving.ended;
    const { memory } = sqliteStores(state(), () => Math.floor(Date.now() / 1000));
    expect(await count(memory.points('company'))).toBeGreaterThan(100);
    expect(await memory.postures('company')).toHaveLength(30);
    await memory.close();
    for (const entry of readdirSync(state())) rmSync(join(state(), entry));
  });
}

describe.skipIf(!havePostgres())('PostgreSQL', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await startCluster()), 60_000);
  afterAll(() => cluster.stop());

  test('whose tables are dropped under the daemon is told, and made again from the sites', PATIENCE, async () => {
    const url = await cluster.makeDatabase();
    const serving = serve([], { HOLDFAST_DATABASE_URL: url });
    await serving.says('"looked"');
    const client = new Client({ connectionString: url });
    await client.connect();
    const tables = await client.query<{ name: string }>('select tablename as name from pg_tables where schemaname = current_schema()');
    await client.query(`drop table ${tables.rows.map(({ name }) => client.escapeIdentifier(name)).join()}`);
    await expectTold(serving, 'is empty and was begun anew');
    const { rows } = await client.query<{ count: string }>('select count(*) from point');
    expect(Number(rows[0]?.count)).toBeGreaterThan(100);
    await client.end();
    serving.child.kill('SIGTERM');
    await serving.ended;
  });
});

/** In the log, by message, and in what it says of itself; and it is ready again once it has looked. */
async function expectTold(serving: Serving, words: string): Promise<void> {
  await serving.says(words);
  await serving.says('all of it is looked at afresh');
  const { message } = await nextMessage(serving);
  expect(message).toMatchObject({ severity: 'warning', text: expect.stringContaining('HF-DATABASE-LOST') });
  expect(message.text.replaceAll('\n', ' ')).toContain(words);
  expect(await serving.ask('/readyz')).toMatchObject({ status: 200, body: { status: 'ok', notices: [expect.stringContaining(words)] } });
}

/** What SQLite still has beside the file would mend it. */
function cut(file: string): void {
  const database = new DatabaseSync(file);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  truncateSync(file, 8192);
}

function replace(file: string): void {
  const copy = `${file}.copy`;
  const database = new DatabaseSync(file);
  database.exec(`vacuum into '${copy}'`);
  database.close();
  for (const part of ['', '-wal', '-shm']) rmSync(file + part);
  renameSync(copy, file);
}

async function count(batches: AsyncIterable<readonly unknown[]>): Promise<number> {
  let all = 0;
  for await (const batch of batches) all += batch.length;
  return all;
}
