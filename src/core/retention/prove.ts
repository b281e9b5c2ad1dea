import type { Tier } from '../policy/policy.ts';
import { spellExact } from '../units.ts';
import { worstExposure } from './exposure.ts';
import type { Chances } from './fall.ts';
import { givenRules, spellKeep, type KeepRules } from './keep.ts';
import { greatestLife, leastLife, leastReach } from './lifetime.ts';
import { chancesOf, type Fix, type Given, type PointsKept, type Proof, type TierProof, type Weighed } from './proof.ts';
import { brokenPromise, keepImpossible, scheduleUnproved } from './refute.ts';
import { fixFor, scheduleFix } from './repair.ts';
import { rtoUnproved } from './rto.ts';
import { lossOf, minutes } from './scenario.ts';
import { cost, solveKeep } from './solve.ts';
import { layOutIn, zoneFrom, type Timeline } from './timeline.ts';
import { oldestVerification, pruneJob, syncJob, verifyJob, type Beside, type Upkeep, type Where } from './upkeep.ts';

/**
 * Proves the promises of one tier against the calendar of every zone its sites lie in.
 *
 * A promise holds, or it comes with a counterexample with dates in it, a finding and a fix that was proved. A schedule that cannot be
 * proved at all (invalid, never, ends, unknown zone) is a finding. The argument: docs/design/retention-proof.md.
 */
export function proveTier(tier: Tier, given: Given): TierProof {
  const bare = weighTier(tier, given);
  const fixes: Fix[] = [];
  const findings = bare.findings.map((finding, i) => {
    const subject = bare.subjects[i]!;
    const fix =
      subject === 'schedule' ? scheduleFix(tier, given, weighTier) : fixFor(subject, { tier, given, before: bare, weigh: weighTier });
    if (!fix) return finding;
    fixes.push({ ...fix, code: finding.code, promise: subject === 'schedule' ? 'schedule' : subject.promise });
    return { ...finding, fix: fix.text };
  });
  const { subjects: _, ...rest } = bare;
  return { ...rest, findings, fixes };
}

/** What the jobs beside a tier's backups have to be; undefined where none keeps the promise. */
export function upkeepOfTier(tier: Tier, given: Given): Upkeep | undefined {
  return weighTier(tier, given).upkeep;
}

function weighTier(tier: Tier, given: Given): Weighed {
  const chances = chancesOf(given.assume, tier);
  const zones = given.timeZones.map((timeZone) => zoneFrom(timeZone, given.fromAt));
  const layouts = zones.map((zone, i) =>
    zone ? layOutIn(tier.schedule, zone, given.fromAt) : { kind: 'zone' as const, timeZone: given.timeZones[i]! },
  );
  const unproved = [rtoUnproved(tier, given.assume)];
  const common = { id: tier.id, name: tier.name, schedule: tier.schedule, chances, unproved, fromAt: given.fromAt };
  const trouble = layouts.find((layout) => 'kind' in layout);
  if (trouble || layouts.length === 0) {
    const finding = scheduleUnproved(tier, trouble ?? { kind: 'zone', timeZone: '' });
    return {
      ...common,
      toAt: given.fromAt,
      proofs: [],
      findings: [finding],
      subjects: ['schedule'],
      keepIs: tier.keep ? 'fixed' : 'computed',
    };
  }
  const timelines = layouts as Timeline[];
  const where: Where = { zones: timelines.map(({ zone }) => zone), fromAt: given.fromAt };
  const prune = pruneJob(tier.schedule, chances, where);
  const keep = tier.keep ?? solveKeep(timelines, tier, chances, prune?.widestSeconds);
  const about: About = { tier, timelines, chances, strict: given.strict, ...(prune ? { prune } : {}), where };
  const verify = tier.verify && verifyJob(tier.verify, chances, where);
  const sync = tier.offsite && syncJob(tier.offsite, chances, where);
  const proofs = [
    proveRpo(about),
    ...(keep ? proveKeep(about, keep) : []),
    ...proveVerify(about, verify),
    ...proveSync(about, sync),
    ...(given.strict && tier.statedKeep ? [proveRetention(about, tier.statedKeep, 'stated-keep')] : []),
  ];
  const broken = proofs.filter(({ holds }) => !holds);
  const impossible = keep ? [] : [keepImpossibleProof(about)];
  return {
    ...common,
    toAt: Math.min(...timelines.map(({ toAt }) => toAt)),
    proofs: [...proofs, ...impossible],
    findings: [...broken.map((proof) => brokenPromise(tier, proof, chances)), ...impossible.map((proof) => keepImpossible(tier, proof))],
    subjects: [...broken, ...impossible],
    keepIs: tier.keep ? 'fixed' : 'computed',
    ...(keep ? { keep } : {}),
    ...(keep && givenRules(keep).length > 0 && prune ? { pointsKept: pointsKept(about, keep, prune) } : {}),
    ...(keep && prune
      ? {
          upkeep: {
            keep,
            pruneSchedule: prune.schedule,
            ...(verify ? { verify: { schedule: verify.schedule, outdatedAfterDays: verify.outdatedAfterDays } } : {}),
            ...(sync ? { sync: { schedule: sync.schedule } } : {}),
          },
        }
      : {}),
  };
}

