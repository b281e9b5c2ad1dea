import { hexDigits } from '../chance.ts';
import { refuse, type Call, type Route } from '../route.ts';
import type { SnapshotState } from '../pbs/state.ts';
import { utcText } from '../zone.ts';
import { checker, must } from './access.ts';
import { createVm } from './create-guest.ts';
import { repository } from './dump-guest.ts';
import { lastingTask } from './effects.ts';
import { configText, volumesOf, wordOf } from './guest.ts';
import { CT_SETTINGS, inConfig, VM_SETTINGS } from './guest-settings.ts';
import { nodeOf } from './node-routes.ts';
import { givenIn, MAYBE_FLAG, MAYBE_NUMBER, MAYBE_TEXT, NODE, optional, STORAGE_ID, TEXT, VMID } from './params.ts';
import { reach, snapshotOf, type Target } from './reach.ts';
import type { GuestKind, GuestState, PveState } from './state.ts';
import { parseVolume } from './storage-routes.ts';

const COMMON = {
  node: NODE,
  vmid: VMID,
  storage: optional(STORAGE_ID),
  unique: MAYBE_FLAG,
  force: MAYBE_FLAG,
  pool: MAYBE_TEXT,
  start: MAYBE_FLAG,
  bwlimit: MAYBE_NUMBER,
} as const;

export const RESTORE_ROUTES: readonly Route<PveState>[] = [
  {
    method: 'POST',
    path: '/nodes/{node}/qemu',
    privilege: 'login',
    params: { ...VM_SETTINGS, ...COMMON, archive: MAYBE_TEXT, 'live-restore': MAYBE_FLAG },
    handle: (call) => (call.params.has('archive') ? restore(call, 'qemu') : createVm(call)),
  },
  {
    method: 'POST',
    path: '/nodes/{node}/lxc',
    privilege: 'login',
    params: { ...CT_SETTINGS, ...COMMON, ostemplate: TEXT, restore: MAYBE_FLAG },
    handle: (call) => restore(call, 'lxc'),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/vzdump/extractconfig',
    privilege: 'login',
    params: { node: NODE, volume: TEXT },
    handle: extractConfig,
  },
];

type Archive = {
  readonly target: Target;
  readonly type: string;
  readonly id: string;
  readonly snapshot: SnapshotState;
  readonly storage: string;
};

/** A backup by its volume id, for whom may read it. */
function archiveOf(call: Call<PveState>, volume: string): Archive {
  const [storage = '', type = '', id = '', time = ''] = parseVolume(volume);
  const stored = call.state.storages[storage] ?? refuse(500, `storage '${storage}' does not exist`);
  if (!checker(call)(`/storage/${storage}`, 'Datastore.Allocate')) {
    must(call, `/storage/${storage}`, 'Datastore.AllocateSpace');
    must(call, `/vms/${id}`, 'VM.Backup');
  }
  const reached = reach(call.world, stored);
  const target = reached.ok ? reached.target : refuse(500, `${storage}: ${reached.error}`);
  const snapshot = snapshotOf(target, type, id, Date.parse(time) / 1000);
  return snapshot
    ? { target, type, id, snapshot, storage }
    : refuse(500, `proxmox-backup-client failed: Error: snapshot ${type}/${id}/${time} does not exist.`);
}

/** The configuration as it was when the backup began. */
function savedConfig(state: PveState, { type, id, snapshot }: Archive): GuestState['config'] {
  const saved =
    state.saved[`${type}/${id}`]?.findLast(({ from }) => from <= snapshot.time)?.config ?? state.guests[Number(id)]?.config ?? {};
  const { lock: _, ...config } = saved;
  return config;
}

function extractConfig(call: Call<PveState>): string {
  nodeOf(call);
  return configText({ config: savedConfig(call.state, archiveOf(call, call.params.text('volume'))) });
}

const RATE_BYTES_PER_SECOND = 180 * 2 ** 20;

