import { sql, type Kysely, type Selectable } from 'kysely';
import type { Memory } from '#app/ports.ts';
import type { FindingLife, GroupPlace, LedgerPoint, PostureRecord, TaskRecord } from '#core/memory/record.ts';
import type { Database, Tables } from './schema.ts';

type Reads = Pick<
  Memory,
  'lives' | 'sites' | 'groups' | 'groupPoints' | 'points' | 'postures' | 'postureHistory' | 'usage' | 'tasks' | 'looks'
>;
type Db = Kysely<Tables>;

/** Points a batch: some hundred kilobytes. */
const BATCH = 1000;

/** What memory is asked, over either database. Instants in and out are Unix seconds; each call throws StoreError where the database cannot be used. */
export function sqlReads(open: () => Promise<Database>): Reads {
  return {
    lives: async (site, since) => {
      const { db } = await open();
      const rows = await db
        .selectFrom('life')
        .innerJoin('site', 'site.id', 'life.site_id')
        .selectAll('life')
        .where('site.name', '=', site)
        .where((e) => e.or([e('state', '<>', 'resolved'), e('resolved_at', '>=', since)]))
        .orderBy('key')
        .execute();
      return rows.map((row) => toLife(site, row));
    },
    sites: async () => {
      const { db } = await open();
      const rows = await db.selectFrom('site').select('name').orderBy('name').execute();
      return rows.map(({ name }) => name);
    },
    groups: async (site) => {
      const { db } = await open();
      const rows = await db
        .selectFrom('point_group')
        .innerJoin('site', 'site.id', 'point_group.site_id')
        .select(['server', 'datastore', 'namespace', 'type', 'guest'])
        .where('site.name', '=', site)
        .execute();
      return rows.map(({ guest, ...place }) => ({ site, ...place, id: guest }));
    },
    groupPoints: async (group, options) => {
      const { db } = await open();
      const { server, datastore, namespace, type, id } = group;
      const all = pointsWithPlace(db, group.site)
        .where('g.server', '=', server)
        .where('g.datastore', '=', datastore)
        .where('g.namespace', '=', namespace)
        .where('g.type', '=', type)
        .where('g.guest', '=', id)
        .orderBy('p.at');
      const rows = await (options?.gone === true ? all : all.where('p.gone_at', 'is', null)).execute();
      return rows.map((row) => toPoint(group.site, row));
    },
    points: (site, options) => batches(open, site, options?.gone === true),
    postures: async (site) => {
      const { db } = await open();
      // The last of each guest by a look into the key, not by a pass over all that ever was.
      const rows = await db
        .selectFrom('guest')
        .innerJoin('site', 'site.id', 'guest.site_id')
        .innerJoin('posture', (join) =>
          join
            .onRef('posture.guest_id', '=', 'guest.id')
            .on('posture.at', '=', (e) =>
              e.selectFrom('posture as p').select('p.at').whereRef('p.guest_id', '=', 'guest.id').orderBy('p.at', 'desc').limit(1),
            ),
        )
        .selectAll('posture')
        .select('guest.vmid')
        .where('site.name', '=', site)
        .orderBy('guest.vmid')
        .execute();
      return rows.map((row) => toPosture(site, row));
    },
    postureHistory: async (site, vmid, since) => {
      const { db } = await open();
      const guest = await db
        .selectFrom('guest')
        .innerJoin('site', 'site.id', 'guest.site_id')
        .select('guest.id')
        .where('site.name', '=', site)
        .where('vmid', '=', vmid)
        .executeTakeFirst();
      if (!guest) return [];
      const all = db.selectFrom('posture').selectAll().where('guest_id', '=', guest.id);
      const stood = await all.where('at', '<=', since).orderBy('at', 'desc').limit(1).execute();
      const rows = [...stood, ...(await all.where('at', '>', since).orderBy('at').execute())];
      return rows.map((row) => toPosture(site, { ...row, vmid }));
    },
    usage: async (site, since) => {
      const { db } = await open();
      const rows = await db
        .selectFrom('meter')
        .innerJoin('site', 'site.id', 'meter.site_id')
        .innerJoin('usage', 'usage.meter_id', 'meter.id')
        .selectAll('usage')
        .select('meter.what')
        .where('site.name', '=', site)
        .where('usage.at', '>=', since)
        .orderBy('meter.what')
        .orderBy('usage.at')
        .execute();
      return rows.map(({ what, at, total_bytes, used_bytes, available_bytes }) => ({
        site,
        what,
        at,
        totalBytes: total_bytes,
        usedBytes: used_bytes,
        availableBytes: available_bytes,
      }));
    },
    tasks: async (site, since) => readTasks((await open()).db, site, since),
    looks: async (site, since) => {
      const { db } = await open();
      const rows = await db
        .selectFrom('look')
        .innerJoin('site', 'site.id', 'look.site_id')
        .selectAll('look')
        .where('site.name', '=', site)
        .where('at', '>=', since)
        .orderBy('at')
        .execute();
      return rows.map(({ at, outcome, seconds, trouble }) => ({
        at,
        outcome: outcome as 'complete' | 'partial' | 'failed',
        seconds,
        ...(trouble === null ? {} : { trouble }),
      }));
    },
  };
}

