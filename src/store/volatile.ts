import type { Lease, Leases, Memory, Outbox } from '#app/ports.ts';
import type { Changes, PolicyVersions } from '#app/ports/changes.ts';
import { groupOf, placeKey } from '#core/ledger/place.ts';
import { LOOKS_DAYS, PAST_DAYS, SAMPLES_DAYS, USAGE_DAYS } from '#core/memory/history.ts';
import type {
  AlertRecord,
  AuditEntry,
  CycleRecord,
  FindingLife,
  LedgerPoint,
  PostureRecord,
  TaskRecord,
  UsageSample,
} from '#core/memory/record.ts';
import type { ChangeRecord, PolicyText, PolicyVersion } from '#core/change/change.ts';
import { CHAIN_START, chainHash, entryHash } from './audit-chain.ts';
import { isLive, planRound, type LeaseRow, type Replica } from './fair-share.ts';
import { DAY_SECONDS } from '#core/units.ts';

type Look = CycleRecord['look'] & { readonly at: number };
type Message = AlertRecord & { tries: number; nextAt: number; deliveredAt?: number; error?: string };

/** All there is, by what makes a row the same row. */
type Rows = {
  readonly points: Map<string, Map<number, LedgerPoint>>;
  readonly tasks: Map<string, TaskRecord>;
  readonly lives: Map<string, FindingLife>;
  readonly postures: Map<string, PostureRecord>;
  readonly usage: Map<string, UsageSample>;
  readonly looks: Map<string, Look & { readonly site: string }>;
  readonly alerts: Map<string, Message>;
  readonly audit: Map<string, AuditEntry & { readonly hash: string }>;
  readonly changes: Map<string, ChangeRecord>;
  readonly policies: Map<number, PolicyVersion & { readonly number: number; readonly files: readonly PolicyText[] }>;
  readonly leases: Map<string, LeaseRow>;
  readonly replicas: Map<string, Replica>;
};

/**
 * The memory that forgets all when its process goes: for tests, and for looks that shall leave nothing behind. `nowMs` is the clock that decides
 * about leases. Two memories made from the same `rows` see the same, as two replicas do.
 */
export function volatileMemory(nowMs: () => number = () => performance.now(), rows: Rows = emptyRows()): Memory {
  const holds = (lease: Lease): boolean => {
    const row = rows.leases.get(lease.site);
    return row !== undefined && row.holder === lease.holder && row.token === lease.token && row.untilMs > nowMs();
  };
  return {
    leases: volatileLeases(rows, nowMs),
    outbox: volatileOutbox(rows, holds),
    changes: volatileChanges(rows),
    policies: volatilePolicies(rows),
    record: async (lease, cycle) => {
      if (lease.site !== cycle.site || !holds(lease)) return 'lease-lost';
      refuseNonsense(cycle);
      write(rows, structuredClone(cycle));
      const row = rows.leases.get(lease.site)!;
      rows.leases.set(lease.site, { ...row, untilMs: nowMs() + row.ttlMs });
      return 'recorded';
    },
    lives: async (site, since) =>
      sorted(
        rows.lives,
        ({ key }) => [key],
        (life) => life.site === site && (life.state !== 'resolved' || (life.resolvedAt ?? 0) >= since),
      ),
    groupPoints: async (group, options) =>
      sorted(
        rows.points.get(placeKey(group)) ?? new Map<number, LedgerPoint>(),
        ({ at }) => [at],
        ({ goneAt }) => options?.gone === true || goneAt === undefined,
      ),
    sites: async () => [...new Set([...rows.looks.values()].map(({ site }) => site))].toSorted(),
    groups: async (site) =>
      [...rows.points.values()].flatMap((group) => {
        const [first] = group.values();
        return first?.site === site ? [groupOf(first)] : [];
      }),
    recordPoints: async (lease, points, audit) => {
      if (!holds(lease) || points.some(({ site }) => site !== lease.site)) return 'lease-lost';
      for (const point of structuredClone(points)) writePoint(rows, point);
      for (const entry of audit) appendAudit(rows, entry);
      return 'recorded';
    },
    points: async function* (site, options) {
      for (const group of rows.points.values()) {
        const batch = sorted(
          group,
          ({ at }) => [at],
          (point) => point.site === site && (options?.gone === true || point.goneAt === undefined),
        );
        if (batch.length > 0) yield batch;
      }
    },
    postures: async (site) => {
      const last = new Map<number, PostureRecord>();
      const ofSite = (change: PostureRecord): boolean => change.site === site;
      for (const change of sorted(rows.postures, ({ at }) => [at], ofSite)) last.set(change.vmid, change);
      return [...last.values()].toSorted((a, b) => a.vmid - b.vmid);
    },
    postureHistory: async (site, vmid, since) => {
      const all = sorted(
        rows.postures,
        ({ at }) => [at],
        (change) => change.site === site && change.vmid === vmid,
      );
      const first = all.findIndex(({ at }) => at > since);
      return all.slice(Math.max(0, (first === -1 ? all.length : first) - 1));
    },
    usage: async (site, since) =>
      sorted(
        rows.usage,
        ({ what, at }) => [what, at],
        (sample) => sample.site === site && sample.at >= since,
      ),
    tasks: async (site, since) =>
      sorted(
        rows.tasks,
        ({ endedAt, upid }) => [endedAt, upid],
        (task) => task.site === site && task.endedAt >= since,
      ),
    looks: async (site, since) =>
      sorted(
        rows.looks,
        ({ at }) => [at],
        (look) => look.site === site && look.at >= since,
      ).map(({ site: _site, ...look }) => look),
    audit: async (since) => structuredClone([...rows.audit.values()].filter(({ at }) => at >= since)),
    appendAudit: async (entries) => {
      for (const entry of entries) appendAudit(rows, entry);
    },
    changeLife: async (life, entry) => {
      const known = rows.lives.get(keyOf(life.site, life.key));
      if (!known || known.state === 'resolved') return 'gone';
      rows.lives.set(keyOf(life.site, life.key), withActOf({ ...life, acts: (known.acts ?? 0) + 1 }, known));
      appendAudit(rows, entry);
      return 'changed';
    },
    name: async () => 'volatile',
    troubles: async () => [],
    rollUp: async (now) => rollUp(rows, now),
    close: async () => {},
  };
}

