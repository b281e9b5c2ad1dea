import { dueAfter } from '../assess/due.ts';
import { roomOf, type Forecast } from '../capacity/forecast.ts';
import { isOurs, readMark, siteInMark } from '../desired/mark.ts';
import { placeOf, tierStorage } from '../desired/place.ts';
import type { UsageSample } from '../memory/record.ts';
import type { Policy, Pressure, Site, Tier, TierId } from '../policy/policy.ts';
import { DAY_SECONDS, spellDuration, type UnixSeconds } from '../units.ts';
import type { Actual, BackupJob } from '../world/actual.ts';
import { readSuspension, suspensionOf, withSuspension, type Suspension } from './suspension.ts';

/** A figure that is older says nothing of now: a PBS that is out is no pressure, and no relief either. */
const FRESH_SECONDS = 2 * 3600;
/** What a suspension changes is seen when two nights have passed. */
const EFFECT_SECONDS = 2 * DAY_SECONDS;

export type RelieveInput = {
  readonly policy: Policy;
  readonly site: Site;
  readonly actual: Actual;
  /** How each store fills, by the samples of the last weeks. */
  readonly forecasts: readonly Forecast[];
  /** Samples of the site, those since the oldest suspension among them. */
  readonly samples: readonly UsageSample[];
  readonly now: UnixSeconds;
};

/** One job to be suspended or taken back. */
export type Relief = {
  readonly act: 'suspend' | 'take-back';
  readonly tier: TierId;
  readonly job: Pick<BackupJob, 'id' | 'enabled' | 'comment'>;
  /** The comment that says so from then on. */
  readonly comment: string;
  readonly because: string;
};

/**
 * What to do about stores that are about to fill, one job a store at most. The lowest tier that the policy names is suspended first; the next one only
 * when two days have shown that this is not enough. Taken back: when there is room again, the most important first; when its time is up;
 * when the policy no longer names it. Every doubt keeps backups running: what is not foretold, not fresh or not seen suspends nothing.
 * It reads what is suspended from the jobs themselves, so that nothing is forgotten by a crash or a lost database.
 */
export function relieve(input: RelieveInput): readonly Relief[] {
  const { actual } = input;
  if (!actual.pve.backupJobs.known) return [];
  const jobs = actual.pve.backupJobs.value.flatMap((job) => tierJob(input, job));
  return [...Map.groupBy(jobs, ({ store }) => store)].flatMap(([store, own]) => relieveStore(input, store, own) ?? []);
}

type TierJob = { readonly job: BackupJob; readonly id: TierId; readonly tier: Tier | undefined; readonly store: string | undefined };

/** Jobs of ours at this site, each with the datastore it fills. */
function tierJob({ policy, site }: RelieveInput, job: BackupJob): TierJob[] {
  const mark = readMark(job.comment);
  if (!isOurs(job.id, job.comment) || mark?.tier === undefined || mark.site !== siteInMark(site.name)) return [];
  const id = mark.tier;
  const tier = policy.tiers.find((one) => one.id === id);
  const place = tier && job.storage === tierStorage(id) ? placeOf(site, tier) : undefined;
  return [{ job, id, tier, store: place && `datastore:${place.pbs}/${place.datastore}` }];
}

function relieveStore(input: RelieveInput, store: string | undefined, jobs: readonly TierJob[]): Relief | undefined {
  const { site, now } = input;
  const { pressure } = site;
  const byImportance = jobs.toSorted((a, b) => a.id - b.id);
  const suspended = byImportance.flatMap((one) => {
    const suspension = suspensionOf(one.job);
    return suspension ? [{ ...one, suspension }] : [];
  });
  for (const one of suspended) {
    if (!pressure?.tiers.includes(one.id)) return takeBack(one, now, 'the policy no longer lets it be suspended');
    if (now >= one.suspension.untilAt)
      return takeBack(one, now, `its time is up: it was suspended for ${spellDuration(now - one.suspension.sinceAt)}`);
  }
  if (!pressure || store === undefined) return undefined;
  const left = suspended.length > 0 ? leftSince(input, store, lastChange(jobs)) : leftByForecast(input, store);
  if (left === undefined) return undefined;
  const [first] = suspended;
  if (first && left >= pressure.resumeSeconds)
    return takeBack(first, now, `${spellLeft(store, left)}, no less than ${spellDuration(pressure.resumeSeconds)}`);
  if (left >= pressure.belowSeconds) return undefined;
  const lowest = byImportance.findLast(({ id, job }) => id !== 1 && job.enabled && pressure.tiers.includes(id));
  // While the lowest has its turn, no other is suspended in its place.
  if (!lowest || isResting(input, lowest)) return undefined;
  return suspend(lowest, now, { pressure, because: `${spellLeft(store, left)}, less than ${spellDuration(pressure.belowSeconds)}` });
}