/**
 * Pages by the table's key, so that nothing is held open between two batches. Groups of a site mostly have numbers in a row: each such run is read as one
 * stretch of the table, without a join that a planner might begin at the wrong end.
 */
async function* batches(open: () => Promise<Database>, site: string, gone: boolean): AsyncGenerator<readonly LedgerPoint[]> {
  const { db } = await open();
  const groups = await db
    .selectFrom('point_group')
    .selectAll()
    .where('site_id', '=', (e) => e.selectFrom('site').select('site.id').where('site.name', '=', site))
    .orderBy('id')
    .execute();
  const places = new Map(groups.map((group) => [group.id, group]));
  const digests = new Map((await db.selectFrom('policy_version').selectAll().execute()).map(({ id, digest }) => [id, digest]));
  for (const [first, last] of runs(groups.map(({ id }) => id))) {
    let after = { group: first, at: -1 };
    for (;;) {
      const rows = await page(db, { after, last, gone });
      if (rows.length > 0) yield rows.map((row) => withPlace(site, row, places.get(row.group_id)!, digests));
      if (rows.length < BATCH) break;
      after = { group: rows.at(-1)!.group_id, at: rows.at(-1)!.at };
    }
  }
}

async function page(
  db: Db,
  { after, last, gone }: { readonly after: { readonly group: number; readonly at: number }; readonly last: number; readonly gone: boolean },
): Promise<readonly Tables['point'][]> {
  const all = db
    .selectFrom('point')
    .selectAll()
    .where(sql<boolean>`(group_id, at) > (${after.group}, ${after.at})`)
    .where('group_id', '<=', last)
    .orderBy('group_id')
    .orderBy('at')
    .limit(BATCH);
  return (gone ? all : all.where('gone_at', 'is', null)).execute();
}

/** First and last of each row of numbers without a gap. */
function runs(ids: readonly number[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const id of ids) {
    const run = found.at(-1);
    if (run && run[1] === id - 1) run[1] = id;
    else found.push([id, id]);
  }
  return found;
}

function withPlace(
  site: string,
  row: Tables['point'],
  { server, datastore, namespace, type, guest }: Selectable<Tables['point_group']>,
  digests: ReadonlyMap<number, string>,
): LedgerPoint {
  return toPoint(site, { ...row, server, datastore, namespace, type, guest, digest: digests.get(row.policy_id ?? -1) ?? null });
}

