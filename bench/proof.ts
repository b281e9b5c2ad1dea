/**
 * Proof against starting: how long it takes to prove and solve the seed's four tiers, and how long to start `node` itself.
 *
 * The first is measured inside a fresh process that does this once, as its first work after its modules are loaded: nothing of it is warm but
 * V8's compile cache, which `bin/holdfast.js` turns on for everybody. The second is the whole life of `node -e 0`, from outside. They take
 * turns, so that both meet the machine as it is, and the medians count. Run: node bench/proof.ts
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tier } from '#core/policy/policy.ts';
import { chancesOf, type Given } from '#core/retention/proof.ts';
import { proveTier } from '#core/retention/prove.ts';
import { solveSchedule } from '#core/retention/solve-schedule.ts';
import { zoneFrom } from '#core/retention/timeline.ts';
import { report } from './result.ts';

const DAY = 86_400;
const TURNS = 31;
const FROM_AT = 1_795_608_000;

const common = { pool: 'tier', rtoSeconds: DAY, lock: false, encryption: false, consistency: 'crash', mode: 'snapshot' } as const;
const tiers: readonly Tier[] = [
  {
    ...common,
    id: 1,
    name: 'daily',
    rpoSeconds: DAY,
    graceSeconds: 7200,
    retentionSeconds: 30 * DAY,
    schedule: '04:00',
    verify: { withinSeconds: DAY, everySeconds: 30 * DAY },
  },
  {
    ...common,
    id: 2,
    name: 'weekly',
    rpoSeconds: 7 * DAY,
    graceSeconds: 7200,
    retentionSeconds: 84 * DAY,
    schedule: 'sun 05:00',
    verify: { everySeconds: 30 * DAY },
  },
  {
    ...common,
    id: 3,
    name: 'monthly',
    rpoSeconds: 30 * DAY,
    graceSeconds: 93_600,
    retentionSeconds: 90 * DAY,
    schedule: '*-1 22:00',
    verify: { everySeconds: 90 * DAY },
  },
  {
    ...common,
    id: 4,
    name: 'quarterly',
    rpoSeconds: 90 * DAY,
    graceSeconds: 180_000,
    retentionSeconds: 180 * DAY,
    schedule: '*-1,4,7,10-1 23:30',
    assume: { extraRuns: 1 },
  },
];
const assume = { durationSeconds: 2400, queueSeconds: 1200, lostRuns: 0, extraRuns: 0, restoreBytesPerSecond: 100 * 2 ** 20 };
const given: Given = { assume, timeZones: ['Europe/Vienna'], fromAt: FROM_AT, strict: false };

if (process.argv[2] === 'once') proveOnce();
else compare();

type Proved = { readonly ms: number; readonly answers: readonly unknown[] };

/** Proves and solves as the first thing this process does, and prints the time and the answers. */
function proveOnce(): void {
  const start = performance.now();
  const zones = given.timeZones.map((timeZone) => zoneFrom(timeZone, FROM_AT)!);
  const answers = tiers.map((tier) => {
    const { proofs, keep } = proveTier(tier, given);
    const schedule = solveSchedule(tier.rpoSeconds + tier.graceSeconds, chancesOf(assume, tier), { zones, fromAt: FROM_AT }, tier.schedule);
    return { tier: tier.id, holds: proofs.every(({ holds }) => holds), keep, schedule };
  });
  console.log(JSON.stringify({ ms: performance.now() - start, answers }));
}

function compare(): void {
  const cache = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const prove = (): Proved => {
    const env = { ...process.env, NODE_COMPILE_CACHE: cache };
    return JSON.parse(spawnSync(process.execPath, [import.meta.filename, 'once'], { encoding: 'utf8', env }).stdout);
  };
  for (const answer of prove().answers) console.log(JSON.stringify(answer));
  const proofs: number[] = [];
  const starts: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const start = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    starts.push(performance.now() - start);
    proofs.push(prove().ms);
  }
  rmSync(cache, { recursive: true });
  report({
    name: 'proof and solve of four tiers against starting node',
    measured: `proof and solve ${spread(proofs)}, node -e 0 ${spread(starts)}`,
    value: median(proofs) / median(starts),
    limit: 1,
    unit: '×',
    below: true,
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function spread(values: readonly number[]): string {
  return `${median(values).toFixed(1)} ms (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`;
}
