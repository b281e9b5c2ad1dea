/**
 * The snapshots that a PBS task removed, by its log, each as `namespace type/id/time` (`home/tier-1 vm/101/2026-10-20T01:00:00Z`). Prune, prune job
 * and a sync that removes what vanished print the same line for each; a dry run prints none of them.
 * @see https://git.proxmox.com/?p=proxmox-backup.git;a=blob;f=pbs-datastore/src/backup_info.rs (destroy)
 */
export function parseRemovals(log: string): ReadonlySet<string> {
  const removed = new Set<string>();
  const line = /removing backup snapshot "[^"\n]{0,4096}?((?:\/ns\/[^/"]+)*)\/((?:vm|ct|host)\/[^/"]+\/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"/g;
  for (const [, path, snapshot] of log.matchAll(line)) removed.add(`${path!.split('/ns/').slice(1).join('/')} ${snapshot}`);
  return removed;
}
