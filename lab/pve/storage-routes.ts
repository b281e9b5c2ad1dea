import { hexDigits } from '../chance.ts';
import type { Params } from '../params.ts';
import { refuse, type Call, type Route } from '../route.ts';
import { utcText } from '../zone.ts';
import { checker, must } from './access.ts';
import { nodeOf } from './node-routes.ts';
import { MAYBE_FLAG, MAYBE_TEXT, NODE, optional, PRUNE_BACKUPS, STORAGE_ID, TEXT, VMID, givenIn, type Given } from './params.ts';
import { reach, snapshotOf, storedIn, type StoredBackup, type Target } from './reach.ts';
import { nodesOf, storageStatus } from './rows.ts';
import type { PveState, StorageState } from './state.ts';
import { keyFingerprint } from './tasks.ts';

const FINGERPRINT = { type: 'string', optional: true, pattern: /^([A-Fa-f0-9]{2}:){31}[A-Fa-f0-9]{2}$/ } as const;
const PORT = { type: 'integer', optional: true, minimum: 1, maximum: 65_535 } as const;

/** What may be changed later; server and datastore may not. */
const CHANGEABLE: Params = {
  blocksize: MAYBE_TEXT,
  bwlimit: MAYBE_TEXT,
  content: MAYBE_TEXT,
  disable: MAYBE_FLAG,
  'encryption-key': MAYBE_TEXT,
  fingerprint: FINGERPRINT,
  'master-pubkey': MAYBE_TEXT,
  'max-protected-backups': { type: 'integer', optional: true, minimum: -1 },
  mountpoint: MAYBE_TEXT,
  namespace: MAYBE_TEXT,
  nodes: MAYBE_TEXT,
  password: { type: 'string', optional: true, maxLength: 256 },
  port: PORT,
  'prune-backups': PRUNE_BACKUPS,
  server: MAYBE_TEXT,
  shared: MAYBE_FLAG,
  sparse: MAYBE_FLAG,
  username: MAYBE_TEXT,
};

const TYPES = ['btrfs', 'cephfs', 'cifs', 'dir', 'esxi', 'iscsi', 'iscsidirect', 'lvm', 'lvmthin', 'nfs', 'pbs', 'rbd', 'zfs', 'zfspool'];
const ALLOCATE = { any: ['Datastore.Allocate'], on: '/storage' } as const;
const SEE = { any: ['Datastore.Audit', 'Datastore.AllocateSpace'], on: '/storage/{storage}' } as const;
const ON_NODE = { node: NODE, storage: STORAGE_ID } as const;

export const STORAGE_ROUTES: readonly Route<PveState>[] = [
  {
    method: 'GET',
    path: '/storage',
    privilege: 'login',
    params: { type: { type: 'string', optional: true, enum: TYPES } },
    handle: listStorages,
  },
  {
    method: 'POST',
    path: '/storage',
    privilege: ALLOCATE,
    params: {
      ...CHANGEABLE,
      storage: STORAGE_ID,
      type: { type: 'string', enum: TYPES },
      datastore: MAYBE_TEXT,
      path: MAYBE_TEXT,
      pool: MAYBE_TEXT,
    },
    handle: createStorage,
  },
  {
    method: 'GET',
    path: '/storage/{storage}',
    privilege: { any: ['Datastore.Allocate'], on: '/storage/{storage}' },
    params: { storage: STORAGE_ID },
    handle: ({ state, params }) => configRow(state, params.text('storage')),
  },
  {
    method: 'PUT',
    path: '/storage/{storage}',
    privilege: ALLOCATE,
    params: { ...CHANGEABLE, storage: STORAGE_ID, delete: MAYBE_TEXT, digest: { type: 'string', optional: true, maxLength: 64 } },
    handle: changeStorage,
  },
  { method: 'DELETE', path: '/storage/{storage}', privilege: ALLOCATE, params: { storage: STORAGE_ID }, handle: removeStorage },
  {
    method: 'GET',
    path: '/nodes/{node}/storage',
    privilege: 'login',
    params: { node: NODE, content: MAYBE_TEXT, enabled: MAYBE_FLAG, storage: optional(STORAGE_ID) },
    handle: storagesOfNode,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/status',
    privilege: SEE,
    params: ON_NODE,
    handle: (call) => {
      const known = call.state.storages[call.params.text('storage')];
      if (!known) refuse(400, 'Parameter verification failed.', { storage: 'No such storage.' });
      return storageStatus(call, storageOf(call));
    },
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/content',
    privilege: SEE,
    params: { ...ON_NODE, content: { ...MAYBE_TEXT, check: contentError }, vmid: optional(VMID) },
    handle: contentOf,
  },
  {
    method: 'PUT',
    path: '/nodes/{node}/storage/{storage}/content/{volume}',
    privilege: 'login',
    params: { ...ON_NODE, volume: TEXT, notes: MAYBE_TEXT, protected: MAYBE_FLAG },
    handle: changeContent,
  },
];