/** Brings a backup back under a new id. The guest stands there, locked, while its disks are written. */
function restore(call: Call<PveState>, kind: GuestKind): string {
  const { state, world, params, caller } = call;
  nodeOf(call);
  const vmid = params.number('vmid')!;
  const pool = params.optionalText('pool');
  if (pool === undefined || !checker(call)(`/pool/${pool}`, 'VM.Allocate')) must(call, `/vms/${vmid}`, 'VM.Allocate');
  const storage = params.optionalText('storage') ?? 'local';
  must(call, `/storage/${storage}`, 'Datastore.AllocateSpace');
  if (state.guests[vmid]) refuse(500, inUse(kind, vmid, state.guests[vmid].node));
  const archive = archiveOf(call, params.text(kind === 'qemu' ? 'archive' : 'ostemplate'));
  if (!state.storages[storage]) refuse(500, `storage '${storage}' does not exist`);
  const node = params.text('node');
  const guest: GuestState = { vmid, kind, node, config: { ...restoredConfig(call, kind, savedConfig(state, archive)), lock: 'create' } };
  const source = state.guests[Number(archive.id)];
  if (source?.agentAfterSeconds !== undefined) guest.agentAfterSeconds = source.agentAfterSeconds;
  state.guests[vmid] = guest;
  if (pool !== undefined) state.pools[pool]?.vmids.push(vmid);
  const bytes = archive.snapshot.files.reduce((sum, { size }) => sum + size, 0);
  const seconds = Math.max(2, Math.round(bytes / RATE_BYTES_PER_SECOND));
  const task = { node, type: kind === 'qemu' ? 'qmrestore' : 'vzrestore', id: String(vmid), user: caller.authId, at: world.now };
  const lines = kind === 'qemu' ? vmLines(guest, archive, seconds) : containerLines(archive, bytes, seconds);
  const upid = lastingTask(world, state, { task, seconds, lines, effect: { do: 'unlock', vmid } });
  if (params.flag('start')) guest.runningSince = world.now + seconds;
  return upid;
}

function inUse(kind: GuestKind, vmid: number, node: string): string {
  const fact = `${wordOf(kind)} ${vmid} already exists on node '${node}'`;
  return kind === 'qemu' ? `unable to restore VM ${vmid} - ${fact}` : fact;
}

/** The backup's settings, its disks under new names, and over them what the caller says. */
function restoredConfig(call: Call<PveState>, kind: GuestKind, saved: GuestState['config']): GuestState['config'] {
  const { params } = call;
  const vmid = params.number('vmid')!;
  const storage = params.optionalText('storage') ?? 'local';
  const config: GuestState['config'] = { ...saved };
  for (const key of Object.keys(config)) if (key.startsWith('unused')) delete config[key];
  for (const [index, volume] of volumesOf({ kind, config: saved }).entries()) {
    if (!volume.included) {
      delete config[volume.key];
      continue;
    }
    const rest = String(saved[volume.key]).split(',').slice(1).join(',');
    const name = kind === 'qemu' ? `vm-${vmid}-disk-${index}` : `subvol-${vmid}-disk-${index}`;
    config[volume.key] = `${storage}:${name}${rest === '' ? '' : `,${rest}`}`;
  }
  if (params.flag('unique'))
    for (const key of Object.keys(config))
      if (/^net\d+$/.test(key)) config[key] = String(config[key]).replace(/([0-9A-F]{2}:){5}[0-9A-F]{2}/i, newMac(vmid, key));
  const settings = kind === 'qemu' ? VM_SETTINGS : CT_SETTINGS;
  for (const [name, value] of Object.entries(inConfig(givenIn(params)))) if (name in settings) config[name] = value;
  return config;
}

function newMac(vmid: number, key: string): string {
  return `BC:24:11:${(hexDigits(6, 'mac', vmid, key).toUpperCase().match(/../g) ?? []).join(':')}`;
}

function vmLines(guest: GuestState, { target, type, id, snapshot }: Archive, seconds: number): readonly string[] {
  const name = `${type}/${id}/${utcText(snapshot.time)}`;
  return [
    ...volumesOf(guest).flatMap(({ key, volume, sizeBytes }) => [
      `new volume ID is '${volume}'`,
      `restore proxmox backup image: /usr/bin/pbs-restore --repository ${repository(target)}${target.namespace ? ` --ns ${target.namespace}` : ''} ${name} drive-${key}.img.fidx ${volume} --verbose --format raw --skip-zero`,
      `connecting to repository '${repository(target)}'`,
      'using up to 4 threads',
      `open block backend for target '${volume}'`,
      `starting to restore snapshot '${name}'`,
      'download and verify backup index',
      'fetching up to 16 chunks in parallel',
      `restore image complete (bytes=${sizeBytes}, duration=${seconds.toFixed(2)}s, speed=${(sizeBytes / 2 ** 20 / seconds).toFixed(2)}MB/s)`,
    ]),
    'rescan volumes...',
  ];
}

function containerLines({ storage, type, id, snapshot }: Archive, bytes: number, seconds: number): readonly string[] {
  const volume = `${storage}:backup/${type}/${id}/${utcText(snapshot.time)}`;
  return [
    `recovering backed-up configuration from '${volume}'`,
    `restoring '${volume}' now..`,
    `restore complete (${(bytes / 2 ** 20).toFixed(3)} MiB processed in ${seconds}s, average ${(bytes / 2 ** 20 / seconds).toFixed(3)} MiB/s)`,
    'merging backed-up and given configuration..',
  ];
}
