import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { draws } from '#test/draws.ts';
import {
  makeActual,
  makeBackupJob,
  makeGroup,
  makeGuest,
  makePbs,
  makePbsAccess,
  makePbsStorage,
  makePolicy,
  makePool,
  makePruneJob,
  makePve,
  makeRule,
  makeSeedTiers,
  makeSite,
  makeSnapshot,
  makeSnapshots,
  makeSyncJob,
  makeTier,
  makeVerifyJob,
  NOW,
  seen,
  seenInPart,
  unseen,
} from '#test/make.ts';
import { applyStep, applySteps } from '#test/apply-model.ts';
import { upkeepOf } from '../desired/upkeep.ts';
import type { Policy } from '../policy/policy.ts';
import { withSuspension } from '../pressure/suspension.ts';
import type { Actual, BackupGroup, BackupJob, PbsActual } from '../world/actual.ts';
import { allowSteps } from './allow.ts';
import { coverageOf, isCovered } from './coverage.ts';
import { drawPlan, type Drawn } from './draw.ts';
import type { Step } from './plan.ts';

function draw(policy: Policy, actual: Actual, adopted?: readonly string[]): Drawn {
  return drawPlan({
    policy,
    actuals: [actual],
    now: NOW,
    upkeep: (site) => upkeepOf(policy, site, NOW),
    ...(adopted ? { adopted: new Set(adopted) } : {}),
  });
}

function brief({ action, kind, id }: Step): string {
  return `${action} ${kind} ${id}`;
}

function briefs(drawn: Drawn): string[] {
  return drawn.plan.steps.map(brief);
}

function codes(drawn: Drawn): string[] {
  return drawn.findings.map(({ code }) => code);
}

