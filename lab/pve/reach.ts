import { mayAny, type Rights } from '../auth.ts';
import * as sessions from '../pbs/backup.ts';
import { dropSnapshot, storedBytes } from '../pbs/content.ts';
import { keepOptionsOf, marksOf } from '../pbs/prune-run.ts';
import { manifestFiles, type PbsState, type SnapshotState } from '../pbs/state.ts';
import { findTask } from '../pbs/tasks.ts';
import type { World } from '../world.ts';
import type { StorageState } from './state.ts';

/** A PBS as a node reaches it through a storage. Words of a refusal are those that Proxmox's clients print. */
export type Reached = { readonly ok: true; readonly target: Target } | { readonly ok: false; readonly error: string };

/** Where a storage's backups go, and as whom. */
export type Target = {
  readonly world: World;
  readonly pbs: PbsState;
  readonly server: string;
  readonly port: number;
  readonly datastore: string;
  readonly namespace: string;
  readonly authId: string;
  /** The key the node encrypts with. */
  readonly keyFingerprint: string | undefined;
};

export type Done = { readonly ok: true } | { readonly ok: false; readonly error: string };

export function reach(world: World, storage: StorageState): Reached {
  const { config } = storage;
  const server = String(config['server'] ?? '');
  const port = Number(config['port'] ?? 8007);
  const pbs = find(world, server, port, config['fingerprint']);
  if (!pbs || isDown(world, pbs)) return failed(`500 Can't connect to ${server}:${port} (Connection refused)`);
  if (!isPinned(world, pbs, config['fingerprint'])) {
    return failed(
      config['fingerprint'] === undefined
        ? `500 Can't connect to ${server}:${port} (certificate verify failed)`
        : `fingerprint '${pbs.fingerprint.toUpperCase()}' not verified, abort!`,
    );
  }
  const authId = String(config['username'] ?? '');
  const [userId = '', tokenName = ''] = authId.split('!');
  const user = pbs.access.users[userId];
  if (!user?.enabled || user.tokens[tokenName]?.secret !== storage.password) return failed('401 Unauthorized');
  const datastore = String(config['datastore']);
  const target: Target = {
    world,
    pbs,
    server,
    port,
    datastore,
    namespace: String(config['namespace'] ?? ''),
    authId,
    keyFingerprint: keyOf(config),
  };
  return sees(target)
    ? { ok: true, target }
    : { ok: false, error: `Cannot find datastore '${datastore}', check permissions and existence!` };
}

/** The certificate's own fingerprint, or in a world that no server was started for yet the word for it. */
function isPinned(world: World, pbs: PbsState, fingerprint: unknown): boolean {
  const text = String(fingerprint).toLowerCase();
  return text === pbs.fingerprint.toLowerCase() || world.pbs[/^pbs:(.+)$/.exec(text)?.[1] ?? ''] === pbs;
}

function failed(reason: string): Reached {
  return { ok: false, error: `error fetching datastores - ${reason}` };
}

function keyOf(config: StorageState['config']): string | undefined {
  return config['encryption-key'] === undefined ? undefined : String(config['encryption-key']);
}

/** The ports on which a world's servers listen on this machine: no part of the world, for they differ from run to run. */
const listening = new WeakMap<World, Map<string, number>>();

