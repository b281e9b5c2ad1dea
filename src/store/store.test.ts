import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Intent, Store } from '#app/ports.ts';
import { LockedError } from '#core/locked.ts';
import { havePostgres, startCluster, type Cluster } from '#test/postgres.ts';
import { stateFolder } from './folder.ts';
import { memoryStore } from './memory.ts';
import { postgresStores } from './postgres.ts';
import { sqliteStores } from './sqlite.ts';
import { folderMaker } from './testing/folders.ts';

const makeFolder = folderMaker();

function makeIntent(intent: Partial<Intent> = {}): Intent {
  const step = { action: 'create', kind: 'pool', site: 'home', server: 'pve', id: 'tier-1' } as const;
  return { at: 1_795_608_000, phase: 'started', step, planBasedOn: 'abcd', ...intent };
}

const NOW = 1_795_608_000;
const sqliteStore = (folder: string): Store => sqliteStores(folder, () => NOW).store;

let cluster: Cluster;
const withServer = havePostgres();
beforeAll(async () => void (cluster = withServer ? await startCluster() : cluster), 60_000);
afterAll(() => cluster?.stop());

/** What every store promises. */
const STORES: readonly { readonly name: string; readonly make: () => Store | Promise<Store>; readonly skip?: boolean }[] = [
  { name: 'memory', make: memoryStore },
  { name: 'sqlite', make: () => sqliteStore(join(makeFolder(), 'state')) },
  { name: 'postgres', make: async () => postgresStores(await cluster.makeDatabase(), undefined, () => NOW).store, skip: !withServer },
];

for (const { name, make, skip } of STORES) {
  describe.skipIf(skip)(`store: ${name}`, () => {
    test('gives back intents as they were appended, in order', async () => {
      const store = await make();
      const intents = [
        makeIntent({ number: 4, of: 12 }),
        makeIntent({ phase: 'failed', error: 'forbidden: no right' }),
        makeIntent({ phase: 'done' }),
      ];
      for (const intent of intents) await store.appendIntent(intent);
      expect(await store.intents()).toEqual(intents);
    });

    test('runs work alone: a second holder fails at once and its work never begins', async () => {
      const store = await make();
      let began = false;
      await store.locked('apply', async () => {
        const second = store.locked('apply', async () => void (began = true));
        await expect(second).rejects.toBeInstanceOf(LockedError);
      });
      expect(began).toBe(false);
    });

    test('is free again after work that failed, and passes the failure on', async () => {
      const store = await make();
      await expect(store.locked('apply', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
      expect(await store.locked('apply', async () => 'free')).toBe('free');
    });

    test('locks by name', async () => {
      const store = await make();
      expect(await store.locked('apply', () => store.locked('watch', async () => 'both'))).toBe('both');
    });
  });
}

test('sqlite: intents outlive the process that wrote them, and nothing can be changed afterwards', async () => {
  const folder = makeFolder();
  await sqliteStore(folder).appendIntent(makeIntent());
  expect(await sqliteStore(folder).intents()).toEqual([makeIntent()]);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(join(folder, 'holdfast.db'));
  expect(() => database.exec("update intents set phase = 'done'")).toThrow('append-only');
  expect(() => database.exec('delete from intents')).toThrow('append-only');
  database.close();
});

test('sqlite: the lock dies with its holder, though it is killed', async () => {
  const folder = makeFolder();
  const holder = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { DatabaseSync } from 'node:sqlite';
     const lock = new DatabaseSync(${JSON.stringify(join(folder, 'apply.lock'))});
     lock.exec('begin exclusive'); console.log('held'); setInterval(() => lock, 1000);`,
  ]);
  await new Promise((held) => holder.stdout.once('data', held));
  const store = sqliteStore(folder);
  await expect(store.locked('apply', async () => 'taken')).rejects.toBeInstanceOf(LockedError);
  const ended = new Promise((end) => holder.once('exit', end));
  holder.kill('SIGKILL');
  await ended;
  expect(await store.locked('apply', async () => 'free')).toBe('free');
});

test('sqlite: nobody else may read the state folder', async () => {
  const folder = join(makeFolder(), 'state');
  await sqliteStore(folder).appendIntent(makeIntent());
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

const FOLDERS = [
  { name: 'named', env: { HOLDFAST_STATE: '/var/lib/holdfast', XDG_STATE_HOME: '/x' }, folder: '/var/lib/holdfast' },
  { name: 'by the desktop standard', env: { XDG_STATE_HOME: '/x' }, folder: '/x/holdfast' },
];
for (const { name, env, folder } of FOLDERS) {
  test(`state folder: ${name}`, () => expect(stateFolder(env)).toBe(folder));
}
