import type { BackupStart, PointName, Repeater, Started } from '#app/ports.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { parseUpid } from '#core/world/upid.ts';
import { segment, tokenId, type Http } from './http.ts';
import { listSnapshots, snapshotParams } from './pbs-snapshots.ts';
import { readTask, type TaskRow } from './pve.ts';
import { mapRows, type Envelope } from './wire/read.ts';

export type RepeatClients = {
  /** Sees the tasks of all: the login that watches. */
  readonly watching: () => { readonly pve: Http; readonly pbsOf: (server: string) => Http };
  /** The login that starts backups, and its secret. */
  readonly retrying: () => { readonly pve: Http; readonly secret: () => Promise<string> } | undefined;
  /** The login that owns the points of a PBS. */
  readonly protecting: (server: string) => Http;
};

/** Work that is started again, with nothing started beside the same work under way. */
export function repeaterOf({ watching, retrying, protecting }: RepeatClients): Repeater {
  return {
    repeatsAs: async () => {
      try {
        const secret = await retrying()?.secret();
        return secret === undefined ? undefined : tokenId(secret);
      } catch (error) {
        if (error instanceof ProxmoxError) return undefined;
        throw error;
      }
    },
    startBackup: async (backup) => {
      const login = retrying();
      if (!login) throw noRetryLogin();
      if (await backsUp(watching().pve, backup.node)) return { outcome: 'busy' };
      return startBackup(login.pve, backup);
    },
    startVerify: async (point) => {
      const http = watching().pbsOf(point.server);
      if (await verifies(http, point.datastore)) return { outcome: 'busy' };
      if (!(await isThere(http, point))) throw gone(point);
      return startVerify(protecting(point.server), point);
    },
  };
}

/** Whether a backup runs or waits on a node. `active` lists some that have ended, too. Needs Sys.Audit on /nodes/{node}. */
async function backsUp(http: Http, node: string): Promise<boolean> {
  const rows = await http.get(`/nodes/${segment(node)}/tasks`, { source: 'active', typefilter: 'vzdump' }, readTasks);
  return rows.some(isRunning);
}

/** Whether anything is verified in a datastore. Needs Sys.Audit on /system/tasks. */
async function verifies(http: Http, datastore: string): Promise<boolean> {
  const rows = await http.get('/nodes/localhost/tasks', { running: true, typefilter: 'verif' }, readTasks);
  return rows.filter(isRunning).some(({ upid }) => {
    const id = parseUpid(upid)?.id ?? '';
    return id === datastore || id.startsWith(`${datastore}:`);
  });
}

/** PBS begins to verify a point that is gone as well, and such a task may end OK. Needs Datastore.Audit. */
async function isThere(http: Http, { datastore, namespace, type, id, at }: PointName): Promise<boolean> {
  const groups = await listSnapshots(http, datastore, namespace, { type, id });
  return groups.get(`${type}/${id}`)?.some((snapshot) => snapshot.at === at) ?? false;
}

/**
 * `remove: false`: a run beside the schedule lets nothing go. Where the guest is on another node by now PVE answers `OK` in place of a task.
 * Needs VM.Backup on /vms/{vmid} and Datastore.AllocateSpace on /storage/{storage}.
 * @see https://pve.proxmox.com/pve-docs/api-viewer/#/nodes/{node}/vzdump
 */
function startBackup(http: Http, { node, vmid, storage, mode, notes }: BackupStart): Promise<Started> {
  const params = { vmid, storage, mode, 'notes-template': notes, remove: false };
  return http.send('POST', `/nodes/${segment(node)}/vzdump`, params, readStarted);
}

/**
 * Reads one snapshot whole, though it was read before. Needs Datastore.Backup and to own the group, or Datastore.Verify.
 * @see https://pbs.proxmox.com/docs/api-viewer/index.html#/admin/datastore/{store}/verify
 */
function startVerify(http: Http, point: PointName): Promise<Started> {
  const params = { ...snapshotParams(point), 'ignore-verified': false };
  return http.send('POST', `/admin/datastore/${segment(point.datastore)}/verify`, params, readStarted);
}

function readStarted({ data }: Envelope): Started {
  return typeof data === 'string' && data.startsWith('UPID:') ? { outcome: 'started', upid: data } : { outcome: 'nothing' };
}

function readTasks({ data }: Envelope): TaskRow[] {
  return mapRows(data, readTask);
}

function isRunning({ endedAt, status }: TaskRow): boolean {
  return endedAt === undefined && status === undefined;
}

function gone({ server, datastore, namespace, type, id }: PointName): ProxmoxError {
  return new ProxmoxError('missing', {
    server,
    call: `verify a point of ${type}/${id}`,
    detail: `it is not in ${datastore}:${namespace} any more`,
    fix: 'look again, and take another point',
  });
}

function noRetryLogin(): ProxmoxError {
  return new ProxmoxError('refused', {
    server: 'pve',
    call: 'start a backup',
    detail: 'the policy names no login that may start backups',
    fix: 'make one and name it:\n    pve: { retryToken: "env:HOLDFAST_PVE_RETRY_TOKEN" }',
  });
}
