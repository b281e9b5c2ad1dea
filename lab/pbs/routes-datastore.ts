import { refuse, type Route } from '../route.ts';
import { shuffled } from '../world.ts';
import { dropGroup, namespacesBelow, storedBytes } from './content.ts';
import { jobRow } from './job-rows.ts';
import {
  aclPath,
  checkNamespace,
  datastoreOf,
  maintenanceError,
  maintenanceOf,
  may,
  mayBelow,
  ownedBy,
  SEES_NAMESPACE,
  type PbsCall,
} from './rights.ts';
import * as is from './schemas.ts';
import { runningTasks } from './tasks.ts';
import { addNamespace, type DatastoreState, type PbsState } from './state.ts';

const MAX_DEPTH = 7;

function listDatastores(call: PbsCall): unknown {
  const rows = [];
  for (const [store, datastore] of Object.entries(call.state.datastores)) {
    const path = aclPath(store);
    const allowed = may(call, path, 'Datastore.Audit', 'Datastore.Backup');
    if (!allowed && !mayBelow(call, path, ...SEES_NAMESPACE)) continue;
    const maintenance = maintenanceOf(datastore);
    const message = maintenance?.message === undefined ? '' : `,message=${maintenance.message}`;
    rows.push({
      store,
      comment: allowed ? (datastore.config['comment'] ?? null) : null,
      'mount-status': 'nonremovable',
      'backend-type': 'filesystem',
      ...(maintenance ? { maintenance: `${maintenance.type}${message}` } : {}),
    });
  }
  return shuffled(call.world, rows);
}

/** Figures of the file system need a right on the datastore itself; with one on a namespace only they are zero. */
function status(call: PbsCall): unknown {
  const store = call.params.text('store');
  const path = aclPath(store);
  const figures = may(call, path, 'Datastore.Audit', 'Datastore.Backup');
  if (!figures && !may(call, path, 'Datastore.Read') && !mayBelow(call, path, ...SEES_NAMESPACE)) refuse(403, 'permission check failed');
  const datastore = datastoreOf(call, store, 'read');
  const verbose = call.params.flag('verbose');
  return {
    ...(figures ? usage(datastore) : { total: 0, used: 0, avail: 0 }),
    'backend-type': 'filesystem',
    ...(verbose ? { counts: counts(call, datastore) } : {}),
    ...(verbose && figures ? { 'gc-status': datastore.gc } : {}),
  };
}

function usage(datastore: DatastoreState) {
  const used = Math.min(datastore.totalBytes, storedBytes(datastore));
  return { total: datastore.totalBytes, used, avail: datastore.totalBytes - used };
}

function counts(call: PbsCall, datastore: DatastoreState) {
  const found: Record<string, { groups: number; snapshots: number } | null> = { ct: null, host: null, other: null, vm: null };
  const store = String(datastore.config['name']);
  const all = may(call, aclPath(store), 'Datastore.Audit');
  for (const namespace of Object.values(datastore.namespaces)) {
    for (const group of Object.values(namespace.groups)) {
      if (!all && !ownedBy(group.owner, call.caller.authId)) continue;
      const of = (found[group.type] ??= { groups: 0, snapshots: 0 });
      of.groups += 1;
      of.snapshots += group.snapshots.length;
    }
  }
  return found;
}

const HISTORY_STEP_SECONDS = 1800;
const HISTORY_SECONDS = 30 * 86_400;

