import type { Step } from '#core/plan/plan.ts';
import { can, firstWith } from '#core/world/abilities.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { createOnce, settled, unlessMissing } from './once.ts';
import { segment, type Http } from './http.ts';
import { listNamespaces } from './pbs-snapshots.ts';
import { getVersion } from './pve.ts';
import { asRow, ignore, optionalDigest, type Row } from './wire/read.ts';

/** One step on a PBS. Configuration is written with the digest it was read with, so that no other's change is lost. */
export async function carryOutPbs(http: Http, step: Step): Promise<void> {
  switch (step.kind) {
    case 'namespace':
      return writeNamespace(http, step);
    case 'prune-job':
      return writeEntry(http, step, '/config/prune', 'id');
    case 'verify-job':
      return writeEntry(http, step, '/config/verify', 'id');
    case 'sync-job':
      return writeEntry(http, await asTheVersionKnows(http, step), '/config/sync', 'id');
    case 'traffic-control':
      return writeEntry(http, step, '/config/traffic-control', 'name');
    case 'datastore':
      if (step.action !== 'change') throw new Error('Holdfast makes and removes no datastore');
      return writeEntry(http, step, '/config/datastore', 'name');
    case 'pool':
    case 'pool-member':
    case 'storage':
    case 'backup-job':
      throw new Error(`a ${step.kind} is an object of PVE, not of PBS`);
  }
}

/** A server from before push sync knows no direction: there is one. A push it cannot do. */
async function asTheVersionKnows(http: Http, step: Step): Promise<Step> {
  const { 'sync-direction': direction, ...settings } = step.settings;
  if (direction === undefined || can(await getVersion(http), 'push-sync')) return step;
  if (direction === 'pull') return { ...step, settings };
  const fix = `upgrade this PBS to ${firstWith('push-sync')} or newer, or let the other place fetch:\n    offsite: { direction: pull }`;
  throw new ProxmoxError('missing', { server: http.name, call: `write sync job ${step.id}`, detail: 'it is too old to push', fix });
}

/**
 * Creates a namespace with every level above it, or removes an empty one: groups are never deleted.
 * Needs Datastore.Modify on the parent. Creating one that exists is no error on PBS.
 */
async function writeNamespace(http: Http, step: Step): Promise<void> {
  const cut = step.id.indexOf(':');
  const [store, namespace] = [step.id.slice(0, cut), step.id.slice(cut + 1)];
  const path = `/admin/datastore/${segment(store)}/namespace`;
  if (step.action === 'remove') return unlessMissing(http.send('DELETE', path, { ns: namespace, 'delete-groups': false }, ignore));
  const known = new Set(await listNamespaces(http, store, ''));
  const names = namespace.split('/');
  for (const [depth, name] of names.entries()) {
    const parent = names.slice(0, depth).join('/');
    if (known.has(names.slice(0, depth + 1).join('/'))) continue;
    await http.send('POST', path, { name, ...(parent === '' ? {} : { parent }) }, ignore);
  }
}

/** An entry of a configuration section. Needs Datastore.Modify (prune, datastore), Datastore.Verify (verify), the sync rights, or Sys.Modify on / (traffic). */
async function writeEntry(http: Http, step: Step, section: string, key: 'id' | 'name'): Promise<void> {
  const path = `${section}/${segment(step.id)}`;
  if (step.action === 'create') {
    return createOnce(step, {
      create: () => http.send('POST', section, { [key]: step.id, ...step.settings }, ignore),
      read: async () => (await readEntry(http, path)).row,
    });
  }
  if (step.action === 'remove') {
    return unlessMissing(readEntry(http, path).then(({ digest }) => http.send('DELETE', path, { digest }, ignore)));
  }
  const { row, digest } = await readEntry(http, path);
  if (settled(http, step, row)) return;
  const cleared = step.clear.length > 0 ? { delete: step.clear } : {};
  await http.send('PUT', path, { ...step.settings, ...cleared, digest }, ignore);
}

function readEntry(http: Http, path: string): Promise<{ readonly row: Row; readonly digest: string | undefined }> {
  return http.get(path, {}, (envelope) => ({ row: asRow(envelope.data), digest: optionalDigest(envelope) }));
}
