import { sql } from 'kysely';
import type { Lease, Leases } from '#app/ports.ts';
import { isLive, planRound, type LeaseRow } from '../fair-share.ts';
import { nowMs } from './clock.ts';
import { siteNumber } from './names.ts';
import type { Database } from './schema.ts';

/** A process that was not seen for so long is forgotten. */
const FORGOTTEN_MS = 86_400_000;

type Known = LeaseRow & { readonly siteId: number };

/**
 * Leases as rows. Each statement stands alone and says what must hold for it to do anything, so that a replica may stop between any two of them. A
 * lease is taken by comparing its token: of two replicas that want it, one changes a row and the other none.
 */
export function sqlLeases(open: () => Promise<Database>): Leases {
  return {
    round: async (holder, sites, ttlSeconds) => {
      const database = await open();
      const ttlMs = Math.round(ttlSeconds * 1000);
      const { known, replicas, now } = await lookAround(database, holder, sites, ttlMs);
      const plan = planRound(holder, known, replicas, now);
      const numbers = new Map(known.map(({ site, siteId }) => [site, siteId]));
      const number = (site: string): number => numbers.get(site)!;
      await giveBack(database, holder, plan.renew.map(number));
      const renewed = await renew(database, holder, plan.renew.map(number), ttlMs);
      const taken: Lease[] = [];
      for (const row of plan.take) taken.push(...(await take(database, { ...row, holder, siteId: number(row.site), ttlMs })));
      const kept = known
        .filter(({ siteId }) => renewed.has(siteId))
        .map(({ site, siteId }) => ({ site, holder, token: renewed.get(siteId)! }));
      return [...kept, ...taken].toSorted((a, b) => (a.site < b.site ? -1 : 1));
    },
    release: async (holder) => {
      const database = await open();
      await giveBack(database, holder, []);
      await database.db.deleteFrom('replica').where('holder', '=', holder).execute();
    },
  };
}

/** Says that this holder is there, and reads leases and live holders. */
async function lookAround(database: Database, holder: string, sites: readonly string[], ttlMs: number) {
  const { db, kind } = database;
  const clock = nowMs(kind);
  const seen = { seen_ms: clock, sites: JSON.stringify(sites) };
  await db
    .insertInto('replica')
    .values({ holder, ...seen })
    .onConflict((conflict) => conflict.column('holder').doUpdateSet(seen))
    .execute();
  await db
    .deleteFrom('replica')
    .where('seen_ms', '<', sql<number>`${clock} - ${sql.lit(FORGOTTEN_MS)}`)
    .execute();
  const before = await readLeases(database, sites);
  for (const site of sites.filter((name) => !before.some((row) => row.site === name))) await addLease(database, site, ttlMs);
  const rows = await db
    .selectFrom('replica')
    .select(['holder', 'seen_ms as seenMs', 'sites', clock.as('now')])
    .execute();
  const now = Math.max(...rows.map((row) => row.now));
  const replicas = rows
    .filter(({ seenMs }) => isLive(seenMs, now, ttlMs))
    .map((row) => ({ ...row, sites: JSON.parse(row.sites) as readonly string[] }));
  return { known: before.length === sites.length ? before : await readLeases(database, sites), replicas, now };
}

async function readLeases({ db }: Database, sites: readonly string[]): Promise<readonly Known[]> {
  if (sites.length === 0) return [];
  const rows = await db
    .selectFrom('lease')
    .innerJoin('site', 'site.id', 'lease.site_id')
    .selectAll('lease')
    .select('site.name')
    .where('site.name', 'in', sites)
    .orderBy('site.name')
    .execute();
  return rows.map((row) => ({
    siteId: row.site_id,
    site: row.name,
    holder: row.holder ?? undefined,
    token: row.token,
    untilMs: row.until_ms,
    ttlMs: row.ttl_ms,
  }));
}

async function addLease({ db, kind }: Database, site: string, ttlMs: number): Promise<void> {
  await db
    .insertInto('lease')
    .values({ site_id: await siteNumber(db, site), holder: null, token: 0, until_ms: nowMs(kind), ttl_ms: ttlMs })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Tokens by the number of the site, of those that were still held. */
async function renew(
  { db, kind }: Database,
  holder: string,
  siteIds: readonly number[],
  ttlMs: number,
): Promise<ReadonlyMap<number, number>> {
  if (siteIds.length === 0) return new Map();
  const rows = await db
    .updateTable('lease')
    .set({ until_ms: sql<number>`${nowMs(kind)} + ${ttlMs}`, ttl_ms: ttlMs })
    .where('holder', '=', holder)
    .where('until_ms', '>', nowMs(kind))
    .where('site_id', 'in', siteIds)
    .returning(['site_id', 'token'])
    .execute();
  return new Map(rows.map((row) => [row.site_id, row.token]));
}

/** Gives back all but `kept`. */
async function giveBack({ db, kind }: Database, holder: string, kept: readonly number[]): Promise<void> {
  const clock = nowMs(kind);
  const mine = db
    .updateTable('lease')
    .set({ holder: null, until_ms: sql<number>`case when until_ms < ${clock} then until_ms else ${clock} end` })
    .where('holder', '=', holder);
  await (kept.length === 0 ? mine : mine.where('site_id', 'not in', kept)).execute();
}

async function take({ db, kind }: Database, row: Known & { readonly holder: string }): Promise<readonly Lease[]> {
  const { site, siteId, holder, token, ttlMs } = row;
  const one = db.selectFrom('lease').select('site_id').where('site_id', '=', siteId);
  const taken = await db
    .updateTable('lease')
    .set({ holder, token: token + 1, until_ms: sql<number>`${nowMs(kind)} + ${ttlMs}`, ttl_ms: ttlMs })
    // A row that somebody writes at this moment is not free; who waits for it would lose what it holds meanwhile.
    .where('site_id', 'in', kind === 'postgres' ? one.forUpdate().skipLocked() : one)
    .where('token', '=', token)
    .where((e) => e.or([e('until_ms', '<=', nowMs(kind)), e('until_ms', '>', sql<number>`${nowMs(kind)} + ttl_ms`)]))
    .returning('token')
    .executeTakeFirst();
  return taken ? [{ site, holder, token: taken.token }] : [];
}
