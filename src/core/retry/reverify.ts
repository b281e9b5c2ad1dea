import type { BackupGroup, Snapshot } from '../world/actual.ts';
import type { UnixSeconds } from '../units.ts';

/** A snapshot whose failed verification may hold no longer. */
export type Reverify = { readonly type: BackupGroup['type']; readonly id: string; readonly at: UnixSeconds; readonly because: string };

/**
 * Snapshots to verify once more: those that failed before a newer backup of their group ended, for it may have brought the damaged chunk back, and PBS's
 * own jobs skip them for weeks. Each newer backup gives one more hope, not one more each day: the newest verification must be older than it.
 * @see https://pbs.proxmox.com/docs/maintenance.html#verification
 */
export function reverifyOf(groups: readonly BackupGroup[]): readonly Reverify[] {
  return groups.flatMap(({ type, id, snapshots }) => {
    const newest = snapshots.findLast(isFinished);
    if (!newest) return [];
    return snapshots
      .filter(({ at, verification }) => at < newest.at && verification?.state === 'failed' && verification.at < newest.at)
      .map(({ at }) => ({ type, id, at, because: 'a newer backup ended since it failed, and may have brought the damaged data back' }));
  });
}

function isFinished({ sizeBytes }: Snapshot): boolean {
  return sizeBytes !== undefined;
}
