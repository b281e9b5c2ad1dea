import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeActual, makeBackupJob, makePolicy, makePve, makeSite, makeTier, NOW, seen, unseen } from '#test/make.ts';
import { forecast } from '../capacity/forecast.ts';
import { markedComment } from '../desired/mark.ts';
import type { UsageSample } from '../memory/record.ts';
import type { Pressure } from '../policy/policy.ts';
import type { BackupJob } from '../world/actual.ts';
import { suspendedFindings } from './findings.ts';
import { relieve } from './relieve.ts';
import { readSuspension, suspensionOf, withSuspension } from './suspension.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const GIB = 2 ** 30;
const TOTAL = 1000 * GIB;
const PRESSURE: Pressure = { tiers: [4, 3], belowSeconds: 14 * DAY, resumeSeconds: 30 * DAY, forSeconds: 7 * DAY };

type World = {
  /** What is used `days` days before now, in GiB; `fast` fills within ten days, `slow` in a year. */
  readonly used: (days: number) => number;
  readonly jobs?: readonly BackupJob[];
  readonly pressure?: Pressure | undefined;
  readonly seenDays?: number;
  /** How old the newest sample is. */
  readonly staleSeconds?: number;
};

const fast = (days: number): number => 890 - days * 10;
const slow = (days: number): number => 700 - days * 0.5;

const home = makeSite();
const tiers = [1, 2, 3, 4].map((id) => makeTier({ id }));

function job(id: number, more: Partial<BackupJob> = {}): BackupJob {
  const comment = markedComment(home, tiers[id - 1]!);
  const selection = { by: 'pool', pool: `tier-${id}` } as const;
  return makeBackupJob({ id: `hf-tier-${id}`, storage: `pbs-tier-${id}`, selection, comment, ...more });
}

const JOBS = [1, 2, 3, 4].map((id) => job(id));
/** Suspended so many days ago. */
function away(id: number, days: number, forDays = 7): BackupJob {
  const sinceAt = NOW - days * DAY;
  return job(id, { enabled: false, comment: withSuspension(job(id).comment, { sinceAt, untilAt: sinceAt + forDays * DAY }) });
}
/** Suspended so many days ago for a week, and taken back after `after` days. */
function back(id: number, days: number, after = 7): BackupJob {
  const sinceAt = NOW - days * DAY;
  return job(id, { comment: withSuspension(job(id).comment, { sinceAt, untilAt: sinceAt + 7 * DAY, backAt: sinceAt + after * DAY }) });
}
const others = (...jobs: readonly BackupJob[]): readonly BackupJob[] => JOBS.map((one) => jobs.find(({ id }) => id === one.id) ?? one);

function decide({ used, jobs = JOBS, seenDays = 30, staleSeconds = 0, ...given }: World): string {
  const pressure = 'pressure' in given ? given.pressure : PRESSURE;
  const site = makeSite(pressure && { pressure });
  const samples = Array.from({ length: seenDays * 24 }, (_, hour): UsageSample => {
    const usedBytes = used(hour / 24) * GIB;
    const at = NOW - staleSeconds - hour * HOUR;
    return { site: 'home', what: 'datastore:pbs/main', at, totalBytes: TOTAL, usedBytes, availableBytes: TOTAL - usedBytes };
  });
  const actual = makeActual({ pve: makePve({ backupJobs: seen(jobs) }) });
  const input = { policy: makePolicy({ sites: [site], tiers }), site, actual, samples, now: NOW };
  const found = relieve({ ...input, forecasts: forecast(samples, NOW) });
  return found.map(({ act, job: { id } }) => `${act} ${id}`).join(', ') || 'nothing';
}

