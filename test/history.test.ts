import { beforeEach, expect, test } from 'vitest';
import type { Lease, Memory } from '#app/ports.ts';
import type { CycleRecord, LedgerPoint } from '#core/memory/record.ts';
import { volatileMemory } from '#store/volatile.ts';
import { runHere } from './cli.ts';
import { makePolicy, NOW } from './make.ts';

const DAY = 86_400;
const place = { site: 'home', server: 'pbs', datastore: 'main', namespace: 'home/tier-1', type: 'vm', id: '101' } as const;
const point = (daysAgo: number, fields: Partial<LedgerPoint> = {}): LedgerPoint => {
  const at = NOW - daysAgo * DAY;
  return { ...place, at, firstSeenAt: at, sizeBytes: 2 ** 31, tier: 1, notBeforeAt: at + 30 * DAY, protected: false, ...fields };
};

let memory: Memory;
let lease: Lease;

async function remember(cycle: Partial<CycleRecord>): Promise<void> {
  const nothing = { points: [], tasks: [], lives: [], postures: [], usage: [], alerts: [], audit: [] };
  await memory.record(lease, { site: 'home', at: NOW, look: { outcome: 'complete', seconds: 1 }, ...nothing, ...cycle });
}

function run(...argv: string[]) {
  const policySource = { load: async () => ({ policy: makePolicy(), findings: [], file: 'holdfast.yaml' }) };
  return runHere(['history', ...argv], { nowAt: NOW, ports: { memory, policySource } });
}

beforeEach(async () => {
  memory = volatileMemory();
  lease = (await memory.leases.round('one', ['home'], 60))[0]!;
  const posture = (daysAgo: number, word: 'protected' | 'broken', because: string) =>
    ({ site: 'home', vmid: 101, name: 'postgres', tier: 1, at: NOW - daysAgo * DAY, posture: word, because }) as const;
  await remember({
    postures: [
      posture(40, 'protected', 'all was well'),
      posture(2, 'broken', 'the newest usable point is 3d old'),
      { ...posture(2, 'protected', 'x'), vmid: 102, name: 'pg-test' },
    ],
    points: [
      point(45, { goneAt: NOW - 15 * DAY }),
      point(6, { goneAt: NOW - 2 * DAY, goneBy: 'prunejob of root@pam (UPID:x)' }),
      point(5, { verified: { state: 'ok', at: NOW - 4 * DAY }, protected: true, lockedAt: NOW - 4 * DAY }),
      point(3, { protected: true }),
      { ...point(1), id: '102' },
    ],
    tasks: [
      {
        site: 'home',
        upid: 'UPID:pve1:0:0:0:vzdump::root@pam:',
        startedAt: NOW - DAY,
        endedAt: NOW - DAY + 60,
        status: 'job errors',
        guests: [
          { vmid: 101, result: 'failed', durationSeconds: 60, error: 'no space left' },
          { vmid: 102, result: 'ok' },
        ],
      },
    ],
    lives: [
      {
        key: 'HF-CORRUPT home guest 101',
        site: 'home',
        finding: { severity: 'error', code: 'HF-CORRUPT', at: 'x', site: 'home', vmid: 101, problem: 'One is corrupt', why: 'y', fix: 'z' },
        state: 'resolved',
        firstSeenAt: NOW - 3 * DAY,
        lastSeenAt: NOW - 3 * DAY,
        openedAt: NOW - 3 * DAY,
        resolvedAt: NOW - 2.5 * DAY,
      },
    ],
  });
});

test('history: one guest, oldest first, and what is left of its points', async () => {
  const { code, out } = await run('postgres');
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "101 postgres at home (times of Europe/Vienna)

      2026-11-10 13:00  gone        the point of 2026-10-11 14:00, its date had come
      2026-11-19 13:00  point       2 GiB, never verified, tier 1, to stay until 2026-12-19
      2026-11-20 13:00  point       2 GiB, verified, tier 1, to stay until 2026-12-20, protected by
                                    Holdfast
      2026-11-22 13:00  point       2 GiB, never verified, tier 1, to stay until 2026-12-22, protected
                                    by others
      2026-11-22 13:00  found       HF-CORRUPT One is corrupt
      2026-11-23 01:00  over        HF-CORRUPT
      2026-11-23 13:00  broken      the newest usable point is 3d old
      2026-11-23 13:00  gone early  the point of 2026-11-19 13:00, promised until 2026-12-19; prunejob
                                    of root@pam (UPID:x)
      2026-11-24 13:00  backup      failed in 1m: no space left

    2 points are there, from 2026-11-20 to 2026-11-22: 1 verified, 2 whose date has not come.
    "
  `);
});

test('history: for scripts', async () => {
  const { happened } = JSON.parse((await run('home/101', '--json', '--days', '4')).out) as {
    happened: { kind: string; early?: boolean }[];
  };
  expect(happened.map(({ kind, early }) => (early === undefined ? kind : `${kind} ${early}`))).toEqual([
    'point',
    'found',
    'over',
    'posture',
    'gone true',
    'backup',
  ]);
});

test('history: what moved, and what nobody promised, is no loss, and its date had not come', async () => {
  const { notBeforeAt: _, tier: __, ...unpromised } = point(8, { goneAt: NOW - DAY });
  await remember({ points: [point(7, { goneAt: NOW - DAY, goneBy: 'moved to main:home/tier-2' }), unpromised] });
  const { out } = await run('postgres', '--days', '1');
  expect(out).toContain('gone    the point of 2026-11-18 13:00, moved to main:home/tier-2\n');
  expect(out).toContain('gone    the point of 2026-11-17 13:00, nothing was promised to it\n');
  expect(out).not.toContain('gone early');
});

const refusals = [
  { name: 'a guest nobody remembers', argv: ['pg'], code: 2, says: 'home/102 pg-test' },
  { name: 'a span that is none', argv: ['101', '--days', '0'], code: 2, says: 'whole days' },
];
for (const { name, argv, code, says } of refusals) {
  test(`history: ${name}`, async () => {
    const ran = await run(...argv);
    expect([ran.code, ran.err]).toEqual([code, expect.stringContaining(says)]);
  });
}

test('history: where no watch has looked yet, that is what is said, not that the guest is unknown', async () => {
  memory = volatileMemory();
  const ran = await run('postgres');
  expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('no watch has run')]);
});
