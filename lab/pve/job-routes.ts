import { nextRun } from '../calendar.ts';
import { uuid } from '../chance.ts';
import { refuse, type Call, type Route } from '../route.ts';
import { checker, must } from './access.ts';
import { nameOf, volumesOf } from './guest.ts';
import { CALENDAR_EVENT, CONFIG_ID, DUMP_PARAMS, kept, MAYBE_FLAG, MAYBE_NUMBER, MAYBE_TEXT, optional, givenIn } from './params.ts';
import { nextRunOf } from './scheduler.ts';
import { selectGuests } from './select.ts';
import type { JobState, PveState } from './state.ts';
import { settingText, text } from './settings.ts';

const ID = { type: 'string', maxLength: 50, pattern: /^\S+$/ } as const;

const JOB_PARAMS = {
  ...DUMP_PARAMS,
  comment: { type: 'string', optional: true, maxLength: 512 },
  dow: { type: 'string', optional: true, pattern: /^(?:(?:mon|tue|wed|thu|fri|sat|sun),?)+$/ },
  enabled: MAYBE_FLAG,
  'repeat-missed': MAYBE_FLAG,
  schedule: optional(CALENDAR_EVENT),
  starttime: { type: 'string', optional: true, pattern: /^\d{1,2}:\d{1,2}$/ },
} as const;

const AUDIT = { any: ['Sys.Audit'], on: '/' } as const;
const MODIFY = { any: ['Sys.Modify'], on: '/' } as const;

/** `/cluster/backup`: jobs, what they take, and the list of guests that no job names. */
export const JOB_ROUTES: readonly Route<PveState>[] = [
  {
    method: 'GET',
    path: '/cluster/backup-info',
    privilege: 'inside',
    params: {},
    // Only root himself may; the lab knows tokens alone.
    handle: () => refuse(403, 'Permission check failed (user != root@pam)'),
  },
  {
    method: 'GET',
    path: '/cluster/backup',
    privilege: AUDIT,
    params: {},
    handle: ({ state, world }) => Object.keys(state.jobs).map((id) => listRow(state, id, world.now)),
  },
  { method: 'POST', path: '/cluster/backup', privilege: MODIFY, params: { ...JOB_PARAMS, id: optional(CONFIG_ID) }, handle: createJob },
  {
    method: 'GET',
    path: '/cluster/backup/{id}',
    privilege: AUDIT,
    params: { id: ID },
    handle: ({ state, params }) => ({ ...jobOf(state, params.text('id')).config, id: params.text('id'), type: 'vzdump' }),
  },
  {
    method: 'PUT',
    path: '/cluster/backup/{id}',
    privilege: MODIFY,
    params: { ...JOB_PARAMS, id: ID, delete: MAYBE_TEXT },
    handle: changeJob,
  },
  { method: 'DELETE', path: '/cluster/backup/{id}', privilege: MODIFY, params: { id: ID }, handle: removeJob },
  { method: 'GET', path: '/cluster/backup/{id}/included_volumes', privilege: AUDIT, params: { id: ID }, handle: includedVolumes },
  { method: 'GET', path: '/cluster/backup-info/not-backed-up', privilege: AUDIT, params: {}, handle: notBackedUp },
  {
    method: 'GET',
    path: '/cluster/jobs/schedule-analyze',
    privilege: 'login',
    params: {
      schedule: CALENDAR_EVENT,
      starttime: MAYBE_NUMBER,
      iterations: { type: 'integer', optional: true, minimum: 1, maximum: 100 },
    },
    handle: analyzeSchedule,
  },
];

/** `next-run` counts from now, not from the last run, and stands there for a disabled job too. */
function listRow(state: PveState, id: string, now: number): Record<string, unknown> {
  const { config } = state.jobs[id]!;
  const next = nextRunOf(state, config, now);
  return { ...config, id, type: 'vzdump', ...(next === undefined ? {} : { 'next-run': next }) };
}

function jobOf(state: PveState, id: string): JobState {
  return state.jobs[id] ?? refuse(400, 'Parameter verification failed.', { id: `No such job '${id}'` });
}

function createJob(call: Call<PveState>): null {
  const { state, world, params } = call;
  const { id: _, ...given } = givenIn(params);
  checkNeeds(given);
  const id = params.optionalText('id') ?? uuid('job', world.now, Object.keys(state.jobs).length);
  if (!params.has('schedule') && !params.has('starttime')) {
    refuse(400, 'Parameter verification failed.', { schedule: "neither 'starttime' nor 'schedule' were set" });
  }
  const config: JobState['config'] = { enabled: 1, ...withSchedule(kept(given)) };
  checkPlaces(call, config);
  checkSelection(config);
  if (state.jobs[id]) refuse(500, `Job '${id}' already exists`);
  state.jobs[id] = { config, consideredAt: world.now };
  return null;
}

function changeJob(call: Call<PveState>): null {
  const { state, world, params } = call;
  const { id: _id, delete: _delete, ...rest } = givenIn(params);
  checkNeeds(rest);
  const job = state.jobs[params.text('id')] ?? refuse(500, 'no such vzdump job');
  const given = withSchedule(kept(rest));
  const config = { ...job.config };
  for (const name of params.text('delete').split(/[\s,;]+/)) if (params.has('delete')) delete config[name];
  // Naming one kind of selection replaces the others.
  const replaced =
    given['pool'] !== undefined
      ? ['vmid', 'all', 'exclude']
      : given['vmid'] !== undefined
        ? ['all', 'exclude', 'pool']
        : given['all'] === 1
          ? ['vmid', 'pool']
          : [];
  for (const name of replaced) if (given[name] === undefined) delete config[name];
  Object.assign(config, given);
  // Of a pool the job has already nobody is asked; of its storage everybody.
  if (job.config['storage'] !== undefined) must(call, `/storage/${text(job.config, 'storage')}`, 'Datastore.Allocate');
  checkPlaces(call, given);
  checkSelection(config);
  const moved = config['schedule'] !== job.config['schedule'] || config['enabled'] !== job.config['enabled'];
  job.config = config;
  if (moved) job.consideredAt = world.now;
  delete job.dueAt;
  return null;
}