function datastoreUsage(call: PbsCall): unknown {
  const rows = [];
  for (const [store, datastore] of Object.entries(call.state.datastores)) {
    const common = { store, 'mount-status': 'nonremovable', 'backend-type': 'filesystem' };
    const allowed = may(call, aclPath(store), 'Datastore.Audit', 'Datastore.Backup');
    if (!allowed) {
      if (mayBelow(call, aclPath(store), ...SEES_NAMESPACE)) rows.push(common);
      continue;
    }
    const error = maintenanceError(call.state, store, 'read');
    if (error !== undefined) {
      rows.push({ ...common, error });
      continue;
    }
    const figures = usage(datastore);
    const points = Math.floor(HISTORY_SECONDS / HISTORY_STEP_SECONDS);
    const known = Math.min(points, Math.floor((call.world.now - call.state.bootedAt) / HISTORY_STEP_SECONDS));
    rows.push({
      ...common,
      ...figures,
      'gc-status': datastore.gc,
      history: Array.from({ length: points }, (_, index) => (index < points - known ? null : figures.used / figures.total)),
      'history-start': call.world.now - HISTORY_SECONDS,
      'history-delta': HISTORY_STEP_SECONDS,
      // Reckoned from seven points on; 0 says that nothing grows.
      ...(known >= 7 ? { 'estimated-full-date': 0 } : {}),
    });
  }
  return shuffled(call.world, rows);
}

function createNamespace(call: PbsCall): unknown {
  const { params } = call;
  const store = params.text('store');
  const parent = params.optionalText('parent') ?? '';
  const level = parent === '' ? 0 : parent.split('/').length;
  if (level >= MAX_DEPTH) refuse(400, `namespace too deep, ${level} >= max ${MAX_DEPTH}`);
  checkNamespace(call, { store, ns: parent, full: ['Datastore.Modify'], own: [] });
  const datastore = datastoreOf(call, store, 'write');
  if (!datastore.namespaces[parent]) refuse(400, `cannot create new namespace, parent ${parent} doesn't already exists`);
  const ns = parent === '' ? params.text('name') : `${parent}/${params.text('name')}`;
  addNamespace(datastore, ns);
  return ns;
}

/** Below a parent that is not there the answer is that parent alone: nothing is proved by it. */
function listNamespaces(call: PbsCall): unknown {
  const { params } = call;
  const store = params.text('store');
  const parent = params.optionalText('parent') ?? '';
  const sees = (ns: string) => may(call, aclPath(store, ns), ...SEES_NAMESPACE);
  if (!call.state.datastores[store] && !sees(parent)) refuse(403, 'permission check failed');
  const datastore = datastoreOf(call, store, 'read');
  const paths = datastore.namespaces[parent] ? namespacesBelow(datastore, parent, params.number('max-depth')) : [parent];
  const visible = paths.filter(sees);
  if (visible.length === 0 && !sees(parent)) refuse(403, 'permission check failed');
  const [first, ...rest] = visible;
  return [...(first === undefined ? [] : [first]), ...shuffled(call.world, rest)].map((ns) => ({ ns }));
}

/** Takes what it can; with protected snapshots, or groups without `delete-groups`, that is only a part. */
function deleteNamespace(call: PbsCall): unknown {
  const { params, state } = call;
  const store = params.text('store');
  const ns = params.text('ns');
  if (ns === '') refuse(400, 'Cannot create/delete root namespace!');
  checkNamespace(call, { store, ns: ns.split('/').slice(0, -1).join('/'), full: ['Datastore.Modify'], own: [] });
  const datastore = datastoreOf(call, store, 'write');
  const stats = { 'protected-snapshots': 0, 'removed-groups': 0, 'removed-snapshots': 0 };
  if (!datastore.namespaces[ns]) return stats;
  const deleteGroups = params.flag('delete-groups');
  for (const path of namespacesBelow(datastore, ns).toReversed()) {
    const { groups } = datastore.namespaces[path]!;
    for (const group of deleteGroups ? Object.values(groups) : []) {
      const { removed, kept } = dropGroup(state, { store, ns: path, group });
      stats['removed-snapshots'] += removed;
      stats['protected-snapshots'] += kept;
      if (kept === 0) stats['removed-groups'] += 1;
    }
    const below = Object.keys(datastore.namespaces).some((other) => other.startsWith(`${path}/`));
    if (Object.keys(groups).length === 0 && !below) delete datastore.namespaces[path];
  }
  if (datastore.namespaces[ns] && params.all['error-on-protected'] !== false) {
    refuse(
      400,
      deleteGroups
        ? 'group only partially deleted due to protected snapshots'
        : 'only partially deleted due to existing groups but `delete-groups` not true',
    );
  }
  return stats;
}