describe('drawPlan', () => {
  test('on an empty site: places, storage, job, then the guest, then what checks and prunes', () => {
    const policy = makePolicy({ tiers: [makeTier({ verify: { everySeconds: 30 * 86_400 } })] });
    assert.deepEqual(briefs(draw(policy, makeActual())), [
      'create pool tier-1',
      'create namespace main:home',
      'create namespace main:home/tier-1',
      'create storage pbs-tier-1',
      'create backup-job hf-tier-1',
      'create pool-member tier-1/101',
      'create verify-job hf-tier-1',
      'create prune-job hf-tier-1',
    ]);
  });

  test('after its steps there is nothing to do, and nothing is weakened on the way', () => {
    const policy = makePolicy({ tiers: makeSeedTiers() });
    const drawn = draw(policy, makeActual());
    const after = draw(policy, applySteps(makeActual(), drawn.plan.steps));
    assert.deepEqual(briefs(after), []);
    assert.deepEqual(
      drawn.plan.steps.filter(({ weakening }) => weakening !== undefined),
      [],
    );
  });

  test('a setting that somebody changed by hand is put back, with both values in the reason', () => {
    const policy = makePolicy();
    const applied = applySteps(makeActual(), draw(policy, makeActual()).plan.steps);
    assert.ok(applied.pve.backupJobs.known);
    const [job] = applied.pve.backupJobs.value;
    const drifted = makeActual({ ...applied, pve: makePve({ ...applied.pve, backupJobs: seen([{ ...job!, schedule: '05:00' }]) }) });
    const [step, ...others] = draw(policy, drifted).plan.steps;
    assert.deepEqual(
      [brief(step!), step!.because, step!.settings, others],
      ['change backup-job hf-tier-1', 'schedule 05:00 → 02:00', { schedule: '02:00' }, []],
    );
  });

  test('a job of somebody else that has our id is told and left alone', () => {
    const pve = makePve({ backupJobs: seen([makeBackupJob({ id: 'hf-tier-1', comment: 'mine' })]) });
    const drawn = draw(makePolicy(), makeActual({ pve }));
    assert.ok(codes(drawn).includes('HF-ID-TAKEN'));
    assert.ok(!briefs(drawn).some((step) => step.includes('backup-job') || step.includes('pool-member')));
  });

  test('a job of somebody else that has our id is ours once it was adopted', () => {
    const pve = makePve({ backupJobs: seen([makeBackupJob({ id: 'hf-tier-1', comment: 'mine' })]) });
    const drawn = draw(makePolicy(), makeActual({ pve }), ['hf-tier-1']);
    const steps = drawn.plan.steps.filter(({ kind }) => kind === 'backup-job' || kind === 'pool-member');
    assert.deepEqual(steps.map(brief), ['create pool-member tier-1/101', 'change backup-job hf-tier-1']);
    assert.equal(steps[1]!.settings['pool'], 'tier-1');
  });

  test('a tier that gets another pool: its job names the guests while they move', () => {
    const policy = makePolicy();
    const applied = applySteps(makeActual(), draw(policy, makeActual()).plan.steps);
    const drawn = draw(makePolicy({ tiers: [makeTier({ pool: 'gold' })] }), applied);
    assert.deepEqual(
      drawn.plan.steps.map((step) => [brief(step), step.settings['vmid'] ?? step.settings['pool']]),
      [
        ['create pool gold', undefined],
        ['change backup-job hf-tier-1', '101'],
        ['create pool-member gold/101', undefined],
        ['change backup-job hf-tier-1', 'gold'],
      ],
    );
  });

  test('foreign jobs, pools and storages are invisible to it', () => {
    const pve = makePve({
      backupJobs: seen([makeBackupJob()]),
      pools: seen([makePool({ id: 'prod' })]),
      storages: seen([makePbsStorage({ id: 'by-hand' })]),
    });
    const pbs = makePbs({ pruneJobs: seen([makePruneJob()]) });
    const drawn = draw(makePolicy(), makeActual({ pve, pbs: [pbs] }));
    assert.ok(drawn.plan.steps.every(({ action }) => action === 'create'));
  });

  test('what is ours and wanted by no tier goes last, by name', () => {
    const policy = makePolicy({ tiers: makeSeedTiers() });
    const applied = applySteps(makeActual(), draw(policy, makeActual()).plan.steps);
    const less = draw(makePolicy({ tiers: makeSeedTiers().slice(0, 1) }), applied);
    const removals = less.plan.steps.filter(({ action }) => action === 'remove');
    assert.deepEqual(less.plan.steps.slice(-removals.length), removals);
    assert.deepEqual(
      [...new Set(removals.map(({ weakening }) => String(weakening)))].toSorted((a, b) => a.localeCompare(b)),
      ['weaken:hf-tier-2', 'weaken:hf-tier-3', 'weaken:hf-tier-4'],
    );
  });

  test('a guest is taken out of somebody’s pool only by name', () => {
    const guest = makeGuest({ pool: 'prod' });
    const pve = makePve({ guests: seen([guest]), pools: seen([makePool({ id: 'prod', vmids: [101] })]) });
    const step = draw(makePolicy(), makeActual({ pve })).plan.steps.find(({ kind }) => kind === 'pool-member');
    assert.deepEqual([step!.weakening, step!.settings], ['take:vm-101', { 'allow-move': true }]);
  });

  test('a rule that finds a guest by its pool does not lose it to the tier’s pool', () => {
    const pve = makePve({ guests: seen([makeGuest({ pool: 'prod' })]), pools: seen([makePool({ id: 'prod', vmids: [101] })]) });
    const drawn = draw(makePolicy({ assign: [makeRule({ pools: ['prod'] })] }), makeActual({ pve }));
    assert.ok(codes(drawn).includes('HF-POOL-RULE'));
    assert.ok(!briefs(drawn).some((step) => step.includes('pool-member')));
  });

  test('a guest that is to have no backup leaves the pool by name, and that is no gap', () => {
    const policy = makePolicy();
    const applied = applySteps(makeActual(), draw(policy, makeActual()).plan.steps);
    const none = makePolicy({ assign: [makeRule({ tier: 'none', guests: [101], reason: 'scratch', until: '2030-01-01' })] });
    const drawn = draw(none, applied);
    assert.deepEqual(
      drawn.plan.steps.map((step) => [brief(step), step.weakening]),
      [['remove pool-member tier-1/101', 'weaken:vm-101']],
    );
    assert.deepEqual(codes(drawn), []);
  });
});

