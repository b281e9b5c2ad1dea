import { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { SecretRef, Site } from '#core/policy/policy.ts';
import type { Step } from '#core/plan/plan.ts';
import type { Settings } from '#core/desired/desired.ts';
import { carryOutPbs } from './carry-out-pbs.ts';
import { segment, tokenId, type Http, type Params } from './http.ts';
import type { SiteClients } from './observe.ts';
import { createOnce, settled, unlessMissing, type Write } from './once.ts';
import { asList, asRow, ignore, mapRows, optionalText, text, type Row } from './wire/read.ts';

export type Writing = { readonly site: Site; readonly clients: SiteClients; readonly readSecret: (ref: SecretRef) => Promise<string> };

/**
 * Carries out one step. A second call leaves the same state: what exists as wanted, or is gone as wanted, counts as done. An object
 * that somebody changed after the plan was made is a conflict and is left alone. Answers are dropped, for one of them holds a secret key.
 */
export async function carryOut(step: Step, writing: Writing): Promise<void> {
  const { pve, pbs } = writing.clients;
  if (step.server !== 'pve') {
    const server = pbs.find(({ access }) => access.name === step.server);
    if (!server) throw new Error(`the site ${step.site} has no PBS "${step.server}"`);
    return carryOutPbs(server.http, step);
  }
  switch (step.kind) {
    case 'pool':
      return writePool(pve, step);
    case 'pool-member':
      return writeMember(pve, step);
    case 'storage':
      return writeStorage(pve, step, writing);
    case 'backup-job':
      return writeBackupJob(pve, step);
    case 'namespace':
    case 'prune-job':
    case 'verify-job':
    case 'sync-job':
    case 'datastore':
    case 'traffic-control':
      throw new Error(`a ${step.kind} is an object of PBS, not of PVE`);
  }
}

/** Needs Pool.Allocate on /pool/{poolid}. Only an empty pool can be removed. */
async function writePool(http: Http, step: Step): Promise<void> {
  const poolid = step.id;
  if (step.action === 'create') {
    return createOnce(step, {
      create: () => http.send('POST', '/pools', { poolid, ...toForm(step.settings) }, ignore),
      read: () => readPool(http, poolid),
    });
  }
  if (step.action === 'remove') return unlessMissing(http.send('DELETE', '/pools', { poolid }, ignore));
  if (settled(http, step, await readPool(http, poolid))) return;
  const cleared = Object.fromEntries(step.clear.map((name) => [name, '']));
  await http.send('PUT', '/pools', { poolid, ...toForm(step.settings), ...cleared }, ignore);
}

function readPool(http: Http, poolid: string): Promise<Row> {
  return http.get('/pools', { poolid }, ({ data }) => asRow(asList(data)[0]));
}

/** Needs Pool.Allocate on the pool and VM.Allocate or Permissions.Modify on the guest. A guest leaves another pool only with `allow-move`. */
async function writeMember(http: Http, step: Step): Promise<void> {
  const cut = step.id.lastIndexOf('/');
  const member = { poolid: step.id.slice(0, cut), vms: step.id.slice(cut + 1) };
  if (step.action === 'remove') return unlessMissing(http.send('PUT', '/pools', { ...member, delete: true }, ignore));
  try {
    await http.send('PUT', '/pools', { ...member, ...toForm(step.settings) }, ignore);
  } catch (error) {
    const already = error instanceof ProxmoxError && error.kind === 'conflict' && error.detail.includes('already a pool member');
    if (!already) throw error;
  }
}

/**
 * Needs Datastore.Allocate on /storage. The login PVE uses for it is the policy's backup token, never one of Holdfast's own.
 * With `encryption-key: autogen` PVE answers with the secret key: the answer is not looked at. A key that exists is never made anew.
 */
async function writeStorage(http: Http, step: Step, writing: Writing): Promise<void> {
  const path = `/storage/${segment(step.id)}`;
  if (step.action === 'remove') return unlessMissing(http.send('DELETE', path, {}, ignore));
  if (step.action === 'create') {
    const login = await readBackupLogin(step, writing);
    return createOnce(step, {
      create: () => http.send('POST', '/storage', { storage: step.id, type: 'pbs', ...toForm(step.settings), ...login }, ignore),
      read: () => http.get(path, {}, ({ data }) => asRow(data)),
    });
  }
  const current = await http.get(path, {}, ({ data }) => asRow(data));
  if (settled(http, step, current)) return;
  const { 'encryption-key': key, ...settings } = step.settings;
  const form = toForm(key !== undefined && current['encryption-key'] === undefined ? { ...settings, 'encryption-key': key } : settings);
  const login = 'password' in settings ? await readBackupLogin(step, writing) : {};
  await http.send('PUT', path, { ...form, ...login, ...toDelete(step), digest: optionalText(current, 'digest') }, ignore);
}

/** The login PVE is given: the settings name only where its secret lies. */
async function readBackupLogin(step: Step, { site, readSecret }: Writing): Promise<Params> {
  const named = step.settings['password'];
  const ref = typeof named === 'string' ? (named as SecretRef) : site.storages?.backupToken;
  if (!ref) {
    const fix = 'name one in the policy:\n    storages: { backupToken: "env:HOLDFAST_BACKUP_TOKEN" }';
    throw missingLogin(step, 'the policy names no login for it', fix);
  }
  const token = (await readSecret(ref)).trim();
  const username = tokenId(token);
  if (username === undefined)
    throw missingLogin(step, `${ref} does not read user@realm!name:secret`, 'give the whole token of PBS, id and secret');
  return { username, password: token.slice(username.length + 1) };
}

function missingLogin(step: Step, detail: string, fix: string): ProxmoxError {
  return new ProxmoxError('invalid', { server: 'pve', call: `write storage ${step.id}`, detail, fix });
}

/** Needs Sys.Modify on /, Datastore.Allocate on the storage and VM.Backup on the pool. PVE has no digest for jobs: the job is read again before each write. */
export async function writeBackupJob(http: Http, step: Write): Promise<void> {
  const path = `/cluster/backup/${segment(step.id)}`;
  if (step.action === 'create') {
    return createOnce(step, {
      create: () => http.send('POST', '/cluster/backup', { id: step.id, ...toForm(step.settings) }, ignore),
      read: () => readJob(http, step.id),
    });
  }
  if (step.action === 'remove') return unlessMissing(http.send('DELETE', path, {}, ignore));
  const found = await readJob(http, step.id);
  if (settled(http, step, found)) return;
  await http.send('PUT', path, { ...neededBeside(step, found), ...toForm(step.settings), ...toDelete(step) }, ignore);
}

/** PVE takes a note template only in a request that names the storage too, although the job has one. */
function neededBeside({ settings }: Write, found: Row): Params {
  const storage = optionalText(found, 'storage');
  return settings['notes-template'] === undefined || storage === undefined ? {} : { storage };
}

/** From the list: the single answer of a missing job has another status, and both need the same right. */
async function readJob(http: Http, id: string): Promise<Row> {
  const jobs = await http.get('/cluster/backup', {}, ({ data }) => mapRows(data, (row) => row));
  const found = jobs.find((row) => text(row, 'id') === id);
  if (!found)
    throw new ProxmoxError('missing', {
      server: http.name,
      call: `change backup job ${id}`,
      detail: 'there is no such job',
      fix: 'plan again:\n    holdfast plan',
    });
  return found;
}

/** PVE takes a list as one text. */
function toForm(settings: Settings): Params {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, typeof value === 'object' ? value.join(',') : value]));
}

function toDelete({ clear }: Write): Params {
  return clear.length > 0 ? { delete: clear.join(',') } : {};
}