function gcStatus(call: PbsCall, store: string): unknown {
  const datastore = datastoreOf(call, store, 'read');
  const {
    schedule,
    'next-run': next,
    'last-run-endtime': ended,
    'last-run-state': state,
  } = jobRow(call, { kind: 'gc', id: store, section: datastore.config });
  const run = call.state.jobRuns[`gc:${store}`];
  const ran = datastore.gc.upid !== null && ended !== undefined;
  return {
    ...datastore.gc,
    store,
    ...(schedule === undefined ? {} : { schedule }),
    ...(next === undefined ? {} : { 'next-run': next }),
    ...(ran ? { 'last-run-endtime': ended, 'last-run-state': state, duration: Number(ended) - (run?.startedAt ?? 0) } : {}),
  };
}

function rrd(call: PbsCall): unknown {
  const datastore = datastoreOf(call, call.params.text('store'), 'read');
  const { total, used, avail } = usage(datastore);
  const figures = { total, used, available: avail, read_ios: 1.5, write_ios: 2.5, read_bytes: 4096.5, write_bytes: 8192.5, io_ticks: 0.1 };
  return Array.from({ length: 60 }, (_, index) => ({ time: call.world.now - (59 - index) * 60, ...figures }));
}

const base = '/admin/datastore/{store}';

export const DATASTORE_ROUTES: readonly Route<PbsState>[] = [
  { method: 'GET', path: '/admin/datastore', privilege: 'login', params: {}, handle: listDatastores },
  { method: 'GET', path: '/status/datastore-usage', privilege: 'login', params: {}, handle: datastoreUsage },
  { method: 'GET', path: `${base}/status`, privilege: 'inside', params: { store: is.id, verbose: is.flag }, handle: status },
  {
    method: 'GET',
    path: `${base}/namespace`,
    privilege: 'inside',
    params: { store: is.id, parent: is.namespace, 'max-depth': is.depth },
    handle: listNamespaces,
  },
  {
    method: 'POST',
    path: `${base}/namespace`,
    privilege: 'inside',
    params: { store: is.id, parent: is.namespace, name: is.namespaceName },
    handle: createNamespace,
  },
  {
    method: 'DELETE',
    path: `${base}/namespace`,
    privilege: 'inside',
    params: { store: is.id, ns: { ...is.namespace, optional: false }, 'delete-groups': is.flag, 'error-on-protected': is.flag },
    handle: deleteNamespace,
  },
  {
    method: 'GET',
    path: `${base}/gc`,
    privilege: { all: ['Datastore.Audit'], on: '/datastore/{store}' },
    params: { store: is.id },
    handle: (call) => gcStatus(call, call.params.text('store')),
  },
  {
    method: 'GET',
    path: `${base}/active-operations`,
    privilege: { any: ['Datastore.Audit'], on: '/datastore/{store}' },
    params: { store: is.id },
    handle: ({ state, params }) => ({
      read: 0,
      write: [...runningTasks(state)].filter((task) => task.session?.store === params.text('store')).length,
    }),
  },
  {
    method: 'GET',
    path: `${base}/rrd`,
    privilege: { any: ['Datastore.Audit', 'Datastore.Backup'], on: '/datastore/{store}' },
    params: {
      store: is.id,
      timeframe: { type: 'string', enum: ['hour', 'day', 'week', 'month', 'year', 'decade'] },
      cf: { type: 'string', enum: ['MAX', 'AVERAGE'] },
    },
    handle: rrd,
  },
  {
    method: 'GET',
    path: '/admin/gc',
    privilege: 'inside',
    params: { store: is.optional(is.id) },
    handle: (call) => {
      const store = call.params.optionalText('store');
      if (store !== undefined && !call.state.datastores[store]) refuse(400, `no such datastore '${store}'`);
      const stores = Object.keys(call.state.datastores).filter((one) => store === undefined || one === store);
      const visible = stores.filter((one) => may(call, aclPath(one), 'Datastore.Audit', 'Datastore.Modify'));
      return shuffled(call.world, visible).map((one) => gcStatus(call, one));
    },
  },
];
