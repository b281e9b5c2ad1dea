import type { Kysely, Selectable } from 'kysely';
import type { GroupPlace } from '#core/memory/record.ts';
import { writeBulk, type Bulk, type Value } from './bulk.ts';
import type { Kind, Tables } from './schema.ts';

/*
 * Sites, groups, guests, meters and policies have a number each, which never changes. A transaction reads what its site has in one go and adds what
 * is missing; nothing is kept between transactions, so that one that is rolled back leaves no wrong number behind.
 */

type Db = Kysely<Tables>;
export type Numbers = ReadonlyMap<string, number>;

/** The number of a site, made where there is none. */
export async function siteNumber(db: Db, name: string): Promise<number> {
  const known = await db.selectFrom('site').select('id').where('name', '=', name).executeTakeFirst();
  if (known) return known.id;
  await db
    .insertInto('site')
    .values({ name })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return (await db.selectFrom('site').select('id').where('name', '=', name).executeTakeFirstOrThrow()).id;
}

/** What tells groups of one site apart, as text. */
export function placeKey({ server, datastore, namespace, type, id }: Omit<GroupPlace, 'site'>): string {
  return `${server}\n${datastore}\n${namespace}\n${type}\n${id}`;
}

/** So many groups are looked up one by one; for more all groups of the site are read. */
const FEW = 100;

/** Numbers by `placeKey`, of `wanted` and maybe of other groups of the site. */
export async function groupNumbers(db: Db, kind: Kind, siteId: number, places: readonly GroupPlace[]): Promise<Numbers> {
  const wanted = new Map(places.map((place) => [placeKey(place), place]));
  const all = db.selectFrom('point_group').selectAll().where('site_id', '=', siteId);
  const read = async (): Promise<Numbers> => {
    if (wanted.size > FEW) return numbersOf(await all.execute());
    const rows = [];
    for (const { server, datastore, namespace, type, id } of wanted.values()) {
      const one = all.where('server', '=', server).where('datastore', '=', datastore).where('namespace', '=', namespace);
      rows.push(...(await one.where('type', '=', type).where('guest', '=', id).execute()));
    }
    return numbersOf(rows);
  };
  const row = ({ server, datastore, namespace, type, id }: GroupPlace): readonly Value[] => [
    siteId,
    server,
    datastore,
    namespace,
    type,
    id,
  ];
  return withMissing(db, kind, { bulk: GROUPS, read, wanted, row });
}

function numbersOf(rows: readonly Selectable<Tables['point_group']>[]): Numbers {
  return new Map(rows.map((row) => [placeKey({ ...row, id: row.guest }), row.id]));
}

/** Numbers by vmid as text. */
export async function guestNumbers(db: Db, kind: Kind, siteId: number, vmids: readonly number[]): Promise<Numbers> {
  const read = async (): Promise<Numbers> => {
    const rows = await db.selectFrom('guest').select(['vmid', 'id']).where('site_id', '=', siteId).execute();
    return new Map(rows.map(({ vmid, id }) => [String(vmid), id]));
  };
  return withMissing(db, kind, {
    bulk: GUESTS,
    read,
    wanted: new Map(vmids.map((vmid) => [String(vmid), vmid])),
    row: (vmid) => [siteId, vmid],
  });
}

/** Numbers of what is measured at a site, by its name; those that are missing are made. */
export async function meterNumbers(db: Db, kind: Kind, siteId: number, whats: readonly string[]): Promise<Numbers> {
  const read = async (): Promise<Numbers> => {
    const rows = await db.selectFrom('meter').select(['what', 'id']).where('site_id', '=', siteId).execute();
    return new Map(rows.map(({ what, id }) => [what, id]));
  };
  return withMissing(db, kind, { bulk: METERS, read, wanted: new Map(whats.map((what) => [what, what])), row: (what) => [siteId, what] });
}

/** Numbers of versions of the policy, by their digest; those that are missing are made. */
export async function policyNumbers(db: Db, kind: Kind, digests: ReadonlySet<string>): Promise<Numbers> {
  const read = async (): Promise<Numbers> => {
    const rows = await db
      .selectFrom('policy_version')
      .selectAll()
      .where('digest', 'in', [...digests])
      .execute();
    return new Map(rows.map(({ digest, id }) => [digest, id]));
  };
  return withMissing(db, kind, {
    bulk: POLICIES,
    read,
    wanted: new Map([...digests].map((digest) => [digest, digest])),
    row: (digest) => [digest],
  });
}

/** Reads; where something wanted is missing, adds it (another may have been first) and reads again. */
async function withMissing<T>(
  db: Db,
  kind: Kind,
  names: {
    readonly bulk: Bulk;
    readonly read: () => Promise<Numbers>;
    readonly wanted: ReadonlyMap<string, T>;
    readonly row: (wanted: T) => readonly Value[];
  },
): Promise<Numbers> {
  if (names.wanted.size === 0) return new Map();
  const known = await names.read();
  const missing = [...names.wanted].filter(([key]) => !known.has(key)).map(([, wanted]) => names.row(wanted));
  if (missing.length === 0) return known;
  await writeBulk(db, kind, names.bulk, missing);
  return names.read();
}

const GROUPS: Bulk = {
  table: 'point_group',
  columns: [
    ['site_id', 'bigint'],
    ['server', 'text'],
    ['datastore', 'text'],
    ['namespace', 'text'],
    ['type', 'text'],
    ['guest', 'text'],
  ],
  conflict: 'on conflict do nothing',
};

const GUESTS: Bulk = {
  table: 'guest',
  columns: [
    ['site_id', 'bigint'],
    ['vmid', 'bigint'],
  ],
  conflict: 'on conflict do nothing',
};

const METERS: Bulk = {
  table: 'meter',
  columns: [
    ['site_id', 'bigint'],
    ['what', 'text'],
  ],
  conflict: 'on conflict do nothing',
};

const POLICIES: Bulk = { table: 'policy_version', columns: [['digest', 'text']], conflict: 'on conflict do nothing' };
