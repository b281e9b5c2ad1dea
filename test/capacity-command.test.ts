import { describe, expect, test } from 'vitest';
import type { Memory } from '#app/ports.ts';
import type { CycleRecord, TaskRecord, UsageSample } from '#core/memory/record.ts';
import { volatileMemory } from '#store/volatile.ts';
import { runHere, type Ran } from '#test/cli.ts';
import { makePolicy, makeSeedTiers, makeSite, NOW } from '#test/make.ts';

const DAY = 86_400;
const GIB = 2 ** 30;

function usage(what: string, usedGiB: (day: number) => number, totalGiB: number): UsageSample[] {
  return Array.from({ length: 30 }, (_, day) => {
    const [totalBytes, usedBytes] = [totalGiB * GIB, usedGiB(day) * GIB];
    return { site: 'home', what, at: NOW - (29 - day) * DAY, totalBytes, usedBytes, availableBytes: totalBytes - usedBytes };
  });
}

const tasks: TaskRecord[] = Array.from({ length: 10 }, (_, day) => {
  const startedAt = NOW - (10 - day) * DAY;
  const guests = [
    { vmid: 101, result: 'ok' as const, bytes: 100 * GIB, reusedFraction: day === 0 ? 0 : 0.97 },
    ...(day === 9 ? [{ vmid: 103, result: 'ok' as const, bytes: 10 * GIB, reusedFraction: 0 }] : []),
  ];
  return { site: 'home', upid: `UPID:${day}`, startedAt, endedAt: startedAt + 600, status: 'OK', guests };
});

async function remembered(given: Partial<CycleRecord>): Promise<Memory> {
  const memory = volatileMemory();
  const [lease] = await memory.leases.round('a', ['home'], 60);
  const posture = { site: 'home', at: NOW - DAY, posture: 'protected', because: '' } as const;
  await memory.record(lease!, {
    site: 'home',
    at: NOW - 60,
    look: { outcome: 'complete', seconds: 1 },
    points: [],
    tasks: [],
    lives: [],
    postures: [
      { ...posture, vmid: 101, name: 'postgres', tier: 1 },
      { ...posture, vmid: 103, name: 'ollama', tier: 4 },
    ],
    usage: [],
    alerts: [],
    audit: [],
    ...given,
  });
  return memory;
}

const tiers = makeSeedTiers().map((tier) => (tier.id === 1 ? { ...tier, budgetBytes: 130 * GIB } : tier));
const policy = makePolicy({ sites: [makeSite({ name: 'home' })], tiers });

function capacity(memory: Memory | undefined, ...argv: string[]): Promise<Ran> {
  const policySource = { load: async () => ({ policy, findings: [], file: 'holdfast.yaml' }) };
  return runHere(['capacity', ...argv], { nowAt: NOW, ports: { policySource, ...(memory ? { memory } : {}) } });
}

describe('holdfast capacity', () => {
  test('a tier that locks is named, for it keeps about twice as much', async () => {
    const memory = await remembered({ usage: [] });
    const locking = makePolicy({ sites: [makeSite({ name: 'home' })], tiers: tiers.map((tier) => ({ ...tier, lock: tier.id === 1 })) });
    const policySource = { load: async () => ({ policy: locking, findings: [], file: 'holdfast.yaml' }) };
    const { out } = await runHere(['capacity'], { nowAt: NOW, ports: { policySource, memory }, columns: 80 });
    expect(out.replaceAll(/\s+/g, ' ')).toContain('Tier 1 locks its points: PBS counts no protected point');
    expect((await capacity(memory)).out).not.toContain('locks');
  });

  test('stores with their day, tiers and guests by what they add', async () => {
    const memory = await remembered({
      usage: [...usage('datastore:pbs/main', (day) => 500 + day * 10, 1000), ...usage('zfs:pve1/rpool', () => 40, 200)],
      tasks,
    });
    const { code, out } = await capacity(memory, '--tier', '1', '--points', '-10');
    expect(code).toBe(4);
    expect(out).toMatchInlineSnapshot(`
      "home
        datastore pbs/main  79 % of 1000 GiB, 210 GiB free
          grows by 10 GiB a day
          too full for garbage collection  2026-12-15
          full                             2026-12-16
        ZFS pool pve1/rpool  20 % of 200 GiB, 160 GiB free
          grows by 0 B a day
          nearly full  not within three years
          full         not within three years

      Tiers, new data since the first remembered run (estimated from logs of backups)
        1 Critical production   1 guest      127 GiB  2.7 GiB a day  of 130 GiB
        2 Standard application  no runs yet
        3 Development           no runs yet
        4 Cache                 1 guest      10 GiB   ? a day

      Guests that add most (estimated)
        101  postgres  tier 1  2.7 GiB a day  10 runs
        of 1 more nothing can be said yet

      10 points fewer in tier 1 would free about 30 GiB, once pruned and, a day later at the earliest, collected (estimated)

      warning HF-FILLS at home: datastore pbs/main
        The datastore pbs/main has 210 GiB free, growing by 10 GiB a day: on 2026-12-15, in 20d, garbage
        collection can no longer run; it is full on 2026-12-16.
        Because from then on pruning frees nothing, and every backup fails.
        Fix: add room to the datastore, or see which tier takes it:
            holdfast capacity

      warning HF-BUDGET at home: tier 1
        Tier 1 has sent about 127 GiB of new data, close to its budget of 130 GiB, and sends 2.7 GiB more
        a day (estimated from the logs of its backups).
        Because at this pace the budget is used up soon.
        Fix: see which guest grows, and move it or raise the budget:
            holdfast capacity

      2 warnings
      "
    `);
  });

  test('from one day nothing is foretold, and that is said', async () => {
    const memory = await remembered({ usage: usage('datastore:pbs/main', () => 500, 1000).slice(-1) });
    const { code, out } = await capacity(memory);
    expect(code).toBe(0);
    expect(out).toMatch(/no forecast: it was seen on 1 day at this size; 7 are needed/);
    expect(out).toMatch(/no guest has two runs with figures yet/);
  });

  test('a site nobody knows is refused', async () => {
    const ran = await capacity(await remembered({}), '--site', 'moon');
    expect([ran.code, ran.out]).toEqual([2, expect.stringContaining('The policy has no site "moon"')]);
  });

  const REFUSED = [
    { name: 'without a memory', argv: [], memory: false, code: 1, err: /nothing has been remembered here/ },
    { name: 'points of no tier', argv: ['--points', '5'], memory: true, code: 2, err: /go together/ },
  ];
  for (const { name, argv, memory, code, err } of REFUSED) {
    test(`refused: ${name}`, async () => {
      const ran = await capacity(memory ? await remembered({}) : undefined, ...argv);
      expect(ran.code).toBe(code);
      expect(ran.err).toMatch(err);
    });
  }
});
