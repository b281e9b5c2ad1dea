import type { Param } from '../params.ts';
import { refuse, type Call, type Route } from '../route.ts';
import { checker, must } from './access.ts';
import { MAYBE_FLAG, MAYBE_TEXT, VMID_LIST } from './params.ts';
import { guestRow, storageRow } from './rows.ts';
import type { PoolState, PveState } from './state.ts';
import { listed } from './settings.ts';

const POOL_ID: Param = { type: 'string' };
/** Where only a name is read it is checked as a parameter; where it is written, as a right. */
function poolNameError(text: string): string | undefined {
  return /^[\w.-]+(\/[\w.-]+){0,2}$/.test(text) ? undefined : `invalid format - pool name '${text}' contains invalid characters\n`;
}

const TYPE: Param = { type: 'string', optional: true, enum: ['qemu', 'lxc', 'storage'] };

/** `/pools`, with the id as a parameter (for nested ones) and in the old form with it in the path. */
export const POOL_ROUTES: readonly Route<PveState>[] = [
  {
    method: 'GET',
    path: '/pools',
    privilege: 'login',
    params: { poolid: { ...POOL_ID, optional: true, check: poolNameError }, type: TYPE },
    handle: listPools,
  },
  { method: 'POST', path: '/pools', privilege: 'inside', params: { poolid: POOL_ID, comment: MAYBE_TEXT }, handle: createPool },
  {
    method: 'PUT',
    path: '/pools',
    privilege: 'inside',
    params: { poolid: POOL_ID, comment: MAYBE_TEXT, vms: VMID_LIST, storage: MAYBE_TEXT, delete: MAYBE_FLAG, 'allow-move': MAYBE_FLAG },
    handle: changePool,
  },
  { method: 'DELETE', path: '/pools', privilege: 'inside', params: { poolid: POOL_ID }, handle: removePool },
  {
    method: 'GET',
    path: '/pools/{poolid}',
    privilege: 'inside',
    params: { poolid: POOL_ID, type: TYPE },
    handle: (call) => ({ poolid: call.params.text('poolid'), ...onePool(call) }),
  },
];

function listPools(call: Call<PveState>): unknown {
  if (call.params.has('poolid')) return [{ poolid: call.params.text('poolid'), ...onePool(call) }];
  const may = checker(call);
  return Object.entries(call.state.pools)
    .filter(([id]) => may(`/pool/${id}`, 'Pool.Audit', 'Pool.Allocate'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { comment }]) => ({ poolid: id, ...(comment === undefined ? {} : { comment }) }));
}

function onePool(call: Call<PveState>): Record<string, unknown> {
  const { state, params, world } = call;
  const id = params.text('poolid');
  must(call, `/pool/${id}`, 'Pool.Audit');
  const pool = state.pools[id] ?? refuse(500, `pool '${id}' does not exist`);
  const wanted = params.optionalText('type');
  const guests = pool.vmids
    .flatMap((vmid) => state.guests[vmid] ?? [])
    .filter(({ kind }) => wanted === undefined || wanted === kind)
    .map((guest) => {
      const { tags: _, ...row } = guestRow(guest, undefined, world.now);
      return row;
    });
  const storages = wanted === undefined || wanted === 'storage' ? pool.storages.flatMap((storage) => storageRow(call, storage)) : [];
  return { ...(pool.comment === undefined ? {} : { comment: pool.comment }), members: [...guests, ...storages] };
}

/** An ill-formed name is not seen as a name at all, and so the right to it is missing. */
function nameIn(call: Call<PveState>): string {
  const id = call.params.text('poolid');
  if (!/^[\w.-]+(\/[\w.-]+){0,2}$/.test(id)) refuse(403, 'Permission check failed (, Pool.Allocate)');
  must(call, `/pool/${id}`, 'Pool.Allocate');
  return id;
}