describe('relieve', () => {
  /** Fills fast until two and a half days ago, since then `since` GiB a day. */
  const since = (perDay: number) => (days: number) => (days <= 2.5 ? 865 - days * perDay : fast(days));
  const CASES: readonly (readonly [name: string, world: World, does: string])[] = [
    ['room for a year', { used: slow }, 'nothing'],
    ['full within ten days', { used: fast }, 'suspend hf-tier-4'],
    ['nothing is foretold: seen for five days', { used: fast, seenDays: 5 }, 'nothing'],
    ['the figures are of three hours ago', { used: fast, staleSeconds: 3 * HOUR }, 'nothing'],
    ['the policy names no tier', { used: fast, pressure: undefined }, 'nothing'],
    ['the policy names tier 3 alone', { used: fast, pressure: { ...PRESSURE, tiers: [3] } }, 'suspend hf-tier-3'],
    ['whatever a draft says, tier 1 never', { used: fast, pressure: { ...PRESSURE, tiers: [1] } }, 'nothing'],
    ['a person disabled the lowest', { used: fast, jobs: others(job(4, { enabled: false })) }, 'suspend hf-tier-3'],
    ['the lowest is not ours', { used: fast, jobs: others(job(4, { comment: 'by hand' })) }, 'suspend hf-tier-3'],
    ['the lowest saves to another storage', { used: fast, jobs: others(job(4, { storage: 'nas' })) }, 'suspend hf-tier-3'],
    ['suspended yesterday: too early to see what it does', { used: fast, jobs: others(away(4, 1)) }, 'nothing'],
    ['two days on it fills as before', { used: fast, jobs: others(away(4, 2.5)) }, 'suspend hf-tier-3'],
    ['two days on it fills more slowly', { used: since(5), jobs: others(away(4, 2.5)) }, 'nothing'],
    ['two days on it fills no more', { used: since(0), jobs: others(away(4, 2.5)) }, 'take-back hf-tier-4'],
    ['all that may be are suspended', { used: fast, jobs: others(away(4, 5), away(3, 2.5)) }, 'nothing'],
    ['of two the more important comes back first', { used: since(0), jobs: others(away(4, 5), away(3, 2.5)) }, 'take-back hf-tier-3'],
    ['and the other not before two days have shown it', { used: since(0), jobs: others(away(4, 5), back(3, 4, 3)) }, 'nothing'],
    ['its time is up, whatever the datastore says', { used: fast, jobs: others(away(4, 7)) }, 'take-back hf-tier-4'],
    [
      'its time is up, and nothing is known of the datastore',
      { used: fast, staleSeconds: DAY, jobs: others(away(4, 8)) },
      'take-back hf-tier-4',
    ],
    ['back since yesterday after its time: left alone', { used: fast, jobs: others(back(4, 8)) }, 'nothing'],
    ['back for as long as it was away, and it has run', { used: fast, jobs: others(back(4, 14.5)) }, 'suspend hf-tier-4'],
    [
      'the policy no longer names it',
      { used: fast, jobs: others(away(4, 1)), pressure: { ...PRESSURE, tiers: [3] } },
      'take-back hf-tier-4',
    ],
    ['the policy suspends nothing any more', { used: fast, jobs: others(away(4, 1)), pressure: undefined }, 'take-back hf-tier-4'],
    ['a person enabled it before its time', { used: fast, jobs: others({ ...away(4, 3), enabled: true }) }, 'nothing'],
    ['a person disabled it after it had come back', { used: slow, jobs: others({ ...back(4, 30), enabled: false }) }, 'nothing'],
  ];
  for (const [name, world, does] of CASES) test(`${name}: ${does}`, () => assert.equal(decide(world), does));

  test('jobs that were not seen are left alone', () => {
    const site = makeSite({ pressure: PRESSURE });
    const actual = makeActual({ pve: makePve({ backupJobs: unseen() }) });
    const input = { policy: makePolicy({ sites: [site], tiers }), site, actual, samples: [], forecasts: [], now: NOW };
    assert.deepEqual(relieve(input), []);
  });

  test('what is written on the job says until when, and why is told', () => {
    const site = makeSite({ pressure: PRESSURE });
    const at = (days: number): UsageSample => {
      const usedBytes = fast(days) * GIB;
      return {
        site: 'home',
        what: 'datastore:pbs/main',
        at: NOW - days * DAY,
        totalBytes: TOTAL,
        usedBytes,
        availableBytes: TOTAL - usedBytes,
      };
    };
    const samples = Array.from({ length: 30 }, (_, days) => at(days));
    const actual = makeActual({ pve: makePve({ backupJobs: seen(JOBS) }) });
    const input = { policy: makePolicy({ sites: [site], tiers }), site, actual, samples, now: NOW };
    const [found] = relieve({ ...input, forecasts: forecast(samples, NOW) });
    assert.equal(found!.comment, `${job(4).comment}, suspended 2026-11-25T12:00:00Z to 2026-12-02T12:00:00Z`);
    assert.equal(found!.because, 'on datastore pbs/main garbage collection can run for 10d more, less than 14d');
  });
});

describe('what a comment says of a suspension', () => {
  const base = '[holdfast] home: tier 4, policy 3f9a12bc';
  const suspension = { sinceAt: NOW, untilAt: NOW + 7 * DAY };
  test('is read as it was written, and written once', () => {
    for (const one of [suspension, { ...suspension, backAt: NOW + DAY }]) {
      const comment = withSuspension(withSuspension(base, suspension), one);
      assert.deepEqual(readSuspension(comment), one);
      assert.equal(comment.split('suspended').length, 2);
    }
  });
  const CASES: readonly (readonly [name: string, comment: string])[] = [
    ['nothing', base],
    ['a date that does not exist', `${base}, suspended 2026-02-31T12:00:00Z to 2026-12-02T12:00:00Z`],
    ['words of a person', `${base}, suspended until spring`],
    ['words after it', `${withSuspension(base, suspension)} (ask Ann)`],
  ];
  for (const [name, comment] of CASES) test(`${name}: no suspension`, () => assert.equal(readSuspension(comment), undefined));
  test('a job that runs, or that somebody disabled after it was taken back, is not suspended', () => {
    const comment = withSuspension(base, suspension);
    assert.deepEqual(suspensionOf({ enabled: false, comment }), suspension);
    assert.equal(suspensionOf({ enabled: true, comment }), undefined);
    assert.equal(suspensionOf({ enabled: false, comment: withSuspension(base, { ...suspension, backAt: NOW }) }), undefined);
  });
});

test('a suspension that nobody ended is told as that', () => {
  const told = (days: number) => {
    const actual = makeActual({ pve: makePve({ backupJobs: seen(others(away(4, days))) }) });
    return suspendedFindings(actual, home, NOW).map(({ severity, problem, touches }) => `${severity} ${touches?.join()}: ${problem}`);
  };
  assert.deepEqual(told(1), [
    'error 4: Tier 4 is not backed up: its job is suspended since 2026-11-24 13:00, because its datastore was about to fill',
  ]);
  assert.deepEqual(told(7), [
    'error 4: Tier 4 is not backed up: its job is suspended since 2026-11-18 13:00, because its datastore was about to fill',
  ]);
  assert.deepEqual(told(8), ['error 4: Tier 4 is not backed up: its job was suspended until 2026-11-24 13:00 and still is']);
});
