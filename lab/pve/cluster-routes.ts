import { privilegesOn, type Rights } from '../auth.ts';
import { refuse, type Call, type Route } from '../route.ts';
import { checker, pvePoolPaths } from './access.ts';
import { MAYBE_TEXT, optional, VMID } from './params.ts';
import { guestRow, nodeRow, storageRow, visibleGuests } from './rows.ts';
import { poolByGuest } from './select.ts';
import type { PveState } from './state.ts';
import { listRow } from './task-routes.ts';

const NOTIFICATIONS = { any: ['Mapping.Modify', 'Mapping.Audit', 'Mapping.Use'], on: '/mapping/notifications' } as const;

export const CLUSTER_ROUTES: readonly Route<PveState>[] = [
  { method: 'GET', path: '/version', privilege: 'login', params: {}, handle: ({ state }) => state.version },
  { method: 'GET', path: '/cluster/status', privilege: { any: ['Sys.Audit'], on: '/' }, params: {}, handle: clusterStatus },
  {
    method: 'GET',
    path: '/cluster/resources',
    privilege: 'login',
    params: { type: { type: 'string', optional: true, enum: ['vm', 'storage', 'node', 'sdn'] } },
    handle: resources,
  },
  { method: 'GET', path: '/cluster/nextid', privilege: 'login', params: { vmid: optional(VMID) }, handle: nextId },
  { method: 'GET', path: '/cluster/tasks', privilege: 'login', params: {}, handle: clusterTasks },
  {
    method: 'GET',
    path: '/cluster/notifications/targets',
    privilege: NOTIFICATIONS,
    params: {},
    handle: () => [{ name: 'mail-to-root', type: 'sendmail', origin: 'builtin', comment: "Send mails to root@pam's email address" }],
  },
  {
    method: 'GET',
    path: '/cluster/notifications/matchers',
    privilege: NOTIFICATIONS,
    params: {},
    handle: () => [
      {
        name: 'default-matcher',
        mode: 'all',
        target: ['mail-to-root'],
        origin: 'builtin',
        comment: 'Route all notifications to mail-to-root',
      },
    ],
  },
  { method: 'GET', path: '/access/permissions', privilege: 'login', params: { path: MAYBE_TEXT, userid: MAYBE_TEXT }, handle: permissions },
];

function clusterStatus({ state }: Call<PveState>): unknown {
  const nodes = Object.entries(state.nodes).map(([name, node], index) => ({
    id: `node/${name}`,
    type: 'node',
    name,
    ip: node.ip,
    level: '',
    local: index === 0 ? 1 : 0,
    nodeid: state.clusterName === undefined ? 0 : index + 1,
    online: node.online ? 1 : 0,
  }));
  if (state.clusterName === undefined) return nodes;
  const online = Object.values(state.nodes).filter((node) => node.online).length;
  return [
    {
      id: 'cluster',
      type: 'cluster',
      name: state.clusterName,
      nodes: nodes.length,
      quorate: online * 2 > nodes.length ? 1 : 0,
      version: nodes.length,
    },
    ...nodes,
  ];
}

/** Streamed: a big cluster has many rows. */
function* resources(call: Call<PveState>): Iterable<unknown> {
  const { state, world, params } = call;
  const may = checker(call);
  const wanted = params.optionalText('type');
  const pools = poolByGuest(state);
  if (wanted === undefined) {
    for (const id of Object.keys(state.pools).sort())
      if (may(`/pool/${id}`, 'Pool.Audit')) yield { id: `/pool/${id}`, type: 'pool', pool: id };
  }
  if (wanted === undefined || wanted === 'vm') {
    for (const guest of visibleGuests(call)) yield guestRow(guest, pools.get(guest.vmid), world.now);
  }
  if (wanted === undefined || wanted === 'node') {
    for (const [name, node] of Object.entries(state.nodes)) yield nodeRow(name, node, world.now, may(`/nodes/${name}`, 'Sys.Audit'));
  }
  if ((wanted === undefined || wanted === 'sdn') && may('/sdn/zones/localnetwork', 'SDN.Audit', 'SDN.Allocate')) {
    for (const node of Object.keys(state.nodes)) {
      const network = { type: 'network', network: 'localnetwork', 'network-type': 'zone', status: 'ok' };
      yield { id: `network/${node}/zone/localnetwork`, node, ...network };
    }
  }
  if (wanted === undefined || wanted === 'storage') {
    for (const id of Object.keys(state.storages))
      if (may(`/storage/${id}`, 'Datastore.Audit', 'Datastore.AllocateSpace')) yield* storageRow(call, id);
  }
}

function nextId({ state, params }: Call<PveState>): number {
  const wanted = params.number('vmid');
  if (wanted !== undefined) {
    if (state.guests[wanted]) refuse(400, 'Parameter verification failed.', { vmid: `VM ${wanted} already exists` });
    return wanted;
  }
  let id = 100;
  while (state.guests[id]) id += 1;
  return id;
}

function clusterTasks(call: Call<PveState>): unknown {
  const may = checker(call);
  const mine = call.caller.userId;
  return call.state.tasks
    .filter((task) => may('/', 'Sys.Audit') || task.user.split('!')[0] === mine)
    .slice(-25)
    .toReversed()
    .map((task) => {
      const { pid: _, pstart: _p, ...row } = listRow(task);
      return { ...row, saved: '1' };
    });
}

/** Paths on which the caller has something, with what it has there. A token whose user has nothing gets `{}`. */
function permissions(call: Call<PveState>): unknown {
  const { state, world, caller, params } = call;
  const rights: Rights = { access: state.access, now: world.now, inheritedFrom: (path) => pvePoolPaths(state, path) };
  const asked = params.optionalText('path');
  const paths = asked === undefined ? allPaths(state) : [asked];
  const result: Record<string, Record<string, number>> = {};
  for (const path of paths) {
    const has = privilegesOn(rights, caller, path);
    if (has.size > 0) result[path] = Object.fromEntries([...has].map(([privilege, propagate]) => [privilege, propagate ? 1 : 0]));
  }
  return result;
}

function allPaths(state: PveState): readonly string[] {
  const fixed = ['/', '/access', '/access/groups', '/nodes', '/pool', '/sdn', '/storage', '/vms'];
  const members = Object.values(state.pools).flatMap(({ vmids, storages }) => [
    ...vmids.map((vmid) => `/vms/${vmid}`),
    ...storages.map((storage) => `/storage/${storage}`),
  ]);
  return [...new Set([...fixed, ...state.access.acl.map(({ path }) => path), ...members])];
}
