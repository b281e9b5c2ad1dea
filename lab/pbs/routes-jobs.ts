import type { Params } from '../params.ts';
import { answer, refuse, type Route } from '../route.ts';
import { shuffled } from '../world.ts';
import { jobRow } from './job-rows.ts';
import { runJob, touchJob } from './jobs.ts';
import { aclPath, checkConfig, may, ownedBy, type PbsCall } from './rights.ts';
import * as is from './schemas.ts';
import { changed, checkDigest, digestOf, settingsOf } from './sections.ts';
import type { JobKind, PbsState, Section } from './state.ts';

/** What differs between the three kinds of jobs. */
type Kind = {
  readonly kind: JobKind;
  /** The section's name in refusals. */
  readonly word: string;
  readonly settings: Params;
  readonly deletable: readonly string[];
  readonly listParams: Params;
  readonly reads: (call: PbsCall, job: Section) => boolean;
  /** Refuses a change by someone without the right. */
  readonly checkChange: (call: PbsCall, job: Section) => void;
  readonly checkRun: (call: PbsCall, job: Section) => void;
  readonly checkSense: (job: Section) => void;
};

function pathOf(job: Section): string {
  return aclPath(String(job['store']), String(job['ns'] ?? ''));
}

const PRUNE: Kind = {
  kind: 'prune',
  word: 'prune',
  settings: {
    store: is.id,
    ns: is.namespace,
    'max-depth': is.depth,
    schedule: is.schedule,
    disable: is.flag,
    comment: is.comment,
    ...is.keepOptions,
  },
  deletable: ['comment', 'disable', 'ns', 'max-depth', ...is.KEEPS],
  listParams: {},
  reads: (call, job) => may(call, pathOf(job), 'Datastore.Audit', 'Datastore.Modify'),
  checkChange: (call, job) => checkConfig(call, pathOf(job), ['Datastore.Modify']),
  checkRun: (call, job) => checkConfig(call, pathOf(job), ['Datastore.Modify']),
  checkSense: () => {},
};

const threads = { type: 'integer', optional: true, minimum: 1, maximum: 32 } as const;

const VERIFY: Kind = {
  kind: 'verify',
  word: 'verification',
  settings: {
    store: is.id,
    ns: is.namespace,
    'max-depth': is.depth,
    schedule: is.optional(is.schedule),
    'ignore-verified': is.flag,
    'outdated-after': is.count,
    'read-threads': threads,
    'verify-threads': threads,
    comment: is.comment,
  },
  deletable: ['ignore-verified', 'comment', 'schedule', 'outdated-after', 'ns', 'max-depth', 'read-threads', 'verify-threads'],
  listParams: {},
  reads: (call, job) => may(call, pathOf(job), 'Datastore.Audit', 'Datastore.Verify'),
  checkChange: (call, job) => checkConfig(call, pathOf(job), ['Datastore.Verify']),
  checkRun: (call, job) => checkConfig(call, pathOf(job), ['Datastore.Verify']),
  checkSense: () => {},
};

