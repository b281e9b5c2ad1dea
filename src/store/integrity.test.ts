import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Memory } from '#app/ports.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { spellInstant } from '#core/units.ts';
import { readMarker, writeMarker } from './marker.ts';
import { NEWEST_VERSION } from './sql/migrations.ts';
import { openSqlite } from './sql/open-sqlite.ts';
import { sqliteStores } from './sqlite.ts';
import { DAY, GROUP, NOW } from './testing/make.ts';
import { addIntent, LATER, recordSome } from './testing/filled.ts';
import { folderMaker } from './testing/folders.ts';

const makeFolder = folderMaker();
const remember = (folder: string, at = LATER): Memory => sqliteStores(folder, () => at).memory;

/** A folder whose database holds some thousand points, and was closed as it should be. */
async function fill(folder: string): Promise<string> {
  const memory = remember(folder, NOW);
  await recordSome(memory);
  await memory.close();
  return join(folder, 'holdfast.db');
}

describe('a database file that is', () => {
  const DAMAGES: readonly { readonly name: string; readonly how: string; readonly damage: (file: string) => void }[] = [
    { name: 'cut in the middle', how: 'damaged', damage: (file) => truncateSync(file, Math.floor(statSync(file).size / 2)) },
    { name: 'cut in its first page', how: 'damaged', damage: (file) => truncateSync(file, 1000) },
    { name: 'garbage', how: 'damaged', damage: (file) => writeFileSync(file, Buffer.alloc(50_000, 'not a database at all ')) },
    { name: 'garbage in one page', how: 'damaged', damage: (file) => overwrite(file, 40 * 4096, Buffer.alloc(4096, 0xa5)) },
    { name: 'of length zero', how: 'empty', damage: (file) => truncateSync(file, 0) },
    { name: 'gone', how: 'gone', damage: (file) => rmSync(file) },
  ];

  for (const { name, how, damage } of DAMAGES) {
    test(`${name} is noticed, set aside as it is, and begun anew`, async () => {
      const folder = makeFolder();
      const file = await fill(folder);
      damage(file);
      const left = existsSync(file) ? readFileSync(file) : undefined;

      const memory = remember(folder);
      expect(await memory.groupPoints(GROUP)).toEqual([]);
      const [finding, ...others] = await memory.troubles(LATER);
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ code: 'HF-DATABASE-LOST', at: file, severity: 'warning' });
      expect(finding?.problem).toContain({ damaged: 'is damaged', empty: 'is empty', gone: 'is gone' }[how]);
      expect(await memory.audit(0)).toMatchObject([{ by: 'holdfast', act: 'begin the database anew', on: file, detail: finding?.problem }]);
      const aside = readdirSync(folder).filter((entry) => entry.startsWith(`holdfast.db.${how}-`));
      expect(aside).toHaveLength(left === undefined ? 0 : 1);
      if (left !== undefined) {
        expect(readFileSync(join(folder, aside[0]!)).equals(left)).toBe(true);
        expect(finding?.problem).toContain(aside[0]);
      }
      await recordSome(memory);
      expect(await memory.groupPoints(GROUP)).toHaveLength(1);
      await memory.close();

      const again = remember(folder);
      expect(await again.groupPoints(GROUP)).toHaveLength(1);
      expect(await again.troubles(LATER + 7 * DAY)).toHaveLength(1);
      expect(await again.troubles(LATER + 8 * DAY)).toEqual([]);
      expect((await again.audit(0)).filter(({ act }) => act === 'begin the database anew')).toHaveLength(1);
      await again.close();
    });
  }

  test('gone while a daemon runs is noticed by its next call', async () => {
    const folder = makeFolder();
    const memory = remember(folder);
    await recordSome(memory);
    for (const part of ['', '-wal', '-shm']) rmSync(join(folder, `holdfast.db${part}`), { force: true });
    expect(await memory.groupPoints(GROUP)).toEqual([]);
    expect(await memory.troubles(LATER)).toMatchObject([{ code: 'HF-DATABASE-LOST' }]);
    expect(existsSync(join(folder, 'holdfast.db'))).toBe(true);
    await memory.close();
  });

  const UNDER: readonly { readonly name: string; readonly does: (file: string) => void | Promise<void>; readonly says: string }[] = [
    { name: 'cut', does: (file) => truncateSync(file, 8 * 4096), says: 'is damaged' },
    { name: 'overwritten', does: (file) => overwrite(file, 0, Buffer.alloc(4096, 0xa5)), says: 'is damaged' },
    { name: 'replaced by another', does: replaceByAnother, says: 'was replaced by another one, which remembers no look' },
    { name: 'replaced by a copy', does: replaceByCopy, says: 'was replaced by a copy of itself, which remembers up to 2026-' },
  ];
  for (const { name, does, says } of UNDER) {
    test(`${name} while a daemon runs is noticed by its next call, and has another name from then on`, async () => {
      const folder = makeFolder();
      const file = await fill(folder);
      const memory = remember(folder);
      const before = await memory.name();
      expect(await memory.name()).toBe(before);
      await does(file);
      const after = await memory.name();
      expect(after).not.toBe(before);
      expect(await memory.troubles(LATER)).toMatchObject([{ code: 'HF-DATABASE-LOST', problem: expect.stringContaining(says) }]);
      expect(await memory.name()).toBe(after);
      await memory.close();
      const again = remember(folder);
      expect(await again.troubles(LATER)).toHaveLength(1);
      await again.close();
    });
  }

  test('another one than at the last start is told, with what the old one remembered', async () => {
    const folder = makeFolder();
    await replaceByAnother(await fill(folder));
    const memory = remember(folder);
    const [finding] = await memory.troubles(LATER);
    expect(finding?.problem).toBe(`The database ${folder}/holdfast.db was replaced by another one, which remembers no look; it remembered since ${spellInstant(NOW, 'UTC')}`); // prettier-ignore
    await memory.close();
  });

  test('damaged where no call reads it is found by the roll-up, and begun anew', async () => {
    const folder = makeFolder();
    const file = await fill(folder);
    const memory = remember(folder);
    const before = await memory.name();
    overwrite(file, 40 * 4096, Buffer.alloc(4096, 0xa5));
    expect(await memory.name()).toBe(before);
    await expect(memory.rollUp(LATER)).rejects.toMatchObject({ name: 'StoreError', kind: 'corrupt' });
    expect(await memory.name()).not.toBe(before);
    expect(await memory.troubles(LATER)).toHaveLength(1);
    await memory.close();
  });

  test('damaged inside while a daemon runs fails one call, with a kind, and the next begins anew', async () => {
    const folder = makeFolder();
    const file = await fill(folder);
    const memory = remember(folder);
    await memory.looks('home', 0);
    overwrite(file, 4096, Buffer.alloc(statSync(file).size - 4096, 0xa5));
    const call = async () => memory.groupPoints({ ...GROUP, id: '3' });
    await expect(call()).rejects.toMatchObject({ name: 'StoreError', kind: 'corrupt' });
    expect(await call()).toEqual([]);
    expect(await memory.troubles(LATER)).toHaveLength(1);
    await memory.close();
  });

  test('new is nothing to tell of', async () => {
    const memory = remember(makeFolder());
    expect(await memory.troubles(LATER)).toEqual([]);
    expect(await memory.audit(0)).toEqual([]);
    await memory.close();
  });

  test('set aside by a process that was then killed is told of by the next one', async () => {
    const folder = makeFolder();
    const where = join(folder, 'holdfast.db');
    writeMarker(`${where}.json`, { where, begunAnew: { at: NOW, where, how: 'damaged', setAside: `${where}.damaged-x` } });
    const memory = remember(folder);
    expect(await memory.troubles(LATER)).toHaveLength(1);
    expect(readMarker(`${where}.json`)?.begunAnew).toBeUndefined();
    await memory.close();
  });

  test('not to be read at all is no damage: nothing is set aside', async () => {
    const memory = remember('/dev/null/state');
    await expect(memory.audit(0)).rejects.toMatchObject({ name: 'StoreError', kind: 'unusable' });
  });
});