describe('what was not seen', () => {
  const PARTS = [
    { name: 'backup jobs', actual: makeActual({ pve: makePve({ backupJobs: unseen() }) }), kinds: ['backup-job'] },
    { name: 'pools', actual: makeActual({ pve: makePve({ pools: unseen() }) }), kinds: ['pool', 'pool-member'] },
    { name: 'storages', actual: makeActual({ pve: makePve({ storages: unseen() }) }), kinds: ['storage'] },
    { name: 'guests', actual: makeActual({ pve: makePve({ guests: unseen() }) }), kinds: ['pool-member'] },
    { name: 'prune jobs', actual: makeActual({ pbs: [makePbs({ pruneJobs: unseen() })] }), kinds: ['prune-job'] },
    { name: 'verify jobs', actual: makeActual({ pbs: [makePbs({ verifyJobs: unseen() })] }), kinds: ['verify-job'] },
    { name: 'datastores', actual: makeActual({ pbs: [makePbs({ datastores: unseen() })] }), kinds: ['namespace'] },
    {
      name: 'prune jobs in part',
      actual: makeActual({ pbs: [makePbs({ pruneJobs: seenInPart([], { kind: 'empty' }) })] }),
      kinds: ['prune-job'],
    },
    {
      name: 'pools in part',
      actual: makeActual({ pve: makePve({ pools: seenInPart([], { kind: 'empty' }) }) }),
      kinds: ['pool', 'pool-member'],
    },
  ];
  const policy = makePolicy({ tiers: makeSeedTiers() });
  for (const { name, actual, kinds } of PARTS) {
    test(`${name}: none is made, and that is told`, () => {
      const drawn = draw(policy, actual);
      assert.deepEqual(drawn.plan.steps.filter(({ kind }) => kinds.includes(kind)).map(brief), []);
      assert.ok(codes(drawn).includes('HF-PLAN-BLIND'));
    });
  }

  test('no job is made and no guest moved where a place is not there and cannot be made', () => {
    const actual = makeActual({ pbs: [makePbs({ datastores: unseen() })] });
    assert.deepEqual(new Set(draw(policy, actual).plan.steps.map(({ kind }) => kind)), new Set(['pool', 'storage']));
  });

  test('never removes what is ours', () => {
    const applied = applySteps(makeActual(), draw(policy, makeActual()).plan.steps);
    const blind = makeActual({ ...applied, pbs: [makePbs({ ...applied.pbs[0]!, pruneJobs: unseen() })] });
    assert.deepEqual(
      draw(makePolicy(), blind)
        .plan.steps.filter(({ kind }) => kind === 'prune-job')
        .map(brief),
      [],
    );
  });

  test('a gap that leaves out no row does not hinder', () => {
    const actual = makeActual({ pve: makePve({ backupJobs: seenInPart([], { kind: 'failed', what: 'volumes of backup job x' }) }) });
    assert.ok(briefs(draw(policy, actual)).includes('create backup-job hf-tier-1'));
  });

  test('a tier whose datastore is not listed keeps all it has', () => {
    const applied = applySteps(makeActual(), draw(policy, makeActual()).plan.steps);
    const elsewhere = makePolicy({ tiers: makeSeedTiers().map((tier) => ({ ...tier, datastore: 'mian' })) });
    const drawn = draw(elsewhere, applied);
    assert.deepEqual(briefs(drawn), []);
    assert.deepEqual(
      codes(drawn),
      Array.from({ length: 4 }, () => 'HF-DATASTORE-UNSEEN'),
    );
  });
});

