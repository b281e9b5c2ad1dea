import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lease, Memory } from '#app/ports.ts';
import type { CycleRecord, FindingLife, LedgerPoint } from '#core/memory/record.ts';
import { draws } from '#test/draws.ts';
import { havePostgres, startCluster, type Cluster } from '#test/postgres.ts';
import { postgresStores } from './postgres.ts';
import { sqliteStores } from './sqlite.ts';
import { DAY, expectLease, GROUP, makeAlert, makeCycle, makeEntry, makeLife, makePoint, makePosture, NOW } from './testing/make.ts';
import { volatileMemory } from './volatile.ts';

/*
 * The contract says what each memory keeps in the cases somebody thought of. Here they must agree on what nobody thought of: the same random acts, then
 * everything that can be asked.
 */

type Act = (memory: Memory, lease: Lease) => Promise<unknown>;

const few = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 4 });
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
const at = fc.integer({ min: 0, max: 900 }).map((days) => NOW + days * DAY + (days % 7) * 3600);
const text = fc.oneof(fc.constantFrom('', 'NULL', '"', '\\', '{a,b}', "it's", 'ü€💾', 'a\nb'), fc.string({ maxLength: 8 }).map((word) => word.replaceAll('\0', ''))); // prettier-ignore

/** Without the fields that are undefined, as records are written. */
function given<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

const point: fc.Arbitrary<LedgerPoint> = fc
  .record({
    id: fc.constantFrom('101', '102'),
    namespace: fc.constantFrom('', 'a'),
    at: fc.integer({ min: NOW, max: NOW + 4 }),
    firstSeenAt: at,
    sizeBytes: maybe(fc.integer({ min: 0, max: 2 ** 52 })),
    tier: maybe(fc.integer({ min: 1, max: 4 })),
    notBeforeAt: maybe(at),
    policyVersion: maybe(fc.constantFrom('v1', 'v2')),
    verified: maybe(fc.record({ state: fc.constantFrom('ok' as const, 'failed' as const), at })),
    protected: fc.boolean(),
    lockedAt: maybe(at),
    goneAt: maybe(at),
    goneBy: maybe(text),
  })
  .map((parts) => given({ ...makePoint(), ...parts }) as LedgerPoint);

const life: fc.Arbitrary<FindingLife> = fc
  .record({
    key: fc.constantFrom('a', 'b'),
    state: fc.constantFrom('seen' as const, 'open' as const, 'acknowledged' as const, 'suppressed' as const),
    resolvedAt: maybe(at),
    by: maybe(text),
    reason: maybe(text),
    untilAt: maybe(at),
    acts: maybe(fc.integer({ min: 1, max: 2 })),
    lastSeenAt: at,
  })
  .map(({ state, resolvedAt, ...parts }) =>
    given(
      makeLife({ ...given(parts), state: resolvedAt === undefined ? state : 'resolved', ...given({ resolvedAt }) } as Partial<FindingLife>),
    ),
  );

const task = fc.record({ upid: fc.constantFrom('U1', 'U2'), endedAt: at, status: text, vmids: few(fc.integer({ min: 1, max: 9 })) }).map(
  ({ vmids, ...parts }) => ({ site: 'home', startedAt: NOW, ...parts, guests: vmids.map((vmid) => ({ vmid, result: 'ok' as const, reusedFraction: vmid / 7 })) }), // prettier-ignore
);
const usage = fc.record({ what: fc.constantFrom('x', 'y'), at }).map((parts) => ({ site: 'home', ...parts, totalBytes: 2 ** 52, usedBytes: 1, availableBytes: 0 })); // prettier-ignore
const posture = fc.record({ vmid: fc.constantFrom(1, 2), at, because: text }).map((parts) => makePosture(parts));
const alert = fc.record({ id: fc.constantFrom('a', 'b', 'c'), at, dueAt: at, text }).map((parts) => makeAlert(parts));
const entry = fc.record({ at, act: fc.constantFrom('x', 'y'), detail: text }).map((parts) => makeEntry(parts));

/** In one cycle each thing stands once: that is the callers' part of the contract. */
const once = <T>(list: readonly T[], key: (one: T) => string): T[] => [...new Map(list.map((one) => [key(one), one])).values()];