/** What two volatile memories may share. */
export function emptyRows(): Rows {
  return {
    points: new Map(),
    tasks: new Map(),
    lives: new Map(),
    postures: new Map(),
    usage: new Map(),
    looks: new Map(),
    alerts: new Map(),
    audit: new Map(),
    changes: new Map(),
    policies: new Map(),
    leases: new Map(),
    replicas: new Map(),
  };
}

/** As a database does, before anything is written. */
function refuseNonsense({ at, points, tasks, lives, postures, usage, alerts, audit }: CycleRecord): void {
  const ats = [...points, ...postures, ...usage, ...alerts, ...audit].map((row) => row.at);
  const spans = [...tasks.map(({ endedAt }) => endedAt), ...lives.map(({ lastSeenAt }) => lastSeenAt)];
  const strange = [at, ...ats, ...spans].find((instant) => !Number.isSafeInteger(instant));
  if (strange !== undefined) throw new TypeError(`no instant: ${strange}`);
}

function write(rows: Rows, { site, at, look, points, tasks, lives, postures, usage, alerts, audit }: CycleRecord): void {
  rows.looks.set(keyOf(site, at), { ...look, at, site });
  for (const point of points) writePoint(rows, point);
  for (const task of tasks) rows.tasks.set(keyOf(site, task.upid), task);
  for (const life of lives) writeLife(rows, life);
  for (const change of postures) rows.postures.set(keyOf(site, change.vmid, change.at), change);
  for (const sample of usage) rows.usage.set(keyOf(site, sample.what, sample.at), sample);
  for (const alert of alerts) if (!rows.alerts.has(alert.id)) rows.alerts.set(alert.id, { ...alert, tries: 0, nextAt: alert.dueAt });
  for (const entry of audit) appendAudit(rows, entry);
}

function writePoint(rows: Rows, point: LedgerPoint): void {
  const group = rows.points.get(placeKey(point)) ?? new Map<number, LedgerPoint>();
  rows.points.set(placeKey(point), group);
  const known = group.get(point.at);
  const notBeforeAt = Math.max(point.notBeforeAt ?? -1, known?.notBeforeAt ?? -1);
  group.set(point.at, {
    ...point,
    firstSeenAt: Math.min(point.firstSeenAt, known?.firstSeenAt ?? point.firstSeenAt),
    ...(notBeforeAt >= 0 ? { notBeforeAt } : {}),
  });
}

