import type { Assessment, GuestAssessment } from '../assess/assessment.ts';
import { coveringOf } from '../assess/covering.ts';
import { dueAfter } from '../assess/due.ts';
import { runsOf } from '../assess/runs.ts';
import { notesTemplate } from '../desired/mark.ts';
import { tierStorage } from '../desired/place.ts';
import type { Assume, Policy, Site } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual, Guest } from '../world/actual.ts';
import { decideRetry, type RetryDecision } from './retry.ts';

export type FailedGuest = {
  readonly guest: Guest;
  readonly decision: RetryDecision;
  /** As the job of its tier would back it up. */
  readonly storage: string;
  readonly mode: string;
  readonly notes: string;
};

export type RetriesInput = {
  readonly policy: Policy;
  readonly site: Site;
  readonly actual: Actual;
  readonly assessment: Assessment;
  /** `user@realm!name` of the login that repeats. */
  readonly login: string;
  readonly now: UnixSeconds;
};

/**
 * Guests that a job of their tier backs up, and what is to become of their last run. Nothing where some task, job or point may not have been
 * seen: what looks failed may have gone well since, and what looks idle may be at work. A repeat stands in for a scheduled run that left nothing: without
 * one since the newest point nothing is owed, so that there are never more points than runs, and keep-last keeps as long as was proved.
 */
export function failedGuests({ policy, site, actual, assessment, login, now }: RetriesInput): readonly FailedGuest[] {
  const { guests, backupTasks } = actual.pve;
  const covering = coveringOf(actual);
  if (!guests.known || !backupTasks.known || !backupTasks.complete || !covering.known) return [];
  const byVmid = new Map(guests.value.map((guest) => [guest.vmid, guest]));
  const owedBy = new Map(policy.tiers.map((tier) => [tier.id, dueAfter(tier, AT_ONCE, site.timeZone, now)]));
  return assessment.guests.flatMap(({ vmid, tier: id, posture, points }): FailedGuest[] => {
    const guest = byVmid.get(vmid);
    const tier = policy.tiers.find((one) => one.id === id);
    if (!guest || !tier || posture === 'unknown' || posture === 'exempt') return [];
    const storage = tierStorage(tier.id);
    const jobs = covering.jobsOf(guest).enabled.filter((job) => job.storage === storage);
    const [job] = jobs;
    if (!job) return [];
    const newestPointAt = newestOf(points);
    const nextRuns = jobs.flatMap(({ nextRunAt }) => nextRunAt ?? []);
    const decision = decideRetry({
      guest,
      tier,
      tasks: backupTasks.value,
      storage,
      login,
      longestSeconds: longestOf(actual, guest, { ...policy.assume, ...tier.assume }),
      timeZone: site.timeZone,
      now,
      ...(newestPointAt !== undefined && { newestPointAt }),
      ...(nextRuns.length > 0 && { nextRunAt: Math.min(...nextRuns) }),
      ...(site.window && { window: site.window }),
    });
    const owedAt = owedBy.get(tier.id)!(newestPointAt ?? 0);
    if (decision.act !== 'none' && !(owedAt !== undefined && owedAt <= now)) return [];
    return [{ guest, decision, storage, mode: job.mode, notes: job.notesTemplate ?? notesTemplate(tier) }];
  });
}

/** Of a schedule its bare begins. */
const AT_ONCE: Assume = { durationSeconds: 0, queueSeconds: 0, lostRuns: 0, extraRuns: 0, restoreBytesPerSecond: 1 };

/** Of all that count for prune, whether a guest could be brought back to them or not. */
function newestOf(points: GuestAssessment['points']): UnixSeconds | undefined {
  const finished = points.flatMap(({ at, snapshot }) => (snapshot.sizeBytes === undefined ? [] : [at]));
  return finished.length === 0 ? undefined : Math.max(...finished);
}

/** The longest of its runs that went well, or what the policy assumes; and its wait. */
function longestOf(actual: Actual, { vmid }: Guest, { durationSeconds, queueSeconds }: Assume): number {
  const took = runsOf(actual, vmid).flatMap(({ result }) => (result.result === 'ok' ? (result.durationSeconds ?? []) : []));
  return (took.length > 0 ? Math.max(...took) : durationSeconds) + queueSeconds;
}
