import { Client } from 'pg';
import type { Store } from '#app/ports.ts';
import { LockedError } from '#core/locked.ts';
import { sqlAccounts } from './sql/accounts.ts';
import { sqlIntents } from './sql/intents.ts';
import { sqlMemory } from './sql/memory.ts';
import { openPostgres, withoutPassword } from './sql/open-postgres.ts';
import { makeSource } from './sql/source.ts';
import { asStoreError } from './sql/trouble.ts';
import type { Stores } from './sqlite.ts';

/** On a PostgreSQL database, which several replicas may share. `folder` remembers which one it was, to notice when it was emptied. */
export function postgresStores(url: string, folder: string | undefined, now: () => number): Stores {
  const where = withoutPassword(url);
  const source = makeSource((before) => openPostgres(url, folder, now, { ...(before && { before }) }), where);
  const store = { locked: lockedByConnection(url, where), ...sqlIntents(source) };
  return { store, memory: sqlMemory(source), accounts: sqlAccounts(source) };
}

/**
 * Runs `work` while a connection of its own holds an advisory lock. It ends with the connection. A holder that is frozen keeps it, as it must: what it
 * does to Proxmox when it thaws is fenced by nothing else.
 */
function lockedByConnection(url: string, where: string): Store['locked'] {
  return async (name, work) => {
    const client = new Client({ connectionString: url, application_name: `holdfast ${name}`, keepAlive: true });
    client.on('error', () => {});
    try {
      await client.connect();
      const lock = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as got';
      const { rows } = await client.query<{ got: boolean }>(lock, [`holdfast ${name}`]);
      if (rows[0]?.got !== true) throw new LockedError(name, where);
    } catch (error) {
      await client.end().catch(() => {});
      throw asStoreError(error, where);
    }
    try {
      return await work();
    } finally {
      await client.end();
    }
  };
}