describe('pruning', () => {
  const tier = makeTier({ keep: { daily: 7 } });
  const group = makeGroup({ snapshots: makeSnapshots(30) });

  test('says which points go, of whom, when, and what is left', () => {
    const policy = makePolicy({ tiers: [makeTier({ keep: { daily: 30 } })] });
    const applied = applySteps(makeActual(), draw(policy, makeActual()).plan.steps);
    const pbs = applied.pbs[0]!;
    const withPoints = makeActual({
      ...applied,
      pbs: [
        { ...pbs, namespaces: pbs.namespaces.map((one) => (one.namespace === 'home/tier-1' ? { ...one, groups: seen([group]) } : one)) },
      ],
    });
    const [step] = draw(makePolicy({ tiers: [tier] }), withPoints).plan.steps;
    assert.deepEqual(
      [brief(step!), step!.because, step!.means, step!.weakening],
      [
        'change prune-job hf-tier-1',
        'keep-daily 30 → 7',
        ['VM 101 (guest-101): 23 of 30 points go on Thu 2026-11-26 05:30; the oldest left is 6d 10h old'],
        'weaken:hf-tier-1',
      ],
    );
  });

  test('a first prune job that would take points that are there weakens too', () => {
    const namespaces = [{ datastore: 'main', namespace: 'home/tier-1', groups: seen([group]) }];
    const step = draw(makePolicy({ tiers: [tier] }), makeActual({ pbs: [makePbs({ namespaces })] })).plan.steps.find(
      ({ kind }) => kind === 'prune-job',
    );
    assert.equal(step!.weakening, 'weaken:hf-tier-1');
  });

  test('points that cannot be read are not taken for none', () => {
    const before = makePolicy({ tiers: [makeTier({ keep: { daily: 7 } })] });
    const applied = applySteps(makeActual(), draw(before, makeActual()).plan.steps);
    const pbs = applied.pbs[0]!;
    const namespaces = pbs.namespaces.map((one) =>
      one.namespace === 'home/tier-1' ? { ...one, groups: unseen<readonly BackupGroup[]>() } : one,
    );
    const [step] = draw(
      makePolicy({ tiers: [makeTier({ keep: { daily: 30 } })] }),
      makeActual({ ...applied, pbs: [{ ...pbs, namespaces }] }),
    ).plan.steps;
    assert.deepEqual(
      [step!.weakening, step!.means],
      ['weaken:hf-tier-1', ['which points go is not known: the snapshots could not be read']],
    );
  });

  test('a zone nobody knows here is told, and what depends on it counts as weakening', () => {
    const strange = (actual: Actual): Actual => {
      const [pbs] = actual.pbs;
      return { ...actual, pbs: [{ ...pbs!, node: seen({ timeZone: 'Mars/Olympus', clockAheadSeconds: 0 }) }] };
    };
    const before = makePolicy({ tiers: [makeTier({ keep: { daily: 7 } })] });
    const applied = strange(applySteps(makeActual(), draw(before, makeActual()).plan.steps));
    const drawn = draw(makePolicy({ tiers: [makeTier({ keep: { daily: 30 }, schedule: '05:00' })] }), applied);
    assert.deepEqual(
      drawn.findings.map(({ code, at }) => `${code} ${at}`),
      ['HF-ZONE home: PBS pbs'],
    );
    const pruning = drawn.plan.steps.find(({ kind }) => kind === 'prune-job')!;
    assert.deepEqual(
      [pruning.weakening, pruning.means],
      ['weaken:hf-tier-1', ['which points go is not known: the zone Mars/Olympus is not']],
    );
  });

  test('keeping more is no weakening, though one rule gets smaller', () => {
    const last = makePolicy({ tiers: [makeTier({ keep: { last: 3 } })] });
    const applied = applySteps(makeActual(), draw(last, makeActual()).plan.steps);
    const [step] = draw(makePolicy({ tiers: [makeTier({ keep: { daily: 30 } })] }), applied).plan.steps;
    assert.deepEqual([step!.because, step!.weakening], ['keep-daily nothing → 30; keep-last 3 → nothing', undefined]);
  });

  test('fewer kept points weaken also where there are none yet', () => {
    const before = makePolicy({ tiers: [makeTier({ keep: { daily: 30 } })] });
    const applied = applySteps(makeActual(), draw(before, makeActual()).plan.steps);
    assert.equal(draw(makePolicy({ tiers: [tier] }), applied).plan.steps[0]!.weakening, 'weaken:hf-tier-1');
  });
});

