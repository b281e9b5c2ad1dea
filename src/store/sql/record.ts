import { sql, type Transaction } from 'kysely';
import type { Lease } from '#app/ports.ts';
import type { AuditEntry, CycleRecord, FindingLife, LedgerPoint } from '#core/memory/record.ts';
import { appendAudit } from './audit.ts';
import { lastOfEach, writeBulk, type Bulk, type Value } from './bulk.ts';
import { nowMs } from './clock.ts';
import { groupNumbers, guestNumbers, meterNumbers, placeKey, policyNumbers } from './names.ts';
import type { Database, Kind, Tables } from './schema.ts';

/** A process that is frozen, or whose machine is gone, in the middle of its transaction holds the lease's row; after this long the server ends it. */
const FROZEN_MS = 5000;

type Trx = Transaction<Tables>;

/** Writes a cycle in one transaction that begins with a look at the lease, whose row it holds until its end. */
export async function record({ db, kind }: Database, lease: Lease, cycle: CycleRecord): Promise<'recorded' | 'lease-lost'> {
  if (lease.site !== cycle.site) return 'lease-lost';
  return db.transaction().execute(async (trx) => {
    const siteId = await holdLease(trx, kind, lease);
    if (siteId === undefined) return 'lease-lost';
    await writePoints(trx, kind, siteId, cycle.points);
    await writeTasks(trx, kind, siteId, cycle.tasks);
    await writeLives(trx, kind, siteId, cycle.lives);
    await writePostures(trx, kind, siteId, cycle.postures);
    await writeUsage(trx, kind, siteId, cycle.usage);
    await writeAlerts(trx, kind, siteId, cycle.alerts);
    await writeBulk(trx, kind, LOOKS, [[siteId, cycle.at, cycle.look.outcome, cycle.look.seconds, cycle.look.trouble ?? null]]);
    await appendAudit(trx, kind, cycle.audit);
    await renewLease(trx, kind, siteId);
    return 'recorded';
  });
}

/** Writes points and lines of the audit log as a cycle does. */
export async function recordPoints(
  { db, kind }: Database,
  lease: Lease,
  points: readonly LedgerPoint[],
  audit: readonly AuditEntry[],
): Promise<'recorded' | 'lease-lost'> {
  if (points.some(({ site }) => site !== lease.site)) return 'lease-lost';
  return db.transaction().execute(async (trx) => {
    const siteId = await holdLease(trx, kind, lease);
    if (siteId === undefined) return 'lease-lost';
    await writePoints(trx, kind, siteId, points);
    await appendAudit(trx, kind, audit);
    return 'recorded';
  });
}

/** The site's number where the lease holds. Whoever else wants to take it now waits for the end of the transaction. */
async function holdLease(trx: Trx, kind: Kind, lease: Lease): Promise<number | undefined> {
  if (kind === 'postgres') await sql`set local idle_in_transaction_session_timeout = ${sql.lit(FROZEN_MS)}`.execute(trx);
  const held = await trx
    .updateTable('lease')
    .set((e) => ({ token: e.ref('token') }))
    .where('site_id', '=', (e) => e.selectFrom('site').select('id').where('name', '=', lease.site))
    .where('holder', '=', lease.holder)
    .where('token', '=', lease.token)
    .where('until_ms', '>', nowMs(kind))
    .returning('site_id')
    .executeTakeFirst();
  return held?.site_id;
}

async function renewLease(trx: Trx, kind: Kind, siteId: number): Promise<void> {
  await trx
    .updateTable('lease')
    .set({ until_ms: sql<number>`${nowMs(kind)} + ttl_ms` })
    .where('site_id', '=', siteId)
    .execute();
}

async function writePoints(trx: Trx, kind: Kind, siteId: number, points: readonly LedgerPoint[]): Promise<void> {
  if (points.length === 0) return;
  const groups = await groupNumbers(trx, kind, siteId, oneOfEachGroup(points));
  const versions = new Set(points.map(({ policyVersion }) => policyVersion).filter((version) => version !== undefined));
  const policies = await policyNumbers(trx, kind, versions);
  let place: LedgerPoint | undefined;
  let group = 0;
  const rows = points.map((point) => {
    if (!place || !samePlace(place, point)) group = groups.get(placeKey((place = point)))!;
    return pointValues(group, policies.get(point.policyVersion ?? '') ?? null, point);
  });
  await writeBulk(trx, kind, POINTS, inOrder(rows));
}

/** Points come group by group: one of each run of the same place, so that a million points do not make a million keys. */
function oneOfEachGroup(points: readonly LedgerPoint[]): readonly LedgerPoint[] {
  return points.filter((point, i) => i === 0 || !samePlace(points[i - 1]!, point));
}

