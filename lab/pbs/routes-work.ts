import { refuse, type Route } from '../route.ts';
import { groupPath, namespacePath } from './content.ts';
import { runJob, startTask } from './jobs.ts';
import { checkMove, moveGroup, moveNamespace } from './move.ts';
import { keepOptionsOf, marksOf, optionText, pruneOneGroup } from './prune-run.ts';
import { aclPath, checkConfig, checkNamespace, checkOwner, datastoreOf, groupOf, may, type PbsCall } from './rights.ts';
import * as is from './schemas.ts';
import type { PbsState } from './state.ts';
import { beginTask, endTask, logTo } from './tasks.ts';
import { verifySeconds } from './verify.ts';

function where({ params }: PbsCall) {
  return { store: params.text('store'), ns: params.optionalText('ns') ?? '' };
}

/** Rows, oldest first; with `use-task` a UPID. A dry run leaves no task. */
function pruneGroupNow(call: PbsCall): unknown {
  const at = where(call);
  const { params, world, state, caller } = call;
  const { group } = groupOf(call, { ...at, full: ['Datastore.Modify'], own: ['Datastore.Prune'], operation: 'write' });
  if (!group) return refuse(400, 'ENOENT: No such file or directory');
  const keep = keepOptionsOf(params.all);
  const dryRun = params.flag('dry-run');
  const rows = marksOf(state, group, keep).map((one) => ({
    'backup-type': group.type,
    'backup-id': group.id,
    'backup-time': one.time,
    keep: one.mark !== 'removed',
    protected: one.protected,
    ...(dryRun && at.ns !== '' ? { ns: at.ns } : {}),
  }));
  if (dryRun) return rows;
  const workerId = `${at.store}:${at.ns}:${group.type}/${group.id}`;
  const task = beginTask(world, state, { type: 'prune', workerId, authId: caller.authId });
  const options = optionText({ ns: at.ns, options: params.all });
  const place = at.ns === '' ? '' : `, namespace '${at.ns}'`;
  logTo(world, state, {
    task,
    lines: [
      ...(options === '' ? [] : [`retention options: ${options}`]),
      `Starting prune on datastore '${at.store}'${place} group "${group.type}/${group.id}"`,
    ],
  });
  pruneOneGroup(world, state, { task, ...at, group, keep });
  endTask(world, state, { task, status: 'OK' });
  return params.flag('use-task') ? task.upid : rows;
}

function pruneDatastore(call: PbsCall): unknown {
  const at = where(call);
  const { params, world, state, caller } = call;
  checkConfig(call, aclPath(at.store, at.ns), ['Datastore.Modify', 'Datastore.Prune']);
  datastoreOf(call, at.store, 'write');
  const owner = may(call, aclPath(at.store, at.ns), 'Datastore.Modify') ? undefined : caller.authId;
  const scope = { ...at, maxDepth: params.number('max-depth'), options: params.all, dryRun: params.flag('dry-run'), owner };
  return startTask(world, state, {
    type: 'prune',
    workerId: `${at.store}:${at.ns}`,
    authId: caller.authId,
    work: { kind: 'prune', scope },
    opening: [],
  }).upid;
}

function verifyNow(call: PbsCall): unknown {
  const at = where(call);
  const { params, world, state, caller } = call;
  const scope = checkNamespace(call, { ...at, full: ['Datastore.Verify'], own: ['Datastore.Backup'] });
  const datastore = datastoreOf(call, at.store, 'read');
  const type = params.optionalText('backup-type');
  const id = params.optionalText('backup-id');
  const time = params.number('backup-time');
  const named = [type, id].filter((one) => one !== undefined).length;
  if (named === 1 || (named === 0 && time !== undefined)) refuse(400, 'parameters do not specify a backup group or snapshot');
  const group = named === 2 ? `${type}/${id}` : undefined;
  const found = group === undefined ? undefined : datastore.namespaces[at.ns]?.groups[group];
  if (found && scope === 'own') checkOwner(call, found);
  const path = group === undefined ? namespacePath(at.ns).replace(/\/$/, '') : groupPath(at.ns, group);
  const stamp = time === undefined ? '' : `/${time.toString(16).toUpperCase().padStart(8, '0')}`;
  const outdated = params.number('outdated-after');
  const depth = params.number('max-depth');
  const work = {
    kind: 'verify',
    scope: {
      ...at,
      ...(group === undefined ? {} : { group }),
      ...(time === undefined ? {} : { time }),
      ...(depth === undefined ? {} : { maxDepth: depth }),
      ...(group === undefined && scope === 'own' ? { owner: caller.authId } : {}),
    },
    ignoreVerified: params.all['ignore-verified'] !== false,
    ...(outdated === undefined ? {} : { outdatedAfterDays: outdated }),
  } as const;
  return startTask(world, state, {
    type: group === undefined ? 'verify' : time === undefined ? 'verify_group' : 'verify_snapshot',
    workerId: `${at.store}${path === '' ? '' : `:${path}${stamp}`}`,
    authId: caller.authId,
    work,
    seconds: verifySeconds(world, state, work),
    opening: [],
  }).upid;
}

