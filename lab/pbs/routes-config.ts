import type { Param, Params } from '../params.ts';
import { answer, refuse, type Privilege, type Route } from '../route.ts';
import { shuffled } from '../world.ts';
import { namespacesBelow } from './content.ts';
import { touchJob } from './jobs.ts';
import { groupRow } from './routes-content.ts';
import { optionalAll } from './routes-jobs.ts';
import { aclPath, maintenanceOf, may, type PbsCall } from './rights.ts';
import * as is from './schemas.ts';
import { changed, checkDigest, digestOf, settingsOf, shown } from './sections.ts';
import { timeframeError } from './timeframe.ts';
import { addDatastore, type DatastoreState, type PbsState, type Section } from './state.ts';
import { findRemote } from './sync.ts';
import { beginTask, endTask, logTo } from './tasks.ts';

/** A configuration file of named sections with the usual five calls. */
type File = {
  readonly path: string;
  /** In refusals. */
  readonly word: string;
  /** In that of a removal. */
  readonly long?: string;
  readonly sections: (state: PbsState) => Record<string, Section>;
  readonly settings: Params;
  readonly deletable: readonly string[];
  readonly reads: (call: PbsCall, name: string) => boolean;
  /** Where the whole list takes a right, and is not merely thinned out. */
  readonly readAll?: Privilege;
  readonly readOne: Privilege;
  readonly create: Privilege;
  readonly change: Privilege;
};

function routesOf(file: File): readonly Route<PbsState>[] {
  const find = ({ state, params }: PbsCall) =>
    file.sections(state)[params.text('name')] ?? refuse(400, `no such ${file.word} '${params.text('name')}'`);
  return [
    {
      method: 'GET',
      path: file.path,
      privilege: file.readAll ?? 'inside',
      params: {},
      handle: (call) => {
        const sections = file.sections(call.state);
        const visible = Object.entries(sections).filter(([name]) => file.reads(call, name));
        return answer(
          shuffled(call.world, visible).map(([, section]) => shown(section)),
          { digest: digestOf(sections) },
        );
      },
    },
    {
      method: 'POST',
      path: file.path,
      privilege: file.create,
      params: { name: is.id, ...file.settings },
      handle: ({ state, params }) => {
        const name = params.text('name');
        if (file.sections(state)[name]) refuse(400, `parameter verification failed - 'name': ${file.word} '${name}' already exists.`);
        file.sections(state)[name] = settingsOf(params, { name: is.id, ...file.settings });
        return null;
      },
    },
    {
      method: 'GET',
      path: `${file.path}/{name}`,
      privilege: file.readOne,
      params: { name: is.id },
      handle: (call) => answer(shown(find(call)), { digest: digestOf(file.sections(call.state)) }),
    },
    {
      method: 'PUT',
      path: `${file.path}/{name}`,
      privilege: file.change,
      params: { name: is.id, ...optionalAll(file.settings), delete: is.deletable(...file.deletable), digest: is.digest },
      handle: (call) => {
        checkDigest(call.params, file.sections(call.state));
        file.sections(call.state)[call.params.text('name')] = changed(find(call), call.params, file.settings);
        return null;
      },
    },
    {
      method: 'DELETE',
      path: `${file.path}/{name}`,
      privilege: file.change,
      params: { name: is.id, digest: is.digest },
      handle: (call) => {
        const name = call.params.text('name');
        if (!file.sections(call.state)[name]) refuse(404, `${file.long ?? file.word} '${name}' does not exist.`);
        checkDigest(call.params, file.sections(call.state));
        delete file.sections(call.state)[call.params.text('name')];
        return null;
      },
    },
  ];
}

const REMOTES: File = {
  path: '/config/remote',
  word: 'remote',
  sections: (state) => state.remotes,
  settings: {
    host: { type: 'string', pattern: /^[A-Za-z0-9.:-]+$/ },
    port: { type: 'integer', optional: true },
    'auth-id': is.authId,
    password: is.password,
    fingerprint: is.fingerprint,
    'use-node-proxy': is.flag,
    comment: is.comment,
  },
  deletable: ['comment', 'fingerprint', 'port', 'use-node-proxy'],
  reads: (call, name) => may(call, `/remote/${name}`, 'Remote.Audit'),
  readOne: { all: ['Remote.Audit'], on: '/remote/{name}' },
  create: { all: ['Remote.Modify'], on: '/remote' },
  change: { all: ['Remote.Modify'], on: '/remote/{name}' },
};