const SYNC: Kind = {
  kind: 'sync',
  word: 'sync',
  settings: {
    store: is.id,
    ns: is.namespace,
    remote: is.optional(is.id),
    'remote-store': is.id,
    'remote-ns': is.namespace,
    'sync-direction': is.optional(is.variant('pull', 'push')),
    'max-depth': is.depth,
    owner: is.optional(is.authId),
    schedule: is.optional(is.schedule),
    'remove-vanished': is.flag,
    'transfer-last': { type: 'integer', optional: true, minimum: 1 },
    'group-filter': is.listOf({ type: 'string', check: filterError }),
    'encrypted-only': is.flag,
    'verified-only': is.flag,
    'resync-corrupt': is.flag,
    'run-on-mount': is.flag,
    'unmount-on-done': is.flag,
    'worker-threads': threads,
    'active-encryption-key': is.optional(is.id),
    'associated-key': is.listOf(is.id),
    'rate-in': is.size,
    'burst-in': is.size,
    'rate-out': is.size,
    'burst-out': is.size,
    comment: is.comment,
  },
  deletable: [
    'remote',
    'owner',
    'comment',
    'schedule',
    'remove-vanished',
    'group-filter',
    'rate-in',
    'burst-in',
    'rate-out',
    'burst-out',
    'ns',
    'remote-ns',
    'max-depth',
    'transfer-last',
    'encrypted-only',
    'verified-only',
    'run-on-mount',
    'unmount-on-done',
    'sync-direction',
    'worker-threads',
    'active-encryption-key',
    'associated-key',
  ],
  listParams: { 'sync-direction': is.optional(is.variant('all', 'push', 'pull')) },
  reads: readsSync,
  checkChange: (call, job) => {
    if (!changesSync(call, job)) refuse(400, 'permission check failed');
  },
  checkRun: (call, job) => {
    if (!changesSync(call, job)) refuse(400, `permission check failed, '${call.caller.authId}' is missing access`);
  },
  checkSense: (job) => {
    if (job['remote'] === undefined && job['store'] === job['remote-store']) refuse(400, "source and target datastore can't be the same");
    if (job['sync-direction'] === 'push' && job['resync-corrupt'] !== undefined)
      refuse(400, 'push jobs do not support resync-corrupt option');
  },
};

function filterError(text: string): string | undefined {
  return /^(?:(?:include|exclude):)?(?:type:(?:vm|ct|host)|group:(?:vm|ct|host)\/[A-Za-z0-9_][A-Za-z0-9._-]*|regex:.+)$/.test(text)
    ? undefined
    : "input doesn't match expected format '<group:GROUP||type:<vm|ct|host>|regex:REGEX>'";
}

/** A token without Remote.Audit sees no job with a remote, and nothing tells it so. */
function readsSync(call: PbsCall, job: Section): boolean {
  if (!may(call, pathOf(job), 'Datastore.Audit')) return false;
  if (job['sync-direction'] === 'push') return job['remote'] !== undefined && may(call, remotePath(job), 'Remote.Audit');
  if (job['remote'] === undefined) return may(call, `/datastore/${job['remote-store']}`, 'Datastore.Audit');
  return may(call, `/remote/${job['remote']}`, 'Remote.Audit');
}

function remotePath(job: Section): string {
  const ns = job['remote-ns'] === undefined || job['remote-ns'] === '' ? '' : `/${job['remote-ns']}`;
  return `/remote/${job['remote']}/${job['remote-store']}${ns}`;
}

function changesSync(call: PbsCall, job: Section): boolean {
  const here = (privilege: string) => may(call, pathOf(job), privilege);
  const ownJob = ownedBy(call.caller.authId, String(job['owner'] ?? 'root@pam')) || call.caller.authId === (job['owner'] ?? 'root@pam');
  const vanished = job['remove-vanished'] === true;
  if (job['sync-direction'] === 'push') {
    if (job['remote'] === undefined || !may(call, remotePath(job), 'Remote.DatastoreBackup')) return false;
    if (vanished && !may(call, remotePath(job), 'Remote.DatastorePrune')) return false;
    return here('Datastore.Audit') && (here('Datastore.Read') || ((ownJob || here('Datastore.Modify')) && here('Datastore.Backup')));
  }
  if (!here('Datastore.Audit') || !here('Datastore.Backup')) return false;
  if (vanished && !here('Datastore.Prune')) return false;
  if (!ownJob && !here('Datastore.Modify')) return false;
  return job['remote'] === undefined || may(call, `/remote/${job['remote']}/${job['remote-store']}`, 'Remote.Read');
}

