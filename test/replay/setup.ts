import type { Lab } from '#lab/lab.ts';
import { abortBackup, finishBackup, openBackup } from '#lab/pbs/backup.ts';
import {
  addDatastore,
  addGroup,
  addNamespace,
  addSnapshot,
  makePbs,
  manifestFiles,
  type BackupFile,
  type PbsState,
  type SnapshotState,
} from '#lab/pbs/state.ts';
import { addGuest } from '#lab/pve/make.ts';
import { rootAccess } from '#lab/roles.ts';
import { emptyWorld, type World } from '#lab/world.ts';
import { makePve, QEMU_IDS } from './setup-pve.ts';
import { moveClock, SECRET, send, type Player } from './player.ts';
import { readClient, type RecordedCall, type RecordedClient, type RecordedEntry, type RecordedTask, type Recording } from './recording.ts';

const BEGIN = 1_795_435_380;

/** The servers as they were before the first recorded call. */
export function firstWorld(): World {
  const world = emptyWorld(BEGIN);
  const access = rootAccess('pbs');
  access.users['root@pam'] = { enabled: true, tokens: { hf: { secret: SECRET, separate: true } } };
  access.acl = [{ path: '/', authId: 'root@pam!hf', role: 'Admin', propagate: true }];
  const pbs = makePbs({ now: BEGIN, access, node: 'pve1', host: '127.0.0.1' });
  pbs.bootedAt = BEGIN - 1316;
  addDatastore(pbs, 'main');
  addDatastore(pbs, 'pvetest');
  world.pbs['pbs'] = pbs;
  world.pve['pve'] = makePve(BEGIN);
  return world;
}

export function pbsOf(lab: Lab): PbsState {
  return lab.world.pbs['pbs']!;
}

