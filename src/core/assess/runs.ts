import type { Actual, BackupTask } from '../world/actual.ts';
import type { GuestResult } from '../world/task.ts';

/** One guest in one backup task. */
export type GuestRun = { readonly task: BackupTask; readonly result: GuestResult };

/** Whether some backup runs at this moment, as far as tasks could be seen. */
export function isBusy({ pve }: Actual): boolean {
  return tasksOf(pve).some(({ endedAt, status }) => endedAt === undefined && status === undefined);
}

/** What the newest log that tells of a guest's freeze says of it, by guest. */
export function freezesOf({ pve }: Actual): ReadonlyMap<number, string> {
  const freezes = new Map<number, string>();
  for (const { log } of tasksOf(pve)) {
    for (const { vmid, freeze } of log?.guests ?? []) if (freeze !== undefined && !freezes.has(vmid)) freezes.set(vmid, freeze);
  }
  return freezes;
}

/** The runs of one guest that left word of it, newest first. */
export function runsOf({ pve }: Actual, vmid: number): GuestRun[] {
  return tasksOf(pve).flatMap((task) => {
    const result = task.log?.guests.find((one) => one.vmid === vmid);
    return result ? [{ task, result }] : [];
  });
}

function tasksOf({ backupTasks }: Actual['pve']): readonly BackupTask[] {
  return backupTasks.known ? backupTasks.value : [];
}
