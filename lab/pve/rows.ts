import { chance } from '../chance.ts';
import type { Call } from '../route.ts';
import { checker } from './access.ts';
import { nameOf, volumesOf } from './guest.ts';
import { reach, usageOf } from './reach.ts';
import type { GuestState, NodeState, PveState, StorageState } from './state.ts';

/** A guest as `/cluster/resources` and a pool show it. */
export function guestRow(guest: GuestState, pool: string | undefined, now: number): Record<string, unknown> {
  const { vmid, kind, node, config, runningSince } = guest;
  const maxmem = Number(config['memory'] ?? 512) * 2 ** 20;
  const running = runningSince !== undefined;
  return {
    id: `${kind}/${vmid}`,
    type: kind,
    vmid,
    node,
    name: nameOf(guest),
    status: running ? 'running' : 'stopped',
    template: guest.template ? 1 : 0,
    maxcpu: Number(config['cores'] ?? 1) * Number(config['sockets'] ?? 1),
    maxmem,
    maxdisk: volumesOf(guest).find(({ kind: one }) => one === 'disk' || one === 'rootfs')?.sizeBytes ?? 0,
    cpu: running ? Math.round(chance('cpu', vmid, now) * 200) / 1000 : 0,
    mem: running ? Math.round(maxmem * (0.3 + 0.5 * chance('mem', vmid))) : 0,
    memhost: running ? Math.round(maxmem * 0.9) : 0,
    disk: 0,
    diskread: 0,
    diskwrite: 0,
    netin: 0,
    netout: 0,
    uptime: running ? now - runningSince : 0,
    ...(config['tags'] === undefined ? {} : { tags: config['tags'] }),
    ...(config['lock'] === undefined ? {} : { lock: config['lock'] }),
    ...(pool === undefined ? {} : { pool }),
  };
}

/** A node as `/nodes` and `/cluster/resources` show it; without `Sys.Audit` nothing but its name and state. */
export function nodeRow(name: string, node: NodeState, now: number, full: boolean): Record<string, unknown> {
  const head = { id: `node/${name}`, type: 'node', node: name, level: '', status: node.online ? 'online' : 'offline', 'cgroup-mode': 2 };
  if (!full || !node.online) return head;
  return {
    ...head,
    cpu: 0.1,
    maxcpu: node.cpus,
    mem: Math.round(node.memoryBytes * 0.6),
    maxmem: node.memoryBytes,
    disk: node.rootUsedBytes,
    maxdisk: node.rootBytes,
    uptime: now - node.bootedAt,
  };
}

/** A storage on each node that has it. `available` is said of one that is down, too. */
export function storageRow({ state }: Pick<Call<PveState>, 'state'>, id: string): readonly Record<string, unknown>[] {
  const storage = state.storages[id];
  if (!storage) return [];
  return nodesOf(state, storage).map((node) => ({
    id: `storage/${node}/${id}`,
    type: 'storage',
    storage: id,
    node,
    plugintype: storage.type,
    status: state.nodes[node]?.online ? 'available' : 'unknown',
    content: storage.config['content'] ?? 'images,rootdir',
    shared: isShared(storage) ? 1 : 0,
    disk: storage.usedBytes ?? 0,
    maxdisk: storage.totalBytes ?? 0,
  }));
}

export function nodesOf(state: PveState, storage: StorageState): readonly string[] {
  const listed = storage.config['nodes'];
  return listed === undefined ? Object.keys(state.nodes) : String(listed).split(',');
}

function isShared(storage: StorageState): boolean {
  return storage.type === 'pbs' || storage.config['shared'] === 1;
}

/** What a node says of a storage; one that it cannot use is `active: 0` with zeros. */
export function storageStatus({ world, state }: Pick<Call<PveState>, 'world' | 'state'>, storage: StorageState): Record<string, unknown> {
  const enabled = storage.config['disable'] !== 1;
  const head = {
    type: storage.type,
    content: storage.config['content'] ?? 'images,rootdir',
    enabled: enabled ? 1 : 0,
    shared: isShared(storage) ? 1 : 0,
  };
  const figures = enabled ? figuresOf({ world, state }, storage) : undefined;
  return figures ? { ...head, active: 1, ...figures } : { ...head, active: 0, total: 0, used: 0, avail: 0 };
}

function figuresOf(
  { world }: Pick<Call<PveState>, 'world' | 'state'>,
  storage: StorageState,
): Record<'total' | 'used' | 'avail', number> | undefined {
  if (storage.type === 'pbs') {
    const reached = reach(world, storage);
    return reached.ok ? usageOf(reached.target) : undefined;
  }
  const total = storage.totalBytes ?? 2 ** 40;
  const used = storage.usedBytes ?? Math.round(total / 3);
  return { total, used, avail: total - used };
}

/** Rows of a kind that the caller may see. */
export function visibleGuests(call: Call<PveState>): readonly GuestState[] {
  const may = checker(call);
  return Object.values(call.state.guests).filter(({ vmid }) => may(`/vms/${vmid}`, 'VM.Audit'));
}
