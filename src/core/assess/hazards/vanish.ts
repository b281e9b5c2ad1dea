import type { Finding } from '../../finding.ts';
import type { PbsActual, SyncJob } from '../../world/actual.ts';
import { reaches, spellNamespace } from '../../world/namespace.ts';
import { serverOf } from '../leads.ts';
import { onObject, type Surroundings } from './context.ts';

/**
 * Syncs that remove what their own source lacks from a place into which something else writes too: another sync, or, where they pull, the
 * backups of this site.
 */
export function vanishing(around: Surroundings, server: PbsActual): Finding[] {
  const syncs = server.syncJobs.known ? server.syncJobs.value : [];
  return syncs.flatMap((job) => {
    if (!job.removeVanished) return [];
    const others = syncs.filter((other) => other.id !== job.id && overlaps(job, other)).map(({ id }) => `sync job ${id}`);
    const backups = job.direction === 'pull' ? backupsInto(around, server, job) : [];
    const writers = [...others, ...backups];
    if (writers.length === 0) return [];
    const { store, namespace } = target(job);
    return [
      onObject(around, `sync job ${job.id} on PBS ${server.name}`, {
        severity: 'error',
        code: 'HF-SYNC-VANISH',
        problem: `It removes from ${spellNamespace({ datastore: store, namespace })}${job.direction === 'push' ? ` at ${job.remote}` : ''} what its source lacks, and ${writers.join(', ')} ${writers.length === 1 ? 'writes' : 'write'} there too`,
        why: 'it deletes whole groups that the other one brought',
        fix: `switch that off, or give each a namespace of its own:\n    proxmox-backup-manager sync-job update ${job.id} --remove-vanished false`,
      }),
    ];
  });
}

/** Where a sync writes: its own server for a pull, the remote for a push. */
function target({ direction, remote, datastore, namespace, remoteDatastore, remoteNamespace }: SyncJob) {
  return direction === 'pull'
    ? { at: '', store: datastore, namespace }
    : { at: remote ?? '', store: remoteDatastore, namespace: remoteNamespace };
}

function overlaps(job: SyncJob, other: SyncJob): boolean {
  const [own, its] = [target(job), target(other)];
  return own.at === its.at && own.store === its.store && reaches({ ...job, namespace: own.namespace }, its.namespace);
}

function backupsInto({ site, jobs, storages }: Surroundings, server: PbsActual, job: SyncJob): string[] {
  return jobs.flatMap(({ id, enabled, storage: named = '' }) => {
    const storage = storages.get(named);
    const here = enabled && storage?.pbs && serverOf(site, storage) === server.name && storage.pbs.datastore === job.datastore;
    return here && reaches(job, storage.pbs.namespace) ? [`backup job ${id}`] : [];
  });
}
