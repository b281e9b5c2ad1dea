import { parseEvent } from '../calendar/event.ts';
import { nextRun } from '../calendar/next.ts';
import { zoneRules } from '../calendar/zone.ts';
import { readMark } from '../desired/mark.ts';
import type { Site, TierId } from '../policy/policy.ts';
import type { UnixSeconds } from '../units.ts';
import type { Actual, PbsTask } from '../world/actual.ts';

/** A run of a job that is to come. */
export type Upcoming = {
  readonly site: string;
  readonly timeZone: string;
  readonly what: 'backup' | 'prune' | 'verify' | 'copy' | 'gc';
  /** Of the job; of a collection, the datastore: `pbs/main`. */
  readonly id: string;
  readonly tier?: TierId;
  readonly at: UnixSeconds;
  /** The median of the last runs; absent where none was seen. */
  readonly usualSeconds?: number;
};

type Job = {
  readonly what: Upcoming['what'];
  readonly id: string;
  readonly comment: string;
  readonly schedule?: string;
  readonly nextRunAt?: UnixSeconds;
  /** In whose zone its schedule is read. */
  readonly zone: string;
  readonly seconds?: number;
};

/** What runs next at a site, from `now` to `untilAt`, soonest first. What a server said of its next run counts; once that has passed, the schedule. */
export function upcomingAt(
  site: Site,
  actual: Actual,
  { now, untilAt }: { readonly now: UnixSeconds; readonly untilAt: UnixSeconds },
): Upcoming[] {
  return [...pveJobs(site, actual), ...pbsJobs(site, actual)]
    .flatMap(({ what, id, comment, schedule, nextRunAt, zone, seconds }): Upcoming[] => {
      const at = nextRunAt !== undefined && nextRunAt >= now ? nextRunAt : reckon(schedule, zone, now);
      const tier = readMark(comment)?.tier;
      if (at === undefined || at > untilAt) return [];
      const about = { site: site.name, timeZone: site.timeZone, what, id, at };
      return [{ ...about, ...(tier !== undefined && { tier }), ...(seconds !== undefined && { usualSeconds: seconds }) }];
    })
    .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
}

function reckon(schedule: string | undefined, timeZone: string, now: UnixSeconds): UnixSeconds | undefined {
  const parsed = schedule === undefined ? undefined : parseEvent(schedule.trim());
  const zone = zoneRules(timeZone, now, now);
  return parsed?.ok && zone ? nextRun(parsed.event, zone, now) : undefined;
}

function pveJobs(site: Site, { pve: { backupJobs } }: Actual): Job[] {
  return (backupJobs.known ? backupJobs.value : [])
    .filter(({ enabled }) => enabled)
    .map(({ id, comment, schedule, nextRunAt }) => ({
      what: 'backup' as const,
      id,
      comment,
      schedule,
      ...(nextRunAt !== undefined && { nextRunAt }),
      zone: site.timeZone,
    }));
}

function pbsJobs(site: Site, { pbs }: Actual): Job[] {
  return pbs.flatMap(({ name, node, pruneJobs, verifyJobs, syncJobs, datastores, tasks }): Job[] => {
    const zone = node.known ? node.value.timeZone : site.timeZone;
    const runs = tasks.known ? tasks.value : [];
    const job = (what: Job['what'], type: string, one: Omit<Job, 'what' | 'zone'>): Job => {
      const seconds = usualSeconds(runs, type, what === 'gc' ? one.id.slice(name.length + 1) : one.id);
      return { ...one, what, zone, ...(seconds !== undefined && { seconds }) };
    };
    return [
      ...(pruneJobs.known ? pruneJobs.value : []).filter(({ disabled }) => !disabled).map((one) => job('prune', 'prunejob', one)),
      ...(verifyJobs.known ? verifyJobs.value : []).map((one) => job('verify', 'verificationjob', one)),
      ...(syncJobs.known ? syncJobs.value : []).map((one) => job('copy', 'syncjob', one)),
      ...(datastores.known ? datastores.value : []).flatMap(({ name: datastore, gcSchedule, gc }) =>
        gcSchedule === undefined
          ? []
          : [
              job('gc', 'garbage_collection', {
                id: `${name}/${datastore}`,
                comment: '',
                schedule: gcSchedule,
                ...(gc?.nextRunAt !== undefined && { nextRunAt: gc.nextRunAt }),
              }),
            ],
      ),
    ];
  });
}

/** A job's task carries the job's id at the end of its own: `main:hf-tier-1`. */
function usualSeconds(tasks: readonly PbsTask[], type: string, id: string): number | undefined {
  const took = tasks
    .filter(({ upid, endedAt }) => endedAt !== undefined && upid.type === type && (upid.id === id || upid.id.split(':').includes(id)))
    .map(({ upid, endedAt }) => endedAt! - upid.startedAt)
    .toSorted((a, b) => a - b);
  return took[Math.floor((took.length - 1) / 2)];
}