function removeJob({ state, params }: Call<PveState>): null {
  const id = params.text('id');
  if (!state.jobs[id]) refuse(500, `400 Parameter verification failed.\nid: No such job '${id}'`);
  delete state.jobs[id];
  return null;
}

/** The old pair of a time and weekdays becomes an event. */
function withSchedule(given: JobState['config']): JobState['config'] {
  const { starttime, dow, ...rest } = given;
  if (starttime === undefined) return rest;
  const [hour = '', minute = ''] = settingText(starttime).split(':');
  return { ...rest, schedule: `${dow === undefined ? '' : `${settingText(dow)} `}${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` };
}

/** A storage need not exist; a pool must. */
function checkPlaces(call: Call<PveState>, config: JobState['config']): void {
  if (config['storage'] !== undefined) must(call, `/storage/${text(config, 'storage')}`, 'Datastore.Allocate');
  if (config['pool'] === undefined) return;
  checkPool(call.state, text(config, 'pool')!);
  must(call, `/pool/${text(config, 'pool')}`, 'VM.Backup');
}

export function checkPool(state: PveState, pool: string): void {
  if (!state.pools[pool]) refuse(403, `Permission check failed (pool '${pool}' does not exist)`);
}

/** Options that PVE takes only in a request that names the storage too, whatever the job has already. */
export function checkNeeds(given: Readonly<Record<string, unknown>>): void {
  if (given['storage'] !== undefined) return;
  const needing = ['notes-template', 'protected'].filter((name) => given[name] !== undefined);
  if (needing.length === 0) return;
  refuse(400, 'Parameter verification failed.', { storage: needing.map((name) => `missing property required by '${name}'`).join('\\n') });
}

/** Conflicts as `vzdump` itself words them: a 400 inside a 500. */
export function checkSelection(config: JobState['config']): void {
  if (config['exclude'] !== undefined && config['pool'] === undefined && config['vmid'] === undefined) config['all'] = 1;
  const conflict = (name: string) => refuse(500, `400 Parameter verification failed.\n${name}: option conflicts with option 'vmid'`);
  if (config['vmid'] !== undefined) {
    for (const name of ['all', 'exclude', 'pool']) if (config[name] !== undefined && config[name] !== 0) conflict(name);
  } else if (config['pool'] === undefined && config['all'] !== 1 && config['stop'] !== 1) {
    refuse(500, '400 Parameter verification failed.\nvmid: property is missing');
  }
  checkNotes(text(config, 'notes-template') ?? '');
}

function checkNotes(template: string): void {
  for (const { 1: name, index } of template.matchAll(/\{\{([^}]*)\}\}/g)) {
    if (['cluster', 'guestname', 'node', 'vmid'].includes(name!)) continue;
    refuse(500, `400 Parameter verification failed.\nnotes-template: found unknown: variable '${name}' at char ${index + 4}\n`);
  }
}

function includedVolumes(call: Call<PveState>): unknown {
  const { state, params } = call;
  const { config } = jobOf(state, params.text('id'));
  if (config['pool'] !== undefined) checkPool(state, text(config, 'pool')!);
  const may = checker(call);
  const children = selectGuests(state, config)
    .filter((vmid) => may(`/vms/${vmid}`, 'VM.Audit'))
    .filter((vmid) => config['node'] === undefined || state.guests[vmid]?.node === config['node'])
    .map((vmid) => {
      const guest = state.guests[vmid];
      if (!guest) return { id: vmid, type: 'unknown', leaf: 0, children: [] };
      const volumes = volumesOf(guest).map(({ key, volume, included, reason }) => ({
        id: `${vmid}:${key}`,
        name: volume,
        included: included ? 1 : 0,
        reason,
        leaf: 1,
      }));
      return { id: vmid, name: nameOf(guest), type: guest.kind, leaf: 0, children: volumes };
    });
  return { children };
}

/** Guests that no job names. A disabled job counts as one that does, and so does one that takes none of a guest's disks. */
function notBackedUp(call: Call<PveState>): unknown {
  const { state } = call;
  const covered = new Set<number>();
  for (const { config } of Object.values(state.jobs)) {
    if (config['pool'] !== undefined) checkPool(state, text(config, 'pool')!);
    for (const vmid of selectGuests(state, config)) {
      if (config['node'] === undefined || state.guests[vmid]?.node === config['node']) covered.add(vmid);
    }
  }
  const may = checker(call);
  return Object.values(state.guests)
    .filter(({ vmid }) => !covered.has(vmid) && may(`/vms/${vmid}`, 'VM.Audit'))
    .map((guest) => ({ vmid: guest.vmid, name: nameOf(guest), type: guest.kind }));
}

function analyzeSchedule({ state, world, params }: Call<PveState>): unknown {
  const zone = Object.values(state.nodes)[0]?.timeZone ?? 'UTC';
  const runs: { timestamp: number; utc: string }[] = [];
  let after: number | undefined = params.number('starttime') ?? world.now;
  while (runs.length < (params.number('iterations') ?? 10)) {
    after = nextRun(params.text('schedule'), after, zone);
    if (after === undefined) break;
    const [weekday, day, month, year, time] = new Date(after * 1000).toUTCString().replace(',', '').split(' ');
    runs.push({ timestamp: after, utc: `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}` });
  }
  return runs;
}
