import { spellSnapshot } from './place.ts';
import type { GroupPlace } from '../memory/record.ts';
import type { UnixSeconds } from '../units.ts';
import type { PbsActual, PbsTask } from '../world/actual.ts';
import { depthBelow } from '../world/namespace.ts';

/** The time in which points went: after the look that still had them, until the look that lacked them. */
export type Span = { readonly afterAt: UnixSeconds; readonly untilAt: UnixSeconds };

const MOST_NAMED = 3;

/** How `goneBy` begins where a task's own log says that it removed the point. */
export const REMOVED_BY = 'removed by ';

/** How it begins where no task did. */
export const NO_TASK = 'no task removed it';

/** What tasks removed, by their logs, as `parseRemovals` reads them; of those whose log was read. */
export type Removals = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Who removed a point of a group, by the tasks of its server: every prune, and every sync (which may remove what vanished at its source), that
 * ran in the span over the group's namespace. The log of a task makes it certain or clears it; without the log it is only suspect. A deletion by hand
 * or over the API leaves no task at all, so that no task means a person or another program. `undefined` where the tasks could not be read.
 * @see https://git.proxmox.com/?p=proxmox-backup.git;a=blob;f=src/api2/admin/datastore.rs (delete_snapshot starts no worker)
 */
export function whoRemoved(
  { tasks }: Pick<PbsActual, 'tasks'>,
  point: GroupPlace & { readonly at: UnixSeconds },
  { span, removals }: { readonly span: Span; readonly removals?: Removals | undefined },
): string | undefined {
  if (!tasks.known) return undefined;
  const ran = suspects(tasks.value, point, span);
  const name = `${point.namespace} ${spellSnapshot(point)}`;
  const culprit = ran.find(({ upid }) => removals?.get(upid.text)?.has(name));
  if (culprit) return `${REMOVED_BY}${spell(culprit)}`;
  const unread = ran.filter(({ upid }) => !removals?.has(upid.text));
  if (unread.length === 0) return tasks.complete ? `${NO_TASK}: somebody deleted it by hand or over the API` : undefined;
  const more = unread.length > MOST_NAMED ? `, or ${unread.length - MOST_NAMED} more tasks` : '';
  return `${unread.slice(0, MOST_NAMED).map(spell).join(', or ')}${more}`;
}

/** The tasks that may have removed points of a group in a span, newest first. */
export function suspects(tasks: readonly PbsTask[], place: GroupPlace, span: Span): PbsTask[] {
  return tasks.filter((task) => ranIn(task, span) && reaches(task, place));
}

function spell({ upid }: PbsTask): string {
  return `${upid.type} of ${upid.user} (${upid.text})`;
}

function ranIn({ upid, endedAt }: PbsTask, { afterAt, untilAt }: Span): boolean {
  return upid.startedAt <= untilAt && (endedAt === undefined || endedAt >= afterAt);
}

/** The id of a prune names store and namespace, and the group where it was one; of a sync, remote, remote store, store, namespace and job. */
function reaches({ upid }: PbsTask, place: GroupPlace): boolean {
  const parts = upid.id.split(':');
  if (upid.type === 'syncjob') return parts[2] === place.datastore && depthBelow(place.namespace, parts[3] ?? '') !== undefined;
  if (upid.type !== 'prune' && upid.type !== 'prunejob') return false;
  const [store, ...rest] = parts;
  if (store !== place.datastore) return false;
  const group = rest.at(-1);
  if (group !== undefined && /^(?:vm|ct|host)\/[^/]+$/.test(group)) {
    return group === `${place.type}/${place.id}` && (rest.length < 2 || rest[0] === place.namespace);
  }
  return depthBelow(place.namespace, rest[0] ?? '') !== undefined;
}