function pointsWithPlace(db: Db, site: string) {
  return db
    .selectFrom('point as p')
    .innerJoin('point_group as g', 'g.id', 'p.group_id')
    .leftJoin('policy_version as v', 'v.id', 'p.policy_id')
    .selectAll('p')
    .select(['g.server', 'g.datastore', 'g.namespace', 'g.type', 'g.guest', 'v.digest'])
    .where('g.site_id', '=', (e) => e.selectFrom('site').select('site.id').where('site.name', '=', site));
}

type PointWithPlace = Tables['point'] & Omit<GroupPlace, 'site' | 'id'> & { readonly guest: string; readonly digest: string | null };

function toPoint(site: string, row: PointWithPlace): LedgerPoint {
  const { server, datastore, namespace, type } = row;
  return {
    site,
    server,
    datastore,
    namespace,
    type,
    id: row.guest,
    at: row.at,
    firstSeenAt: row.first_seen_at,
    ...(row.size_bytes === null ? {} : { sizeBytes: row.size_bytes }),
    ...(row.tier === null ? {} : { tier: row.tier }),
    ...(row.not_before_at === null ? {} : { notBeforeAt: row.not_before_at }),
    ...(row.digest === null ? {} : { policyVersion: row.digest }),
    ...(row.verified_at === null ? {} : { verified: { state: row.verified_ok === 1 ? 'ok' : 'failed', at: row.verified_at } }),
    protected: row.protected === 1,
    ...(row.locked_at === null ? {} : { lockedAt: row.locked_at }),
    ...(row.gone_at === null ? {} : { goneAt: row.gone_at }),
    ...(row.gone_by === null ? {} : { goneBy: row.gone_by }),
  };
}

function toLife(site: string, row: Selectable<Tables['life']>): FindingLife {
  return {
    key: row.key,
    site,
    finding: JSON.parse(row.finding) as FindingLife['finding'],
    state: row.state as FindingLife['state'],
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    ...(row.opened_at === null ? {} : { openedAt: row.opened_at }),
    ...(row.resolved_at === null ? {} : { resolvedAt: row.resolved_at }),
    ...(row.by_whom === null ? {} : { by: row.by_whom }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.until_at === null ? {} : { untilAt: row.until_at }),
    ...(row.acts === 0 ? {} : { acts: row.acts }),
  };
}

function toPosture(site: string, row: Selectable<Tables['posture']> & { readonly vmid: number }): PostureRecord {
  const { vmid, name, at, tier, because } = row;
  const posture = row.posture as PostureRecord['posture'];
  return { site, vmid, name, ...(tier === null ? {} : { tier }), at, posture, because };
}

async function readTasks(db: Db, site: string, since: number): Promise<readonly TaskRecord[]> {
  const wanted = db
    .selectFrom('task')
    .innerJoin('site', 'site.id', 'task.site_id')
    .where('site.name', '=', site)
    .where('ended_at', '>=', since);
  const tasks = await wanted.selectAll('task').orderBy('ended_at').orderBy('upid').execute();
  const rows = await wanted
    .innerJoin('task_guest', 'task_guest.task_id', 'task.id')
    .selectAll('task_guest')
    .orderBy('task_guest.task_id')
    .orderBy('task_guest.n')
    .execute();
  const guests = Map.groupBy(rows, ({ task_id }) => task_id);
  return tasks.map(({ id, upid, started_at, ended_at, status }) => ({
    site,
    upid,
    startedAt: started_at,
    endedAt: ended_at,
    status,
    guests: (guests.get(id) ?? []).map(toGuest),
  }));
}

function toGuest(row: Selectable<Tables['task_guest']>): TaskRecord['guests'][number] {
  const { vmid, bytes, error } = row;
  return {
    vmid,
    result: row.result as TaskRecord['guests'][number]['result'],
    ...(row.duration_seconds === null ? {} : { durationSeconds: row.duration_seconds }),
    ...(bytes === null ? {} : { bytes }),
    ...(row.reused_fraction === null ? {} : { reusedFraction: row.reused_fraction }),
    ...(error === null ? {} : { error }),
  };
}