function createPool(call: Call<PveState>): null {
  const id = nameIn(call);
  const { pools } = call.state;
  if (pools[id]) refuse(500, `create pool failed: pool '${id}' already exists`);
  const parent = id.split('/').slice(0, -1).join('/');
  if (parent !== '' && !pools[parent]) refuse(500, `create pool failed: parent '${parent}' of pool '${id}' does not exist`);
  pools[id] = { ...commentIn(call), vmids: [], storages: [] };
  return null;
}

function commentIn({ params }: Call<PveState>): { comment?: string } {
  const comment = params.optionalText('comment');
  return comment === undefined ? {} : { comment };
}

function changePool(call: Call<PveState>): null {
  const id = nameIn(call);
  const { state, params } = call;
  const pool = state.pools[id] ?? refuse(500, `update pools failed: pool '${id}' does not exist`);
  const vmids = listed(params.optionalText('vms'));
  const storages = (params.optionalText('storage') ?? '').split(/[\s,;]+/).filter(Boolean);
  for (const vmid of vmids) must(call, `/vms/${vmid}`, 'VM.Allocate', 'Permissions.Modify');
  for (const storage of storages) must(call, `/storage/${storage}`, 'Datastore.Allocate');
  if (params.flag('delete')) removeMembers(pool, vmids, storages);
  else addMembers(call, id, vmids, storages);
  Object.assign(pool, commentIn(call));
  return null;
}

function removeMembers(pool: PoolState, vmids: readonly number[], storages: readonly string[]): void {
  const stranger = vmids.find((vmid) => !pool.vmids.includes(vmid));
  if (stranger !== undefined) refuse(500, `update pools failed: VM ${stranger} is not a pool member`);
  const unknown = storages.find((storage) => !pool.storages.includes(storage));
  if (unknown !== undefined) refuse(500, `update pools failed: Storage '${unknown}' is not a pool member`);
  pool.vmids = pool.vmids.filter((vmid) => !vmids.includes(vmid));
  pool.storages = pool.storages.filter((storage) => !storages.includes(storage));
}

/** Whether a guest exists is not asked. */
function addMembers(call: Call<PveState>, id: string, vmids: readonly number[], storages: readonly string[]): void {
  const { state, params } = call;
  const pool = state.pools[id]!;
  for (const vmid of vmids) {
    if (pool.vmids.includes(vmid)) refuse(500, `update pools failed: VM ${vmid} is already a pool member`);
    const before = Object.keys(state.pools).find((other) => state.pools[other]!.vmids.includes(vmid));
    if (before === undefined) continue;
    if (!params.flag('allow-move'))
      refuse(500, `update pools failed: VM ${vmid} belongs already to pool '${before}' and 'allow-move' is not set`);
    must(call, `/pool/${before}`, 'Pool.Allocate');
  }
  for (const storage of storages)
    if (pool.storages.includes(storage)) refuse(500, `update pools failed: Storage '${storage}' is already a pool member`);
  for (const other of Object.values(state.pools)) other.vmids = other.vmids.filter((vmid) => !vmids.includes(vmid));
  pool.vmids.push(...vmids);
  pool.storages.push(...storages);
}

function removePool(call: Call<PveState>): null {
  const id = nameIn(call);
  const { pools } = call.state;
  const pool = pools[id] ?? refuse(500, `delete pool failed: pool '${id}' does not exist`);
  const nested = Object.keys(pools).find((other) => other.startsWith(`${id}/`));
  if (nested !== undefined) refuse(500, `delete pool failed: pool '${id}' is not empty (contains pool '${nested}')`);
  if (pool.vmids.length > 0) refuse(500, `delete pool failed: pool '${id}' is not empty (contains VM ${pool.vmids[0]})`);
  if (pool.storages.length > 0) refuse(500, `delete pool failed: pool '${id}' is not empty (contains storage '${pool.storages[0]}')`);
  delete pools[id];
  return null;
}
