import type { GroupPlace } from '../memory/record.ts';
import type { UnixSeconds } from '../units.ts';
import type { PbsActual, PbsTask } from '../world/actual.ts';

/** The time in which points went: after the look that still had them, until the look that lacked them. */
export type Span = { readonly afterAt: UnixSeconds; readonly untilAt: UnixSeconds };

const MOST_NAMED = 3;

/**
 * Who may have removed points of a group, by the tasks of its server: every prune, and every sync (which may remove what vanished at its
 * source), that ran in the span over the group's namespace. A deletion by hand or over the API leaves no task at all, so that no task
 * means a person or another program. `undefined` where the tasks could not be read.
 * @see https://git.proxmox.com/?p=proxmox-backup.git;a=blob;f=src/api2/admin/datastore.rs (delete_snapshot starts no worker)
 */
export function whoRemoved({ tasks }: Pick<PbsActual, 'tasks'>, place: GroupPlace, span: Span): string | undefined {
  if (!tasks.known) return undefined;
  const ran = tasks.value.filter((task) => ranIn(task, span) && reaches(task, place));
  if (ran.length === 0) return tasks.complete ? 'no task removed it: somebody deleted it by hand or over the API' : undefined;
  const named = ran.slice(0, MOST_NAMED).map(({ upid }) => `${upid.type} of ${upid.user} (${upid.text})`);
  return `${named.join(', or ')}${ran.length > MOST_NAMED ? `, or ${ran.length - MOST_NAMED} more tasks` : ''}`;
}

function ranIn({ upid, endedAt }: PbsTask, { afterAt, untilAt }: Span): boolean {
  return upid.startedAt <= untilAt && (endedAt === undefined || endedAt >= afterAt);
}

/** The id of a prune names store and namespace, and the group where it was one; of a sync, remote, remote store, store, namespace and job. */
function reaches({ upid }: PbsTask, place: GroupPlace): boolean {
  const parts = upid.id.split(':');
  if (upid.type === 'syncjob') return parts[2] === place.datastore && isAtOrBelow(place.namespace, parts[3] ?? '');
  if (upid.type !== 'prune' && upid.type !== 'prunejob') return false;
  const [store, ...rest] = parts;
  if (store !== place.datastore) return false;
  const group = rest.at(-1);
  if (group !== undefined && /^(?:vm|ct|host)\/[^/]+$/.test(group)) {
    return group === `${place.type}/${place.id}` && (rest.length < 2 || rest[0] === place.namespace);
  }
  return isAtOrBelow(place.namespace, rest[0] ?? '');
}

function isAtOrBelow(namespace: string, top: string): boolean {
  return top === '' || namespace === top || namespace.startsWith(`${top}/`);
}
