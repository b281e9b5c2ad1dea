import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  makeActual,
  makeBackupJob,
  makeGroup,
  makePbsAccess,
  makePolicy,
  makePve,
  makeSeedTiers,
  makeSite,
  makeSnapshot,
  makeSyncJob,
  makeTier,
  makeVerifyJob,
  NOW,
  seen,
} from '#test/make.ts';
import { applySteps } from '#test/apply-model.ts';
import { withSuspension } from '../pressure/suspension.ts';
import type { Actual, BackupJob, PbsActual } from '../world/actual.ts';
import { brief, briefs, codes, draw } from '#test/draw.ts';

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