function samePlace(a: LedgerPoint, b: LedgerPoint): boolean {
  return a.id === b.id && a.type === b.type && a.namespace === b.namespace && a.datastore === b.datastore && a.server === b.server;
}

function pointValues(group: number, policy: number | null, point: LedgerPoint): readonly Value[] {
  const { verified } = point;
  return [
    group,
    point.at,
    point.firstSeenAt,
    point.sizeBytes ?? null,
    point.tier ?? null,
    point.notBeforeAt ?? null,
    policy,
    verified?.at ?? null,
    verified === undefined ? null : verified.state === 'ok' ? 1 : 0,
    point.protected ? 1 : 0,
    point.lockedAt ?? null,
    point.goneAt ?? null,
    point.goneBy ?? null,
  ];
}

/** By group and time, as they lie in the table and mostly come; of the same point the last. */
function inOrder(rows: readonly (readonly Value[])[]): readonly (readonly Value[])[] {
  if (rows.every((row, i) => i === 0 || comparePoints(rows[i - 1]!, row) < 0)) return rows;
  const sorted = rows.toSorted(comparePoints);
  return sorted.filter((row, i) => i === sorted.length - 1 || comparePoints(row, sorted[i + 1]!) !== 0);
}

function comparePoints(a: readonly Value[], b: readonly Value[]): number {
  return Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1]);
}

async function writeTasks(trx: Trx, kind: Kind, siteId: number, tasks: CycleRecord['tasks']): Promise<void> {
  for (const task of tasks) {
    const row = { site_id: siteId, upid: task.upid, started_at: task.startedAt, ended_at: task.endedAt, status: task.status };
    const { id } = await trx
      .insertInto('task')
      .values(row)
      .onConflict((conflict) => conflict.columns(['site_id', 'upid']).doUpdateSet(row))
      .returning('id')
      .executeTakeFirstOrThrow();
    await trx.deleteFrom('task_guest').where('task_id', '=', id).execute();
    const guests = task.guests.map((guest, n) => [
      id,
      n,
      guest.vmid,
      guest.result,
      guest.durationSeconds ?? null,
      guest.bytes ?? null,
      guest.reusedFraction ?? null,
      guest.error ?? null,
    ]);
    await writeBulk(trx, kind, TASK_GUESTS, guests);
  }
}

async function writeLives(trx: Trx, kind: Kind, siteId: number, lives: readonly FindingLife[]): Promise<void> {
  const rows = lastOfEach(lives, ({ key }) => key).map((life) => [
    siteId,
    life.key,
    life.state,
    life.firstSeenAt,
    life.lastSeenAt,
    life.openedAt ?? null,
    life.resolvedAt ?? null,
    life.by ?? null,
    life.reason ?? null,
    life.untilAt ?? null,
    life.acts ?? 0,
    JSON.stringify(life.finding),
  ]);
  await writeBulk(trx, kind, LIVES, rows);
}

async function writePostures(trx: Trx, kind: Kind, siteId: number, postures: CycleRecord['postures']): Promise<void> {
  const guests = await guestNumbers(
    trx,
    kind,
    siteId,
    postures.map(({ vmid }) => vmid),
  );
  const rows = lastOfEach(postures, ({ vmid, at }) => `${vmid} ${at}`).map(({ vmid, at, name, tier, posture, because }) => [
    guests.get(String(vmid))!,
    at,
    name,
    tier ?? null,
    posture,
    because,
  ]);
  await writeBulk(trx, kind, POSTURES, rows);
}

async function writeUsage(trx: Trx, kind: Kind, siteId: number, usage: CycleRecord['usage']): Promise<void> {
  const meters = await meterNumbers(
    trx,
    kind,
    siteId,
    usage.map(({ what }) => what),
  );
  const rows = lastOfEach(usage, ({ what, at }) => `${what}\n${at}`).map(({ what, at, totalBytes, usedBytes, availableBytes }) => [
    meters.get(what)!,
    at,
    totalBytes,
    usedBytes,
    availableBytes,
  ]);
  await writeBulk(trx, kind, USAGE, rows);
}

async function writeAlerts(trx: Trx, kind: Kind, siteId: number, alerts: CycleRecord['alerts']): Promise<void> {
  const rows = lastOfEach(alerts, ({ id }) => id).map((alert) => [
    alert.id,
    siteId,
    alert.at,
    alert.channel,
    alert.dueAt,
    alert.subject,
    alert.text,
    alert.severity,
    JSON.stringify(alert.keys),
    0,
    alert.dueAt,
  ]);
  await writeBulk(trx, kind, ALERTS, rows);
}

/** An update that takes the new value of each column. */
function replace(columns: readonly string[]): string {
  return columns.map((column) => `"${column}" = excluded."${column}"`).join(', ');
}

