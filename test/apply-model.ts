import type { Actual, BackupJob, PbsActual, PruneJob, SyncJob, VerifyJob } from '#core/world/actual.ts';
import type { Setting, Settings } from '#core/desired/desired.ts';
import type { RawStep } from '#core/plan/diff.ts';
import { KEEP_UNITS, type KeepRules } from '#core/retention/keep.ts';
import { deepFreeze, makePool, seen } from './make.ts';

/**
 * A small second opinion on what a step does to a site: the test's own reading of Proxmox, not the adapter's. Every part that a
 * step touches must be known.
 */
export function applyStep(actual: Actual, step: RawStep): Actual {
  return deepFreeze(step.server === 'pve' ? { ...actual, pve: { ...actual.pve, ...onPve(actual, step) } } : onPbs(actual, step));
}

export function applySteps(actual: Actual, steps: readonly RawStep[]): Actual {
  return steps.reduce(applyStep, actual);
}

function onPve({ pve }: Actual, step: RawStep): Partial<Actual['pve']> {
  const pools = valueOf(pve.pools);
  const { kind } = step;
  if (kind === 'pool') return { pools: seen([...pools, makePool({ id: step.id, comment: String(step.settings['comment']) })]) };
  if (kind === 'pool-member') {
    const slash = step.id.lastIndexOf('/');
    const [pool, vmid] = [step.id.slice(0, slash), Number(step.id.slice(slash + 1))];
    if (step.action === 'create' && !pools.some(({ id }) => id === pool)) throw new Error(`pool '${pool}' does not exist`);
    const other = pools.find(({ id, vmids }) => id !== pool && vmids.includes(vmid));
    if (step.action === 'create' && other && step.settings['allow-move'] !== true)
      throw new Error(`VM ${vmid} belongs already to pool '${other.id}'`);
    const joined = (id: string): boolean => step.action === 'create' && id === pool;
    return {
      pools: seen(pools.map((one) => ({ ...one, vmids: [...one.vmids.filter((id) => id !== vmid), ...(joined(one.id) ? [vmid] : [])] }))),
      guests: seen(
        valueOf(pve.guests).map((guest) => (guest.vmid === vmid ? withPool(guest, step.action === 'create' ? pool : undefined) : guest)),
      ),
    };
  }
  if (kind === 'storage') {
    const before = valueOf(pve.storages).find(({ id }) => id === step.id);
    const settings = { ...step.before, ...step.settings };
    const storage = {
      id: step.id,
      type: 'pbs',
      content: ['backup'],
      enabled: settings['disable'] !== true,
      shared: true,
      keep: {},
      pbs: {
        port: 8007,
        username: 'pve@pbs!home',
        server: String(settings['server']),
        datastore: String(settings['datastore']),
        namespace: String(settings['namespace'] ?? ''),
        ...(settings['fingerprint'] === undefined ? {} : { fingerprint: String(settings['fingerprint']) }),
        ...(settings['encryption-key'] === undefined ? {} : { encryptionKey: before?.pbs?.encryptionKey ?? 'aa:bb' }),
      },
    };
    return { storages: seen([...valueOf(pve.storages).filter(({ id }) => id !== step.id), storage]) };
  }
  if (kind === 'backup-job')
    return { backupJobs: seen(without(valueOf(pve.backupJobs), step).concat(step.action === 'remove' ? [] : [backupJob(step)])) };
  throw new Error(`no ${kind} on PVE`);
}

function withPool<G extends { readonly pool?: string }>(guest: G, pool: string | undefined): G {
  const { pool: _, ...rest } = guest;
  return (pool === undefined ? rest : { ...rest, pool }) as G;
}

/** As PVE: a PUT keeps what it does not name, and pool, vmid and all replace each other. */
function merged(step: RawStep): Settings {
  const before = { ...step.before };
  if ('pool' in step.settings || 'vmid' in step.settings)
    for (const key of ['pool', 'vmid', 'all', 'exclude']) delete (before as Record<string, Setting>)[key];
  for (const key of step.clear) delete (before as Record<string, Setting>)[key];
  return { ...before, ...step.settings };
}

function backupJob(step: RawStep): BackupJob {
  const settings = merged(step);
  const { pool, vmid, storage, node, bwlimit, 'notes-template': notes } = settings;
  return {
    id: step.id,
    enabled: settings['enabled'] !== false,
    schedule: String(settings['schedule']),
    selection:
      typeof pool === 'string'
        ? { by: 'pool', pool }
        : typeof vmid === 'string'
          ? { by: 'vmids', vmids: vmid.split(',').map(Number) }
          : { by: 'nothing' },
    mode: String(settings['mode']),
    repeatMissed: settings['repeat-missed'] === true,
    comment: String(settings['comment'] ?? ''),
    ...(settings['prune-backups'] === undefined ? {} : { keep: {} }),
    ...(storage === undefined ? {} : { storage: String(storage) }),
    ...(node === undefined ? {} : { node: String(node) }),
    ...(notes === undefined ? {} : { notesTemplate: String(notes) }),
    ...(bwlimit === undefined ? {} : { bandwidthKibPerSecond: Number(bwlimit) }),
  };
}