function writeLife(rows: Rows, life: FindingLife): void {
  const key = keyOf(life.site, life.key);
  const known = rows.lives.get(key);
  const actedSince = known !== undefined && known.state !== 'resolved' && (known.acts ?? 0) !== (life.acts ?? 0);
  rows.lives.set(key, actedSince ? withActOf(known, life) : life);
}

/** `life` with what a person said of it in `act`; what is over stays over. */
function withActOf(act: FindingLife, life: FindingLife): FindingLife {
  const { state, by: _by, reason: _reason, untilAt: _untilAt, acts: _acts, ...seen } = life;
  const { by, reason, untilAt, acts } = act;
  return {
    ...seen,
    state: state === 'resolved' ? state : act.state,
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
    ...(untilAt === undefined ? {} : { untilAt }),
    ...(acts === undefined ? {} : { acts }),
  };
}

function appendAudit(rows: Rows, entry: AuditEntry): void {
  const id = entryHash(entry);
  if (rows.audit.has(id)) return;
  const before = [...rows.audit.values()].at(-1)?.hash ?? CHAIN_START;
  rows.audit.set(id, { ...entry, hash: chainHash(before, entry) });
}

function volatileLeases(rows: Rows, nowMs: () => number): Leases {
  return {
    round: async (holder, sites, ttlSeconds) => {
      const now = nowMs();
      const ttlMs = ttlSeconds * 1000;
      rows.replicas.set(holder, { holder, seenMs: now, sites });
      const live = [...rows.replicas.values()].filter(({ seenMs }) => isLive(seenMs, now, ttlMs));
      for (const site of sites)
        if (!rows.leases.has(site)) rows.leases.set(site, { site, holder: undefined, token: 0, untilMs: now, ttlMs });
      const known = sorted(
        rows.leases,
        ({ site }) => [site],
        ({ site }) => sites.includes(site),
      );
      const plan = planRound(holder, known, live, now);
      const kept = [...plan.renew.map((site) => rows.leases.get(site)!), ...plan.take.map((row) => ({ ...row, token: row.token + 1 }))];
      for (const row of kept) rows.leases.set(row.site, { ...row, holder, untilMs: now + ttlMs, ttlMs });
      const keptSites = kept.map(({ site }) => site).toSorted();
      for (const row of rows.leases.values()) if (row.holder === holder && !keptSites.includes(row.site)) free(rows, row, now);
      return keptSites.map((site) => ({ site, holder, token: rows.leases.get(site)!.token }));
    },
    release: async (holder) => {
      rows.replicas.delete(holder);
      for (const row of rows.leases.values()) if (row.holder === holder) free(rows, row, nowMs());
    },
  };
}

function free(rows: Rows, row: LeaseRow, now: number): void {
  rows.leases.set(row.site, { ...row, holder: undefined, untilMs: Math.min(now, row.untilMs) });
}

function volatileOutbox(rows: Rows, holds: (lease: Lease) => boolean): Outbox {
  return {
    due: async (lease, now, limit) =>
      holds(lease)
        ? sorted(
            rows.alerts,
            ({ nextAt }) => [nextAt],
            ({ site, nextAt, deliveredAt }) => site === lease.site && deliveredAt === undefined && nextAt <= now,
          )
            .slice(0, limit)
            .map(({ nextAt: _next, error: _error, ...alert }) => alert)
        : [],
    delivered: async (id, at) => {
      const message = rows.alerts.get(id);
      if (message === undefined || message.deliveredAt !== undefined) return;
      message.deliveredAt = at;
      delete message.error;
    },
    failed: async (id, again, error) => {
      const message = rows.alerts.get(id);
      if (message !== undefined && message.deliveredAt === undefined)
        Object.assign(message, { tries: message.tries + 1, nextAt: again, error });
    },
    history: async (since, site) =>
      sorted(
        rows.alerts,
        ({ at }) => [at],
        (message) => message.at >= since && (site === undefined || message.site === site),
      ).map(({ nextAt: _next, ...message }) => message),
  };
}