function moveGroupNow(call: PbsCall): unknown {
  const at = where(call);
  const { params, world, state, caller } = call;
  const target = params.optionalText('target-ns') ?? '';
  const source = checkNamespace(call, { ...at, full: ['Datastore.Modify'], own: ['Datastore.Prune'] });
  const into = checkNamespace(call, { store: at.store, ns: target, full: ['Datastore.Modify'], own: ['Datastore.Backup'] });
  const datastore = datastoreOf(call, at.store, 'write');
  const name = `${params.text('backup-type')}/${params.text('backup-id')}`;
  const group = datastore.namespaces[at.ns]?.groups[name];
  if (group && (source === 'own' || into === 'own')) checkOwner(call, group);
  const move = { ...at, target, name, merge: params.all['merge-group'] !== false };
  const refusal = checkMove(datastore, move);
  if (refusal !== undefined) refuse(400, refusal);
  const task = beginTask(world, state, { type: 'move-group', workerId: `${at.store}:${at.ns}/${name}:${target}`, authId: caller.authId });
  endTask(world, state, { task, status: moveGroup(world, state, { task, datastore, move }) });
  return task.upid;
}

function moveNamespaceNow(call: PbsCall): unknown {
  const { params, world, state, caller } = call;
  const store = params.text('store');
  const ns = params.text('ns');
  const target = params.text('target-ns');
  for (const path of [ns, target])
    checkNamespace(call, { store, ns: path.split('/').slice(0, -1).join('/'), full: ['Datastore.Modify'], own: [] });
  const datastore = datastoreOf(call, store, 'write');
  if (!datastore.namespaces[ns]) refuse(400, `source namespace '${ns}' does not exist`);
  if (target === ns || target.startsWith(`${ns}/`)) refuse(400, 'source and target namespace must be different');
  const task = beginTask(world, state, { type: 'move-namespace', workerId: `${store}:${ns}:${target}`, authId: caller.authId });
  endTask(world, state, { task, status: moveNamespace(world, state, { task, datastore, ns, target }) });
  return task.upid;
}

const base = '/admin/datastore/{store}';
const threads = { type: 'integer', optional: true, minimum: 1, maximum: 32 } as const;

export const WORK_ROUTES: readonly Route<PbsState>[] = [
  {
    method: 'POST',
    path: `${base}/prune`,
    privilege: 'inside',
    params: { ...is.groupParams, ...is.keepOptions, 'dry-run': is.flag, 'use-task': is.flag },
    handle: pruneGroupNow,
  },
  {
    method: 'POST',
    path: `${base}/prune-datastore`,
    privilege: 'inside',
    params: { store: is.id, ns: is.namespace, 'max-depth': is.depth, ...is.keepOptions, 'dry-run': is.flag },
    handle: pruneDatastore,
  },
  {
    method: 'POST',
    path: `${base}/verify`,
    privilege: 'inside',
    params: {
      store: is.id,
      ns: is.namespace,
      'backup-type': is.optional(is.backupType),
      'backup-id': is.optional(is.backupId),
      'backup-time': is.optional(is.backupTime),
      'ignore-verified': is.flag,
      'outdated-after': is.count,
      'max-depth': is.depth,
      'read-threads': threads,
      'verify-threads': threads,
    },
    handle: verifyNow,
  },
  {
    method: 'POST',
    path: `${base}/gc`,
    privilege: { all: ['Datastore.Modify'], on: '/datastore/{store}' },
    params: { store: is.id },
    handle: ({ world, state, params, caller }) =>
      runJob(world, state, { kind: 'gc', id: params.text('store'), authId: caller.authId }).upid,
  },
  {
    method: 'POST',
    path: `${base}/move-group`,
    privilege: 'inside',
    params: { ...is.groupParams, 'target-ns': is.namespace, 'merge-group': is.flag },
    handle: moveGroupNow,
  },
  {
    method: 'POST',
    path: `${base}/move-namespace`,
    privilege: 'inside',
    params: {
      store: is.id,
      ns: { ...is.namespace, optional: false },
      'target-ns': { ...is.namespace, optional: false },
      'max-depth': is.depth,
      'delete-source': is.flag,
      'merge-groups': is.flag,
    },
    handle: moveNamespaceNow,
  },
];