const cycle = fc
  .record({
    at,
    outcome: fc.constantFrom('complete' as const, 'failed' as const),
    points: few(point),
    lives: few(life),
    tasks: few(task),
    usage: few(usage),
    postures: few(posture),
    alerts: few(alert),
    audit: few(entry),
  }) // prettier-ignore
  .map(({ outcome, ...parts }): CycleRecord => {
    const { points, lives, tasks, usage: samples, postures, alerts } = parts;
    return makeCycle({
      ...parts,
      look: { outcome, seconds: 0.1 },
      points: once(points, (one) => `${one.namespace} ${one.id} ${one.at}`),
      lives: once(lives, ({ key }) => key),
      tasks: once(tasks, ({ upid }) => upid),
      usage: once(samples, (one) => `${one.what} ${one.at}`),
      postures: once(postures, (one) => `${one.vmid} ${one.at}`),
      alerts: once(alerts, ({ id }) => id),
    });
  });

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: cycle.map(
      (record): Act =>
        (memory, lease) =>
          memory.record(lease, record),
    ),
  },
  fc.tuple(few(point), few(entry)).map(
    ([points, audit]): Act =>
      (memory, lease) =>
        memory.recordPoints(lease, once(points, (one) => `${one.namespace} ${one.id} ${one.at}`), audit), // prettier-ignore
  ),
  // A person never resolves a finding: only the world does.
  fc
    .tuple(
      life.filter(({ state }) => state !== 'resolved'),
      entry,
    )
    .map(
      ([changed, line]): Act =>
        (memory) =>
          memory.changeLife(changed, line),
    ),
  fc.tuple(fc.constantFrom('a', 'b', 'zzz'), at).map(
    ([id, instant]): Act =>
      (memory) =>
        memory.outbox.delivered(id, instant),
  ),
  fc.tuple(fc.constantFrom('a', 'b', 'zzz'), at, text).map(
    ([id, instant, error]): Act =>
      (memory) =>
        memory.outbox.failed(id, instant, error),
  ),
  at.map(
    (instant): Act =>
      (memory) =>
        memory.rollUp(instant + 200 * DAY),
  ),
);

async function everything(memory: Memory, lease: Lease): Promise<unknown> {
  const points: LedgerPoint[] = [];
  for await (const batch of memory.points('home', { gone: true })) points.push(...batch);
  const word = (one: LedgerPoint): string => JSON.stringify([one.namespace, one.id, one.at]);
  return {
    points: points.toSorted((a, b) => (word(a) < word(b) ? -1 : 1)),
    group: await memory.groupPoints({ ...GROUP, namespace: 'a' }),
    lives: await memory.lives('home', 0),
    recent: await memory.lives('home', NOW + 400 * DAY),
    postures: await memory.postures('home'),
    history: await memory.postureHistory('home', 1, NOW + 300 * DAY),
    tasks: await memory.tasks('home', NOW + 100 * DAY),
    usage: await memory.usage('home', NOW),
    looks: await memory.looks('home', 0),
    audit: await memory.audit(0),
    messages: await memory.outbox.history(0),
    due: await memory.outbox.due(lease, NOW + 500 * DAY, 2),
  };
}

async function play(memory: Memory, acts: readonly Act[]): Promise<readonly unknown[]> {
  const lease = expectLease(await memory.leases.round('one', ['home'], 3600));
  const answers: unknown[] = [];
  for (const one of acts) answers.push(await one(memory, lease));
  answers.push(await everything(memory, lease));
  await memory.close();
  return answers;
}

async function expectAlike(runs: number, open: () => Promise<Memory>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 12 }), async (acts) => {
      const expected = await play(volatileMemory(), acts);
      expect(await play(await open(), acts)).toStrictEqual(expected);
    }),
    draws(runs),
  );
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-alike-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

test('SQLite remembers what the memory without a database does', { timeout: 120_000 }, () =>
  expectAlike(40, async () => sqliteStores(join(folder, String(++count)), () => NOW).memory),
);

describe.skipIf(!havePostgres())('on a real server', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await startCluster()), 60_000);
  afterAll(() => cluster.stop());
  test('PostgreSQL remembers the same', { timeout: 120_000 }, () =>
    expectAlike(25, async () => postgresStores(await cluster.makeDatabase(), undefined, () => NOW).memory),
  );
});