function nameOf(world: World, pbs: PbsState): string {
  return Object.keys(world.pbs).find((one) => world.pbs[one] === pbs)!;
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

function find(world: World, server: string, port: number, fingerprint: unknown): PbsState | undefined {
  const here = Object.values(world.pbs).filter((pbs) => pbs.host === server || LOOPBACK.includes(server));
  // A port of its own is meant; without one the certificate says which of the lab's servers is meant, for they listen anywhere.
  const listens = (pbs: PbsState): boolean => pbs.port === port || listening.get(world)?.get(nameOf(world, pbs)) === port;
  return here.find(listens) ?? (port === 8007 ? here.find((pbs) => isPinned(world, pbs, fingerprint)) : undefined);
}

/** A fault that refuses every connection to one PBS by name is a PBS that is down, for its PVE too; one of any server lies between us and them. */
function isDown(world: World, pbs: PbsState): boolean {
  const name = nameOf(world, pbs);
  return world.faults.some(
    ({ server, kind, call, times, after }) =>
      kind === 'refused' && times > 0 && (after ?? 0) === 0 && server === name && new RegExp(call).test('GET /admin/datastore'),
  );
}

function sees({ world, pbs, datastore, authId }: Target): boolean {
  const [userId = '', tokenName = ''] = authId.split('!');
  const rights: Rights = { access: pbs.access, now: world.now };
  const below = Object.keys(pbs.datastores[datastore]?.namespaces ?? {}).map((ns) =>
    ns === '' ? `/datastore/${datastore}` : `/datastore/${datastore}/${ns}`,
  );
  return below.some((path) => mayAny(rights, { authId, userId, tokenName }, path, ['Datastore.Audit', 'Datastore.Backup']));
}

/** The file system of the datastore; undefined where the login may not ask. */
export function usageOf(target: Target): { readonly total: number; readonly used: number; readonly avail: number } | undefined {
  const datastore = target.pbs.datastores[target.datastore];
  if (!datastore) return undefined;
  const used = Math.min(datastore.totalBytes, storedBytes(datastore));
  return { total: datastore.totalBytes, used, avail: datastore.totalBytes - used };
}

export type StoredBackup = { readonly type: 'vm' | 'ct' | 'host'; readonly id: string; readonly snapshot: SnapshotState };

/** Everything in the storage's namespace; undefined where there is none. */
export function storedIn(target: Target): readonly StoredBackup[] | undefined {
  const namespace = target.pbs.datastores[target.datastore]?.namespaces[target.namespace];
  return (
    namespace && Object.values(namespace.groups).flatMap(({ type, id, snapshots }) => snapshots.map((snapshot) => ({ type, id, snapshot })))
  );
}

/** The newest finished snapshot of a guest's group there: what the next one builds on. */
export function newestAt(target: Target, type: 'vm' | 'ct', vmid: number): number | undefined {
  const group = target.pbs.datastores[target.datastore]?.namespaces[target.namespace]?.groups[`${type}/${vmid}`];
  return group?.snapshots.findLast(({ state, verification }) => state === 'finished' && verification?.state !== 'failed')?.time;
}

/** Opens a backup: an unfinished snapshot stands there until it is finished or dropped. */
export function openBackup(
  target: Target,
  backup: { readonly type: 'vm' | 'ct'; readonly vmid: number; readonly at: number },
): sessions.Opened {
  const { world, pbs, datastore, namespace, authId } = target;
  return sessions.openBackup(world, pbs, {
    authId,
    store: datastore,
    ns: namespace,
    type: backup.type,
    id: String(backup.vmid),
    time: backup.at,
  });
}

export type FinishedBackup = {
  readonly session: string;
  readonly files: readonly { readonly filename: string; readonly size: number }[];
  readonly notes: string | undefined;
  readonly newBytes: number;
};

export function finishBackup(target: Target, { session, files, notes, newBytes }: FinishedBackup): Done {
  const { world, pbs, keyFingerprint } = target;
  return sessions.finishBackup(world, pbs, session, {
    files: manifestFiles(files, keyFingerprint === undefined ? 'none' : 'encrypt'),
    // Compressed as data of servers is: about a half.
    newBytes: Math.round(newBytes * 0.55),
    ...(notes === undefined ? {} : { notes }),
    ...(keyFingerprint === undefined ? {} : { fingerprint: keyFingerprint }),
  });
}

/** The client went away: the server removes what is unfinished, and the group with it where it is empty. */
export function dropBackup(world: World, session: string): void {
  const pbs = Object.values(world.pbs).find((one) => {
    const task = findTask(one, session);
    return task !== undefined && task.status === undefined;
  });
  if (pbs) sessions.abortBackup(world, pbs, session);
}

export type Pruned = { readonly ok: true; readonly removed: number } | { readonly ok: false; readonly error: string };

/** Prunes one guest's group as the storage's login, which a login that may only back up is not allowed to. */
export function pruneGuest(target: Target, type: 'vm' | 'ct', vmid: number, keep: Readonly<Record<string, unknown>>): Pruned {
  const { world, pbs, datastore, namespace, authId } = target;
  const [userId = '', tokenName = ''] = authId.split('!');
  const path = namespace === '' ? `/datastore/${datastore}` : `/datastore/${datastore}/${namespace}`;
  if (!mayAny({ access: pbs.access, now: world.now }, { authId, userId, tokenName }, path, ['Datastore.Modify', 'Datastore.Prune'])) {
    return { ok: false, error: 'proxmox-backup-client failed: Error: permission check failed - missing Datastore.Modify|Datastore.Prune' };
  }
  const group = pbs.datastores[datastore]?.namespaces[namespace]?.groups[`${type}/${vmid}`];
  const gone = group ? marksOf(pbs, group, keepOptionsOf(keep)).filter(({ mark }) => mark === 'removed') : [];
  for (const { time } of gone) dropSnapshot(pbs, { store: datastore, ns: namespace, group: group!, time });
  return { ok: true, removed: gone.length };
}

/** What a prune would do with everything in the storage's namespace. */
export function marksAt({ pbs, datastore, namespace }: Target, keep: Readonly<Record<string, unknown>>) {
  const groups = Object.values(pbs.datastores[datastore]?.namespaces[namespace]?.groups ?? {});
  return groups.flatMap((group) =>
    marksOf(pbs, group, keepOptionsOf(keep)).map((marked) => ({ type: group.type, id: group.id, ...marked })),
  );
}

/** Changes notes and protection of a snapshot, with the rights of the storage's login. */
export function snapshotOf(target: Target, type: string, id: string, at: number): SnapshotState | undefined {
  return target.pbs.datastores[target.datastore]?.namespaces[target.namespace]?.groups[`${type}/${id}`]?.snapshots.find(
    ({ time }) => time === at,
  );
}

/** Where a PBS of the lab listens. */
export type Listening = { readonly name: string; readonly host: string; readonly port: number; readonly fingerprint: string };

/** Storages of a scenario that were set up with `pbs:NAME` for a fingerprint point to that server as soon as it listens. */
export function introduce(world: World, { name, host, port, fingerprint }: Listening): void {
  listening.set(world, (listening.get(world) ?? new Map<string, number>()).set(name, port));
  for (const state of Object.values(world.pve)) {
    for (const { config } of Object.values(state.storages)) {
      if (config['fingerprint'] === `pbs:${name}`) Object.assign(config, { server: host, port, fingerprint: fingerprint.toLowerCase() });
    }
  }
}
