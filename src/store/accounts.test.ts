import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { havePostgres, startCluster, type Cluster } from '#test/postgres.ts';
import { postgresStores } from './postgres.ts';
import { sqliteStores, type Stores } from './sqlite.ts';
import { accountsContract, type AccountsRig } from './testing/accounts-contract.ts';
import { NOW } from './testing/make.ts';
import { volatileAccounts } from './volatile-accounts.ts';

accountsContract('volatile', async () => {
  const acts: string[] = [];
  return { accounts: volatileAccounts(({ act }) => acts.push(act)), audit: async () => acts, close: async () => {} };
});

accountsContract('sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-accounts-'));
  return rigOf(sqliteStores(folder, () => NOW), () => rmSync(folder, { recursive: true })); // prettier-ignore
});

describe.skipIf(!havePostgres())('on a real server', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await startCluster()), 60_000);
  afterAll(() => cluster.stop());
  accountsContract('postgres', async () => rigOf(postgresStores(await cluster.makeDatabase(), undefined, () => NOW), () => {})); // prettier-ignore
});

function rigOf({ accounts, memory }: Stores, after: () => void): AccountsRig {
  return {
    accounts,
    audit: async () => (await memory.audit(0)).map(({ act }) => act),
    close: async () => {
      await memory.close();
      after();
    },
  };
}
