import type { Actual, BackupTask } from '../world/actual.ts';
import type { GuestResult } from '../world/task.ts';

/** One guest in one backup task. */
export type GuestRun = { readonly task: BackupTask; readonly result: GuestResult };

/** Whether some backup runs at this moment, as far as tasks could be seen. */
export function isBusy({ pve }: Actual): boolean {
  return tasksOf(pve).some(({ endedAt, status }) => endedAt === undefined && status === undefined);
}

/** What the newest log that tells of a guest says of it, by guest; with `result`, the newest in which it came to that. */
export function lastRunsOf({ pve }: Actual, result?: GuestResult['result']): ReadonlyMap<number, GuestResult> {
  const last = new Map<number, GuestResult>();
  for (const { log } of tasksOf(pve)) {
    for (const one of log?.guests ?? [])
      if (!last.has(one.vmid) && (result === undefined || one.result === result)) last.set(one.vmid, one);
  }
  return last;
}

/** What runs say they took, by the name of the snapshot they made: `ct/102/2026-11-23T12:05:23Z`. */
export function takenBySnapshot({ pve }: Actual): ReadonlyMap<string, readonly string[]> {
  const guests = tasksOf(pve).flatMap(({ log }) => log?.guests ?? []);
  return new Map(
    guests.flatMap(({ snapshot, includedDisks }) => (snapshot !== undefined && includedDisks ? [[snapshot, includedDisks] as const] : [])),
  );
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
