import type { BackupJob, Guest, Node, Observed, Pool, PveActual, Storage, Unknown, ZfsPool } from '#core/world/actual.ts';
import type { Http } from './http.ts';
import { observeBackupTasks } from './observe-tasks.ts';
import { observeGuests, readGuestTasks } from './observe-guests.ts';
import { mapLimited, observeList, observePart, toUnknown, type Look } from './part.ts';
import { listResources, type Resources } from './pve-guests.ts';
import {
  getIncludedVolumes,
  getNodeTime,
  getPool,
  getVersion,
  listBackupJobs,
  listPools,
  listStorages,
  listStorageStates,
  listZfsPools,
} from './pve.ts';

/** A look at a PVE that has begun: its storages are known before the rest, for a look at PBS starts from them. */
export type PveLook = { readonly storages: Promise<Observed<readonly Storage[]>>; readonly whole: Promise<PveActual> };

/** One look at a PVE cluster. Parts are read side by side; one that fails hides no other. */
export function observePve(http: Http, look: Look, previous: PveActual | undefined, previousAt: number | undefined): PveLook {
  const resources = listResources(http);
  resources.catch(() => undefined);
  const online = async (): Promise<string[]> => (await resources).nodes.filter((node) => node.online).map(({ name }) => name);
  const need = { what: 'storages', privilege: 'Datastore.Audit', path: '/storage' };
  const storages = observeList(look, need, async (gaps) => observeStorages(http, await online(), gaps));
  return { storages, whole: observeRest(http, look, { resources, online, storages, previous, previousAt }) };
}

type Rest = {
  readonly resources: Promise<Resources>;
  readonly online: () => Promise<string[]>;
  readonly storages: PveLook['storages'];
  readonly previous: PveActual | undefined;
  readonly previousAt: number | undefined;
};

async function observeRest(http: Http, look: Look, { resources, online, storages, previous, previousAt }: Rest): Promise<PveActual> {
  const jobs = observePart(look, 'backup jobs', (gaps) => observeJobs(http, gaps));
  const [version, nodes, pools, zfsPools, backupTasks, backupJobs, guests] = await Promise.all([
    observePart(look, 'version', () => getVersion(http)),
    observePart(look, 'nodes', (gaps) => observeNodes(http, look, resources, gaps)),
    observeList(look, { what: 'pools', privilege: 'Pool.Audit', path: '/pool' }, (gaps) => observePools(http, resources, gaps)),
    observePart(look, 'ZFS pools', async (gaps) => observeZfsPools(http, await online(), gaps)),
    observePart(look, 'backup tasks', async (gaps) => observeBackupTasks(http, look, { nodes: await online(), previous, gaps })),
    jobs,
    observeList(look, { what: 'guests', privilege: 'VM.Audit', path: '/vms' }, async (gaps) => guestsOf(await resources, await jobs, gaps)),
  ]);
  return { version, nodes, guests, pools, storages: await storages, zfsPools, backupJobs, backupTasks };

  async function guestsOf({ guests: rows }: Resources, known: Observed<readonly BackupJob[]>, gaps: Unknown[]): Promise<Guest[]> {
    const tasks = await readGuestTasks(http, await online(), { asOf: look.asOf, previousAt });
    return observeGuests(http, look, { rows, previous, hints: { ...tasks, jobs: known.known ? known.value : [] }, gaps });
  }
}

async function observeNodes(http: Http, look: Look, resources: Promise<Resources>, gaps: Unknown[]): Promise<Node[]> {
  return mapLimited((await resources).nodes, 4, async (node) => {
    if (!node.online) return node;
    try {
      const { timeZone, at } = await getNodeTime(http, node.name);
      return { ...node, timeZone, clockAheadSeconds: at - look.now() };
    } catch (error) {
      gaps.push(toUnknown(`time of node ${node.name}`, error));
      return node;
    }
  });
}

async function observePools(http: Http, resources: Promise<Resources>, gaps: Unknown[]): Promise<Pool[]> {
  const pools = await listPools(http);
  const { guests } = await resources;
  const read = await mapLimited(pools, 4, async (pool) => {
    const vmids = guests.flatMap((guest) => (guest.pool === pool.id ? [guest.vmid] : []));
    try {
      return { ...pool, vmids, storages: (await getPool(http, pool.id)).storages };
    } catch (error) {
      gaps.push(toUnknown(`storages in pool ${pool.id}`, error));
      return { ...pool, vmids, storages: [] };
    }
  });
  return read.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function observeStorages(http: Http, nodes: readonly string[], gaps: Unknown[]): Promise<Storage[]> {
  const storages = await listStorages(http);
  const states = new Map<string, { active: boolean; usage?: NonNullable<Storage['usage']> }>();
  await mapLimited(nodes, 4, async (node) => {
    try {
      for (const { id, active, usage } of await listStorageStates(http, node)) {
        const known = states.get(id);
        if (!known || (!known.active && active)) states.set(id, { active, ...(usage ? { usage } : {}) });
      }
    } catch (error) {
      gaps.push(toUnknown(`state of the storages of node ${node}`, error));
    }
  });
  return storages.map((storage) => ({ ...storage, ...states.get(storage.id) })).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A node without ZFS answers 500 `zfsutils-linux not installed`: it has no pools, and that is known. */
async function observeZfsPools(http: Http, nodes: readonly string[], gaps: Unknown[]): Promise<ZfsPool[]> {
  const lists = await mapLimited(nodes, 4, async (node) => {
    try {
      return await listZfsPools(http, node);
    } catch (error) {
      const unknown = toUnknown(`ZFS pools of node ${node}`, error);
      if (!/zfsutils-linux not installed|no such file/i.test(unknown.because)) gaps.push(unknown);
      return [];
    }
  });
  return lists.flat().sort((a, b) => (a.node + a.name < b.node + b.name ? -1 : 1));
}

async function observeJobs(http: Http, gaps: Unknown[]): Promise<BackupJob[]> {
  const jobs = await listBackupJobs(http);
  const read = await mapLimited(jobs, 4, async (job) => {
    try {
      return { ...job, included: await getIncludedVolumes(http, job.id) };
    } catch (error) {
      gaps.push(toUnknown(`volumes of backup job ${job.id}`, error));
      return job;
    }
  });
  return read.sort((a, b) => (a.id < b.id ? -1 : 1));
}
