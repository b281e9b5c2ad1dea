import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe } from 'vitest';
import { havePostgres, startCluster, type Cluster } from '#test/postgres.ts';
import { openPostgres } from './sql/open-postgres.ts';
import { openSqlite } from './sql/open-sqlite.ts';
import type { Opened } from './sql/opened.ts';
import { postgresStores } from './postgres.ts';
import { sqliteStores } from './sqlite.ts';
import { NOW } from './testing/make.ts';
import { memoryContract } from './testing/memory-contract.ts';
import { emptyRows, volatileMemory } from './volatile.ts';

memoryContract('volatile', async () => {
  const rows = emptyRows();
  let nowMs = 1_000_000;
  const make = () => volatileMemory(() => nowMs, rows);
  return {
    memory: make(),
    other: make(),
    passSeconds: async (seconds) => void (nowMs += seconds * 1000),
    close: async () => {},
  };
});

memoryContract('sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-memory-'));
  const [{ memory }, { memory: other }] = [sqliteStores(folder, () => NOW), sqliteStores(folder, () => NOW)];
  return {
    memory,
    other,
    passSeconds: (seconds) =>
      withOpened(
        openSqlite(folder, () => NOW),
        (opened) => passSeconds(opened, seconds),
      ),
    close: async () => {
      await memory.close();
      await other.close();
      rmSync(folder, { recursive: true });
    },
  };
});

describe.skipIf(!havePostgres())('on a real server', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await startCluster()), 60_000);
  afterAll(() => cluster.stop());

  memoryContract('postgres', async () => {
    const url = await cluster.makeDatabase();
    const [{ memory }, { memory: other }] = [postgresStores(url, undefined, () => NOW), postgresStores(url, undefined, () => NOW)];
    return {
      memory,
      other,
      passSeconds: (seconds) =>
        withOpened(
          openPostgres(url, undefined, () => NOW),
          (opened) => passSeconds(opened, seconds),
        ),
      close: async () => {
        await memory.close();
        await other.close();
      },
    };
  });
});

async function withOpened(opening: Promise<Opened>, work: (opened: Opened) => Promise<void>): Promise<void> {
  const opened = await opening;
  await work(opened);
  await opened.close();
}

/** The database's clock cannot be moved; what it is compared with can. */
async function passSeconds({ db }: Opened, seconds: number): Promise<void> {
  await db
    .updateTable('lease')
    .set({ until_ms: sql<number>`until_ms - ${seconds * 1000}` })
    .execute();
  await db
    .updateTable('replica')
    .set({ seen_ms: sql<number>`seen_ms - ${seconds * 1000}` })
    .execute();
}