const TRAFFIC: File = {
  path: '/config/traffic-control',
  word: 'rule',
  long: 'traffic control rule',
  sections: (state) => state.trafficControls,
  settings: {
    network: { type: 'array', items: is.network },
    timeframe: is.listOf({ type: 'string', check: timeframeError }),
    users: is.listOf(is.userId),
    'rate-in': is.size,
    'burst-in': is.size,
    'rate-out': is.size,
    'burst-out': is.size,
    comment: is.comment,
  },
  deletable: ['rate-in', 'burst-in', 'rate-out', 'burst-out', 'comment', 'timeframe', 'users'],
  reads: () => true,
  readAll: { all: ['Sys.Modify'], on: '/' },
  readOne: { all: ['Sys.Audit'], on: '/' },
  create: { all: ['Sys.Modify'], on: '/' },
  change: { all: ['Sys.Modify'], on: '/' },
};

/** The rules with the rates of this moment: what a login without Sys.Modify may read of them. */
const TRAFFIC_NOW: Route<PbsState> = {
  method: 'GET',
  path: '/admin/traffic-control',
  privilege: { all: ['Sys.Audit'], on: '/' },
  params: {},
  handle: ({ state, world }) => {
    const rows = Object.values(state.trafficControls).map((section) => ({ ...shown(section), 'cur-rate-in': 0, 'cur-rate-out': 0 }));
    return answer(shuffled(world, rows), { digest: digestOf(state.trafficControls) });
  },
};

const maintenance: Param = {
  type: 'string',
  optional: true,
  bare: true,
  check: (text) => {
    const type = text.split(',')[0]?.replace(/^type=/, '') ?? '';
    return is.variant('read-only', 'offline', 'delete', 'unmount', 's3-refresh').check?.(type);
  },
};

const propertyString: Param = {
  type: 'string',
  optional: true,
  check: (text) =>
    text.split(',').every((part) => part.includes('=')) ? undefined : 'value without key, but schema does not define a default key',
};

const DATASTORE_SETTINGS: Params = {
  comment: is.comment,
  'gc-schedule': is.optional(is.schedule),
  'gc-on-unmount': is.flag,
  'verify-new': is.flag,
  notify: propertyString,
  'notify-user': is.optional(is.userId),
  'notification-mode': is.optional(is.variant('legacy-sendmail', 'notification-system')),
  'notification-thresholds': propertyString,
  'counter-reset-schedule': is.optional(is.schedule),
  tuning: propertyString,
  'maintenance-mode': maintenance,
  'prune-schedule': is.optional(is.schedule),
  ...is.keepOptions,
};

const DELETABLE = [
  ...is.KEEPS,
  'comment',
  'gc-schedule',
  'gc-on-unmount',
  'prune-schedule',
  'verify-new',
  'notify-user',
  'notify',
  'notification-mode',
  'tuning',
  'maintenance-mode',
  'notification-thresholds',
  'counter-reset-schedule',
];

function datastoreSections(state: PbsState): Record<string, Section> {
  return Object.fromEntries(Object.entries(state.datastores).map(([name, { config }]) => [name, config]));
}

function findDatastore({ state, params }: PbsCall): DatastoreState {
  return state.datastores[params.text('name')] ?? refuse(400, `no such datastore '${params.text('name')}'`);
}

function createDatastore(call: PbsCall): unknown {
  const { params, state, world, caller } = call;
  const name = params.text('name');
  if (state.datastores[name]) refuse(400, `parameter verification failed - 'name': datastore '${name}' already exists.`);
  if (!params.text('path').startsWith('/'))
    refuse(400, `parameter verification failed - 'path': expected an absolute path, '${params.text('path')}' is not`);
  const task = beginTask(world, state, { type: 'create-datastore', workerId: name, authId: caller.authId });
  const datastore = addDatastore(state, name, { path: params.text('path') });
  Object.assign(datastore.config, settingsOf(params, DATASTORE_SETTINGS));
  logTo(world, state, {
    task,
    lines: [...Array.from({ length: 99 }, (_, index) => `Chunkstore create: ${index + 1}%`), 'Access time update check successful.'],
  });
  endTask(world, state, { task, status: 'OK' });
  return task.upid;
}

function updateDatastore(call: PbsCall): unknown {
  const { params, state, world } = call;
  checkDigest(params, datastoreSections(state));
  const datastore = findDatastore(call);
  for (const name of [...is.KEEPS, 'prune-schedule']) {
    if (params.has(name))
      refuse(400, `parameter verification failed - '${name}': datastore prune settings have been replaced by prune jobs`);
  }
  const before = datastore.config['gc-schedule'];
  datastore.config = changed(datastore.config, params, DATASTORE_SETTINGS);
  if (datastore.config['gc-schedule'] !== before) touchJob(world, state, `gc:${params.text('name')}`);
  return null;
}

