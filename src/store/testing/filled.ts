import type { Memory } from '#app/ports.ts';
import type { openSqlite } from '../sql/open-sqlite.ts';
import { DAY, expectLease, makeCycle, makeEntry, makePoint, NOW } from './make.ts';

export const LATER = NOW + DAY;

/** Some thousand points in nine groups, as one cycle records them. */
export async function recordSome(memory: Memory): Promise<void> {
  const lease = expectLease(await memory.leases.round('one', ['home'], 30));
  const points = Array.from({ length: 4000 }, (_, i) => makePoint({ at: NOW + i, id: String(i % 9) }));
  await memory.record(lease, makeCycle({ points: [...points, makePoint()], audit: [makeEntry()] }));
}

/** A row of a table that every version has. */
export async function addIntent({ db }: Pick<Awaited<ReturnType<typeof openSqlite>>, 'db'>): Promise<void> {
  const row = { at: 7, phase: 'started', action: 'create', kind: 'pool', site: 'home', server: 'pve', id: 'tier-1', based_on: 'abcd' };
  await db.insertInto('intents').values({ ...row, error: null }).execute(); // prettier-ignore
}
