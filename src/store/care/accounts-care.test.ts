import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '#app/ports.ts';
import type { AuditEntry } from '#core/memory/record.ts';
import { havePostgres, startCluster, type Cluster } from '#test/postgres.ts';
import { postgresStores } from '../postgres.ts';
import { sqliteStores, type Stores } from '../sqlite.ts';
import { DAY, NOW } from '../testing/make.ts';
import { openCare } from './open-care.ts';

/* Accounts and tokens go where the database goes; log-ins and the setup link stay behind. */

const folders: string[] = [];
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-accounts-care-'));
  folders.push(folder);
  return folder;
}
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

const silent = (): void => {};
const careOf = (folder: string, more: Readonly<Record<string, string>> = {}) => openCare({ HOLDFAST_STATE: folder, ...more }, () => NOW);
const entry = (act: string): AuditEntry => ({ at: NOW, by: 'test', act, on: 'x', detail: '' });

async function fill({ accounts, memory }: Stores): Promise<void> {
  await accounts.add({ name: 'anna', role: 'admin', createdAt: NOW, passwordHash: '$argon2id$…' }, entry('add'));
  const arrival = { kind: 'oidc', subject: 'https://id 7', name: 'olga', role: 'viewer', at: NOW } as const;
  await accounts.arrive(arrival, entry('arrive'));
  await accounts.beginSession('s1', { account: 'anna', via: 'password', createdAt: NOW, seenAt: NOW }, 0, entry('log in'));
  const token = { id: 't1', label: 'x', owner: 'olga', scope: 'read', createdAt: NOW, expiresAt: NOW + DAY } as const;
  await accounts.addToken('h1', token, entry('token'));
  await memory.close();
}

async function told(accounts: Accounts): Promise<unknown> {
  return [await accounts.list(), await accounts.find('anna'), await accounts.tokens(), await accounts.token('h1'), await accounts.session('s1')]; // prettier-ignore
}

async function expectMoved(from: readonly unknown[], stores: Stores): Promise<void> {
  expect(await told(stores.accounts)).toEqual([...from.slice(0, 4), undefined]);
  expect(await stores.accounts.offerSetup('h', NOW + DAY)).toBe(false);
  expect(await stores.accounts.add({ name: 'new', role: 'viewer', createdAt: NOW, passwordHash: 'x' }, entry('new'))).toBe('added');
  await stores.memory.close();
}

async function filled(): Promise<{ readonly folder: string; readonly before: readonly unknown[] }> {
  const folder = makeFolder();
  await fill(sqliteStores(folder, () => NOW));
  const stores = sqliteStores(folder, () => NOW);
  const before = (await told(stores.accounts)) as readonly unknown[];
  await stores.memory.close();
  expect(before.every((one) => one !== undefined)).toBe(true);
  return { folder, before };
}

test('a backup that is restored lets nobody in who was logged in', async () => {
  const { folder, before } = await filled();
  const copy = await careOf(folder).backup(undefined, silent);
  expect((await careOf(folder).verify(copy.to, silent)).problems).toEqual([]);
  await careOf(folder).restore(copy.to, silent);
  await expectMoved(before, sqliteStores(folder, () => NOW)); // prettier-ignore
});

describe.skipIf(!havePostgres())('on a real server', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await startCluster()), 60_000);
  afterAll(() => cluster.stop());

  test('a move brings accounts and tokens to PostgreSQL', async () => {
    const { folder, before } = await filled();
    const url = await cluster.makeDatabase();
    await careOf(folder, { NEW_URL: url }).move('env:NEW_URL', silent);
    await expectMoved(before, postgresStores(url, undefined, () => NOW)); // prettier-ignore
  });
});