/** Backs up as a recorded client did; the error it would print, or undefined. */
export function backUpAsRecorded(lab: Lab, client: RecordedClient): string | undefined {
  const { type, id, dataAt, files, keyfile, crypt } = readClient(client);
  if (client.output.length === 0 || type === '') return undefined;
  const store =
    client.output.map((line) => /@127\.0\.0\.1:8007:(\S+)'/.exec(line)?.[1]).find((name) => name !== undefined) ?? storeOf(client);
  const authId = client.as === 'root' ? 'root@pam!hf' : (client.as ?? 'pve@pbs!home');
  const opened = openBackup(lab.world, pbsOf(lab), { authId, store, ns: client.ns ?? '', type: type as 'vm', id, time: dataAt });
  if (!opened.ok) return opened.error;
  const words = files.length === 0 ? ['drive-scsi0.img:/dev/vg0/vm-200'] : files;
  const archives = words.map((word) => {
    const name = word.split(':')[0] ?? '';
    return name.endsWith('.img') ? { filename: `${name}.fidx`, size: 50_331_648 } : { filename: `${name}.didx`, size: 1_351_148 };
  });
  if (type !== 'vm') archives.push({ filename: 'catalog.pcat1.didx', size: 693 });
  const mode = keyfile ? (crypt as BackupFile['crypt-mode']) : 'none';
  const done = finishBackup(lab.world, pbsOf(lab), opened.upid, {
    files: manifestFiles(archives, mode),
    newBytes: client.output.some((line) => line.includes('had to backup 0 B')) ? 0 : store === 'tiny' ? 32 * 2 ** 20 : 4 * 2 ** 20,
    ...(keyfile ? { fingerprint: 'b8:2f:b6:ca:b9:f9:69:3e:a6:b1:c5:75:4a:a9:17:65:e0:6c:f3:d4:4f:39:87:2f:52:a8:27:1a:a3:e1:d3:6f' } : {}),
  });
  return done.ok ? undefined : done.error;
}

/** Refused runs do not say where they wanted to go; the recordings do. */
function storeOf(client: RecordedClient): string {
  if (client.ns === 'home') return 'vault';
  return client.ns === null ? 'tiny' : 'main';
}

export type SetupContext = {
  readonly player: Player;
  readonly recording: Recording;
  readonly recordings: readonly Recording[];
  readonly entry: RecordedEntry;
};
type Setup = (context: SetupContext) => void | Promise<void>;

type Row = {
  readonly 'backup-type': 'vm' | 'ct' | 'host';
  readonly 'backup-id': string;
  readonly 'backup-time': number;
  readonly files: readonly BackupFile[];
  readonly size?: number;
  readonly owner: string;
  readonly protected: boolean;
  readonly verification?: { readonly upid: string; readonly state: 'ok' | 'failed' };
};

/** Adds the snapshots that a recorded answer lists and the lab has not: they were made by a client that was not recorded. */
function asListed(store: string, ns: string, listing?: string): Setup {
  return ({ player, entry, recordings }) => {
    const rows = ((listing === undefined ? entry : find(recordings, listing)) as RecordedCall & { body: { data: readonly Row[] } }).body
      .data;
    const namespace = addNamespace(pbsOf(player.lab).datastores[store]!, ns);
    for (const row of rows) {
      const group = addGroup(namespace, { type: row['backup-type'], id: row['backup-id'], owner: row.owner });
      if (group.snapshots.some((one) => one.time === row['backup-time'])) continue;
      addSnapshot(group, { time: row['backup-time'], files: row.files, newBytes: 4 * 2 ** 20, arrivedAt: player.lab.world.now });
    }
  };
}

function find(recordings: readonly Recording[], place: string): RecordedEntry {
  const [file, ...name] = place.split(': ');
  return recordings.find((one) => one.file === file)!.entries.find((one) => one.name === name.join(': '))!;
}

type NewSession = { readonly store: string; readonly ns: string; readonly type: 'vm' | 'ct'; readonly id: string; readonly time: number };

/** Begins a backup that goes on while the next calls are made. */
function running(session: NewSession, startedAt = session.time): Setup {
  return ({ player }) => {
    const { world } = player.lab;
    moveClock(player, startedAt);
    const opened = openBackup(world, pbsOf(player.lab), { authId: 'pve@pbs!home', ...session });
    if (!opened.ok) throw new Error(opened.error);
    player.upids.set('running', opened.upid);
  };
}

/** Makes a POST that was not recorded, though its task was. */
function runs(path: string, params: Readonly<Record<string, unknown>> | null = null): Setup {
  return async ({ player, recording, entry }) => {
    moveClock(player, Number((entry as RecordedTask).taskStatus.data['starttime']));
    const reply = await send(player, recording, { name: '', as: 'root', method: 'POST', path, params, status: 200 });
    player.upids.set((entry as RecordedTask).task, String((reply.body as { data: unknown }).data));
  };
}

function inOrder(...setups: readonly Setup[]): Setup {
  return async (context) => {
    for (const setup of setups) await setup(context);
  };
}

/** Points a recorded backup task to the newest one of the lab. */
const newestBackup: Setup = ({ player, entry }) => {
  const task = pbsOf(player.lab).tasks.findLast(({ type }) => type === 'backup');
  player.upids.set((entry as RecordedTask).task, task?.upid ?? '');
};

function snapshotOf(
  lab: Lab,
  { store, ns, group, time }: { readonly store: string; readonly ns: string; readonly group: string; readonly time: number },
): SnapshotState {
  return pbsOf(lab).datastores[store]!.namespaces[ns]!.groups[group]!.snapshots.find((one) => one.time === time)!;
}

function storageNamespace(namespace: string): Setup {
  return ({ player }) => void (player.lab.world.pve['pve']!.storages['pbs-tier-1']!.config['namespace'] = namespace);
}

function members(pool: string, vmid: number): Setup {
  return ({ player }) => {
    const { vmids } = player.lab.world.pve['pve']!.pools[pool]!;
    if (!vmids.includes(vmid)) vmids.push(vmid);
  };
}

function lock(vmid: number, word: string | undefined): Setup {
  return ({ player }) => {
    const { config } = player.lab.world.pve['pve']!.guests[vmid]!;
    if (word === undefined) delete config['lock'];
    else config['lock'] = word;
  };
}

/** From here on backups take their time; the world goes on by itself. */
const timed: Setup = ({ player }) => void (player.lab.world.settings.manualTasks = 'timed');
const instant: Setup = ({ player }) => void (player.lab.world.settings.manualTasks = 'instant');

function started(...vmids: readonly number[]): Setup {
  return ({ player }) => {
    for (const vmid of vmids) player.lab.world.pve['pve']!.guests[vmid]!.runningSince = player.lab.world.now;
  };
}

/** PBS is up again, and there is a guest with a system in it. */
const debianWithAgent: Setup = ({ player }) => {
  const { world } = player.lab;
  world.faults.length = 0;
  const pve = world.pve['pve']!;
  const disks = { scsi0: 'dir1:500/vm-500-disk-0.raw,size=2G' };
  const guest = addGuest(pve, world.now, { vmid: 500, name: 'with-agent', disks, memoryMib: 512, agent: 'answers' });
  delete guest.config['cores'];
  Object.assign(guest.config, { cpu: 'host', kvm: 0, serial0: 'socket', ...QEMU_IDS });
};

/** A backup of guest 102 that was not recorded, though its task was. */
function backsUp(upid: string, options: Readonly<Record<string, unknown>>, seconds: number): Setup {
  return async ({ player, recording }) => {
    // The guest's turn came a second after the task began, and that second names the snapshot.
    moveClock(player, Number.parseInt(upid.split(':')[4] ?? '', 16) + 1);
    const params = { vmid: '102', storage: 'pbs-tier-1', mode: 'snapshot', ...options };
    const reply = await send(player, recording, { name: '', as: 'root', method: 'POST', path: '/nodes/pve1/vzdump', params, status: 200 });
    player.upids.set(upid, String((reply.body as { data: unknown }).data));
    player.lab.advance(seconds);
  };
}

const KEPT = { store: 'main', ns: 'home/tier-1', group: 'ct/101', time: 1_795_222_800 };
const LEFTOVER = { store: 'main', ns: 'home/tier-3', group: 'ct/130', time: 1_795_136_400 };
const DAMAGED = { store: 'main', ns: 'home/tier-2', group: 'vm/120', time: 1_794_964_200 };

/** What the recordings' author did by hand before a call or a task, by its name. */
export const SETUPS: Readonly<Record<string, Setup>> = {
  'pbs-02: namespaces: 7 s after the grant': ({ player }) => player.lab.advance(7),
  'pbs-03: snapshots of a namespace (vm, images)': asListed('main', 'home/tier-2'),
  'pbs-03: snapshots of one container group': asListed('main', 'home/tier-1'),
  'pbs-03: snapshots while a backup runs': inOrder(
    asListed('main', 'home/tier-2', 'pbs-03: snapshots of a namespace (vm, images)'),
    running({ store: 'main', ns: 'home/tier-2', type: 'vm', id: '121', time: 1_795_435_523 }),
  ),
  'pbs-03: snapshots after the client was killed': ({ player }) => {
    const begun = manifestFiles([{ filename: 'drive-scsi0.img.fidx', size: 50_331_648 }]);
    abortBackup(player.lab.world, pbsOf(player.lab), player.upids.get('running')!, begun);
  },
  'pbs-03: task: backup whose client was killed': newestBackup,
  'pbs-05: verify a snapshot with a damaged chunk': ({ player }) => void Object.assign(snapshotOf(player.lab, DAMAGED), { corrupt: true }),
  'pbs-07: create local pull job between two datastores': ({ player }) => void addNamespace(pbsOf(player.lab).datastores['vault']!, 'home'),
  'pbs-07: list remotes': ({ player }) => void (pbsOf(player.lab).remotes['self']!['comment'] = 'this server'),
  'pbs-07: task: pull whose configured owner differs from the group': runs('/admin/sync/hf-tier-1/run'),
  'pbs-07: task: pull with remove-vanished after a prune at the source': inOrder(
    ({ player }) => void (pbsOf(player.lab).jobs.sync['hf-tier-1']!['owner'] = 'root@pam'),
    runs('/admin/datastore/main/prune', { ns: 'home/tier-1', 'backup-type': 'ct', 'backup-id': '101', 'keep-last': 3 }),
    runs('/admin/sync/hf-tier-1/run'),
  ),
  'pbs-09: snapshots with a leftover without manifest': ({ player }) => {
    const group = pbsOf(player.lab).datastores['main']!.namespaces[LEFTOVER.ns]!.groups[LEFTOVER.group]!;
    addSnapshot(group, { time: LEFTOVER.time, state: 'leftover', files: [{ filename: 'root.pxar.didx', 'crypt-mode': 'none', size: 0 }] });
  },
  'pbs-09: snapshots with a broken manifest': ({ player }) =>
    void Object.assign(snapshotOf(player.lab, LEFTOVER), {
      state: 'broken',
      files: ['index.json.blob', 'root.pxar.didx'].map((filename) => ({ filename, 'crypt-mode': 'none', size: 0 })),
    }),
  'pbs-09: task: verify group with a broken manifest': runs('/admin/datastore/main/verify', {
    ns: 'home/tier-3',
    'backup-type': 'ct',
    'backup-id': '130',
  }),
  'pbs-11: running tasks during a backup': running(
    { store: 'main', ns: 'home/tier-2', type: 'vm', id: '120', time: 1_795_435_770 },
    1_795_435_771,
  ),
  'pbs-12: maintenance read-only': ({ player }) => abortBackup(player.lab.world, pbsOf(player.lab), player.upids.get('running')!),
  'pbs-13: status of a small datastore': ({ player }) =>
    void Object.assign(pbsOf(player.lab).datastores['tiny']!, { totalBytes: 448_387_072, otherBytes: 68_294_656 }),
  'pbs-13: task: backup into a full datastore': newestBackup,
  'pbs-13: privileged call while the api daemon is down': ({ player }) =>
    void player.lab.world.faults.push({ server: 'pbs', call: '.', times: Infinity, kind: 'daemon-down' }),
  'pbs-14: client output when the datastore is full': ({ player }) => {
    player.lab.world.faults.length = 0;
    pbsOf(player.lab).datastores['tiny']!.otherBytes = 441_735_168;
  },
  'pbs-14: task: backup into a full datastore': newestBackup,
  'pve-02: remove a guest from a pool': members('tier-3', 104),
  'pbs-08: move group to a missing namespace': ({ player }) => void (snapshotOf(player.lab, KEPT).protected = true),
  'pve-03: prune dry run through PVE': storageNamespace('home/tier-1'),
  'pve-04: create backup job for a pool': members('tier-4', 103),
  'pve-05: permissions of the audit token': members('tier-3', 104),
  'pve-06: start vzdump: one container to PBS, stop mode': async ({ player, recording }) => {
    moveClock(player, 1_795_436_221);
    const params = { vmid: '200', storage: 'pbs-tier-1', mode: 'stop', 'notes-template': '{{guestname}}' };
    await send(player, recording, { name: '', as: 'root', method: 'POST', path: '/nodes/pve1/vzdump', params, status: 200 });
  },
  'pve-06: start vzdump: a pool': members('tier-3', 104),
  'pve-06: start vzdump: namespace that does not exist': storageNamespace('home/none'),
  'pve-06: start vzdump: a guest that is locked': inOrder(storageNamespace('home/tier-1'), lock(201, 'backup')),
  'pve-06: start vzdump: protected, with notes': lock(201, undefined),
  'pve-08: start vzdump: stopped vm, snapshot mode': ({ player }) => {
    for (const { kind, config } of Object.values(player.lab.world.pve['pve']!.guests)) if (kind === 'qemu') config['cpu'] = 'host';
  },
  'pve-08: POST /nodes/pve1/vzdump': timed,
  'pve-08: content after an aborted backup': instant,
  'pve-10: the holder runs too, both on one disk': started(101, 1201),
  'pve-10: active tasks while a backup runs': inOrder(
    timed,
    backsUp('UPID:pve1:000001F4:0006227A:6B043604:vzdump:102:root@pam!hf:', { bwlimit: 20_000 }, 3),
  ),
  'pve-10: task: first vzdump': inOrder(
    instant,
    backsUp('UPID:pve1:00000221:00062553:6B04360B:vzdump:102:root@pam!hf:', { bwlimit: 60_000 }, 0),
  ),
  'pve-10: content while PBS is down': ({ player }) =>
    void player.lab.world.faults.push({ server: 'pbs', call: '.', times: Infinity, kind: 'refused' }),
  'pve-07: disable the job': ({ player }) => player.lab.advance(120),
  'pve-11: agent ping': debianWithAgent,
  'pve-10: live restore': ({ player }) => void delete player.lab.world.pve['pve']!.guests[9102],
  'pve-11: drill: read the data: start': ({ player }) => player.lab.advance(40),
};
