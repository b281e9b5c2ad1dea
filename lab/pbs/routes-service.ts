import { answer, refuse, type Route } from '../route.ts';
import { aheadOfUtc } from '../zone.ts';
import { callerOf, may, ownedBy, type PbsCall } from './rights.ts';
import * as is from './schemas.ts';
import type { PbsState, Task } from './state.ts';
import { findTask, parseUpid, stopTaskNow } from './tasks.ts';

function time({ world, state }: PbsCall) {
  const now = world.now + state.clockAheadSeconds;
  // Not an epoch: the epoch moved by the zone's offset. The line feed is the server's.
  return { time: now, localtime: now + aheadOfUtc(now, state.timeZone), timezone: `${state.timeZone}\n` };
}

function nodeStatus({ world, state }: PbsCall) {
  return {
    'boot-info': { mode: 'legacy-bios', secureboot: false },
    cpu: 0.05,
    cpuinfo: { cpus: 4, model: 'Lab', sockets: 1 },
    'current-kernel': { machine: 'x86_64', release: '6.17.2-1-pve', sysname: 'Linux', version: '#1 SMP PREEMPT_DYNAMIC' },
    info: { fingerprint: state.fingerprint.toLowerCase() },
    kversion: 'Linux 6.17.2-1-pve #1 SMP PREEMPT_DYNAMIC',
    loadavg: [0.1, 0.2, 0.3],
    memory: { free: 6 * 2 ** 30, total: 8 * 2 ** 30, used: 2 * 2 ** 30 },
    root: { avail: 20 * 2 ** 30, total: 32 * 2 ** 30, used: 12 * 2 ** 30 },
    swap: { free: 0, total: 0, used: 0 },
    uptime: world.now - state.bootedAt,
    wait: 0.001,
  };
}

/** Own tasks of a token are those of the same auth-id; a user sees its tokens' too. Others need Sys.Audit, or the right to run such a job. */
function mayRead(call: PbsCall, task: { readonly type: string; readonly workerId: string; readonly authId: string }): boolean {
  if (ownedBy(task.authId, call.caller.authId)) return true;
  if (may(call, '/system/tasks', 'Sys.Audit')) return true;
  const [store = '', ns = ''] = task.workerId.split(':');
  switch (task.type) {
    case 'verificationjob':
      return may(call, `/datastore/${store}`, 'Datastore.Verify');
    case 'garbage_collection':
      return may(call, `/datastore/${store}`, 'Datastore.Modify');
    case 'prune':
    case 'prunejob':
      return may(call, `/datastore/${store}${ns === '' ? '' : `/${ns}`}`, 'Datastore.Modify');
    case 'syncjob':
      return maySync(call, task.workerId);
    default:
      return false;
  }
}

function maySync(call: PbsCall, workerId: string): boolean {
  const [remote = '', remoteStore = '', store = '', ns = ''] = workerId.split(':');
  if (!may(call, `/datastore/${store}${ns === '' ? '' : `/${ns}`}`, 'Datastore.Backup')) return false;
  return remote === '-'
    ? may(call, `/datastore/${remoteStore}`, 'Datastore.Backup')
    : may(call, `/remote/${remote}/${remoteStore}`, 'Remote.Read');
}

/** `total` is no count: as many as there are rows, and one more if there may be more. */
function listTasks(call: PbsCall): unknown {
  const { state, params } = call;
  const start = params.number('start') ?? 0;
  const wanted = params.number('limit') ?? 50;
  const limit = wanted === 0 ? Infinity : wanted;
  const matching = state.tasks.filter(matcher(call)).toReversed();
  // Running ones first, then newest first.
  const inOrder = [...matching.filter(({ status }) => status === undefined), ...matching.filter(({ status }) => status !== undefined)];
  const found = inOrder.slice(start, start + limit);
  const more = found.length > 0 && found.length >= limit ? 1 : 0;
  return answer(found.map(taskRow), { total: found.length + start + more });
}

function matcher(call: PbsCall): (task: Task) => boolean {
  const { params } = call;
  const [since, until] = [params.number('since'), params.number('until')];
  const [user, store, type] = [params.optionalText('userfilter'), params.optionalText('store'), params.optionalText('typefilter')];
  const [running, errors, kinds] = [params.flag('running'), params.flag('errors'), params.list('statusfilter')];
  return (task) => {
    if (until !== undefined && task.startedAt > until) return false;
    if (since !== undefined && (task.startedAt < since || (task.status !== undefined && task.endsAt < since))) return false;
    if (!mayRead(call, task)) return false;
    if (user !== undefined && !task.authId.includes(user)) return false;
    if (store !== undefined && !belongsToStore(task, store)) return false;
    if (type !== undefined && !task.type.includes(type)) return false;
    if (task.status === undefined) return kinds.length === 0;
    if (running || (errors && task.status === 'OK')) return false;
    return kinds.length === 0 || kinds.includes(kindOf(task.status));
  };
}

function belongsToStore({ type, workerId }: Task, store: string): boolean {
  if (type === 'syncjob') return workerId.split(':')[2] === store;
  if (!type.startsWith('verif') && !['prune', 'prunejob', 'backup', 'garbage_collection'].includes(type)) return false;
  return workerId === store || workerId.startsWith(`${store}:`);
}

function kindOf(status: string): string {
  if (status === 'OK') return 'ok';
  if (status.startsWith('WARNINGS')) return 'warning';
  return status === 'unknown' ? 'unknown' : 'error';
}