/** By default the data stays; with it go the jobs that name it. */
function deleteDatastore(call: PbsCall): unknown {
  const { params, state, world, caller } = call;
  checkDigest(params, datastoreSections(state));
  findDatastore(call);
  const name = params.text('name');
  delete state.datastores[name];
  if (!params.flag('keep-job-configs')) {
    for (const jobs of Object.values(state.jobs)) for (const [id, job] of Object.entries(jobs)) if (job['store'] === name) delete jobs[id];
  }
  const task = beginTask(world, state, { type: 'delete-datastore', workerId: name, authId: caller.authId });
  endTask(world, state, { task, status: 'OK' });
  return task.upid;
}

type Scanned = { readonly pbs: PbsState };

function scanned({ world, state, params }: PbsCall): Scanned {
  const found = findRemote(world, state, params.text('name'));
  return typeof found === 'string' ? refuse(400, found) : found;
}

function scannedStore(call: PbsCall): DatastoreState {
  return scanned(call).pbs.datastores[call.params.text('store')] ?? refuse(400, `no such datastore '${call.params.text('store')}'`);
}

const scan = '/config/remote/{name}/scan';
const audit = { all: ['Remote.Audit'], on: '/remote/{name}' } as const;

export const CONFIG_ROUTES: readonly Route<PbsState>[] = [
  TRAFFIC_NOW,
  ...routesOf(REMOTES),
  ...routesOf(TRAFFIC),
  {
    method: 'GET',
    path: '/config/datastore',
    privilege: 'inside',
    params: {},
    handle: (call) => {
      const sections = datastoreSections(call.state);
      const visible = Object.entries(sections).filter(([name]) => may(call, aclPath(name), 'Datastore.Audit'));
      return answer(
        shuffled(call.world, visible).map(([, section]) => section),
        { digest: digestOf(sections) },
      );
    },
  },
  {
    method: 'GET',
    path: '/config/datastore/{name}',
    privilege: { all: ['Datastore.Audit'], on: '/datastore/{name}' },
    params: { name: is.id },
    handle: (call) => answer(findDatastore(call).config, { digest: digestOf(datastoreSections(call.state)) }),
  },
  {
    method: 'POST',
    path: '/config/datastore',
    privilege: { all: ['Datastore.Allocate'], on: '/datastore' },
    params: {
      name: is.id,
      path: { type: 'string', minLength: 1, maxLength: 4096 },
      ...DATASTORE_SETTINGS,
      backend: is.someText,
      'backing-device': is.someText,
      'reuse-datastore': is.flag,
      'overwrite-in-use': is.flag,
    },
    handle: createDatastore,
  },
  {
    method: 'PUT',
    path: '/config/datastore/{name}',
    privilege: { all: ['Datastore.Modify'], on: '/datastore/{name}' },
    params: { name: is.id, ...DATASTORE_SETTINGS, delete: is.deletable(...DELETABLE), digest: is.digest },
    handle: updateDatastore,
  },
  {
    method: 'DELETE',
    path: '/config/datastore/{name}',
    privilege: { all: ['Datastore.Allocate'], on: '/datastore/{name}' },
    params: { name: is.id, digest: is.digest, 'keep-job-configs': is.flag, 'destroy-data': is.flag },
    handle: deleteDatastore,
  },
  {
    method: 'GET',
    path: scan,
    privilege: audit,
    params: { name: is.id },
    handle: (call) =>
      Object.entries(scanned(call).pbs.datastores).map(([store, datastore]) => ({
        store,
        comment: datastore.config['comment'] ?? null,
        'mount-status': 'nonremovable',
        'backend-type': 'filesystem',
        ...(maintenanceOf(datastore) ? { maintenance: maintenanceOf(datastore)?.type } : {}),
      })),
  },
  {
    method: 'GET',
    path: `${scan}/{store}/namespaces`,
    privilege: audit,
    params: { name: is.id, store: is.id },
    handle: (call) => namespacesBelow(scannedStore(call), '').map((ns) => ({ ns })),
  },
  {
    method: 'GET',
    path: `${scan}/{store}/groups`,
    privilege: audit,
    params: { name: is.id, store: is.id, namespace: is.namespace },
    handle: (call) => {
      const groups = scannedStore(call).namespaces[call.params.optionalText('namespace') ?? '']?.groups;
      return Object.values(groups ?? refuse(400, 'ENOENT: No such file or directory')).map(groupRow);
    },
  },
];
