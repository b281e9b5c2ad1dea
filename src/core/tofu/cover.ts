import { assign, promisedTier } from '../policy/assign.ts';
import type { BackupJob } from '../world/actual.ts';
import type { CodeGuest, CodeJob } from './estate.ts';
import { onCode, type Around, type TofuFinding } from './told.ts';

type Job = Pick<CodeJob | BackupJob, 'id' | 'enabled' | 'selection'>;

/** Jobs that will be there: those of the code, and those that were seen and are not made by the code. */
function jobsOf({ before, after, actual }: Around): readonly Job[] {
  const seen = actual?.pve.backupJobs.known ? actual.pve.backupJobs.value : [];
  return [...after.jobs.values(), ...seen.filter(({ id }) => !after.jobs.has(id) && !before.jobs.has(id))];
}

function covers({ enabled, selection }: Job, pool: string | undefined, vmid: number): boolean {
  if (!enabled) return false;
  if (selection.by === 'pool') return selection.pool === pool;
  if (selection.by === 'vmids') return selection.vmids.includes(vmid);
  return selection.by === 'all' && !selection.exclude.includes(vmid);
}

/** Whether some job will take the guest: that of its tier's pool, which Holdfast makes, or another one. */
export function isTaken(around: Around, guest: CodeGuest): boolean {
  const { pool, poolUnknown, vmid } = guest;
  const joins =
    (poolUnknown || around.site.places === 'holdfast') &&
    pool === undefined &&
    promisedTier(assign(around.policy, around, guest)) !== undefined;
  return joins || around.policy.tiers.some((tier) => tier.pool === pool) || jobsOf(around).some((job) => covers(job, pool, vmid));
}

/** Guests of the code that a job took before the plan and that no other job will take. What Holdfast will make is no job yet. */
export function takenOnlyBy(around: Around, job: CodeJob): CodeGuest[] {
  const others = jobsOf(around).filter(({ id }) => id !== job.id);
  return [...around.before.guests.values()].filter(
    ({ vmid, pool }) => covers(job, pool, vmid) && around.after.guests.has(vmid) && !others.some((other) => covers(other, pool, vmid)),
  );
}

/** Pools with guests that belong to no tier and that no job takes. */
export function poolFindings(around: Around): TofuFinding[] {
  const guests = [...around.after.guests.values()].filter(({ pool, template }) => pool !== undefined && !template);
  return [...Map.groupBy(guests, ({ pool }) => pool!)].flatMap(([pool, members]) => {
    const open = members.filter((guest) => !isTaken(around, guest));
    if (open.length === 0 || around.policy.tiers.some((tier) => tier.pool === pool)) return [];
    return [
      onCode(around, `pool ${pool}`, {
        code: 'HF-NO-JOB',
        problem: `Pool ${pool} is no tier's, and no job${around.actual ? '' : ' of this code'} takes ${spell(open)}`,
        why: 'they are in a pool that looks like a place to be backed up, and never are',
        fix: 'give them a tier, whose pool follows from it:\n    backup_tier = N',
      }),
    ];
  });
}

function spell(guests: readonly CodeGuest[]): string {
  const named = guests.slice(0, 5).map(({ type, vmid, name }) => `${type}/${vmid} ${name}`);
  return guests.length > 5 ? `${named.join(', ')} and ${guests.length - 5} more` : named.join(', ');
}