function onPbs(actual: Actual, step: RawStep): Actual {
  return { ...actual, pbs: actual.pbs.map((pbs) => (pbs.name === step.server ? { ...pbs, ...change(pbs, step) } : pbs)) };
}

function change(pbs: PbsActual, step: RawStep): Partial<PbsActual> {
  const gone = step.action === 'remove';
  const { kind } = step;
  if (kind === 'namespace') {
    const colon = step.id.indexOf(':');
    const made = { datastore: step.id.slice(0, colon), namespace: step.id.slice(colon + 1), groups: seen([]) };
    return { namespaces: [...pbs.namespaces.filter(({ datastore, namespace }) => `${datastore}:${namespace}` !== step.id), made] };
  }
  if (kind === 'prune-job') return { pruneJobs: seen(without(valueOf(pbs.pruneJobs), step).concat(gone ? [] : [pruneJob(step)])) };
  if (kind === 'verify-job') return { verifyJobs: seen(without(valueOf(pbs.verifyJobs), step).concat(gone ? [] : [verifyJob(step)])) };
  if (kind === 'sync-job') return { syncJobs: seen(without(valueOf(pbs.syncJobs), step).concat(gone ? [] : [syncJob(step)])) };
  if (kind === 'datastore')
    return {
      datastores: seen(
        valueOf(pbs.datastores).map((store) =>
          store.name === step.id
            ? {
                ...store,
                ...(step.settings['verify-new'] === undefined ? {} : { verifyNew: step.settings['verify-new'] === true }),
                ...(step.settings['gc-schedule'] === undefined ? {} : { gcSchedule: String(step.settings['gc-schedule']) }),
              }
            : store,
        ),
      ),
    };
  throw new Error(`no ${kind} on PBS`);
}

function scope(settings: Settings): { datastore: string; namespace: string; comment: string; maxDepth?: number } {
  const depth = settings['max-depth'];
  return {
    datastore: String(settings['store']),
    namespace: String(settings['ns'] ?? ''),
    comment: String(settings['comment'] ?? ''),
    ...(typeof depth === 'number' ? { maxDepth: depth } : {}),
  };
}

function pruneJob(step: RawStep): PruneJob {
  const settings = merged(step);
  const keep: KeepRules = Object.fromEntries(
    KEEP_UNITS.flatMap((unit) => (typeof settings[`keep-${unit}`] === 'number' ? [[unit, settings[`keep-${unit}`]]] : [])),
  );
  return { id: step.id, ...scope(settings), schedule: String(settings['schedule']), disabled: settings['disable'] === true, keep };
}

function verifyJob(step: RawStep): VerifyJob {
  const settings = merged(step);
  const days = settings['outdated-after'];
  return {
    id: step.id,
    ...scope(settings),
    schedule: String(settings['schedule']),
    ignoreVerified: settings['ignore-verified'] === true,
    ...(typeof days === 'number' ? { outdatedAfterDays: days } : {}),
  };
}

function syncJob(step: RawStep): SyncJob {
  const settings = merged(step);
  const rate = (name: string): number | undefined =>
    settings[name] === undefined ? undefined : Number(String(settings[name]).split(' ')[0]);
  const [rateIn, rateOut] = [rate('rate-in'), rate('rate-out')];
  return {
    id: step.id,
    ...scope(settings),
    direction: settings['sync-direction'] === 'push' ? 'push' : 'pull',
    remoteDatastore: String(settings['remote-store']),
    remoteNamespace: String(settings['remote-ns'] ?? ''),
    schedule: String(settings['schedule']),
    removeVanished: settings['remove-vanished'] === true,
    groupFilters: [],
    ...(settings['remote'] === undefined ? {} : { remote: String(settings['remote']) }),
    ...(settings['owner'] === undefined ? {} : { owner: String(settings['owner']) }),
    ...(rateIn === undefined ? {} : { rateInBytesPerSecond: rateIn }),
    ...(rateOut === undefined ? {} : { rateOutBytesPerSecond: rateOut }),
  };
}

function without<T extends { readonly id: string }>(rows: readonly T[], { id, action }: RawStep): T[] {
  if (action === 'create' && rows.some((row) => row.id === id)) throw new Error(`'${id}' already exists`);
  if (action !== 'create' && !rows.some((row) => row.id === id)) throw new Error(`no such '${id}'`);
  return rows.filter((row) => row.id !== id);
}

function valueOf<T>(part: { readonly known: true; readonly value: T } | { readonly known: false }): T {
  if (!part.known) throw new Error('a step touches what was not seen');
  return part.value;
}
