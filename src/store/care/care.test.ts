import { openSync, closeSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportHistory, type ExportLine } from '#app/db.ts';
import type { DatabaseCare, Lease } from '#app/ports.ts';
import { havePostgres, startCluster, type Cluster } from '#test/postgres.ts';
import { postgresStores } from '../postgres.ts';
import { NEWEST_VERSION } from '../sql/migrations.ts';
import { openPostgres } from '../sql/open-postgres.ts';
import { openSqlite } from '../sql/open-sqlite.ts';
import { sqliteStores, type Stores } from '../sqlite.ts';
import { expectLease, GROUP, makeAlert, makeCycle, makeEntry, makeLife, makePoint, makePosture, NOW } from '../testing/make.ts';
import { LATER } from '../testing/filled.ts';
import { folderMaker } from '../testing/folders.ts';
import { openCare } from './open-care.ts';
import { APART, COUNTED, KEPT } from './tables.ts';

const makeFolder = folderMaker();
const silent = (): void => {};
const careOf = (folder: string, url?: string): DatabaseCare =>
  openCare({ HOLDFAST_STATE: folder, ...(url === undefined ? {} : { HOLDFAST_DATABASE_URL: url }) }, () => LATER);
const storesOf = (folder: string, url?: string): Stores =>
  url === undefined ? sqliteStores(folder, () => NOW) : postgresStores(url, folder, () => NOW);

/** Something of everything, with the values that are hard to copy. */
async function fill({ store, memory }: Stores): Promise<Lease> {
  const step = { action: 'create', kind: 'pool', site: 'home', server: 'pve', id: 'tier-1' } as const;
  await store.appendIntent({ at: NOW, phase: 'started', step, planBasedOn: 'abcd' });
  const lease = expectLease(await memory.leases.round('one', ['home'], 30));
  const points = Array.from({ length: 6000 }, (_, i) => makePoint({ id: String(i % 11), at: NOW + i, policyVersion: 'v1' }));
  const guests = [
    { vmid: 101, result: 'ok', durationSeconds: 0.1 + 0.2, bytes: 2 ** 52, reusedFraction: 1 / 3 },
    { vmid: 102, result: 'failed', error: 'a "quoted" \\ back\\slash,\n{brace} \u00fcml\u00e4ut \u{1f4be} NULL' },
  ] as const;
  await memory.record(
    lease,
    makeCycle({
      look: { outcome: 'partial', seconds: 1 / 3, trouble: '' },
      points: [...points, makePoint({ goneAt: NOW, goneBy: 'NULL', verified: { state: 'failed', at: NOW } })],
      tasks: [{ site: 'home', upid: 'UPID:a:', startedAt: NOW, endedAt: NOW, status: 'OK', guests }],
      lives: [makeLife({ state: 'suppressed', by: 'anna', reason: '{}', untilAt: LATER })],
      postures: [makePosture(), makePosture({ at: NOW + 1, because: '' })],
      usage: [{ site: 'home', what: 'datastore:pbs/main', at: NOW, totalBytes: 2 ** 52, usedBytes: 0, availableBytes: 1 }],
      alerts: [makeAlert(), makeAlert({ id: 'a2' })],
      audit: [makeEntry(), makeEntry({ act: 'lift' }), makeEntry({ act: 'look' })],
    }),
  );
  await memory.outbox.failed('a1', NOW + 60, 'connection refused');
  await memory.leases.release('one');
  return lease;
}

async function exported(stores: Stores, care: DatabaseCare): Promise<readonly ExportLine[]> {
  const lines: ExportLine[] = [];
  for await (const line of exportHistory({ ...stores, database: care })) lines.push(line);
  await stores.memory.close();
  return lines;
}

const withoutCare = (lines: readonly ExportLine[]): readonly ExportLine[] =>
  lines.filter(({ what, act }) => what !== 'audit' || (act !== 'move the database' && act !== 'restore the database'));

/** A folder whose database holds something of everything, closed. */
async function filledFolder(): Promise<string> {
  const folder = makeFolder();
  const stores = storesOf(folder);
  await fill(stores);
  await stores.memory.close();
  return folder;
}

const file = (folder: string): string => join(folder, 'holdfast.db');

test('every table is copied, or known to be brought over apart', async () => {
  const opened = await openSqlite(makeFolder(), () => NOW);
  const { rows } = await sql<{ name: string }>`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`.execute(
    opened.db,
  );
  await opened.close();
  expect(rows.map(({ name }) => name).toSorted()).toEqual([...KEPT, ...APART].toSorted());
});