const CONTENTS = ['backup', 'images', 'import', 'iso', 'none', 'rootdir', 'snippets', 'vztmpl'];

function contentError(text: string): string | undefined {
  const wrong = text.split(/[\s,;]+/).find((one) => !CONTENTS.includes(one));
  return wrong === undefined ? undefined : `invalid format - invalid content type '${wrong}'\n`;
}

function digestOf(state: PveState): string {
  return hexDigits(40, JSON.stringify(state.storages));
}

function configRow(state: PveState, id: string): Record<string, unknown> {
  const storage = state.storages[id] ?? refuse(500, `storage '${id}' does not exist`);
  return { storage: id, type: storage.type, digest: digestOf(state), ...storage.config, ...(storage.type === 'pbs' ? { shared: 1 } : {}) };
}

function listStorages(call: Call<PveState>): unknown {
  const { state, params } = call;
  const may = checker(call);
  const type = params.optionalText('type');
  return Object.keys(state.storages)
    .filter(
      (id) =>
        may(`/storage/${id}`, 'Datastore.Audit', 'Datastore.AllocateSpace') && (type === undefined || state.storages[id]!.type === type),
    )
    .map((id) => configRow(state, id));
}

/** A PBS storage is tried at once, and refused with the reason; whether its namespace exists is not asked. */
function createStorage({ state, world, params }: Call<PveState>): unknown {
  const id = params.text('storage');
  if (state.storages[id]) refuse(500, `create storage failed: storage ID '${id}' already defined`);
  const { storage: _, type: _t, password, 'encryption-key': key, ...given } = givenIn(params);
  const made: StorageState = {
    type: params.text('type'),
    config: { ...(params.text('type') === 'pbs' ? { content: 'backup' } : {}), ...plain(given) },
  };
  if (made.type === 'pbs') {
    for (const name of ['server', 'datastore']) if (!params.has(name)) refuse(500, `missing value for required option '${name}'`);
  }
  if (password !== undefined) made.password = String(password);
  const secret = key === undefined ? undefined : setKey(world.now, id, made, String(key));
  if (made.type === 'pbs' && made.config['disable'] !== 1) {
    const reached = reach(world, made);
    if (!reached.ok) refuse(500, `create storage failed: ${id}: ${reached.error}`);
  }
  state.storages[id] = made;
  return { storage: id, type: made.type, config: secret === undefined ? {} : { 'encryption-key': secret } };
}

/** Flags as 0 and 1. */
function plain(given: Given): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'boolean' ? Number(value) : typeof value === 'number' ? value : String(value),
    ]),
  );
}

/** The node keeps the key; the answer of the call that made it is the only one that ever holds it. */
function setKey(now: number, id: string, storage: StorageState, given: string): string {
  const own = given === 'autogen' ? undefined : (JSON.parse(given) as { fingerprint?: string });
  const fingerprint = own?.fingerprint ?? keyFingerprint('key', id, now);
  storage.config['encryption-key'] = fingerprint;
  if (own) return given;
  const at = new Date(now * 1000).toISOString().replace('.000Z', '+00:00');
  return JSON.stringify({
    kdf: null,
    created: at,
    modified: at,
    data: Buffer.from(hexDigits(32, 'secret', id, now)).toString('base64'),
    fingerprint,
  });
}

function changeStorage({ state, world, params }: Call<PveState>): unknown {
  const id = params.text('storage');
  const storage = state.storages[id] ?? refuse(500, `update storage failed: storage '${id}' does not exist`);
  const { storage: _, digest, delete: removed, password, 'encryption-key': key, ...given } = givenIn(params);
  if (digest !== undefined && digest !== digestOf(state))
    refuse(500, 'update storage failed: detected modified configuration - file changed by other user? Try again.');
  if (given['server'] !== undefined)
    refuse(400, 'Parameter verification failed.', { server: "can't change value of fixed parameter 'server'" });
  for (const name of ['path', 'server', 'datastore', 'username']) {
    if (
      storage.config[name] === undefined ||
      !String(removed ?? '')
        .split(/[\s,;]+/)
        .includes(name)
    )
      continue;
    refuse(500, `update storage failed: unable to delete required option '${name}'`);
  }
  const changed: StorageState = { ...storage, config: { ...storage.config, ...plain(given) } };
  for (const name of String(removed ?? '').split(/[\s,;]+/)) delete changed.config[name];
  if (password !== undefined) changed.password = String(password);
  const secret = key === undefined ? undefined : setKey(world.now, id, changed, String(key));
  state.storages[id] = changed;
  return { storage: id, type: storage.type, config: secret === undefined ? {} : { 'encryption-key': secret } };
}

