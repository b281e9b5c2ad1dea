import type { BackupTask, PbsTask, PveActual, Unknown } from '#core/world/actual.ts';
import { holds } from '#core/rights/rights.ts';
import { parseTaskLog } from '#core/world/tasklog.ts';
import { parseUpid } from '#core/world/upid.ts';
import type { Http } from './http.ts';
import { known, lacking, mapLimited, toUnknown, type Look } from './part.ts';
import { listPbsTasks } from './pbs.ts';
import { getTaskLog, listPveTasks, type TaskRow } from './pve.ts';

/** How far back tasks are looked at. A busy PVE node forgets after a thousand tasks. */
const HISTORY_SECONDS = 14 * 86_400;
/** Logs read in one look and node; older ones keep what the last look read. */
const LOGS_PER_NODE = 40;

/** Backup tasks of the last 14 days with what their logs say of each guest. The log of a task that ended is read once. */
export async function observeBackupTasks(
  http: Http,
  look: Look,
  { nodes, previous, gaps }: { nodes: readonly string[]; previous: PveActual | undefined; gaps: Unknown[] },
): Promise<BackupTask[]> {
  const before = new Map((known(previous?.backupTasks) ?? []).map((task) => [task.upid.text, task]));
  const lists = await mapLimited(nodes, 4, async (node) => {
    const need = { what: `backup tasks of node ${node}`, privilege: 'Sys.Audit', path: `/nodes/${node}` };
    try {
      const rows = await listPveTasks(http, node, { type: 'vzdump', sinceAt: look.asOf - HISTORY_SECONDS, limit: 500 });
      if (!look.rights || !holds(look.rights, need.privilege, need.path)) gaps.push(...lacking(look.rights, need));
      return await readLogs(http, rows, before, gaps);
    } catch (error) {
      gaps.push(toUnknown(need.what, error));
      return [];
    }
  });
  return newestFirst(lists.flat());
}

async function readLogs(
  http: Http,
  rows: readonly TaskRow[],
  before: ReadonlyMap<string, BackupTask>,
  gaps: Unknown[],
): Promise<BackupTask[]> {
  const tasks = decodeTasks(rows);
  const unread = tasks.filter(({ upid }) => before.get(upid.text)?.endedAt === undefined || !before.get(upid.text)?.log);
  const due = new Set(unread.slice(0, LOGS_PER_NODE).map(({ upid }) => upid.text));
  if (unread.length > due.size)
    gaps.push({
      what: `logs of ${unread.length - due.size} older backup tasks`,
      kind: 'empty',
      because: 'only the newest are read at once',
    });
  return mapLimited(tasks, 4, async (task) => {
    const old = before.get(task.upid.text);
    if (!due.has(task.upid.text)) return old?.log ? { ...task, log: old.log } : task;
    try {
      return {
        ...task,
        log: parseTaskLog(await getTaskLog(http, task.upid.node, task.upid.text), { running: task.endedAt === undefined }),
      };
    } catch (error) {
      gaps.push(toUnknown(`log of ${task.upid.text}`, error));
      return task;
    }
  });
}

/** Prune, verify, sync and collection tasks, the ones the last look knew included. */
export async function observePbsTasks(
  http: Http,
  look: Look,
  { previous, previousAt, gaps }: { previous: readonly PbsTask[]; previousAt: number | undefined; gaps: Unknown[] },
): Promise<PbsTask[]> {
  const oldestAt = look.asOf - HISTORY_SECONDS;
  const sinceAt = Math.max(oldestAt, previousAt === undefined ? 0 : previousAt - 2 * 86_400);
  const need = { what: 'tasks', privilege: 'Sys.Audit', path: '/system/tasks' };
  if (!look.rights || !holds(look.rights, need.privilege, need.path)) gaps.push(...lacking(look.rights, need));
  const limit = 2000;
  const lists = await mapLimited(['verif', 'prune', 'sync', 'garbage'], 2, async (type) => {
    const rows = await listPbsTasks(http, { type, sinceAt, limit });
    if (rows.length >= limit) gaps.push({ what: `${type}… tasks`, kind: 'empty', because: `only the newest ${limit} were listed` });
    return decodeTasks(rows);
  });
  const fresh = new Map(lists.flat().map((task) => [task.upid.text, task]));
  for (const task of previous)
    if (task.upid.startedAt >= oldestAt && !fresh.has(task.upid.text) && task.endedAt !== undefined) fresh.set(task.upid.text, task);
  return newestFirst([...fresh.values()]);
}

/** Rows whose UPID neither product could have written are left out: nothing could be asked about them. */
function decodeTasks(rows: readonly TaskRow[]): PbsTask[] {
  return rows.flatMap(({ upid: text, ...rest }) => {
    const upid = parseUpid(text);
    return upid ? [{ upid, ...rest }] : [];
  });
}

function newestFirst<T extends PbsTask>(tasks: readonly T[]): T[] {
  return tasks.toSorted((a, b) => b.upid.startedAt - a.upid.startedAt || (a.upid.text < b.upid.text ? -1 : 1));
}