describe('SQLite', () => {
  test('a backup brings everything back, and what was there is set aside', async () => {
    const folder = await filledFolder();
    const before = await exported(storesOf(folder), careOf(folder));
    const copy = await careOf(folder).backup(undefined, silent);
    expect(copy.to).toMatch(/backups\/holdfast-\d{8}T\d{6}Z\.db$/);
    expect(statSync(copy.to).mode & 0o777).toBe(0o600);

    const stores = storesOf(folder);
    const lease = expectLease(await stores.memory.leases.round('two', ['home'], 30));
    await stores.memory.record(lease, makeCycle({ at: NOW + 60, audit: [makeEntry({ act: 'after the backup' })] }));
    await stores.memory.leases.release('two');
    await stores.memory.close();

    const restored = await careOf(folder).restore(copy.to, silent);
    expect(withoutCare(await exported(storesOf(folder), careOf(folder)))).toEqual(before);
    const aside = new DatabaseSync(restored.setAside!);
    expect(aside.prepare("select count(*) as n from audit where act = 'after the backup'").get()?.['n']).toBe(1);
    aside.close();
    expect(await careOf(folder).verify(undefined, silent)).toMatchObject({ problems: [], audit: { entries: 4 } });
    const late = storesOf(folder).memory;
    expect(await late.record(lease, makeCycle({ at: NOW + 120 }))).toBe('lease-lost');
    await late.close();
  });

  test('a backup is made while a daemon writes, and is refused nowhere', async () => {
    const folder = makeFolder();
    const stores = storesOf(folder);
    await fill(stores);
    const lease = expectLease(await stores.memory.leases.round('one', ['home'], 30));
    const copying = careOf(folder).backup(join(folder, 'b.db'), silent);
    for (let i = 1; i <= 20; i++) await stores.memory.record(lease, makeCycle({ at: NOW + i, audit: [makeEntry({ act: `write ${i}` })] }));
    await copying;
    expect(await careOf(folder).verify(join(folder, 'b.db'), silent)).toMatchObject({ problems: [] });
    await stores.memory.close();
  });

  test('a restore and a move are refused while a daemon is there', async () => {
    const folder = await filledFolder();
    await careOf(folder).backup(join(folder, 'b.db'), silent);
    const { memory } = storesOf(folder);
    await memory.leases.round('daemon@host', ['home'], 30);
    const refused = { name: 'StoreError', kind: 'in-use', message: expect.stringContaining('daemon@host') };
    await expect(careOf(folder).restore(join(folder, 'b.db'), silent)).rejects.toMatchObject(refused);
    await expect(careOf(folder).move(makeFolder(), silent)).rejects.toMatchObject(refused);
    expect((await careOf(folder).describe()).inUseBy).toEqual(['daemon@host']);
    await memory.close();
  });

  test('nothing is overwritten: neither a file nor a database', async () => {
    const folder = await filledFolder();
    const other = await filledFolder();
    writeFileSync(join(folder, 'letter.txt'), 'dear');
    await expect(careOf(folder).backup(join(folder, 'letter.txt'), silent)).rejects.toMatchObject({ kind: 'occupied' });
    expect(readFileSync(join(folder, 'letter.txt'), 'utf8')).toBe('dear');
    await expect(careOf(folder).move(other, silent)).rejects.toMatchObject({ kind: 'occupied' });
    await expect(careOf(folder).move(folder, silent)).rejects.toMatchObject({ kind: 'occupied' });
  });

  test('what was left of a copy that was killed stands in nobody’s way', async () => {
    const folder = await filledFolder();
    writeFileSync(join(folder, 'b.db.part'), 'half');
    await careOf(folder).backup(join(folder, 'b.db'), silent);
    expect(readdirSync(folder).filter((name) => name.startsWith('b.db'))).toEqual(['b.db']);
  });

  test('what is no backup is refused by what it is, and the database stays', async () => {
    const folder = await filledFolder();
    const before = readFileSync(file(folder));
    const strange = join(folder, 'strange.db');
    const database = new DatabaseSync(strange);
    database.exec('create table mine (a)');
    database.close();
    writeFileSync(join(folder, 'text'), 'not a database');
    writeFileSync(join(folder, 'empty'), '');
    for (const name of ['strange.db', 'text', 'empty', 'missing'])
      await expect(careOf(folder).restore(join(folder, name), silent), name).rejects.toMatchObject({ kind: 'strange' });
    await careOf(folder).backup(join(folder, 'newer.db'), silent);
    change(join(folder, 'newer.db'), `update holdfast set version = ${NEWEST_VERSION + 1}`);
    await expect(careOf(folder).restore(join(folder, 'newer.db'), silent)).rejects.toMatchObject({ kind: 'newer' });
    await careOf(folder).backup(join(folder, 'cut.db'), silent);
    truncateSync(join(folder, 'cut.db'), 200 * 1024);
    await expect(careOf(folder).restore(join(folder, 'cut.db'), silent)).rejects.toMatchObject({ kind: 'corrupt' });
    expect(readFileSync(file(folder)).equals(before)).toBe(true);
  });

  test('a backup of an older version is verified and restored, and stays as it was', async () => {
    const [folder, old] = [await filledFolder(), makeFolder()];
    await (await openSqlite(old, () => NOW, { upTo: NEWEST_VERSION - 1 })).close();
    const before = readFileSync(file(old));
    expect(await careOf(folder).verify(file(old), silent)).toMatchObject({ problems: [] });
    await careOf(folder).restore(file(old), silent);
    expect(readFileSync(file(old)).equals(before)).toBe(true);
    expect(await careOf(folder).describe()).toMatchObject({ version: NEWEST_VERSION, rows: { point: 0 } });
  });

  test('a damaged database can be replaced by a backup', async () => {
    const folder = await filledFolder();
    await careOf(folder).backup(join(folder, 'b.db'), silent);
    writeFileSync(file(folder), Buffer.alloc(9000, 'garbage'));
    await expect(careOf(folder).verify(undefined, silent)).rejects.toMatchObject({ kind: 'corrupt' });
    const restored = await careOf(folder).restore(join(folder, 'b.db'), silent);
    expect(readFileSync(restored.setAside!).equals(Buffer.alloc(9000, 'garbage'))).toBe(true);
    expect(await careOf(folder).verify(undefined, silent)).toMatchObject({ problems: [], rows: { point: 6001 } });
  });

  test('nothing was remembered yet: that is said', async () => {
    await expect(careOf(makeFolder()).describe()).rejects.toMatchObject({ kind: 'absent' });
    await expect(careOf(makeFolder()).backup(undefined, silent)).rejects.toMatchObject({ kind: 'absent' });
  });

  const HARM: readonly { readonly name: string; readonly harm: (path: string) => void; readonly told: string }[] = [
    {
      name: 'an entry of the audit log that was changed',
      harm: (path) => change(path, "drop trigger audit_stay; update audit set by_whom = 'nobody' where n = 2"),
      told: 'entry 2 (lift on pbs main/home/tier-1 vm/101): it was changed after it was written',
    },
    {
      name: 'an entry that was changed with its own hash',
      harm: (path) => change(path, "drop trigger audit_stay; update audit set hash = replace(hash, substr(hash, 1, 1), 'x') where n = 2"),
      told: 'entry 2 (lift on pbs main/home/tier-1 vm/101): it does not follow from the entry before it',
    },
    {
      name: 'an entry that was taken out',
      harm: (path) => change(path, 'drop trigger audit_last; delete from audit where n = 2'),
      told: 'entry 3 (look on pbs main/home/tier-1 vm/101): 1 entries before it are missing',
    },
    {
      name: 'the last entry taken away',
      harm: (path) => change(path, 'drop trigger audit_last; delete from audit where n = 3'),
      told: 'it ends at entry 2, and entry 3 was the last one written',
    },
    {
      name: 'points without their group',
      harm: (path) => change(path, 'delete from point_group where guest = 3'),
      told: 'rows name a point group that is not there',
    },
    { name: 'a damaged page', harm: (path) => overwrite(path, 30 * 4096), told: 'malformed' },
  ];
  for (const { name, harm, told } of HARM)
    test(`verify finds ${name}`, async () => {
      const folder = await filledFolder();
      harm(file(folder));
      const { problems } = await careOf(folder).verify(undefined, silent);
      expect(problems.join('\n')).toContain(told);
    });
});

