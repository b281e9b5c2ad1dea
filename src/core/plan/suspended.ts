import type { ManagedObject } from '../desired/desired.ts';
import { readSuspension, suspensionOf, withSuspension } from '../pressure/suspension.ts';
import type { Site } from '../policy/policy.ts';
import type { Actual, BackupJob } from '../world/actual.ts';

/**
 * What must exist, with jobs that are suspended under pressure left suspended: no drift that an `apply` undoes in passing. One that the policy does not
 * let be suspended any more is to run again. What a job's comment says of its last suspension stays there: the daemon reads it.
 */
export function withSuspended(
  objects: readonly ManagedObject[],
  { pve }: Pick<Actual, 'pve'>,
  { pressure }: Pick<Site, 'pressure'>,
): readonly ManagedObject[] {
  const jobs = new Map((pve.backupJobs.known ? pve.backupJobs.value : []).map((job) => [job.id, job]));
  return objects.map((object) => {
    const job = object.kind === 'backup-job' ? jobs.get(object.id) : undefined;
    const mayRest = job && object.tier !== undefined && pressure?.tiers.includes(object.tier);
    return mayRest ? { ...object, settings: { ...object.settings, ...settingsOf(object, job) } } : object;
  });
}

function settingsOf({ settings }: ManagedObject, job: BackupJob): ManagedObject['settings'] {
  const last = readSuspension(job.comment);
  if (!last || !(job.enabled || suspensionOf(job))) return {};
  return { enabled: job.enabled, comment: withSuspension(String(settings['comment']), last) };
}
