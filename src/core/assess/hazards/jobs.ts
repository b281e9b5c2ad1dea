import { parseEvent } from '../../calendar/event.ts';
import { nextRun } from '../../calendar/next.ts';
import { misreadings } from '../../calendar/misread.ts';
import { zoneRules } from '../../calendar/zone.ts';
import type { Finding } from '../../finding.ts';
import { KEEP_UNITS, type KeepRules } from '../../retention/keep.ts';
import type { PbsActual, PruneJob } from '../../world/actual.ts';
import { reaches } from '../../world/namespace.ts';
import { listOf, onObject, type Hazard, type Surroundings } from './context.ts';

/** Jobs that cannot do what they say: they name what is not there, never run, or are misread. */
export const jobHazards: Hazard = (around) => [
  ...around.jobs.flatMap((job) => [
    ...ghostStorage(around, job.id, job.storage),
    ...badEvent(around, `backup job ${job.id}`, job.schedule),
  ]),
  ...around.actual.pbs.flatMap((server) => [
    ...listOf(server.pruneJobs).flatMap((job) => pbsJob(around, server, 'prune', job)),
    ...listOf(server.verifyJobs).flatMap((job) => pbsJob(around, server, 'verify', job)),
    ...listOf(server.syncJobs).flatMap((job) => pbsJob(around, server, 'sync', job)),
    ...vanishing(around, server),
  ]),
];

function ghostStorage(around: Surroundings, id: string, storage: string | undefined): Finding[] {
  if (storage === undefined || !around.actual.pve.storages.known || !around.actual.pve.storages.complete || around.storages.has(storage))
    return [];
  return [
    onObject(around, `backup job ${id}`, {
      severity: 'error',
      code: 'HF-JOB-DANGLING',
      problem: `It backs up to storage "${storage}", which does not exist`,
      why: 'each of its runs fails before the first guest',
      fix: `name a storage that exists, or remove the job:\n    pvesh delete /cluster/backup/${id}`,
    }),
  ];
}

type AnyPbsJob = { readonly id: string; readonly datastore: string; readonly namespace: string; readonly schedule?: string };

function pbsJob(around: Surroundings, server: PbsActual, kind: string, job: AnyPbsJob): Finding[] {
  const object = `${kind} job ${job.id} on PBS ${server.name}`;
  const told = job.schedule === undefined ? [] : badEvent(around, object, job.schedule);
  const stores = server.datastores;
  if (!stores.known || !stores.complete || stores.value.some(({ name }) => name === job.datastore)) return told;
  return [
    ...told,
    onObject(around, object, {
      severity: 'error',
      code: 'HF-JOB-DANGLING',
      problem: `It works on datastore "${job.datastore}", which does not exist`,
      why: 'PBS accepts such a job, and each of its runs fails',
      fix: `name a datastore that exists, or remove the job:\n    proxmox-backup-manager ${kind}-job remove ${job.id}`,
    }),
  ];
}

function badEvent(around: Surroundings, object: string, schedule: string): Finding[] {
  const parsed = parseEvent(schedule.trim());
  const zone = zoneRules(around.site.timeZone, around.now, around.now + 366 * 86_400);
  if (!parsed.ok || (zone && nextRun(parsed.event, zone, around.now) === undefined)) {
    return [
      onObject(around, object, {
        severity: 'error',
        code: 'HF-JOB-NEVER',
        problem: `Its schedule "${schedule}" ${parsed.ok ? 'never comes' : 'is no calendar event'}`,
        why: 'Proxmox accepted it, never starts the job, and says nothing',
        fix: 'give it a schedule that comes:\n    holdfast calendar "02:00"',
      }),
    ];
  }
  const trap = misreadings(parsed.event, object).find(({ code }) => code === 'HF-CALENDAR-MINUTE');
  if (!trap) return [];
  return [onObject(around, object, { code: 'HF-EVENT-MISREAD', problem: trap.problem, why: trap.why, fix: trap.fix })];
}

/** Two syncs into one namespace, one of which removes what its own source lacks. */
function vanishing(around: Surroundings, server: PbsActual): Finding[] {
  const syncs = listOf(server.syncJobs).filter(({ direction }) => direction === 'pull');
  return syncs.flatMap((job) => {
    const others = syncs.filter((other) => other.id !== job.id && other.datastore === job.datastore && other.namespace === job.namespace);
    if (!job.removeVanished || others.length === 0) return [];
    return [
      onObject(around, `sync job ${job.id} on PBS ${server.name}`, {
        severity: 'error',
        code: 'HF-SYNC-VANISH',
        problem: `It removes from ${job.datastore}:${job.namespace} what its source lacks, and ${others.map(({ id }) => id).join(', ')} pulls into the same namespace`,
        why: 'it deletes the other job’s whole groups',
        fix: `switch that off, or give each a namespace of its own:\n    proxmox-backup-manager sync-job update ${job.id} --remove-vanished false`,
      }),
    ];
  });
}

/** Prunes of others that take away what was promised. */
export const pruneHazards: Hazard = (around) => [
  ...around.actual.pbs.flatMap((server) => listOf(server.pruneJobs).flatMap((job) => undercut(around, server, job))),
  ...[...around.tiers.values()].flatMap(({ tier }) => {
    const storage = around.storages.get(`pbs-tier-${tier.id}`);
    if (!storage?.keep || isEmpty(storage.keep)) return [];
    return [
      onObject(around, `storage ${storage.id}`, {
        severity: 'error',
        code: 'HF-PRUNE-PVE',
        problem: `PVE itself prunes what tier ${tier.id} keeps, by ${spellKeep(storage.keep)}`,
        why: 'of two prunes the stricter wins, and only the one on PBS was proved',
        fix: `take it away:\n    pvesm set ${storage.id} --prune-backups keep-all=1`,
      }),
    ];
  }),
];

function undercut(around: Surroundings, server: PbsActual, job: PruneJob): Finding[] {
  if (job.disabled || job.id.startsWith('hf-') || isEmpty(job.keep)) return [];
  const covered = [...around.tiers.values()].filter(({ place }) => {
    return place?.pbs === server.name && place.datastore === job.datastore && reaches(job, place.namespace);
  });
  if (covered.length === 0) return [];
  return [
    onObject(around, `prune job ${job.id} on PBS ${server.name}`, {
      severity: 'error',
      code: 'HF-PRUNE-UNDERCUTS',
      problem: `It prunes ${job.datastore}:${job.namespace || '/'} ${job.maxDepth === undefined ? 'and everything below ' : ''}by ${spellKeep(job.keep)}, tiers ${covered.map(({ tier }) => tier.id).join(', ')} among it`,
      why: 'of two prunes the stricter wins: points go before the date that was promised',
      fix: `disable it, or keep it out of the tiers' namespaces with max-depth:\n    proxmox-backup-manager prune-job update ${job.id} --disable true`,
    }),
  ];
}

function isEmpty(keep: KeepRules): boolean {
  return KEEP_UNITS.every((unit) => keep[unit] === undefined);
}

function spellKeep(keep: KeepRules): string {
  return KEEP_UNITS.filter((unit) => keep[unit] !== undefined)
    .map((unit) => `keep-${unit} ${keep[unit]}`)
    .join(', ');
}
