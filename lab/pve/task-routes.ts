import { answer, refuse, type Call, type Route } from '../route.ts';
import { checker, must } from './access.ts';
import { abortDump } from './dump.ts';
import { MAYBE_FLAG, MAYBE_NUMBER, MAYBE_TEXT, NODE, optional, TEXT, VMID } from './params.ts';
import type { PveState, TaskState } from './state.ts';
import { endTask } from './tasks.ts';

const COUNT = { type: 'integer', optional: true, minimum: 0 } as const;

export const TASK_ROUTES: readonly Route<PveState>[] = [
  {
    method: 'GET',
    path: '/nodes/{node}/tasks',
    privilege: 'login',
    params: {
      node: NODE,
      errors: MAYBE_FLAG,
      limit: COUNT,
      since: MAYBE_NUMBER,
      source: { type: 'string', optional: true, enum: ['archive', 'active', 'all'] },
      start: COUNT,
      statusfilter: MAYBE_TEXT,
      typefilter: MAYBE_TEXT,
      until: MAYBE_NUMBER,
      userfilter: MAYBE_TEXT,
      vmid: optional(VMID),
    },
    handle: listTasks,
  },
  { method: 'GET', path: '/nodes/{node}/tasks/{upid}/status', privilege: 'login', params: { node: NODE, upid: TEXT }, handle: taskStatus },
  {
    method: 'GET',
    path: '/nodes/{node}/tasks/{upid}/log',
    privilege: 'login',
    params: { node: NODE, upid: TEXT, start: COUNT, limit: COUNT },
    handle: taskLog,
  },
  { method: 'DELETE', path: '/nodes/{node}/tasks/{upid}', privilege: 'login', params: { node: NODE, upid: TEXT }, handle: stopTask },
];

/** Running tasks stand in `active` only. `limit=0` gives no rows. `vmid` compares with the task's id, which is empty for a run of several guests. */
function listTasks(call: Call<PveState>): unknown {
  const { state, params } = call;
  const node = params.text('node');
  const source = params.optionalText('source') ?? 'archive';
  const may = checker(call)(`/nodes/${node}`, 'Sys.Audit');
  const matching = state.tasks.filter(
    (task) => task.node === node && (may || isMine(call, task)) && fits(task, source) && passes(task, params),
  );
  matching.sort((a, b) => b.startedAt - a.startedAt || (a.upid < b.upid ? 1 : -1));
  const start = params.number('start') ?? 0;
  const rows = matching.slice(start, start + (params.number('limit') ?? 50)).map(listRow);
  return matching.length === 0 ? rows : answer(rows, { total: matching.length });
}

function fits(task: TaskState, source: string): boolean {
  return source === 'all' || (source === 'active') === (task.endedAt === undefined);
}

function passes(task: TaskState, params: Call<PveState>['params']): boolean {
  const [since, until, type, user] = [
    params.number('since'),
    params.number('until'),
    params.optionalText('typefilter'),
    params.optionalText('userfilter'),
  ];
  if (since !== undefined && task.startedAt < since) return false;
  if (until !== undefined && task.startedAt > until) return false;
  if (type !== undefined && task.type !== type) return false;
  if (user !== undefined && !task.user.toLowerCase().includes(user.toLowerCase())) return false;
  if (params.has('vmid') && task.id !== params.text('vmid')) return false;
  if (params.flag('errors') && task.status === 'OK') return false;
  return (
    !params.has('statusfilter') ||
    params
      .text('statusfilter')
      .split(/[\s,;]+/)
      .includes(statusClass(task.status))
  );
}

function statusClass(status: string | undefined): string {
  if (status === 'OK') return 'ok';
  if (status === undefined || status === 'unexpected status') return 'unknown';
  return status.startsWith('WARNINGS') ? 'warning' : 'error';
}

/** A finished task says user and token apart; a running one does not. */
export function listRow(task: TaskState): Record<string, unknown> {
  const { upid, node, pid, pstart, startedAt, type, id } = task;
  const row = { upid, node, pid, pstart, starttime: startedAt, type, id };
  if (task.endedAt === undefined) return { ...row, user: task.user, status: 'RUNNING', saved: '0' };
  return { ...row, ...userParts(task), endtime: task.endedAt, status: task.status };
}

function userParts({ user }: TaskState): Record<string, string> {
  const [name = '', token] = user.split('!');
  return token === undefined ? { user: name } : { user: name, tokenid: token };
}

function isMine({ caller }: Call<PveState>, task: TaskState): boolean {
  return task.user.split('!')[0] === caller.userId;
}

function isUpid(text: string): boolean {
  return /^UPID:[^:]+:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/i.test(text);
}

function taskOf(call: Call<PveState>, privilege: string): TaskState {
  const upid = call.params.text('upid');
  if (!isUpid(upid)) refuse(400, 'Parameter verification failed.', { upid: 'unable to parse worker upid' });
  const task = call.state.tasks.find((one) => one.upid === upid) ?? refuse(400, 'Parameter verification failed.', { upid: 'no such task' });
  if (!isMine(call, task)) must(call, `/nodes/${call.params.text('node')}`, privilege);
  return task;
}

function taskStatus(call: Call<PveState>): unknown {
  const task = taskOf(call, 'Sys.Audit');
  const { upid, node, pid, pstart, startedAt, type, id } = task;
  const ended = task.endedAt === undefined ? { status: 'running' } : { status: 'stopped', exitstatus: task.status };
  return { upid, node, pid, pstart, starttime: startedAt, type, id, ...userParts(task), ...ended };
}

/** Lines count from 1, `start` from 0; `limit=0` is everything. */
function taskLog(call: Call<PveState>): unknown {
  const upid = call.params.text('upid');
  // The log of a task that never was is one line and a success.
  if (isUpid(upid) && !call.state.tasks.some((one) => one.upid === upid))
    return answer([{ n: 1, t: 'unable to open file - No such file or directory' }], { total: 1 });
  const { log } = taskOf(call, 'Sys.Audit');
  const start = call.params.number('start') ?? 0;
  const limit = call.params.number('limit') ?? 50;
  const lines = log.slice(start, limit === 0 ? undefined : start + limit).map((t, index) => ({ n: start + index + 1, t }));
  return answer(log.length === 0 ? [{ n: 1, t: 'no content' }] : lines, { total: Math.max(1, log.length) });
}

function stopTask(call: Call<PveState>): null {
  const task = taskOf(call, 'Sys.Modify');
  const run = task.next?.run;
  if (run?.kind === 'dump') abortDump(call.world, call.state, task, run);
  else if (run) {
    task.log.push('TASK ERROR: interrupted by signal');
    endTask(task, call.world.now, 'interrupted by signal');
  }
  return null;
}