describe('what weakens besides pruning', () => {
  const tier = makeTier({ verify: { everySeconds: 30 * 86_400 } });
  const policy = makePolicy({ tiers: [tier] });
  const applied = applySteps(makeActual(), draw(policy, makeActual()).plan.steps);
  const comment = '[holdfast] home: tier 1, policy 00000000';
  const at = { id: 'hf-tier-1', datastore: 'main', namespace: 'home/tier-1', maxDepth: 0, comment };
  const withPbs = (pbs: Partial<PbsActual>): Actual => makeActual({ ...applied, pbs: [{ ...applied.pbs[0]!, ...pbs }] });

  const CASES = [
    {
      name: 'a job that runs less often',
      drawn: draw(makePolicy({ tiers: [{ ...tier, schedule: 'sun 02:00', rpoSeconds: 9 * 86_400 }] }), applied),
      step: 'change backup-job hf-tier-1',
      weakening: 'weaken:hf-tier-1',
      means: 'it waits up to 13d 23h between two runs instead of 1d 23h', // 02:00 does not exist on the night clocks go forward
    },
    {
      name: 'a job that runs more often is stronger',
      drawn: draw(makePolicy({ tiers: [{ ...tier, schedule: '02,14:00' }] }), applied),
      step: 'change backup-job hf-tier-1',
      weakening: undefined,
      means: undefined,
    },
    {
      name: 'points that are read again later',
      drawn: draw(policy, withPbs({ verifyJobs: seen([makeVerifyJob({ ...at, schedule: 'hourly', outdatedAfterDays: 3 })]) })),
      step: 'change verify-job hf-tier-1',
      weakening: 'weaken:hf-tier-1',
      means: 'a point is read again after',
    },
    {
      name: 'a copy that is no longer promised',
      drawn: draw(policy, withPbs({ syncJobs: seen([makeSyncJob(at)]) })),
      step: 'remove sync-job hf-tier-1',
      weakening: 'weaken:hf-tier-1',
      means: 'no further copies are made; those that are there stay',
    },
    {
      name: 'points that are no longer read on arrival',
      drawn: draw(
        makePolicy({ tiers: [tier], sites: [makeSite({ pbs: [makePbsAccess({ verifyNew: false })] })] }),
        withPbs({ datastores: seen([{ name: 'main', comment: '', verifyNew: true }]) }),
      ),
      step: 'change datastore main',
      weakening: 'weaken:datastore-main',
      means: 'points are no longer read on arrival',
    },
  ] as const;
  for (const { name, drawn, step, weakening, means } of CASES) {
    test(name, () => {
      const found = drawn.plan.steps.find((one) => brief(one) === step);
      assert.ok(found, briefs(drawn).join(', '));
      assert.equal(found.weakening, weakening);
      if (means === undefined) assert.deepEqual(found.means, []);
      else
        assert.ok(
          found.means.some((line) => line.startsWith(means)),
          found.means.join('; '),
        );
    });
  }
});

describe('adopting a job made by hand', () => {
  const policy = makePolicy();
  const applied = applySteps(makeActual({ pve: makePve({ backupJobs: seen([makeBackupJob()]) }) }), draw(policy, makeActual()).plan.steps);
  const withPoint = (at: number): Actual => {
    const pbs = applied.pbs[0]!;
    const groups = seen([makeGroup({ snapshots: [makeSnapshot({ at })] })]);
    return makeActual({
      ...applied,
      pbs: [{ ...pbs, namespaces: pbs.namespaces.map((one) => (one.namespace === 'home/tier-1' ? { ...one, groups } : one)) }],
    });
  };

  const CASES = [
    { name: 'before the tier’s job made a point: by name only', actual: applied, weakening: 'weaken:backup-1a2b', told: [] },
    {
      name: 'with a point older than the RPO: by name only',
      actual: withPoint(NOW - 3 * 86_400),
      weakening: 'weaken:backup-1a2b',
      told: [],
    },
    {
      name: 'with a recent point: it goes, and the plan had said that it could',
      actual: withPoint(NOW - 3600),
      weakening: undefined,
      told: ['HF-ADOPTABLE'],
    },
  ];
  for (const { name, actual, weakening, told } of CASES) {
    test(name, () => {
      assert.deepEqual(codes(draw(policy, actual)), told);
      const adopting = draw(policy, actual, ['backup-1a2b']);
      assert.deepEqual(codes(adopting), [], 'what is taken over is not proposed once more');
      const { steps } = adopting.plan;
      assert.deepEqual(
        steps.map((step) => [brief(step), step.weakening]),
        [['remove backup-job backup-1a2b', weakening]],
      );
    });
  }

  test('a guest that no tier takes keeps its job', () => {
    const drawn = draw(makePolicy({ assign: [] }), makeActual({ pve: makePve({ backupJobs: seen([makeBackupJob()]) }) }), ['backup-1a2b']);
    assert.ok(!briefs(drawn).includes('remove backup-job backup-1a2b'));
    assert.ok(codes(drawn).includes('HF-GAP'));
  });

  test('an id that no job has is told, with the one that was meant', () => {
    const [finding] = draw(policy, applied, ['backup-1a2c']).findings;
    assert.deepEqual([finding!.code, finding!.problem.includes('did you mean backup-1a2b?')], ['HF-ADOPT-UNKNOWN', true]);
  });
});

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

