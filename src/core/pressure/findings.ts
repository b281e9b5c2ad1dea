import { isOurs, readMark } from '../desired/mark.ts';
import type { Finding } from '../finding.ts';
import type { Site } from '../policy/policy.ts';
import { spellInstant, type UnixSeconds } from '../units.ts';
import type { Actual } from '../world/actual.ts';
import { suspensionOf } from './suspension.ts';

/**
 * Backup jobs of ours that are suspended under pressure, as their comments say: an error each, of the whole site, so that it is told in quiet hours too.
 * The promise to their guests stays what it is, and they are judged by it.
 */
export function suspendedFindings(
  { pve }: Pick<Actual, 'pve'>,
  site: Pick<Site, 'name' | 'timeZone'>,
  now: UnixSeconds,
): readonly Finding[] {
  return (pve.backupJobs.known ? pve.backupJobs.value : []).flatMap((job): Finding[] => {
    const suspension = isOurs(job.id, job.comment) ? suspensionOf(job) : undefined;
    const tier = readMark(job.comment)?.tier;
    if (!suspension || tier === undefined) return [];
    const { sinceAt, untilAt } = suspension;
    const day = (at: UnixSeconds): string => spellInstant(at, site.timeZone, { zone: false }).slice(0, 16);
    const overdue = now > untilAt + OVERDUE_SECONDS;
    return [
      {
        severity: 'error',
        code: 'HF-PRESSURE',
        at: `${site.name}: backup job ${job.id}`,
        site: site.name,
        touches: [tier],
        problem: overdue
          ? `Tier ${tier} is not backed up: its job was suspended until ${day(untilAt)} and still is`
          : `Tier ${tier} is not backed up: its job is suspended since ${day(sinceAt)}, because its datastore was about to fill`,
        why: `${overdue ? '' : `until ${day(untilAt)} at the latest `}none of its guests gets a new recovery point, and what each would lose grows past what was promised`,
        fix: overdue
          ? `take it back by hand, then see why the daemon did not:\n    pvesh set /cluster/backup/${job.id} --enabled 1\n    holdfast doctor`
          : `make room on the datastore (holdfast capacity), or back the tier up all the same:\n    pvesh set /cluster/backup/${job.id} --enabled 1`,
      },
    ];
  });
}

/** A look comes every few minutes, and takes back what is due. */
const OVERDUE_SECONDS = 3600;