function routesOf(kind: Kind): readonly Route<PbsState>[] {
  const jobsOf = ({ state }: PbsCall) => state.jobs[kind.kind];
  const find = (call: PbsCall) => {
    const id = call.params.text('id');
    return jobsOf(call)[id] ?? refuse(400, `no such ${kind.word} '${id}'`);
  };
  const visible = (call: PbsCall) =>
    shuffled(
      call.world,
      Object.values(jobsOf(call)).filter((job) => kind.reads(call, job) && rightDirection(call, kind, job)),
    );
  const base = `/config/${kind.kind}`;
  return [
    {
      method: 'GET',
      path: base,
      privilege: 'inside',
      params: kind.listParams,
      handle: (call) => answer(visible(call), { digest: digestOf(jobsOf(call)) }),
    },
    {
      method: 'POST',
      path: base,
      privilege: 'inside',
      params: { id: is.id, ...kind.settings },
      handle: (call) => {
        const id = call.params.text('id');
        const job = settingsOf(call.params, { id: is.id, ...kind.settings });
        kind.checkChange(call, job);
        kind.checkSense(job);
        if (jobsOf(call)[id]) refuse(400, `parameter verification failed - 'id': job '${id}' already exists.`);
        jobsOf(call)[id] = job;
        touchJob(call.world, call.state, `${kind.kind}:${id}`);
        return null;
      },
    },
    {
      method: 'GET',
      path: `${base}/{id}`,
      privilege: 'inside',
      params: { id: is.id },
      handle: (call) => {
        const job = find(call);
        if (kind.kind === 'sync' && !kind.reads(call, job)) refuse(400, 'permission check failed');
        if (!kind.reads(call, job)) checkConfig(call, pathOf(job), ['Datastore.Audit']);
        return answer(job, { digest: digestOf(jobsOf(call)) });
      },
    },
    {
      method: 'PUT',
      path: `${base}/{id}`,
      privilege: 'inside',
      params: { id: is.id, ...optionalAll(kind.settings), delete: is.deletable(...kind.deletable), digest: is.digest },
      handle: (call) => {
        const { params, state, world } = call;
        checkDigest(params, jobsOf(call));
        const job = find(call);
        kind.checkChange(call, job);
        const next = changed(job, params, kind.settings);
        kind.checkChange(call, next);
        kind.checkSense(next);
        state.jobs[kind.kind][params.text('id')] = next;
        if (next['schedule'] !== job['schedule']) touchJob(world, state, `${kind.kind}:${params.text('id')}`);
        return null;
      },
    },
    {
      method: 'DELETE',
      path: `${base}/{id}`,
      privilege: 'inside',
      params: { id: is.id, digest: is.digest },
      handle: (call) => {
        if (kind.kind === 'sync' && !jobsOf(call)[call.params.text('id')]) refuse(404, `job '${call.params.text('id')}' does not exist.`);
        const job = find(call);
        kind.checkChange(call, job);
        checkDigest(call.params, jobsOf(call));
        delete jobsOf(call)[call.params.text('id')];
        delete call.state.jobRuns[`${kind.kind}:${call.params.text('id')}`];
        return null;
      },
    },
    {
      method: 'GET',
      path: `/admin/${kind.kind}`,
      privilege: 'inside',
      params: { store: is.optional(is.id), ...kind.listParams },
      handle: (call) => {
        const store = call.params.optionalText('store');
        const jobs = visible(call).filter((job) => store === undefined || job['store'] === store);
        const rows = jobs.map((section) => jobRow(call, { kind: kind.kind, id: String(section['id']), section }));
        return answer(rows, { digest: digestOf(jobsOf(call)) });
      },
    },
    {
      method: 'POST',
      path: `/admin/${kind.kind}/{id}/run`,
      privilege: 'inside',
      params: { id: is.id },
      handle: (call) => {
        kind.checkRun(call, find(call));
        return runJob(call.world, call.state, { kind: kind.kind, id: call.params.text('id'), authId: call.caller.authId }).upid;
      },
    },
  ];
}

/** Lists of sync jobs show pulls only, unless asked for others. */
function rightDirection({ params }: PbsCall, { kind }: Kind, job: Section): boolean {
  if (kind !== 'sync') return true;
  const wanted = params.optionalText('sync-direction') ?? 'pull';
  return wanted === 'all' || wanted === (job['sync-direction'] ?? 'pull');
}

export function optionalAll(schema: Params): Params {
  return Object.fromEntries(Object.entries(schema).map(([name, param]) => [name, { ...param, optional: true }]));
}

export const JOB_ROUTES: readonly Route<PbsState>[] = [PRUNE, VERIFY, SYNC].flatMap(routesOf);
