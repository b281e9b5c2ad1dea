import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { draws } from '#test/draws.ts';
import {
  makeActual,
  makeBackupJob,
  makeGuest,
  makePolicy,
  makePool,
  makePve,
  makeRule,
  makeSeedTiers,
  makeSite,
  NOW,
  seen,
} from '#test/make.ts';
import { applyStep, applySteps } from '#test/apply-model.ts';
import { upkeepOf } from '../desired/upkeep.ts';
import type { Policy } from '../policy/policy.ts';
import type { Actual } from '../world/actual.ts';
import { allowSteps } from './allow.ts';
import { coverageOf, isCovered } from './coverage.ts';
import { drawPlan, type Drawn } from './draw.ts';
import { brief, briefs } from '#test/draw.ts';

describe('laws', () => {
  const seedUpkeep = upkeepOf(makePolicy({ tiers: makeSeedTiers() }), makeSite(), NOW);
  const drawFast = (policy: Policy, actual: Actual): Drawn => drawPlan({ policy, actuals: [actual], now: NOW, upkeep: () => seedUpkeep });

  const worlds = fc.record({
    tiers: fc.shuffledSubarray([1, 2, 3, 4], { minLength: 1 }),
    guests: fc.uniqueArray(
      fc.record({
        vmid: fc.integer({ min: 100, max: 115 }),
        tier: fc.integer({ min: 0, max: 4 }),
        pool: fc.constantFrom(undefined, 'prod', 'tier-1', 'tier-2', 'tier-3', 'old'),
      }),
      { selector: ({ vmid }) => vmid, maxLength: 8 },
    ),
    poolName: fc.constantFrom('tier-', 'home/tier-', 'class-'),
    jobs: fc.subarray(['all', 'prod', 'old', 'vmids', 'ours', 'dead'] as const),
    drift: fc.boolean(),
  });

  type World = Parameters<Parameters<typeof fc.property<[typeof worlds extends fc.Arbitrary<infer W> ? W : never]>>[1]>[0];

  function policyOf({ tiers, guests, poolName }: World): Policy {
    const seed = makeSeedTiers();
    return makePolicy({
      tiers: tiers.toSorted((a, b) => a - b).map((id) => ({ ...seed[id - 1]!, pool: `${poolName}${id}` })),
      assign: tiers.map((tier, index) =>
        makeRule({ index, tier, guests: guests.filter((guest) => guest.tier === tier).map(({ vmid }) => vmid) }),
      ),
    });
  }

  function actualOf({ guests, jobs }: World): Actual {
    const made = guests.map(({ vmid, pool }) => makeGuest({ vmid, ...(pool === undefined ? {} : { pool }) }));
    const pools = ['prod', 'old', 'tier-1', 'tier-2', 'tier-3'].map((id) =>
      makePool({
        id,
        comment: id === 'old' ? '[holdfast] home: tier 5, policy 00000000' : '',
        vmids: made.filter(({ pool }) => pool === id).map(({ vmid }) => vmid),
      }),
    );
    const existing = {
      all: makeBackupJob({ id: 'a', selection: { by: 'all', exclude: [100, 101] } }),
      prod: makeBackupJob({ id: 'p', selection: { by: 'pool', pool: 'prod' } }),
      old: makeBackupJob({ id: 'hf-tier-5', comment: '[holdfast] home: tier 5, policy 00000000', selection: { by: 'pool', pool: 'old' } }),
      vmids: makeBackupJob({ id: 'v', selection: { by: 'vmids', vmids: [102, 103, 104] } }),
      ours: makeBackupJob({
        id: 'hf-tier-1',
        comment: '[holdfast] home: tier 1, policy 00000000',
        selection: { by: 'pool', pool: 'tier-1' },
      }),
      dead: makeBackupJob({ id: 'd', enabled: false, selection: { by: 'all', exclude: [] } }),
    };
    return makeActual({ pve: makePve({ guests: seen(made), pools: seen(pools), backupJobs: seen(jobs.map((name) => existing[name])) }) });
  }

  const everything = (drawn: Drawn): ReadonlySet<string> => new Set(drawn.plan.steps.flatMap(({ weakening }) => weakening ?? []));

  test('applied, a plan leaves nothing to do but what it could not do at first', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const policy = policyOf(world);
        const actual = actualOf(world);
        const drawn = drawFast(policy, actual);
        const after = applySteps(actual, allowSteps(drawn, [actual], everything(drawn)).steps);
        const again = drawFast(policy, after);
        const last = applySteps(after, allowSteps(again, [after], everything(again)).steps);
        assert.deepEqual(briefs(drawFast(policy, last)), []);
      }),
      draws(80),
    );
  });

  test('at no moment is a guest that had a job without one, whatever is allowed and wherever it is broken off', () => {
    fc.assert(
      fc.property(worlds, fc.func(fc.boolean()), fc.nat(20), (world, isAllowed, breakAt) => {
        const policy = policyOf(world);
        let actual = actualOf(world);
        for (const limit of [breakAt, 1000]) {
          const drawn = drawFast(policy, actual);
          const allow = new Set([...everything(drawn)].filter((name) => isAllowed(name)));
          for (const step of allowSteps(drawn, [actual], allow).steps.slice(0, limit)) {
            const before = coverageOf(actual)!;
            assert.ok(actual.pve.guests.known);
            const covered = actual.pve.guests.value.filter((guest) => isCovered(before, guest));
            actual = applyStep(actual, step);
            const after = coverageOf(actual)!;
            for (const guest of covered) assert.ok(isCovered(after, guest), `${brief(step)} leaves ${guest.vmid} without a job`);
          }
        }
      }),
      draws(150),
    );
  });

  test('broken off after any step and drawn anew, it ends in the same world', () => {
    fc.assert(
      fc.property(worlds, fc.nat(30), (world, breakAt) => {
        const policy = policyOf(world);
        const run = (actual: Actual, limit: number): Actual => {
          const drawn = drawFast(policy, actual);
          return applySteps(actual, allowSteps(drawn, [actual], everything(drawn)).steps.slice(0, limit));
        };
        const straight = run(run(actualOf(world), 1000), 1000);
        const broken = run(run(run(actualOf(world), breakAt), 1000), 1000);
        assert.deepEqual(normal(broken), normal(straight));
      }),
      draws(60),
    );
  });

  test('the order in which servers list things changes nothing', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const policy = policyOf(world);
        const actual = actualOf(world);
        const { pve } = actual;
        assert.ok(pve.guests.known && pve.pools.known && pve.backupJobs.known);
        const turned = makeActual({
          pve: makePve({
            ...pve,
            guests: seen(pve.guests.value.toReversed()),
            pools: seen(pve.pools.value.toReversed()),
            backupJobs: seen(pve.backupJobs.value.toReversed()),
          }),
        });
        assert.deepEqual(drawFast(policy, turned).plan, drawFast(policy, actual).plan);
      }),
      draws(40),
    );
  });

  /** Lists by their ids: a server lists in no order. */
  function normal({ pve, pbs }: Actual): unknown {
    const sorted = (part: Actual['pve'][keyof Actual['pve']]): unknown =>
      part.known && Array.isArray(part.value) ? part.value.map((row) => JSON.stringify(row)).toSorted() : part;
    return [
      sorted(pve.pools),
      sorted(pve.backupJobs),
      sorted(pve.storages),
      sorted(pve.guests),
      pbs.map(({ pruneJobs, verifyJobs }) =>
        [pruneJobs, verifyJobs].map((part) => part.known && part.value.map((row) => JSON.stringify(row)).toSorted()),
      ),
    ];
  }
});
