import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCare } from '#store/care/open-care.ts';
import { sqliteStores } from '#store/sqlite.ts';
import { makeCycle, makeEntry, makePoint, NOW } from '#store/testing/make.ts';
import { runHere, type Ran } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-db-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

const files = new Map<string, string>();

async function holdfast(...argv: readonly string[]): Promise<Ran> {
  const stores = sqliteStores(folder, () => NOW);
  const ports = { ...stores, database: openCare({ HOLDFAST_STATE: folder }, () => NOW) };
  const ran = await runHere(argv, { nowAt: NOW, ports, files }).catch((error: unknown) => ({ code: 1, out: '', err: String(error) }));
  await stores.memory.close();
  return ran;
}

beforeAll(async () => {
  expect(await holdfast('db')).toMatchObject({ code: 1, err: expect.stringContaining('nothing was remembered here yet\nFix: ') });
  const { memory } = sqliteStores(folder, () => NOW);
  const [lease] = await memory.leases.round('one', ['home'], 30);
  const points = Array.from({ length: 12_000 }, (_, i) => makePoint({ at: NOW + i }));
  await memory.record(lease!, makeCycle({ points, audit: [makeEntry()] }));
  await memory.leases.release('one');
  await memory.close();
});

test('db says where the database is and what is in it', async () => {
  const { code, out } = await holdfast('db');
  expect(code).toBe(0);
  for (const word of [join(folder, 'holdfast.db'), 'SQLite', 'home', '12,000  recovery points', '1  lines of the audit log', 'no daemon'])
    expect(out).toContain(word);
  const json = JSON.parse((await holdfast('db', 'status', '--json')).out) as unknown;
  expect(json).toMatchObject({ kind: 'sqlite', sites: ['home'], rows: { point: 12_000 } });
});

test('db backup, verify and restore work one after the other, and tell what they do', async () => {
  const file = join(folder, 'b.db');
  const made = await holdfast('db', 'backup', file);
  expect(made).toMatchObject({ code: 0, err: '  point: 12,000 rows …\n' });
  expect(made.out).toContain(`to ${file}`);
  expect(await holdfast('db', 'backup', file)).toMatchObject({ code: 1, err: expect.stringContaining('a file is there already') });
  expect(await holdfast('db', 'verify', file)).toMatchObject({ code: 0, out: expect.stringContaining('All is well with') });
  const restored = await holdfast('db', 'restore', file, '--json', '--quiet');
  expect(restored).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(restored.out)).toMatchObject({ from: file, rows: { point: 12_000 }, setAside: expect.stringContaining('.replaced-') });
});

test('db verify ends with 1 where somebody wrote into the audit log', async () => {
  const file = join(folder, 'changed.db');
  await holdfast('db', 'backup', file);
  const database = new DatabaseSync(file);
  database.exec("drop trigger audit_stay; update audit set by_whom = 'nobody'");
  database.close();
  const { code, out } = await holdfast('db', 'verify', file);
  expect(code).toBe(1);
  expect(out).toContain('it was changed after it was written');
});

test('db export writes one object a line', async () => {
  const { code, out } = await holdfast('db', 'export');
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(JSON.parse(lines[0]!)).toMatchObject({ what: 'database', sites: ['home'] });
  expect(lines.filter((line) => line.startsWith('{"what":"point"'))).toHaveLength(12_000);
});

test('db export to a file writes the same, in parts', async () => {
  const { code, out } = await holdfast('db', 'export', 'history.jsonl', '--json');
  expect(code).toBe(0);
  const written = files.get('history.jsonl')!;
  expect(written).toBe((await holdfast('db', 'export')).out);
  expect(JSON.parse(out)).toEqual({ to: 'history.jsonl', lines: written.trimEnd().split('\n').length });
});

test('what is incomplete or misspelt ends with 2', async () => {
  expect(await holdfast('db', 'restore')).toMatchObject({ code: 2, err: expect.stringContaining('restore which FILE?') });
  expect(await holdfast('db', 'bakup')).toMatchObject({ code: 2, err: expect.stringContaining('did you mean backup?') });
});
