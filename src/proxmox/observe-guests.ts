import type { BackupJob, Guest, PveActual, Unknown } from '#core/world/actual.ts';
import { parseUpid } from '#core/world/upid.ts';
import type { Http } from './http.ts';
import { attempt, known, mapLimited, toUnknown, type Look } from './part.ts';
import { getGuestConfig, type GuestConfig, type GuestRow } from './pve-guests.ts';
import { listPveTasks } from './pve.ts';

/** Hints that a guest's configuration changed since the last look. */
export type GuestHints = GuestTasks & {
  /** Jobs with the volumes PVE would take now. */
  readonly jobs: readonly BackupJob[];
};

/**
 * Guests with their configurations. The first look reads each; a later one only where something hints at a change:
 * the guest's row differs, a job would take other volumes, a task named the guest, or it is its turn.
 *
 * A turn comes to at least ten guests and at least one in a hundred. What no hint shows (notes, agent, protection, a disk of a
 * guest in no job, when changed without a task) is therefore seen late on sites with more than ten guests: after at most 100 looks.
 */
export async function observeGuests(
  http: Http,
  look: Look,
  { rows, previous, hints, gaps }: { rows: readonly GuestRow[]; previous: PveActual | undefined; hints: GuestHints; gaps: Unknown[] },
): Promise<Guest[]> {
  const before = new Map((known(previous?.guests) ?? []).map((guest) => [guest.vmid, guest]));
  const due = new Set(chooseDue(rows, before, hints));
  return mapLimited(rows, 8, async (one) => {
    const old = before.get(one.vmid);
    const arrivedAt = hints.arrivals.get(one.vmid) ?? old?.arrivedAt;
    const row = arrivedAt === undefined ? one : { ...one, arrivedAt };
    if (old?.configKnown && !due.has(row.vmid)) return joinGuest(row, old, old.configReadAt);
    try {
      return joinGuest(row, await getGuestConfig(http, row), look.asOf);
    } catch (error) {
      gaps.push(toUnknown(`configuration of guest ${row.vmid}`, error));
      if (old?.configKnown) return joinGuest(row, old, old.configReadAt);
      return { ...row, protection: false, notes: '', agent: { configured: false, freeze: false }, disks: [], configKnown: false };
    }
  });
}

function joinGuest(row: GuestRow, config: GuestConfig, readAt: number | undefined): Guest {
  const { protection, notes, agent, disks, createdAt } = config;
  return {
    ...row,
    protection,
    notes,
    agent,
    disks,
    ...(createdAt === undefined ? {} : { createdAt }),
    configKnown: true,
    ...(readAt === undefined ? {} : { configReadAt: readAt }),
  };
}

function chooseDue(rows: readonly GuestRow[], before: ReadonlyMap<number, Guest>, hints: GuestHints): number[] {
  const included = volumesByGuest(hints.jobs);
  const due: number[] = [];
  const waiting: Guest[] = [];
  for (const row of rows) {
    const old = before.get(row.vmid);
    const hinted = !old?.configKnown || hints.touched.has(row.vmid) || rowChanged(row, old) || volumesChanged(old, included.get(row.vmid));
    if (hinted) due.push(row.vmid);
    else waiting.push(old);
  }
  const turn = Math.max(10, Math.ceil(rows.length / 100));
  const oldest = waiting.sort((a, b) => (a.configReadAt ?? 0) - (b.configReadAt ?? 0) || a.vmid - b.vmid).slice(0, turn);
  return [...due, ...oldest.map(({ vmid }) => vmid)];
}

function rowChanged(row: GuestRow, old: Guest): boolean {
  return (
    row.name !== old.name ||
    row.type !== old.type ||
    row.node !== old.node ||
    row.running !== old.running ||
    row.template !== old.template ||
    row.lock !== old.lock ||
    row.bootDiskBytes !== old.bootDiskBytes ||
    row.tags.join(';') !== old.tags.join(';')
  );
}

type Volumes = ReadonlyMap<string, boolean>;

function volumesByGuest(jobs: readonly BackupJob[]): Map<number, Volumes> {
  const all = new Map<number, Volumes>();
  for (const { included } of jobs) for (const [vmid, volumes] of included ?? []) all.set(vmid, volumes);
  return all;
}

/** PVE lists the disks that a backup could hold, so keys it does not know are no sign of change. */
function volumesChanged(old: Guest, volumes: Volumes | undefined): boolean {
  if (!volumes) return false;
  const disks = new Map(old.disks.map(({ key, included }) => [key, included]));
  for (const [key, included] of volumes) if (disks.get(key) !== included) return true;
  return old.disks.some(({ key, included }) => included && !volumes.has(key));
}

/** What tasks of guests say since the last look, or of the last two weeks where it is the first. */
export type GuestTasks = {
  /**
   * Guests that any task but a backup named: a configuration changed over the web interface, a resize, a move, a restore. Only a hint:
   * without it the guests' turn still comes.
   */
  readonly touched: ReadonlySet<number>;
  /** When a task made or restored a guest under its id. A clone's task names its source. */
  readonly arrivals: ReadonlyMap<number, number>;
};

const HISTORY_SECONDS = 14 * 86_400;
const ARRIVALS = ['qmcreate', 'qmrestore', 'vzcreate', 'vzrestore'];

/** Reads the task lists of the nodes, an hour before the last look on. A node that does not answer has no hints. Needs Sys.Audit on /nodes for tasks of others. */
export async function readGuestTasks(
  http: Http,
  nodes: readonly string[],
  { asOf, previousAt }: { readonly asOf: number; readonly previousAt: number | undefined },
): Promise<GuestTasks> {
  const touched = new Set<number>();
  const arrivals = new Map<number, number>();
  const sinceAt = previousAt === undefined ? asOf - HISTORY_SECONDS : previousAt - 3600;
  const lists = await mapLimited(nodes, 4, (node) => attempt(listPveTasks(http, node, { sinceAt, limit: 2000 })));
  for (const { upid, status } of lists.flatMap((list) => list ?? [])) {
    const task = parseUpid(upid);
    if (!task || task.type === 'vzdump' || !/^\d{3,9}$/.test(task.id)) continue;
    const vmid = Number(task.id);
    touched.add(vmid);
    const made = ARRIVALS.includes(task.type) && (status === undefined || /^(OK|WARNINGS)/.test(status));
    if (made) arrivals.set(vmid, Math.max(task.startedAt, arrivals.get(vmid) ?? 0));
  }
  return { touched, arrivals };
}
