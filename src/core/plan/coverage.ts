import type { Actual, BackupJob, Guest, GuestSelection } from '../world/actual.ts';
import type { RawStep } from './diff.ts';

/** What decides whether a guest is in an enabled backup job: the jobs and who is in which pool. */
export type Coverage = {
  readonly jobs: ReadonlyMap<string, CoveringJob>;
  readonly poolByGuest: ReadonlyMap<number, string>;
};

type CoveringJob = Pick<BackupJob, 'enabled' | 'selection' | 'node'>;

/** The coverage of a site as it was seen; undefined where jobs or pools were not. */
export function coverageOf({ pve }: Actual): Coverage | undefined {
  if (!pve.backupJobs.known || !pve.pools.known || !pve.guests.known) return undefined;
  const poolByGuest = new Map(pve.pools.value.flatMap(({ id, vmids }) => vmids.map((vmid) => [vmid, id] as const)));
  return { jobs: new Map(pve.backupJobs.value.map((job) => [job.id, job])), poolByGuest };
}

/** Whether some enabled job takes a guest. A disabled job is no cover, nor is one for another node. */
export function isCovered(coverage: Coverage, guest: Guest): boolean {
  return coverage.jobs.values().some((job) => takes(job, guest, coverage));
}

/** Whether a job takes a guest, enabled or not left aside. */
export function takes(job: CoveringJob, guest: Guest, { poolByGuest }: Pick<Coverage, 'poolByGuest'>): boolean {
  if (!job.enabled || (job.node !== undefined && job.node !== guest.node)) return false;
  const { selection } = job;
  if (selection.by === 'pool') return poolByGuest.get(guest.vmid) === selection.pool;
  if (selection.by === 'vmids') return selection.vmids.includes(guest.vmid);
  return selection.by === 'all' && !selection.exclude.includes(guest.vmid);
}

/** A coverage that steps change in place: among ten thousand moves each is one entry. */
export type Following = {
  readonly coverage: Coverage;
  /** Carries out a step in this coverage; the answer takes it back. */
  readonly carryOut: (step: RawStep) => () => void;
};

/** Follows a coverage through steps; the one given stays as it is. */
export function follow(start: Coverage): Following {
  const jobs = new Map(start.jobs);
  const poolByGuest = new Map(start.poolByGuest);
  return {
    coverage: { jobs, poolByGuest },
    carryOut: (step) => {
      if (step.kind === 'pool-member') {
        const { pool, vmid } = readMember(step.id);
        return replace(poolByGuest, vmid, step.action === 'remove' ? undefined : pool);
      }
      if (step.kind !== 'backup-job') return () => {};
      return replace(jobs, step.id, step.action === 'remove' ? undefined : jobAfter(jobs.get(step.id), step));
    },
  };
}

/** Sets or deletes an entry; the answer puts it back. */
function replace<K, V>(map: Map<K, V>, key: K, value: V | undefined): () => void {
  const before = map.get(key);
  const put = (entry: V | undefined): void => void (entry === undefined ? map.delete(key) : map.set(key, entry));
  put(value);
  return () => put(before);
}

/** `home/tier-1/101` → pool `home/tier-1`, guest 101 */
export function readMember(id: string): { readonly pool: string; readonly vmid: number } {
  const slash = id.lastIndexOf('/');
  return { pool: id.slice(0, slash), vmid: Number(id.slice(slash + 1)) };
}

function jobAfter(before: CoveringJob | undefined, { settings, clear }: RawStep): CoveringJob {
  const node = clear.includes('node') ? undefined : before?.node;
  return {
    enabled: typeof settings['enabled'] === 'boolean' ? settings['enabled'] : (before?.enabled ?? true),
    selection: selectionAfter(before?.selection ?? { by: 'nothing' }, settings),
    ...(node === undefined ? {} : { node }),
  };
}

/** `pool` and `vmid` replace each other, as PVE does it. @see https://pve.proxmox.com/pve-docs/api-viewer/#/cluster/backup/{id} */
function selectionAfter(before: GuestSelection, settings: RawStep['settings']): GuestSelection {
  const { pool, vmid } = settings;
  if (typeof pool === 'string') return { by: 'pool', pool };
  if (typeof vmid === 'string') return { by: 'vmids', vmids: vmid.split(',').map(Number) };
  return before;
}