describe('a database of another version', () => {
  test('that is newer is refused by name, and stays as it is', async () => {
    const folder = makeFolder();
    const file = await fill(folder);
    const database = new DatabaseSync(file);
    database.exec(`update holdfast set version = ${NEWEST_VERSION + 1}`);
    database.close();
    const before = readFileSync(file);
    const refused = expect(remember(folder).audit(0)).rejects;
    await refused.toBeInstanceOf(StoreError);
    await expect(remember(folder).audit(0)).rejects.toMatchObject({ kind: 'newer' });
    await expect(remember(folder).audit(0)).rejects.toThrow(`it is of version ${NEWEST_VERSION + 1}, and this Holdfast knows versions up to ${NEWEST_VERSION}`); // prettier-ignore
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('as the first Holdfast made it keeps its intents', async () => {
    const folder = makeFolder();
    const database = new DatabaseSync(join(folder, 'holdfast.db'));
    database.exec(FIRST_SCHEMA);
    database.close();
    const { store, memory } = sqliteStores(folder, () => NOW);
    const step = { action: 'create', kind: 'pool', site: 'home', server: 'pve', id: 'tier-1' };
    expect(await store.intents()).toEqual([{ at: 7, phase: 'started', step, planBasedOn: 'abcd' }]);
    await recordSome(memory);
    expect(await memory.troubles(NOW)).toEqual([]);
    await memory.close();
  });

  for (let version = 1; version <= NEWEST_VERSION; version++) {
    test(`${version} is brought to ${NEWEST_VERSION} with its rows, once`, async () => {
      const folder = makeFolder();
      await makeAtVersion(folder, version);
      const opened = await openSqlite(folder, () => NOW);
      expect(opened.identity).toMatchObject({ from: version, version: NEWEST_VERSION });
      expect(await opened.db.selectFrom('intents').select('id').execute()).toEqual([{ id: 'tier-1' }]);
      await opened.close();
      const again = await openSqlite(folder, () => NOW);
      expect(again.identity).toEqual({ ...opened.identity, from: NEWEST_VERSION });
      await again.close();
      expect(schemaOf(folder)).toEqual(schemaOf(await freshFolder()));
    });
  }

  test('whose step fails half way is left as it was', async () => {
    const folder = makeFolder();
    await makeAtVersion(folder, 1);
    const database = new DatabaseSync(join(folder, 'holdfast.db'));
    database.exec('create table replica (mine text)');
    database.close();
    const before = schemaOf(folder);
    await expect(openSqlite(folder, () => NOW)).rejects.toThrow('replica already exists');
    expect(schemaOf(folder)).toEqual(before);
  });
});

test('SQLite keeps what was written: rows of the audit log can be changed by nobody', async () => {
  const database = new DatabaseSync(await fill(makeFolder()));
  expect(() => database.exec('update audit set at = 1')).toThrow('append-only');
  expect(() => database.exec('delete from audit')).toThrow('append-only');
  database.close();
});

/** As a person swaps files: the new one comes under the name of the old one. */
async function replaceByAnother(file: string): Promise<void> {
  swap(join(await freshFolder(), 'holdfast.db'), file);
}

function replaceByCopy(file: string): void {
  const copy = join(makeFolder(), 'copy.db');
  copyFileSync(file, copy);
  swap(copy, file);
}

function swap(from: string, to: string): void {
  rmSync(to);
  copyFileSync(from, to);
}

/** The schema of the first Holdfast, which had no version. */
const FIRST_SCHEMA = `
  create table if not exists intents (
    n integer primary key, at integer not null, phase text not null check (phase in ('started', 'done', 'failed')),
    action text not null, kind text not null, site text not null, server text not null, id text not null, based_on text not null, error text
  ) strict;
  create trigger if not exists intents_stay before update on intents begin select raise(abort, 'intents are append-only'); end;
  create trigger if not exists intents_last before delete on intents begin select raise(abort, 'intents are append-only'); end;
  insert into intents (at, phase, action, kind, site, server, id, based_on) values (7, 'started', 'create', 'pool', 'home', 'pve', 'tier-1', 'abcd');
`;

async function makeAtVersion(folder: string, version: number): Promise<void> {
  const opened = await openSqlite(folder, () => NOW, { upTo: version });
  await addIntent(opened);
  await opened.close();
}

async function freshFolder(): Promise<string> {
  const folder = makeFolder();
  await (await openSqlite(folder, () => NOW)).close();
  return folder;
}

function schemaOf(folder: string): unknown {
  const copy = join(makeFolder(), 'copy.db');
  copyFileSync(join(folder, 'holdfast.db'), copy);
  const database = new DatabaseSync(copy);
  const rows = database.prepare('select type, name, sql from sqlite_schema order by type, name').all();
  database.close();
  return rows.map((row) => ({ ...row }));
}

function overwrite(file: string, at: number, bytes: Buffer): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
}