type About = {
  readonly tier: Tier;
  readonly timelines: readonly Timeline[];
  readonly chances: Chances;
  readonly strict: boolean;
  readonly prune?: Beside;
  readonly where: Where;
};

/** The zone in which a promise fares worst speaks for it. */
function worstZone(timelines: readonly Timeline[], prove: (timeline: Timeline) => Proof): Proof {
  const proofs = timelines.map(prove);
  return proofs.find(({ holds }) => !holds) ?? proofs[0]!;
}

function proveRpo({ tier, timelines, chances, strict }: About): Proof {
  const graceSeconds = strict ? 0 : tier.graceSeconds;
  return worstZone(timelines, (timeline) => {
    const { runs, zone } = timeline;
    const worst = worstExposure(timeline, chances);
    const common = { promise: 'rpo' as const, promisedSeconds: tier.rpoSeconds, graceSeconds, timeZone: zone.timeZone };
    if (!worst)
      return { ...common, holds: false, worst: 'fewer runs than may be lost', counterexample: 'every run of the stretch may be lost' };
    const when = (i: number): string => minutes(runs[i]!, zone.timeZone);
    const lost = chances.lostRuns === 0 ? '' : `, with ${chances.lostRuns === 1 ? 'the run' : `${chances.lostRuns} runs`} in between lost`;
    const done = minutes(runs[worst.to]! + chances.queueSeconds + chances.durationSeconds, zone.timeZone);
    const text = `data is ${spellExact(worst.seconds, ' ')} old at ${done}: the backup before began ${when(worst.from)}, the next began ${when(worst.to)} at the earliest${lost}`;
    const holds = worst.seconds <= tier.rpoSeconds + graceSeconds;
    const worstAt = runs[worst.to]! + chances.queueSeconds + chances.durationSeconds;
    return { ...common, holds, worstSeconds: worst.seconds, worstAt, worst: text, ...(holds ? {} : { counterexample: text }) };
  });
}

function proveKeep(about: About, keep: KeepRules): Proof[] {
  const { tier } = about;
  return [
    proveRetention(about, keep, 'retention'),
    ...(tier.reachSeconds === undefined ? [] : [proveReach(about, keep, tier.reachSeconds)]),
    ...(tier.deleteAfterSeconds === undefined ? [] : [proveDeleteAfter(about, keep, tier.deleteAfterSeconds)]),
  ];
}

function proveRetention({ tier, timelines, chances }: About, keep: KeepRules, promise: 'retention' | 'stated-keep'): Proof {
  return worstZone(timelines, (timeline) => {
    const common = { promise, promisedSeconds: tier.retentionSeconds, timeZone: timeline.zone.timeZone };
    const life = leastLife(timeline, keep, chances);
    if (!life) return { ...common, holds: true, worst: `${spellKeep(keep)}: nothing is removed in the years looked at` };
    const loss = lossOf(timeline, keep, chances, { life, promisedSeconds: tier.retentionSeconds });
    const holds = life.seconds >= tier.retentionSeconds;
    if (!holds)
      return {
        ...common,
        holds,
        worstSeconds: Math.max(life.seconds, loss.ageSeconds),
        worstAt: loss.goneAt,
        worst: loss.text,
        counterexample: loss.text,
      };
    return { ...common, holds, worstSeconds: life.seconds, worstAt: loss.goneAt, worst: loss.text };
  });
}

function proveReach({ timelines, chances }: About, keep: KeepRules, promisedSeconds: number): Proof {
  return worstZone(timelines, (timeline) => {
    const common = { promise: 'reach' as const, promisedSeconds, timeZone: timeline.zone.timeZone };
    const life = leastReach(timeline, keep, chances);
    if (!life) return { ...common, holds: true, worst: 'nothing is removed in the years looked at' };
    const when = (i: number): string => minutes(timeline.runs[i]!, timeline.zone.timeZone);
    const text = `a prune after the backup of ${when(life.removedBy)} leaves ${when(life.madeBy)} as the oldest point: a restore then reaches ${spellExact(life.seconds, ' ')} back`;
    const holds = life.seconds >= promisedSeconds;
    return {
      ...common,
      holds,
      worstSeconds: life.seconds,
      worstAt: timeline.runs[life.removedBy]!,
      worst: text,
      ...(holds ? {} : { counterexample: text }),
    };
  });
}

