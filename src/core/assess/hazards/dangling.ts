import type { Finding } from '../../finding.ts';
import type { BackupJob, NamespaceActual, PbsActual, SyncJob } from '../../world/actual.ts';
import { hiddenRows } from '../blind.ts';
import { serverOf } from '../leads.ts';
import { onObject, type Surroundings } from './context.ts';

const ACCEPTED = 'Proxmox accepts such a job, and each of its runs fails';

/** What an enabled backup job names and what is not there: its storage, its pool, the namespace or datastore its storage leads to. */
export function danglingBackup(around: Surroundings, { id, storage: named, selection }: BackupJob): Finding[] {
  const { storages, pools } = around.actual.pve;
  const tell = (problem: string, fix: string): Finding[] => [
    onObject(around, `backup job ${id}`, { severity: 'error', code: 'HF-JOB-DANGLING', problem, why: ACCEPTED, fix }),
  ];
  const remove = `name one that exists, or remove the job:\n    pvesh delete /cluster/backup/${id}`;
  const storage = around.storages.get(named ?? '');
  if (named !== undefined && !storage && storages.known && storages.complete)
    return tell(`It backs up to storage "${named}", which does not exist`, remove);
  if (selection.by === 'pool' && pools.known && !hiddenRows(pools) && !pools.value.some(({ id: pool }) => pool === selection.pool))
    return tell(`It backs up pool "${selection.pool}", which does not exist`, remove);
  const server = storage && around.actual.pbs.find(({ name }) => name === serverOf(around.site, storage));
  const missing = server && storage.pbs && missingPlace(server, storage.pbs);
  if (!missing) return [];
  const { datastore, namespace } = storage.pbs;
  return tell(
    `Its storage ${storage.id} leads to ${missing} on PBS ${server.name}, which does not exist`,
    missing.startsWith('datastore')
      ? `lead the storage to a datastore that exists:\n    pvesm remove ${storage.id}`
      : `make the namespace:\n    proxmox-backup-client namespace create '${namespace}' --repository 'root@pam@${storage.pbs.server}:${datastore}'`,
  );
}

type AnyPbsJob = { readonly id: string; readonly datastore: string; readonly namespace: string };

/** What a job of PBS names and what is not there: its datastore, its namespace, its remote. A pull makes its namespace itself. */
export function danglingPbsJob(
  around: Surroundings,
  server: PbsActual,
  kind: 'prune' | 'verify' | 'sync',
  job: AnyPbsJob & Partial<SyncJob>,
): Finding[] {
  const { remotes } = server;
  const tell = (problem: string, what: string): Finding[] => [
    onObject(around, `${kind} job ${job.id} on PBS ${server.name}`, {
      severity: 'error',
      code: 'HF-JOB-DANGLING',
      problem,
      why: ACCEPTED,
      fix: `name a ${what} that exists, or remove the job:\n    proxmox-backup-manager ${kind}-job remove ${job.id}`,
    }),
  ];
  if (job.remote !== undefined && remotes.known && remotes.complete && !remotes.value.some(({ name }) => name === job.remote))
    return tell(`It works with remote "${job.remote}", which does not exist`, 'remote');
  const missing = missingPlace(server, job);
  if (!missing || (job.direction === 'pull' && missing.startsWith('namespace'))) return [];
  return tell(`It works on ${missing}, which does not exist`, missing.startsWith('datastore') ? 'datastore' : 'namespace');
}

/** `datastore "gone"` or `namespace "home/gone"`, where the server was seen not to have it. */
function missingPlace(
  { datastores, namespaces }: PbsActual,
  { datastore, namespace }: Pick<NamespaceActual, 'datastore' | 'namespace'>,
): string | undefined {
  if (datastores.known && datastores.complete && !datastores.value.some(({ name }) => name === datastore))
    return `datastore "${datastore}"`;
  const found = namespaces.find((one) => one.datastore === datastore && one.namespace === namespace);
  const gone = found && !found.groups.known && found.groups.unknown.kind === 'missing';
  return gone && namespace !== '' ? `namespace "${namespace}" of datastore ${datastore}` : undefined;
}