function removeStorage({ state, params }: Call<PveState>): null {
  const id = params.text('storage');
  if (!state.storages[id]) refuse(500, `delete storage failed: storage '${id}' does not exist`);
  delete state.storages[id];
  return null;
}

function storagesOfNode(call: Call<PveState>): unknown {
  const { state, params } = call;
  nodeOf(call);
  const may = checker(call);
  const content = params.optionalText('content')?.split(',');
  return Object.entries(state.storages)
    .filter(([id]) => may(`/storage/${id}`, 'Datastore.Audit', 'Datastore.AllocateSpace'))
    .filter(([id, storage]) => (params.optionalText('storage') ?? id) === id && nodesOf(state, storage).includes(params.text('node')))
    .filter(
      ([, storage]) =>
        !content ||
        content.some((one) =>
          String(storage.config['content'] ?? 'images,rootdir')
            .split(',')
            .includes(one),
        ),
    )
    .map(([id, storage]) => {
      const status = storageStatus(call, storage);
      const fraction = Number(status['total']) > 0 ? { used_fraction: Number(status['used']) / Number(status['total']) } : {};
      return { storage: id, ...status, ...fraction };
    });
}

function storageOf(call: Call<PveState>): StorageState {
  nodeOf(call);
  const id = call.params.text('storage');
  return call.state.storages[id] ?? refuse(500, `storage '${id}' does not exist`);
}

function targetOf(call: Call<PveState>): Target {
  const reached = reach(call.world, storageOf(call));
  return reached.ok ? reached.target : refuse(500, `${call.params.text('storage')}: ${reached.error}`);
}

/** Backups only for whom may read them: without VM.Backup on a guest its rows are left out, and nothing says so. */
function contentOf(call: Call<PveState>): unknown {
  const { params } = call;
  const id = params.text('storage');
  if (storageOf(call).type !== 'pbs') return [];
  const stored = storedIn(targetOf(call)) ?? refuse(500, 'error listing snapshots - 400 Bad Request');
  const may = checker(call);
  const owner = may(`/storage/${id}`, 'Datastore.Allocate');
  const space = may(`/storage/${id}`, 'Datastore.AllocateSpace');
  return stored
    .filter((one) => owner || (space && may(`/vms/${one.id}`, 'VM.Backup')))
    .filter((one) => !params.has('vmid') || one.id === params.text('vmid'))
    .map((one) => contentRow(id, one));
}

function contentRow(storage: string, { type, id, snapshot }: StoredBackup): Record<string, unknown> {
  return {
    volid: `${storage}:backup/${type}/${id}/${utcText(snapshot.time)}`,
    content: 'backup',
    format: `pbs-${type}`,
    subtype: type === 'vm' ? 'qemu' : 'lxc',
    vmid: Number(id),
    ctime: snapshot.time,
    size: snapshot.state === 'finished' ? snapshot.files.reduce((sum, { size }) => sum + size, 0) : 1,
    ...(snapshot.protected ? { protected: 1 } : {}),
    ...(snapshot.notes === undefined ? {} : { notes: snapshot.notes }),
    ...(snapshot.fingerprint === undefined ? {} : { encrypted: snapshot.fingerprint }),
    ...(snapshot.verification === undefined ? {} : { verification: snapshot.verification }),
  };
}

function changeContent(call: Call<PveState>): null {
  const { params } = call;
  const [, type = '', id = '', time = ''] = parseVolume(params.text('volume'));
  const storage = params.text('storage');
  if (!checker(call)(`/storage/${storage}`, 'Datastore.Allocate')) {
    must(call, `/storage/${storage}`, 'Datastore.AllocateSpace');
    must(call, `/vms/${id}`, 'VM.Backup');
  }
  const snapshot = snapshotOf(targetOf(call), type, id, Date.parse(time) / 1000);
  if (!snapshot) refuse(500, 'error updating notes - 400 Bad Request');
  if (params.has('notes')) snapshot.notes = params.text('notes');
  if (params.has('protected')) snapshot.protected = params.flag('protected');
  return null;
}

/** `pbs-tier-1:backup/vm/101/2026-11-23T12:05:23Z` in its parts. */
export function parseVolume(volume: string): readonly string[] {
  const name = volume.replace(/^[^:]+:/, '');
  const found = /^backup\/(vm|ct|host)\/([^/]+)\/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/.exec(name);
  return found ? [volume.split(':')[0]!, found[1]!, found[2]!, found[3]!] : refuse(500, `unable to parse PBS volume name '${name}'`);
}
