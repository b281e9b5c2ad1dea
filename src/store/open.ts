import { stateFolder } from './folder.ts';
import type { Stores } from './sqlite.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** PostgreSQL where `HOLDFAST_DATABASE_URL` names one, else SQLite in the state folder. Nothing is opened before it is used. */
export async function openStores(env: Environment, now: () => number): Promise<Stores> {
  const url = env['HOLDFAST_DATABASE_URL'];
  const folder = stateFolder(env);
  if (url) return (await import('./postgres.ts')).postgresStores(url, folder, now);
  return (await import('./sqlite.ts')).sqliteStores(folder, now);
}

/** Where that is, for people: never the login. */
export function spellStore(env: Environment): string {
  const url = env['HOLDFAST_DATABASE_URL'];
  if (!url) return stateFolder(env);
  const { host, pathname } = URL.parse(url) ?? { host: 'the host that HOLDFAST_DATABASE_URL names', pathname: '' };
  return `PostgreSQL at ${host}${pathname}`;
}
