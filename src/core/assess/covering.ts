import { coverageOf, takes } from '../plan/coverage.ts';
import type { Actual, BackupJob, Guest, Unknown } from '../world/actual.ts';
import { hiddenRows } from './blind.ts';

/** Which jobs take a guest; not known where jobs, pools or guests could not be read. */
export type Covering =
  | { readonly known: false }
  | {
      readonly known: true;
      /** Why some job or pool may not have been seen: that no job takes a guest then proves nothing. */
      readonly hidden: Unknown | undefined;
      readonly jobsOf: (guest: Guest) => { readonly enabled: readonly BackupJob[]; readonly disabled: readonly BackupJob[] };
    };

/** One look-up a guest, where asking every job for every guest would be a square. */
export function coveringOf(actual: Actual): Covering {
  const coverage = coverageOf(actual);
  if (!coverage || !actual.pve.backupJobs.known) return { known: false };
  const byVmid = new Map<number, BackupJob[]>();
  const byPool = new Map<string, BackupJob[]>();
  const others: BackupJob[] = [];
  for (const job of actual.pve.backupJobs.value) {
    const { selection } = job;
    if (selection.by === 'pool') add(byPool, selection.pool, job);
    else if (selection.by === 'vmids') for (const vmid of new Set(selection.vmids)) add(byVmid, vmid, job);
    else others.push(job);
  }
  return {
    known: true,
    hidden: hiddenRows(actual.pve.backupJobs) ?? hiddenRows(actual.pve.pools),
    jobsOf(guest) {
      const pool = coverage.poolByGuest.get(guest.vmid) ?? '';
      const near = [...(byVmid.get(guest.vmid) ?? []), ...(byPool.get(pool) ?? []), ...others];
      return {
        enabled: near.filter((job) => takes(job, guest, coverage)),
        disabled: near.filter((job) => !job.enabled && takes({ ...job, enabled: true }, guest, coverage)),
      };
    },
  };
}

function add<K>(map: Map<K, BackupJob[]>, key: K, job: BackupJob): void {
  const list = map.get(key);
  if (list) list.push(job);
  else map.set(key, [job]);
}