function proveDeleteAfter({ timelines, chances, prune }: About, keep: KeepRules, promisedSeconds: number): Proof {
  return worstZone(timelines, (timeline) => {
    const common = { promise: 'delete-after' as const, promisedSeconds, timeZone: timeline.zone.timeZone };
    const life = prune && greatestLife(timeline, keep, chances);
    if (!life) {
      const text = prune
        ? `${spellKeep(keep)} may keep a point longer than the years looked at`
        : 'no prune job runs reliably, so nothing is ever removed';
      return { ...common, holds: false, worst: text, counterexample: text };
    }
    const seconds = life.seconds + prune.widestSeconds;
    const when = (i: number): string => minutes(timeline.runs[i]!, timeline.zone.timeZone);
    const text = `the point of ${when(life.madeBy)} is kept until the prune after the backup of ${when(life.removedBy)}, up to ${spellExact(seconds, ' ')} old`;
    const holds = seconds <= promisedSeconds;
    return {
      ...common,
      holds,
      worstSeconds: seconds,
      worstAt: timeline.runs[life.madeBy]! + seconds,
      worst: text,
      ...(holds ? {} : { counterexample: text }),
    };
  });
}

function proveVerify({ tier, chances, timelines }: About, job: ReturnType<typeof verifyJob>): Proof[] {
  if (!tier.verify) return [];
  const { withinSeconds, everySeconds } = tier.verify;
  const { timeZone } = timelines[0]!.zone;
  const none = 'even a verify job every quarter of an hour is too late, with its own duration';
  const proofOf = (
    promise: 'verify-within' | 'verify-every',
    promisedSeconds: number,
    worstSeconds: number | undefined,
    text: string,
  ): Proof =>
    job
      ? { promise, promisedSeconds, timeZone, holds: true, worstSeconds: worstSeconds!, worst: text }
      : { promise, promisedSeconds, timeZone, holds: false, worst: none, counterexample: none };
  const busy = chances.queueSeconds + chances.durationSeconds;
  return [
    ...(withinSeconds === undefined
      ? []
      : [proofOf('verify-within', withinSeconds, job && job.widestSeconds + busy, `job "${job?.schedule}"`)]),
    proofOf(
      'verify-every',
      everySeconds,
      job && oldestVerification(job, chances),
      `job "${job?.schedule}", outdated-after ${job?.outdatedAfterDays}`,
    ),
  ];
}

function proveSync({ tier, chances, timelines }: About, job: Beside | undefined): Proof[] {
  if (!tier.offsite) return [];
  const common = { promise: 'offsite-within' as const, promisedSeconds: tier.offsite.withinSeconds, timeZone: timelines[0]!.zone.timeZone };
  if (!job) {
    const text =
      tier.offsite.schedule === undefined
        ? 'even a sync job every quarter of an hour is too late, with its own duration'
        : `the sync schedule "${tier.offsite.schedule}" does not go on`;
    return [{ ...common, holds: false, worst: text, counterexample: text }];
  }
  const seconds = job.widestSeconds + chances.queueSeconds + chances.durationSeconds;
  const text = `a point finished right after a sync at "${job.schedule}" waits ${spellExact(job.widestSeconds, ' ')} for the next, and is copied ${spellExact(seconds, ' ')} later at the latest`;
  const holds = seconds <= tier.offsite.withinSeconds;
  return [{ ...common, holds, worstSeconds: seconds, worst: text, ...(holds ? {} : { counterexample: text }) }];
}

function keepImpossibleProof({ tier, timelines }: About): Proof {
  const { retentionSeconds, reachSeconds, deleteAfterSeconds } = tier;
  const text = [
    `no keep-* options keep every point for ${spellExact(retentionSeconds, ' ')}`,
    ...(reachSeconds === undefined ? [] : [`reach ${spellExact(reachSeconds, ' ')} back`]),
    ...(deleteAfterSeconds === undefined ? [] : [`have it gone by ${spellExact(deleteAfterSeconds, ' ')}`]),
  ].join(' and ');
  return {
    promise: 'retention',
    promisedSeconds: tier.retentionSeconds,
    timeZone: timelines[0]!.zone.timeZone,
    holds: false,
    worst: text,
    counterexample: text,
  };
}

/** Right after a prune; most of the time; and right before a prune, with backups made by hand and one that runs. */
function pointsKept({ tier, timelines, chances }: About, keep: KeepRules, prune: Beside): PointsKept {
  const least = cost(keep);
  const { runs } = timelines[0]!;
  const between = mostRunsWithin(runs.subarray(0, 500), prune.widestSeconds);
  const locked = tier.lock ? mostRunsWithin(runs, tier.retentionSeconds + chances.queueSeconds) : 0;
  return {
    least,
    usual: least + Math.floor((between - 1) / 2),
    most: least + between + chances.extraRuns * (between + 1),
    ...(tier.lock && { locked: locked + chances.extraRuns * (locked + 1) }),
  };
}

function mostRunsWithin(runs: Float64Array, seconds: number): number {
  let most = 1;
  for (let i = 0, end = 0; i < runs.length; i++) {
    while (end < runs.length && runs[end]! - runs[i]! <= seconds) end += 1;
    most = Math.max(most, end - i);
  }
  return most;
}
