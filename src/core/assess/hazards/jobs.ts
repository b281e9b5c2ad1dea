import { parseEvent } from '../../calendar/event.ts';
import { nextRun } from '../../calendar/next.ts';
import { misreadings } from '../../calendar/misread.ts';
import { zoneRules } from '../../calendar/zone.ts';
import type { Finding } from '../../finding.ts';
import { suspendedFindings } from '../../pressure/findings.ts';
import type { PbsActual, PruneJob, SyncJob, VerifyJob } from '../../world/actual.ts';
import { listOf, onObject, type Hazard, type Surroundings } from './context.ts';
import { danglingBackup, danglingPbsJob } from './dangling.ts';
import { vanishing } from './vanish.ts';

/** Jobs that cannot do what they say: they name what is not there, never run, or are misread. A disabled job does nothing, and that is told of the guests. */
export const jobHazards: Hazard = (around) => [
  ...suspendedFindings(around.actual, around.site, around.now),
  ...around.jobs
    .filter(({ enabled }) => enabled)
    .flatMap((job) => [
      ...danglingBackup(around, job),
      ...badEvent(around, `backup job ${job.id}`, job.schedule, `pvesh set /cluster/backup/${job.id}`),
    ]),
  ...around.actual.pbs.flatMap((server) => [
    ...listOf(server.pruneJobs).flatMap((job) => (job.disabled ? [] : pbsJob(around, server, 'prune', job))),
    ...listOf(server.verifyJobs).flatMap((job) => pbsJob(around, server, 'verify', job)),
    ...listOf(server.syncJobs).flatMap((job) => pbsJob(around, server, 'sync', job)),
    ...vanishing(around, server),
  ]),
];

function pbsJob(
  around: Surroundings,
  server: PbsActual,
  kind: 'prune' | 'verify' | 'sync',
  job: PruneJob | VerifyJob | SyncJob,
): Finding[] {
  const object = `${kind} job ${job.id} on PBS ${server.name}`;
  const set = `proxmox-backup-manager ${kind}-job update ${job.id}`;
  const event = job.schedule === undefined ? byHand(around, object, set) : badEvent(around, object, job.schedule, set);
  return [...danglingPbsJob(around, server, kind, job), ...event];
}

function byHand(around: Surroundings, object: string, set: string): Finding[] {
  return [
    onObject(around, object, {
      severity: 'info',
      code: 'HF-JOB-NEVER',
      problem: 'It has no schedule: it has no next run',
      why: 'it runs when a person starts it, and no sooner',
      fix: `give it a schedule, if it shall run by itself:\n    ${set} --schedule '04:30'`,
    }),
  ];
}

function badEvent(around: Surroundings, object: string, schedule: string, set: string): Finding[] {
  const parsed = parseEvent(schedule.trim());
  const zone = zoneRules(around.site.timeZone, around.now, around.now + 366 * 86_400);
  if (!parsed.ok || (zone && nextRun(parsed.event, zone, around.now) === undefined)) {
    return [
      onObject(around, object, {
        severity: 'error',
        code: 'HF-JOB-NEVER',
        problem: `Its schedule "${schedule}" ${parsed.ok ? 'never comes' : 'is no calendar event'}`,
        why: 'Proxmox accepted it, never starts the job, and says nothing',
        fix: `give it a schedule that comes:\n    ${set} --schedule '04:30'`,
      }),
    ];
  }
  const trap = misreadings(parsed.event, object).find(({ code }) => code === 'HF-CALENDAR-MINUTE');
  if (!trap) return [];
  const [words, meant] = trap.fix.split('\n');
  const fix = meant === undefined ? trap.fix : `${words}\n    ${set} --schedule '${meant.trim()}'`;
  return [onObject(around, object, { code: 'HF-EVENT-MISREAD', problem: trap.problem, why: trap.why, fix })];
}
