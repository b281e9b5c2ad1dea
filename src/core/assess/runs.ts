import type { Actual, BackupTask } from '../world/actual.ts';
import type { GuestResult } from '../world/task.ts';

/** One guest in one backup task. */
export type GuestRun = { readonly task: BackupTask; readonly result: GuestResult };

/** Whether some backup runs at this moment, as far as tasks could be seen. */
export function isBusy({ pve }: Actual): boolean {
  return tasksOf(pve).some(({ endedAt, status }) => endedAt === undefined && status === undefined);
}

/** What the log of a guest's newest good run says of its freeze, by guest; nothing where it says nothing, whatever older ones said. */
export function freezesOf({ pve }: Actual): ReadonlyMap<number, string | undefined> {
  const freezes = new Map<number, string | undefined>();
  for (const { log } of tasksOf(pve)) {
    for (const { vmid, result, freeze } of log?.guests ?? []) if (result === 'ok' && !freezes.has(vmid)) freezes.set(vmid, freeze);
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
