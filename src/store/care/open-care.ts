import { resolve } from 'node:path';
import type { DatabaseCare } from '#app/ports.ts';
import { StoreError } from '#core/memory/store-error.ts';
import { stateFolder } from '../folder.ts';
import { openPostgres } from '../sql/open-postgres.ts';
import { openSqlite } from '../sql/open-sqlite.ts';
import type { Opened } from '../sql/opened.ts';
import { postgresCare } from './postgres-care.ts';
import { sqliteCare } from './sqlite-care.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Care for the database that `openStores` would open. */
export function openCare(env: Environment, now: () => number): DatabaseCare {
  const folder = stateFolder(env);
  const url = env['HOLDFAST_DATABASE_URL'];
  const openTarget = (target: string): Promise<Opened> => openNamed(target, env, now);
  return url ? postgresCare(url, folder, now, openTarget) : sqliteCare(folder, now, openTarget);
}

/** `postgres://…`, `env:NAME` that holds such a URL, so that no password stands in the list of processes, or a folder. */
async function openNamed(target: string, env: Environment, now: () => number): Promise<Opened> {
  const [, variable] = /^env:(\w+)$/.exec(target) ?? [];
  const named = variable === undefined ? target : env[variable];
  if (!named) throw new StoreError('misnamed', target, 'the environment has no such variable');
  return /^postgres(ql)?:/.test(named) ? openPostgres(named, undefined, now) : openSqlite(resolve(named), now);
}