const POINT_COLUMNS = ['size_bytes', 'tier', 'policy_id', 'verified_at', 'verified_ok', 'protected', 'locked_at', 'gone_at', 'gone_by'];

const POINTS: Bulk = {
  table: 'point',
  columns: [
    ['group_id', 'bigint'],
    ['at', 'bigint'],
    ['first_seen_at', 'bigint'],
    ['size_bytes', 'bigint'],
    ['tier', 'bigint'],
    ['not_before_at', 'bigint'],
    ['policy_id', 'bigint'],
    ['verified_at', 'bigint'],
    ['verified_ok', 'smallint'],
    ['protected', 'smallint'],
    ['locked_at', 'bigint'],
    ['gone_at', 'bigint'],
    ['gone_by', 'text'],
  ],
  conflict: {
    sqlite: `on conflict (group_id, at) do update set ${replace(POINT_COLUMNS)}, first_seen_at = min(point.first_seen_at, excluded.first_seen_at),
      not_before_at = coalesce(max(point.not_before_at, excluded.not_before_at), point.not_before_at, excluded.not_before_at)`,
    postgres: `on conflict (group_id, at) do update set ${replace(POINT_COLUMNS)}, first_seen_at = least(point.first_seen_at, excluded.first_seen_at),
      not_before_at = greatest(point.not_before_at, excluded.not_before_at)`,
  },
};

const TASK_GUESTS: Bulk = {
  table: 'task_guest',
  columns: [
    ['task_id', 'bigint'],
    ['n', 'bigint'],
    ['vmid', 'bigint'],
    ['result', 'text'],
    ['duration_seconds', 'double precision'],
    ['bytes', 'bigint'],
    ['reused_fraction', 'double precision'],
    ['error', 'text'],
  ],
  conflict: '',
};

/** A person acted since the life was read, and it is not over: what the person said stands. */
const ACTED = `life.state <> 'resolved' and life.acts <> excluded.acts`;
const SAID = ['by_whom', 'reason', 'until_at', 'acts'].map(
  (column) => `${column} = case when ${ACTED} then life.${column} else excluded.${column} end`,
);

const LIVES: Bulk = {
  table: 'life',
  columns: [
    ['site_id', 'bigint'],
    ['key', 'text'],
    ['state', 'text'],
    ['first_seen_at', 'bigint'],
    ['last_seen_at', 'bigint'],
    ['opened_at', 'bigint'],
    ['resolved_at', 'bigint'],
    ['by_whom', 'text'],
    ['reason', 'text'],
    ['until_at', 'bigint'],
    ['acts', 'bigint'],
    ['finding', 'text'],
  ],
  conflict: `on conflict (site_id, key) do update set ${replace(['first_seen_at', 'last_seen_at', 'opened_at', 'resolved_at', 'finding'])},
    ${SAID.join(', ')}, state = case when ${ACTED} and excluded.state <> 'resolved' then life.state else excluded.state end`,
};

const POSTURES: Bulk = {
  table: 'posture',
  columns: [
    ['guest_id', 'bigint'],
    ['at', 'bigint'],
    ['name', 'text'],
    ['tier', 'bigint'],
    ['posture', 'text'],
    ['because', 'text'],
  ],
  conflict: `on conflict (guest_id, at) do update set ${replace(['name', 'tier', 'posture', 'because'])}`,
};

const USAGE: Bulk = {
  table: 'usage',
  columns: [
    ['meter_id', 'bigint'],
    ['at', 'bigint'],
    ['total_bytes', 'bigint'],
    ['used_bytes', 'bigint'],
    ['available_bytes', 'bigint'],
  ],
  conflict: `on conflict (meter_id, at) do update set ${replace(['total_bytes', 'used_bytes', 'available_bytes'])}`,
};

const ALERTS: Bulk = {
  table: 'alert',
  columns: [
    ['id', 'text'],
    ['site_id', 'bigint'],
    ['at', 'bigint'],
    ['channel', 'text'],
    ['due_at', 'bigint'],
    ['subject', 'text'],
    ['text', 'text'],
    ['severity', 'text'],
    ['keys', 'text'],
    ['tries', 'bigint'],
    ['next_at', 'bigint'],
  ],
  conflict: 'on conflict (id) do nothing',
};

const LOOKS: Bulk = {
  table: 'look',
  columns: [
    ['site_id', 'bigint'],
    ['at', 'bigint'],
    ['outcome', 'text'],
    ['seconds', 'double precision'],
    ['trouble', 'text'],
  ],
  conflict: `on conflict (site_id, at) do update set ${replace(['outcome', 'seconds', 'trouble'])}`,
};
