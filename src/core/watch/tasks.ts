import { coveringOf } from '../assess/covering.ts';
import type { TaskRecord } from '../memory/record.ts';
import type { Actual, BackupTask } from '../world/actual.ts';
import type { GuestResult } from '../world/task.ts';

/**
 * Backup tasks that ended and whose log was read, as they are remembered. One that failed before it came to any guest failed for each that it was to
 * take, and is remembered so.
 */
export function endedTasks(site: string, actual: Actual): readonly TaskRecord[] {
  const { pve } = actual;
  if (!pve.backupTasks.known) return [];
  return pve.backupTasks.value.flatMap((task): TaskRecord[] => {
    const { upid, endedAt, status, log } = task;
    if (endedAt === undefined || !log) return [];
    const results = log.guests.length === 0 && log.overall === 'failed' ? wholeRun(task, actual) : log.guests;
    const guests = results.map(({ vmid, result, durationSeconds, bytes, reusedFraction, error }) => ({
      vmid,
      result,
      ...(durationSeconds === undefined ? {} : { durationSeconds }),
      ...(bytes === undefined ? {} : { bytes }),
      ...(reusedFraction === undefined ? {} : { reusedFraction }),
      ...(error === undefined ? {} : { error }),
    }));
    return [{ site, upid: upid.text, startedAt: upid.startedAt, endedAt, status: status ?? 'unknown', guests }];
  });
}

/**
 * What a run that says nothing of guests was to take: the one guest that it names, else those on its node, there before it began, that an enabled job takes
 * to the storage that it names. Where it names none, nobody knows.
 */
function wholeRun({ upid, status = '' }: BackupTask, actual: Actual): readonly GuestResult[] {
  const failed = (vmid: number): GuestResult => ({
    vmid,
    result: 'failed',
    error: `the whole run failed before it came to any guest: ${status}`,
  });
  if (/^\d+$/.test(upid.id)) return [failed(Number(upid.id))];
  const { guests } = actual.pve;
  const covering = coveringOf(actual);
  if (!guests.known || !covering.known) return [];
  return guests.value
    .filter(({ node, createdAt = 0, arrivedAt = 0 }) => node === upid.node && upid.startedAt >= Math.max(createdAt, arrivedAt))
    .filter((guest) => covering.jobsOf(guest).enabled.some(({ storage }) => storage !== undefined && status.includes(`'${storage}'`)))
    .map(({ vmid }) => failed(vmid));
}
