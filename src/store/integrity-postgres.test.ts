import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Memory } from '#app/ports.ts';
import { havePostgres, startCluster, type Cluster } from '#test/postgres.ts';
import { postgresStores } from './postgres.ts';
import { NEWEST_VERSION } from './sql/migrations.ts';
import { openPostgres } from './sql/open-postgres.ts';
import { GROUP, NOW } from './testing/make.ts';
import { addIntent, LATER, recordSome } from './testing/filled.ts';
import { folderMaker } from './testing/folders.ts';

const makeFolder = folderMaker();

describe.skipIf(!havePostgres())('PostgreSQL', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await startCluster()), 60_000);
  afterAll(() => cluster.stop());

  test('of a newer version is refused', async () => {
    const url = await cluster.makeDatabase();
    const opened = await openPostgres(url, undefined, () => NOW);
    await opened.db
      .updateTable('holdfast')
      .set({ version: NEWEST_VERSION + 1 })
      .execute();
    await opened.close();
    await expect(openPostgres(url, undefined, () => NOW)).rejects.toMatchObject({ kind: 'newer' });
  });

  test('is migrated once though five replicas start at once', async () => {
    const url = await cluster.makeDatabase();
    const opened = await Promise.all(Array.from({ length: 5 }, () => openPostgres(url, undefined, () => NOW)));
    expect(new Set(opened.map(({ identity }) => identity.id)).size).toBe(1);
    expect(opened.filter(({ identity }) => identity.from === 0)).toHaveLength(1);
    for (const one of opened) await one.close();
  });

  for (let version = 1; version <= NEWEST_VERSION; version++) {
    test(`of version ${version} is brought to ${NEWEST_VERSION}`, async () => {
      const url = await cluster.makeDatabase();
      const opened = await openPostgres(url, undefined, () => NOW, { upTo: version });
      await addIntent(opened);
      await opened.close();
      const { memory, store } = postgresStores(url, undefined, () => NOW);
      expect(await store.intents()).toHaveLength(1);
      await recordSome(memory);
      await memory.close();
    });
  }

  test('that was emptied is noticed where there is a state folder', async () => {
    const url = await cluster.makeDatabase();
    const folder = makeFolder();
    await (await openPostgres(url, folder, () => NOW)).close();
    await dropTables(url);
    const { memory } = postgresStores(url, folder, () => LATER);
    expect(await memory.troubles(LATER)).toMatchObject([{ code: 'HF-DATABASE-LOST', problem: expect.stringContaining('is empty') }]);
    await memory.close();
    const again = postgresStores(url, folder, () => LATER).memory;
    expect(await again.audit(0)).toHaveLength(1);
    await again.close();
  });

  const UNDER = [
    { name: 'emptied', does: dropTables, says: 'is empty and was begun anew' },
    { name: 'replaced by another', does: makeAnother, says: 'was replaced by another one, which remembers no look' },
  ] as const;
  for (const { name, does, says } of UNDER) {
    test(`that is ${name} while a daemon runs is noticed by the name that it has`, async () => {
      const url = await cluster.makeDatabase();
      const { memory } = postgresStores(url, undefined, () => LATER);
      await recordSome(memory);
      const before = await memory.name();
      await does(url);
      const after = await memory.name().catch(() => memory.name());
      expect(after).not.toBe(before);
      expect(await memory.groupPoints(GROUP)).toEqual([]);
      expect(await memory.troubles(LATER)).toMatchObject([{ code: 'HF-DATABASE-LOST', problem: expect.stringContaining(says) }]);
      expect(await memory.name()).toBe(after);
      await memory.close();
    });
  }

  test('that one of two replicas began anew is told once', async () => {
    const url = await cluster.makeDatabase();
    const [one, two] = [1, 2].map(() => postgresStores(url, undefined, () => LATER).memory) as [Memory, Memory];
    await recordSome(one);
    const before = await two.name();
    await dropTables(url);
    await one.name().catch(() => one.name());
    expect(await two.name()).not.toBe(before);
    expect(await two.troubles(LATER)).toHaveLength(1);
    await one.close();
    await two.close();
  });

  test('that does not answer is a trouble with a kind, and nothing is lost when it is back', async () => {
    const { memory } = postgresStores(await cluster.makeDatabase(), undefined, () => NOW);
    await recordSome(memory);
    await cluster.kill();
    await expect(memory.groupPoints(GROUP)).rejects.toMatchObject({ name: 'StoreError', kind: 'unreachable' });
    await cluster.start();
    expect(await memory.groupPoints(GROUP)).toHaveLength(1);
    await memory.close();
  }, 60_000);

  test('whose URL is none is told how to write one', async () => {
    for (const url of ['db.lan', 'mysql://db.lan/x', 'postgres//db'])
      await expect(
        openPostgres(url, undefined, () => NOW),
        url,
      ).rejects.toMatchObject({ kind: 'misnamed' });
  });

  test('that refuses the login says so, without the password', async () => {
    const url = await cluster.makeDatabase();
    const wrong = url.replace('holdfast@', 'stranger:geheim@');
    const refused: unknown = await postgresStores(wrong, undefined, () => NOW).memory.audit(0).catch((error: unknown) => error); // prettier-ignore
    expect(refused).toMatchObject({ name: 'StoreError', kind: 'refused' });
    expect((refused as Error).message).not.toContain('geheim');
  });

  test('keeps what was written: rows of the audit log and intents can be changed by nobody', async () => {
    const url = await cluster.makeDatabase();
    const { memory } = postgresStores(url, undefined, () => NOW);
    await recordSome(memory);
    const { db, close } = await openPostgres(url, undefined, () => NOW);
    for (const table of ['audit', 'intents']) {
      await expect(sql.raw(`update ${table} set at = 1`).execute(db)).rejects.toThrow('append-only');
      await expect(sql.raw(`delete from ${table}`).execute(db)).rejects.toThrow('append-only');
      await expect(sql.raw(`truncate ${table}`).execute(db)).rejects.toThrow('append-only');
    }
    await close();
    await memory.close();
  });
});

async function dropTables(url: string): Promise<void> {
  const { db, close } = await openPostgres(url, undefined, () => NOW);
  const tables = await sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`.execute(db);
  for (const { name } of tables.rows) await sql`drop table ${sql.table(name)}`.execute(db);
  await close();
}

async function makeAnother(url: string): Promise<void> {
  await dropTables(url);
  await (await openPostgres(url, undefined, () => NOW)).close();
}
