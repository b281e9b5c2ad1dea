import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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
  makeSnapshots,
  makeTier,
  NOW,
  seen,
  seenInPart,
  unseen,
} from '#test/make.ts';
import { applySteps } from '#test/apply-model.ts';
import { upkeepOf } from '../desired/upkeep.ts';
import type { Policy, Tier } from '../policy/policy.ts';
import { DAY_SECONDS } from '../units.ts';
import type { Actual, BackupGroup } from '../world/actual.ts';
import { drawPlan } from './draw.ts';
import { brief, briefs, codes, draw } from '#test/draw.ts';

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

  test('a storage that somebody disabled is switched on again', () => {
    const policy = makePolicy();
    const applied = applySteps(makeActual(), draw(policy, makeActual()).plan.steps);
    assert.ok(applied.pve.storages.known);
    const storages = seen(applied.pve.storages.value.map((storage) => ({ ...storage, enabled: false })));
    const disabled = makeActual({ ...applied, pve: makePve({ ...applied.pve, storages }) });
    const { steps } = draw(policy, disabled).plan;
    assert.deepEqual(
      steps.map((step) => [brief(step), step.because, step.settings, step.means, step.weakening]),
      [
        [
          'change storage pbs-tier-1',
          'disable on → off',
          { disable: false },
          ['runs that failed before their first guest make points again'],
          undefined,
        ],
      ],
    );
    assert.deepEqual(briefs(draw(policy, applySteps(disabled, steps))), []);
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

  const FASTER: readonly { readonly name: string; readonly from: Partial<Tier>; readonly to: Partial<Tier> }[] = [
    {
      name: 'thirty days at four, then four hours at every other minute',
      from: { schedule: '04:00', retentionSeconds: 30 * DAY_SECONDS },
      to: { schedule: '*:0/2', retentionSeconds: 4 * 3600 },
    },
    {
      name: 'twelve weeks on Sundays, then a day of every hour',
      from: { schedule: 'sun 05:00', retentionSeconds: 84 * DAY_SECONDS },
      to: { schedule: '*:0', retentionSeconds: DAY_SECONDS },
    },
    {
      name: 'ten years, then a week of every minute',
      from: { keep: { yearly: 10 } },
      to: { schedule: '*:*', retentionSeconds: 7 * DAY_SECONDS },
    },
  ];
  for (const { name, from, to } of FASTER)
    test(`more runs kept for a shorter time weaken where there is no point yet: ${name}`, () => {
      const made = (given: Partial<Tier>): Policy => makePolicy({ tiers: [makeTier(given)] });
      const applied = applySteps(makeActual(), draw(made(from), makeActual()).plan.steps);
      const step = draw(made(to), applied).plan.steps.find(({ kind }) => kind === 'prune-job');
      assert.equal(step!.weakening, 'weaken:hf-tier-1');
    });

  test('more runs kept for as long weaken nothing', () => {
    const made = (given: Partial<Tier>): Policy => makePolicy({ tiers: [makeTier({ retentionSeconds: 30 * DAY_SECONDS, ...given })] });
    const applied = applySteps(makeActual(), draw(made({ schedule: '04:00' }), makeActual()).plan.steps);
    const step = draw(made({ schedule: '*:0' }), applied).plan.steps.find(({ kind }) => kind === 'prune-job');
    assert.equal(step?.weakening, undefined);
  });

  test('fewer kept points weaken also where there are none yet', () => {
    const before = makePolicy({ tiers: [makeTier({ keep: { daily: 30 } })] });
    const applied = applySteps(makeActual(), draw(before, makeActual()).plan.steps);
    assert.equal(draw(makePolicy({ tiers: [tier] }), applied).plan.steps[0]!.weakening, 'weaken:hf-tier-1');
  });
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