test('two sites on one PBS keep their ids apart, and neither touches the other’s', () => {
  const sites = [makeSite(), makeSite({ name: 'office', pbs: [makePbsAccess({ namespace: 'office' })] })];
  const policy = makePolicy({ sites });
  const office = makeActual({ site: 'office' });
  const input = { policy, now: NOW, upkeep: () => upkeepOf(policy, sites[0]!, NOW) };
  const first = drawPlan({ ...input, actuals: [makeActual(), office] });
  const pbsJobs = first.plan.steps.filter(({ kind }) => kind === 'prune-job').map(({ site, id }) => `${site} ${id}`);
  assert.deepEqual(pbsJobs, ['home hf-tier-1', 'office hf-tier-1-office']);
  const [homeSteps, officeSteps] = ['home', 'office'].map((name) => first.plan.steps.filter(({ site }) => site === name));
  const shared = applySteps(
    applySteps(makeActual(), homeSteps!),
    officeSteps!.filter(({ server }) => server === 'pbs'),
  );
  assert.deepEqual(drawPlan({ ...input, actuals: [shared] }).plan.steps.map(brief), []);
});

describe('a job suspended under pressure', () => {
  const pressure = { tiers: [2], belowSeconds: 14 * 86_400, resumeSeconds: 30 * 86_400, forSeconds: 7 * 86_400 };
  const policy = (site = {}) => makePolicy({ sites: [makeSite(site)], tiers: makeSeedTiers() });
  const applied = applySteps(makeActual(), draw(policy(), makeActual()).plan.steps);
  /** The site as the policy wants it, with the job of tier 2 as `change` makes it. */
  const changed = (change: (job: BackupJob) => Partial<BackupJob>): Actual => {
    const jobs = applied.pve.backupJobs;
    assert.ok(jobs.known);
    const backupJobs = seen(jobs.value.map((job) => (job.id === 'hf-tier-2' ? { ...job, ...change(job) } : job)));
    return { ...applied, pve: { ...applied.pve, backupJobs } };
  };
  const away = { sinceAt: NOW - 86_400, untilAt: NOW + 86_400 };
  const suspended = changed(({ comment }) => ({ enabled: false, comment: withSuspension(comment, away) }));
  const back = changed(({ comment }) => ({ comment: withSuspension(comment, { ...away, backAt: NOW }) }));

  test('is no drift, and is told', () => {
    const drawn = draw(policy({ pressure }), suspended);
    assert.deepEqual(briefs(drawn), []);
    assert.deepEqual(codes(drawn), ['HF-PRESSURE']);
  });
  test('stays suspended while the rest of it is changed', () => {
    const tiers = makeSeedTiers().map((tier) => (tier.id === 2 ? { ...tier, retentionSeconds: 90 * 86_400 } : tier));
    const step = draw({ ...policy({ pressure }), tiers }, suspended).plan.steps.find(({ kind }) => kind === 'backup-job');
    assert.equal(step!.settings['enabled'], undefined);
    assert.match(String(step!.settings['comment']), /, suspended 2026-11-24T12:00:00Z to 2026-11-26T12:00:00Z$/);
    assert.match(step!.because, /it is marked with the promises as they are now/);
  });
  test('runs again where the policy does not let it be suspended', () => {
    const [step] = draw(policy(), suspended).plan.steps;
    assert.deepEqual([brief(step!), step!.settings['enabled'], step!.weakening], ['change backup-job hf-tier-2', true, undefined]);
  });
  test('keeps the words about its last suspension when it runs again', () =>
    assert.deepEqual(briefs(draw(policy({ pressure }), back)), []));
  test('that somebody disabled afterwards runs again', () => {
    const drawn = draw(
      policy({ pressure }),
      changed(({ comment }) => ({ enabled: false, comment: withSuspension(comment, { ...away, backAt: NOW }) })),
    );
    assert.deepEqual(briefs(drawn), ['change backup-job hf-tier-2']);
  });
});