function suspend(
  { job, id }: TierJob,
  now: UnixSeconds,
  { pressure, because }: { readonly pressure: Pressure; readonly because: string },
): Relief {
  const comment = withSuspension(job.comment, { sinceAt: now, untilAt: now + pressure.forSeconds });
  return { act: 'suspend', tier: id, job, comment, because };
}

function takeBack({ job, id, suspension }: TierJob & { readonly suspension: Suspension }, now: UnixSeconds, because: string): Relief {
  return { act: 'take-back', tier: id, job, comment: withSuspension(job.comment, { ...suspension, backAt: now }), because };
}

function lastChange(jobs: readonly TierJob[]): UnixSeconds {
  return Math.max(
    ...jobs.flatMap(({ job }) => {
      const { sinceAt, backAt } = readSuspension(job.comment) ?? {};
      return [sinceAt ?? 0, backAt ?? 0];
    }),
  );
}

/** Seconds until garbage collection can no longer run; undefined where that is not known. */
function leftByForecast({ forecasts, now }: RelieveInput, store: string): number | undefined {
  const found = forecasts.find(({ what }) => what === store);
  if (!found?.known || now - found.at > FRESH_SECONDS) return undefined;
  return found.stuckAt.usual === undefined ? Infinity : Math.max(0, found.stuckAt.usual - now);
}

/**
 * The same by what was seen since the last change alone: the forecast of sixty days hardly notices that a tier is silent since the day before yesterday.
 * The fullest moments of the first and the last day are compared.
 */
function leftSince({ samples, now }: RelieveInput, store: string, sinceAt: UnixSeconds): number | undefined {
  const own = samples.filter(({ what, at }) => what === store && at >= sinceAt && at <= now).toSorted((a, b) => a.at - b.at);
  const newest = own.at(-1);
  const same = own.filter(({ totalBytes }) => totalBytes === newest?.totalBytes);
  const [first] = same;
  if (!newest || !first || now - newest.at > FRESH_SECONDS || newest.at - first.at < EFFECT_SECONDS) return undefined;
  const fullest = (from: UnixSeconds): number =>
    Math.max(...same.filter(({ at }) => at >= from && at <= from + DAY_SECONDS).map(({ usedBytes }) => usedBytes));
  const grownBytes = fullest(newest.at - DAY_SECONDS) - fullest(first.at);
  const room = roomOf(newest);
  if (room <= 0) return 0;
  return grownBytes <= 0 ? Infinity : (room / grownBytes) * (newest.at - first.at - DAY_SECONDS);
}

/** After a suspension a job is left alone for as long, and until it has run once. */
function isResting({ policy, site, now }: RelieveInput, { job, tier }: TierJob): boolean {
  const last = readSuspension(job.comment);
  if (!last || !tier) return false;
  const { sinceAt, untilAt, backAt = untilAt } = last;
  const dueAt = dueAfter(tier, { ...policy.assume, ...tier.assume }, site.timeZone, now)(backAt) ?? 0;
  return now < Math.max(backAt + untilAt - sinceAt, dueAt);
}

function spellLeft(store: string, left: number): string {
  const time =
    left === Infinity ? 'for as long as can be foretold' : left === 0 ? 'no longer' : `for ${spellDuration(Math.floor(left))} more`;
  return `on datastore ${store.slice('datastore:'.length)} garbage collection can run ${time}`;
}