function taskRow(task: Task) {
  const upid = parseUpid(task.upid);
  return {
    upid: task.upid,
    node: 'localhost',
    pid: upid?.pid,
    pstart: upid?.pstart,
    starttime: task.startedAt,
    worker_type: task.type,
    worker_id: task.workerId === '' ? null : task.workerId,
    user: task.authId,
    ...(task.status === undefined ? {} : { endtime: task.endsAt, status: task.status }),
  };
}

/** A task that never was is stopped, `unknown`; so is one that wrote a line after its last. */
function taskStatus(call: PbsCall): unknown {
  const text = call.params.text('upid');
  const parsed = parseUpid(text)!;
  if (!mayRead(call, parsed)) refuse(400, 'task access not allowed');
  const task = findTask(call.state, text);
  const { userId, tokenName } = callerOf(parsed.authId);
  const running = task !== undefined && task.status === undefined;
  const lastLine = task?.log.at(-1)?.replace(/^\S+: /, '') ?? '';
  const exit = task?.status !== undefined && lastLine.startsWith('TASK') ? task.status : 'unknown';
  return {
    upid: text,
    node: parsed.node,
    pid: parsed.pid,
    pstart: parsed.pstart,
    starttime: parsed.startedAt,
    type: parsed.type,
    id: parsed.workerId,
    user: userId,
    ...(tokenName === undefined ? {} : { tokenid: tokenName }),
    status: running ? 'running' : 'stopped',
    ...(running ? {} : { exitstatus: exit }),
    ...(task && !running ? { endtime: task.endsAt } : {}),
  };
}

/** Counted from 1; 0 is the first line too. */
function taskLog(call: PbsCall): unknown {
  const { params, state } = call;
  const text = params.text('upid');
  if (!mayRead(call, parseUpid(text)!)) refuse(400, 'task access not allowed');
  const task = findTask(state, text) ?? refuse(400, 'No such file or directory (os error 2)');
  const start = Math.max(1, params.number('start') ?? 1);
  const limit = params.number('limit') ?? 50;
  const lines = task.log.slice(start - 1, limit === 0 ? undefined : start - 1 + limit);
  const active = params.flag('test-status') ? { active: task.status === undefined } : {};
  return answer(
    lines.map((t, index) => ({ n: start + index, t })),
    { total: task.log.length, success: 1, ...active },
    'application/json',
  );
}

function stopTask(call: PbsCall): unknown {
  const text = call.params.text('upid');
  const task = findTask(call.state, text);
  if (!ownedBy(parseUpid(text)!.authId, call.caller.authId) && !may(call, '/system/tasks', 'Sys.Modify'))
    refuse(400, "missing permissions 'Sys.Modify' on '/system/tasks'");
  if (task?.status === undefined && task) {
    stopTaskNow(call.world, call.state, task);
  }
  return null;
}

const tasks = '/nodes/{node}/tasks';

export const SERVICE_ROUTES: readonly Route<PbsState>[] = [
  { method: 'GET', path: '/ping', privilege: 'anyone', params: {}, handle: () => ({ pong: true }) },
  { method: 'GET', path: '/version', privilege: 'login', params: {}, handle: ({ state }) => state.version },
  { method: 'GET', path: '/nodes/{node}/time', privilege: 'login', params: { node: is.node }, handle: time },
  {
    method: 'GET',
    path: '/nodes/{node}/status',
    privilege: { all: ['Sys.Audit'], on: '/system/status' },
    params: { node: is.node },
    handle: nodeStatus,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/identity',
    privilege: { all: ['Sys.Audit'], on: '/system/status' },
    params: { node: is.node },
    handle: ({ state }) => ({ 'pbs-instance-id': state.fingerprint.replaceAll(':', '').slice(0, 32).toLowerCase() }),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/certificates/info',
    privilege: { all: ['Sys.Audit'], on: '/system/certificates' },
    params: { node: is.node },
    handle: ({ state }) => {
      const subject = `O = Holdfast lab, CN = ${state.node}`;
      const key = { 'public-key-type': 'id-ecPublicKey', 'public-key-bits': 256 };
      const valid = { notbefore: 1_577_836_800, notafter: 2_524_607_999 };
      const names = { subject, issuer: subject, san: ['localhost', state.node] };
      return [{ filename: 'proxy.pem', fingerprint: state.fingerprint.toLowerCase(), pem: '', ...names, ...valid, ...key }];
    },
  },
  {
    method: 'GET',
    path: '/nodes/{node}/subscription',
    privilege: 'login',
    params: { node: is.node },
    handle: () => ({
      message: 'There is no subscription key',
      serverid: '00000000000000000000000000000001',
      status: 'notfound',
      url: 'https://www.proxmox.com/en/proxmox-backup-server/pricing',
    }),
  },
  {
    method: 'GET',
    path: tasks,
    privilege: 'login',
    params: {
      node: is.node,
      start: is.unsigned,
      limit: is.unsigned,
      errors: is.flag,
      running: is.flag,
      since: { type: 'integer', optional: true },
      until: { type: 'integer', optional: true },
      store: is.optional(is.id),
      typefilter: is.someText,
      userfilter: is.someText,
      statusfilter: { ...is.listOf(is.variant('ok', 'warning', 'error', 'unknown')), bare: true },
    },
    handle: listTasks,
  },
  { method: 'GET', path: `${tasks}/{upid}/status`, privilege: 'inside', params: { node: is.node, upid: is.upid }, handle: taskStatus },
  {
    method: 'GET',
    path: `${tasks}/{upid}/log`,
    privilege: 'inside',
    params: { node: is.node, upid: is.upid, start: is.count, limit: is.count, 'test-status': is.flag, download: is.flag },
    handle: taskLog,
  },
  { method: 'DELETE', path: `${tasks}/{upid}`, privilege: 'inside', params: { node: is.node, upid: is.upid }, handle: stopTask },
];
