import { refuse, type Call, type Route } from '../route.ts';
import { utcText } from '../zone.ts';
import { checker, must } from './access.ts';
import { volumesOf } from './guest.ts';
import { nodeOf } from './node-routes.ts';
import { asObject, NODE, optional, PRUNE_BACKUPS, STORAGE_ID, TEXT, VMID } from './params.ts';
import { marksAt, reach, snapshotOf } from './reach.ts';
import type { PveState, StorageState } from './state.ts';
import { parseVolume } from './storage-routes.ts';

export const VOLUME_ROUTES: readonly Route<PveState>[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/content/{volume}',
    privilege: 'login',
    params: { node: NODE, storage: STORAGE_ID, volume: TEXT },
    handle: oneVolume,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage/{storage}/prunebackups',
    privilege: { any: ['Datastore.Audit', 'Datastore.AllocateSpace'], on: '/storage/{storage}' },
    params: {
      node: NODE,
      storage: STORAGE_ID,
      'prune-backups': PRUNE_BACKUPS,
      type: { type: 'string', optional: true, enum: ['qemu', 'lxc'] },
      vmid: optional(VMID),
    },
    handle: pruneDryRun,
  },
];

/** What a prune of the storage would do, oldest first: its own rules where none are given. PVE asks PBS for it as the storage's login. */
function pruneDryRun(call: Call<PveState>): unknown {
  nodeOf(call);
  const { state, world, params } = call;
  const id = params.text('storage');
  const storage = state.storages[id] ?? refuse(500, `storage '${id}' does not exist`);
  if (storage.type !== 'pbs') return [];
  const reached = reach(world, storage);
  const target = reached.ok ? reached.target : refuse(500, `${id}: ${reached.error}`);
  const keep = asObject('prune-backups', params.optionalText('prune-backups') ?? String(storage.config['prune-backups'] ?? 'keep-all=1'));
  const type = { qemu: 'vm', lxc: 'ct' }[params.optionalText('type') ?? ''];
  return marksAt(target, keep)
    .filter((one) => (type === undefined || one.type === type) && (!params.has('vmid') || Number(one.id) === params.number('vmid')))
    .map(({ type: kind, id: vmid, time, mark }) => ({
      volid: `${id}:backup/${kind}/${vmid}/${utcText(time)}`,
      type: kind === 'vm' ? 'qemu' : 'lxc',
      vmid,
      ctime: time,
      mark: mark === 'removed' ? 'remove' : mark === 'protected' ? 'protected' : 'keep',
    }));
}

/** A volume by its id: a backup, or the disk of a guest. */
function oneVolume(call: Call<PveState>): unknown {
  nodeOf(call);
  const id = call.params.text('storage');
  const storage = call.state.storages[id] ?? refuse(500, `storage '${id}' does not exist`);
  return storage.type === 'pbs' ? backup(call, storage) : image(call, storage);
}

function backup(call: Call<PveState>, storage: StorageState): unknown {
  const [name = '', type = '', id = '', time = ''] = parseVolume(call.params.text('volume'));
  if (!checker(call)(`/storage/${name}`, 'Datastore.Allocate')) {
    must(call, `/storage/${name}`, 'Datastore.AllocateSpace');
    must(call, `/vms/${id}`, 'VM.Backup');
  }
  const reached = reach(call.world, storage);
  const target = reached.ok ? reached.target : refuse(500, `${name}: ${reached.error}`);
  const snapshot =
    snapshotOf(target, type, id, Date.parse(time) / 1000) ?? refuse(500, 'volume_size_info on backup failed - no such volume');
  const size = snapshot.files.reduce((sum, file) => sum + file.size, 0);
  return {
    path: `pbs://${target.authId}@${target.server}:${target.datastore}/${type}/${id}/${time}${target.namespace === '' ? '' : `?ns=${encodeURIComponent(target.namespace).toLowerCase()}`}`,
    size,
    used: size,
    format: `pbs-${type}`,
    protected: snapshot.protected === true,
    ...(snapshot.notes === undefined ? {} : { notes: snapshot.notes }),
  };
}

function image(call: Call<PveState>, { type, config }: StorageState): unknown {
  const { state, params } = call;
  const asked = params.text('volume');
  const [storage = '', name = ''] = asked.includes(':') ? asked.split(':') : [params.text('storage'), asked];
  const owner = /vm-(\d+)-/.exec(name)?.[1];
  if (!checker(call)(`/storage/${storage}`, 'Datastore.Allocate')) must(call, `/vms/${owner}`, 'VM.Config.Disk');
  const found = Object.values(state.guests).flatMap(volumesOf).find(({ volume, sizeBytes }) => volume === `${storage}:${name}` && sizeBytes > 0); // prettier-ignore
  if (!found) return refuse(500, `volume '${storage}:${name}' does not exist`);
  const path = type === 'dir' ? `${String(config['path'])}/images/${name}` : `/dev/zvol/${String(config['pool'])}/${name}`;
  const used = state.volumes[found.volume]?.usedBytes ?? found.sizeBytes;
  return { path, size: found.sizeBytes, used, format: /\.(\w+)$/.exec(name)?.[1] ?? 'raw' };
}