function volatileChanges(rows: Rows): Changes {
  return {
    add: async (change, entry) => {
      if (rows.changes.has(change.id)) throw new TypeError(`there is a change ${change.id} already`);
      rows.changes.set(change.id, structuredClone(change));
      appendAudit(rows, entry);
    },
    write: async (change, audit) => {
      const known = rows.changes.get(change.id);
      if (known?.revision !== change.revision) return 'outdated';
      const { id, by, at, summary, content, weakens } = known;
      rows.changes.set(id, { ...structuredClone(change), id, by, at, summary, content, weakens, revision: change.revision + 1 });
      for (const entry of audit) appendAudit(rows, entry);
      return 'written';
    },
    find: async (id) => structuredClone(rows.changes.get(id)),
    list: async () => structuredClone([...rows.changes.values()].toReversed()),
  };
}

function volatilePolicies(rows: Rows): PolicyVersions {
  const newestFirst = () => [...rows.policies.values()].toReversed();
  return {
    add: async (version, files, entry) => {
      const [newest] = newestFirst();
      if (newest?.version === version.version) return 'known';
      const number = (newest?.number ?? 0) + 1;
      rows.policies.set(number, structuredClone({ ...version, number, files }));
      appendAudit(rows, entry);
      return 'added';
    },
    list: async () => newestFirst().map(({ files: _files, ...version }) => version),
    find: async (number) => structuredClone(rows.policies.get(number)),
  };
}

function rollUp(rows: Rows, now: number): void {
  const before = (days: number): number => now - days * DAY_SECONDS;
  thin(rows.looks, before(LOOKS_DAYS), before(PAST_DAYS), ({ site, outcome }) => `${site}\n${outcome}`, 'first');
  thin(rows.usage, before(SAMPLES_DAYS), before(USAGE_DAYS), ({ site, what }) => `${site}\n${what}`, 'last');
  const past = before(PAST_DAYS);
  drop(rows.tasks, ({ endedAt }) => endedAt < past);
  drop(rows.lives, ({ state, resolvedAt }) => state === 'resolved' && (resolvedAt ?? 0) < past);
  drop(rows.alerts, ({ deliveredAt }) => deliveredAt !== undefined && deliveredAt < past);
  drop(rows.changes, ({ endedAt }) => endedAt !== undefined && endedAt < past);
  const standingText = Math.max(...[...rows.policies.values()].filter(({ at }) => at < past).map(({ number }) => number));
  drop(rows.policies, ({ number, at }) => at < past && number < standingText);
  for (const group of rows.points.values()) drop(group, ({ goneAt }) => goneAt !== undefined && goneAt < past);
  const standing = new Map<string, number>();
  for (const { site, vmid, at } of rows.postures.values())
    if (at < past) standing.set(keyOf(site, vmid), Math.max(at, standing.get(keyOf(site, vmid)) ?? 0));
  drop(rows.postures, ({ site, vmid, at }) => at < (standing.get(keyOf(site, vmid)) ?? 0));
}

/** Of what is older than `thinBefore` keeps one a day and `series`; drops all that is older than `dropBefore`. */
function thin<T extends { readonly at: number }>(
  rows: Map<string, T>,
  thinBefore: number,
  dropBefore: number,
  series: (row: T) => string,
  keep: 'first' | 'last',
): void {
  const kept = new Map<string, number>();
  const dayOf = (row: T): string => `${series(row)}\n${Math.floor(row.at / DAY_SECONDS)}`;
  const pick = keep === 'first' ? Math.min : Math.max;
  for (const row of rows.values()) if (row.at < thinBefore) kept.set(dayOf(row), pick(row.at, kept.get(dayOf(row)) ?? row.at));
  drop(rows, (row) => row.at < dropBefore || (row.at < thinBefore && row.at !== kept.get(dayOf(row))));
}

function drop<K, T>(rows: Map<K, T>, goes: (row: T) => boolean): void {
  for (const [key, row] of rows) if (goes(row)) rows.delete(key);
}

/** Copies of the rows that are wanted, in order; rows that are equal by it stay in the order they were written. */
function sorted<K, T>(rows: ReadonlyMap<K, T>, by: (row: T) => readonly (string | number)[], isWanted: (row: T) => boolean): T[] {
  const compare = (a: T, b: T): number => {
    const [left, right] = [by(a), by(b)];
    for (const [i, part] of left.entries()) if (part !== right[i]) return part < right[i]! ? -1 : 1;
    return 0;
  };
  return rows
    .values()
    .filter(isWanted)
    .toArray()
    .toSorted(compare)
    .map((row) => structuredClone(row));
}

function keyOf(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts);
}