describe.skipIf(!havePostgres())('PostgreSQL', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await startCluster()), 60_000);
  afterAll(() => cluster.stop());

  test('everything moves there and back, and goes on', async () => {
    const folder = await filledFolder();
    const before = await exported(storesOf(folder), careOf(folder));
    const url = await cluster.makeDatabase();
    const told: string[] = [];
    const there = await openCare({ HOLDFAST_STATE: folder, NEW_URL: url }, () => LATER).move('env:NEW_URL', (table) => told.push(table));
    expect(there.rows).toMatchObject({ point: 6001, audit: 3, intents: 1 });
    expect(told).toContain('point');
    expect(withoutCare(await exported(storesOf(folder, url), careOf(folder, url)))).toEqual(before);
    expect(await careOf(folder, url).verify(undefined, silent)).toMatchObject({ problems: [], audit: { entries: 4 } });

    // New rows get numbers that are free.
    const stores = storesOf(folder, url);
    const lease = expectLease(await stores.memory.leases.round('two', ['home', 'away'], 30));
    const more = {
      points: [makePoint({ id: 'new', policyVersion: 'v2' })],
      postures: [makePosture({ vmid: 7 })],
      alerts: [makeAlert({ id: 'a3' })],
    };
    expect(await stores.memory.record(lease, makeCycle({ at: NOW + 60, ...more }))).toBe('recorded');
    expect(await stores.memory.groupPoints({ ...GROUP, id: 'new' })).toHaveLength(1);
    await stores.memory.leases.release('two');
    const now = await exported(stores, careOf(folder, url));

    const home = makeFolder();
    await careOf(folder, url).move(home, silent);
    expect(withoutCare(await exported(storesOf(home), careOf(home)))).toEqual(withoutCare(now));
    expect(await careOf(home).verify(undefined, silent)).toMatchObject({ problems: [] });
  });

  test('numbers go on after a move, in each table that counts by itself', async () => {
    const url = await cluster.makeDatabase();
    const { db, close } = await openPostgres(url, undefined, () => NOW);
    const { rows } = await sql<{
      name: string;
      column: string;
    }>`select table_name as name, column_name as column from information_schema.columns
      where table_schema = current_schema() and is_identity = 'YES'`.execute(db);
    await close();
    expect(Object.fromEntries(rows.map(({ name, column }) => [name, column]))).toEqual(COUNTED);
  });

  test('a backup is one SQLite file, restored into either kind', async () => {
    const [folder, url] = [makeFolder(), await cluster.makeDatabase()];
    const stores = storesOf(folder, url);
    await fill(stores);
    const before = await exported(stores, careOf(folder, url));
    const copy = await careOf(folder, url).backup(join(folder, 'b.db'), silent);
    expect(await careOf(folder, url).verify(copy.to, silent)).toMatchObject({ problems: [] });

    const home = makeFolder();
    await careOf(home).restore(copy.to, silent);
    expect(withoutCare(await exported(storesOf(home), careOf(home)))).toEqual(before);

    const { setAside } = await careOf(folder, url).restore(copy.to, silent);
    expect(withoutCare(await exported(storesOf(folder, url), careOf(folder, url)))).toEqual(before);
    const opened = await openPostgres(url, undefined, () => NOW);
    const { rows } = await sql<{
      n: number;
    }>`select count(*) as n from ${sql.table(`${setAside?.replace('the schema ', '')}.point`)}`.execute(opened.db);
    expect(rows[0]?.n).toBe(6001);
    await opened.close();

    const empty = await cluster.makeDatabase();
    await careOf(folder, empty).restore(copy.to, silent);
    expect(withoutCare(await exported(storesOf(folder, empty), careOf(folder, empty)))).toEqual(before);
  });

  test('a copy that fails half way leaves nothing behind', async () => {
    const folder = await filledFolder();
    const url = await cluster.makeDatabase();
    const boom = new Error('stop');
    const stop = (table: string): void => {
      if (table === 'task') throw boom;
    };
    await expect(careOf(folder).move(url, stop)).rejects.toBe(boom);
    const { db, close } = await openPostgres(url, undefined, () => NOW);
    expect(await db.selectFrom('point').selectAll().execute()).toEqual([]);
    await close();
    await careOf(folder).move(url, silent);
  });
});

function change(path: string, statements: string): void {
  const database = new DatabaseSync(path);
  database.exec(statements);
  database.close();
}

function overwrite(path: string, at: number): void {
  const handle = openSync(path, 'r+');
  writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, at);
  closeSync(handle);
}
