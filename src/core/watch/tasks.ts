import type { TaskRecord } from '../memory/record.ts';
import type { Actual } from '../world/actual.ts';

/** Backup tasks that ended and whose log was read, as they are remembered. */
export function endedTasks(site: string, { pve }: Actual): readonly TaskRecord[] {
  if (!pve.backupTasks.known) return [];
  return pve.backupTasks.value.flatMap(({ upid, endedAt, status, log }): TaskRecord[] => {
    if (endedAt === undefined || !log) return [];
    const guests = log.guests.map(({ vmid, result, durationSeconds, bytes, reusedFraction, error }) => ({
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
