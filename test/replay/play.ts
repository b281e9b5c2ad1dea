import { startLab, type Lab } from '#lab/lab.ts';
import { PBS_ROUTES } from '#lab/pbs/routes.ts';
import { PVE_ROUTES } from '#lab/pve/routes.ts';
import type { Reply } from './ask.ts';
import { logDifferences, pattern, shapeDifferences } from './compare.ts';
import {
  isCall,
  isTask,
  logOf,
  readClient,
  type RecordedCall,
  type RecordedClient,
  type RecordedTask,
  type Recording,
} from './recording.ts';
import { moveClock, send, type Player } from './player.ts';
import { afterCreation, effectOfUnbuilt } from './setup-pve.ts';
import { backUpAsRecorded, firstWorld, SETUPS } from './setup.ts';

/** What a call or a task came to. `differences` is empty where the lab answers as the real server did. */
export type Outcome = {
  readonly file: string;
  readonly name: string;
  readonly kind: 'call' | 'task' | 'client';
  readonly built: boolean;
  readonly endpoint: string;
  readonly differences: readonly Difference[];
};

export type Difference = {
  readonly what: 'status' | 'error' | 'content type' | 'shape' | 'task' | 'log' | 'refused';
  readonly detail: string;
};

/** Plays every recording, in order, against one lab. */
export async function replay(recordings: readonly Recording[]): Promise<readonly Outcome[]> {
  const lab = await startLab({ scenario: firstWorld() });
  const player: Player = { lab, secrets: new Map(), upids: new Map(), digests: new Map(), unbuiltTasks: new Set() };
  const outcomes: Outcome[] = [];
  try {
    for (const recording of recordings) {
      for (const entry of recording.entries) {
        await SETUPS[`${recording.file}: ${entry.name}`]?.({ player, recording, recordings, entry });
        moveClock(player, timeOf(entry));
        if (isCall(entry)) outcomes.push(await playCall(player, recording, entry));
        else if (isTask(entry)) outcomes.push(playTask(player, recording, entry));
        else outcomes.push(playClient(player, recording, entry));
      }
    }
  } finally {
    await lab.close();
  }
  return outcomes;
}

/** The only times there are: those of tasks, of clients, and of UPIDs in answers. */
function timeOf(entry: Recording['entries'][number]): number | undefined {
  if (isTask(entry)) return undefined;
  if (!isCall(entry)) return readClient(entry).startedAt || undefined;
  const data = (entry.body as { data?: unknown } | null | undefined)?.data;
  const upid =
    typeof data === 'string' ? /^UPID:[^:]+:[0-9A-F]+:[0-9A-F]+:(?:[0-9A-F]{8,}:)?([0-9A-F]{8}):[a-z]/i.exec(data)?.[1] : undefined;
  return upid === undefined ? undefined : Number.parseInt(upid, 16);
}

async function playCall(player: Player, recording: Recording, call: RecordedCall): Promise<Outcome> {
  const endpoint = isNewContainer(call) ? undefined : endpointOf(recording.product, call);
  const built = endpoint !== undefined || expectsUnknown(call);
  const common = {
    file: recording.file,
    name: call.name,
    kind: 'call',
    built,
    endpoint: endpoint ?? `${call.method} ${call.path}`,
  } as const;
  const reply = await send(player, recording, call);
  learn(player, call, reply);
  const upid = (call.body as { data?: unknown } | null | undefined)?.data;
  if (!built && typeof upid === 'string') player.unbuiltTasks.add(upid);
  if (!built && recording.product === 'pve') effectOfUnbuilt(player, call);
  if (endpoint === 'POST /nodes/{node}/qemu') afterCreation(player);
  if (!built || call.why !== undefined) return { ...common, differences: [] };
  return { ...common, differences: compareReply(call, reply) };
}

/** Paths and methods that the real server does not have either are the lab's business too. */
function expectsUnknown({ path, method, status }: RecordedCall): boolean {
  return path === '/nowhere' || method === 'PATCH' || status === 501;
}

/** The lab restores containers; it does not make new ones, which is the same call without a backup. */
function isNewContainer({ method, path, params }: RecordedCall): boolean {
  const given = params === null || Array.isArray(params) ? {} : params;
  return method === 'POST' && /^\/nodes\/\w+\/lxc$/.test(path) && !('ostemplate' in given);
}

function endpointOf(product: 'pve' | 'pbs', { method, path }: RecordedCall): string | undefined {
  const routes: readonly { readonly method: string; readonly path: string }[] = product === 'pve' ? PVE_ROUTES : PBS_ROUTES;
  const given = path.split('/');
  const found = routes.find((route) => {
    const wanted = route.path.split('/');
    return (
      route.method === method &&
      wanted.length === given.length &&
      wanted.every((part, index) => part.startsWith('{') || part === given[index])
    );
  });
  return found && `${found.method} ${found.path}`;
}

function compareReply(call: RecordedCall, reply: Reply): readonly Difference[] {
  const found: Difference[] = [];
  if (reply.status !== call.status) {
    found.push({
      what: 'status',
      detail: `${call.status} ${call.reason} there, ${reply.status} ${reply.reason} here: ${JSON.stringify(reply.body).slice(0, 300)}`,
    });
    return found;
  }
  if ((call.contentType ?? null) !== reply.contentType)
    found.push({ what: 'content type', detail: `${call.contentType} there, ${reply.contentType} here` });
  if (call.status !== 200) {
    const there = pattern(`${call.reason ?? ''} ${JSON.stringify(sorted(call.body))}`);
    const here = pattern(`${reply.reason} ${JSON.stringify(sorted(reply.body))}`);
    if (there !== here) found.push({ what: 'error', detail: `${there} there, ${here} here` });
    return found;
  }
  const shape = shapeDifferences(call.body, reply.body);
  if (shape.length > 0) found.push({ what: 'shape', detail: shape.join('; ') });
  return found;
}

/** Keys of an object in one order: servers write them in any. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)));
}

/** Remembers what the lab named otherwise: secrets, UPIDs, digests. */
function learn({ secrets, upids, digests }: Player, call: RecordedCall, reply: Reply): void {
  const there = call.body as { data?: unknown; digest?: unknown } | null | undefined;
  const here = reply.body as { data?: unknown; digest?: unknown } | null;
  if (typeof there?.data === 'string' && typeof here?.data === 'string' && there.data.startsWith('UPID:')) upids.set(there.data, here.data);
  if (typeof there?.digest === 'string' && typeof here?.digest === 'string') digests.set(there.digest, here.digest);
  const inner = [there?.data, here?.data] as readonly {
    digest?: unknown;
    value?: unknown;
    tokenid?: unknown;
    'full-tokenid'?: unknown;
    pid?: unknown;
  }[];
  if (typeof inner[0]?.digest === 'string' && typeof inner[1]?.digest === 'string') digests.set(inner[0].digest, inner[1].digest);
  if (typeof inner[0]?.pid === 'number' && typeof inner[1]?.pid === 'number') digests.set(`pid ${inner[0].pid}`, String(inner[1].pid));
  const tokenId = inner[1]?.['full-tokenid'] ?? inner[1]?.tokenid;
  if (typeof tokenId === 'string' && typeof inner[1]?.value === 'string') secrets.set(tokenId, inner[1].value);
}

/** Compares how the task ended and what kinds of lines its log has. */
function playTask(player: Player, recording: Recording, task: RecordedTask): Outcome {
  const kind = task.task.split(':').at(recording.product === 'pve' ? 5 : 6);
  // Of PVE's tasks only backups are asked for without a recorded call.
  const never = !player.upids.has(task.task) && recording.product === 'pve' && kind !== 'vzdump';
  const built = !player.unbuiltTasks.has(task.task) && !never;
  const common = { file: recording.file, name: task.name, kind: 'task', built, endpoint: 'a call that is not built' } as const;
  if (!built) return { ...common, differences: [] };
  const mine = player.upids.get(task.task);
  const ended = Number(task.taskStatus.data['endtime'] ?? 0);
  moveClock(player, ended);
  const found = mine === undefined ? undefined : labTask(player.lab, recording.product, mine);
  if (!found) return { ...common, differences: [{ what: 'task', detail: `the lab has no such task (${mine ?? 'never begun'})` }] };
  const differences: Difference[] = [];
  const there = pattern(String(task.taskStatus.data['exitstatus'] ?? task.taskStatus.data['status']));
  if (there !== pattern(found.status))
    differences.push({ what: 'task', detail: `ended '${there}' there, '${pattern(found.status)}' here` });
  const log = logDifferences(logOf(task, recording.folder), found.log);
  if (log.length > 0) differences.push({ what: 'log', detail: log.join('\n      ') });
  return { ...common, differences };
}

type LabTask = { readonly status: string; readonly log: readonly string[] };

function labTask(lab: Lab, product: 'pve' | 'pbs', upid: string): LabTask | undefined {
  const states: readonly { tasks: readonly { upid: string; status?: string; log: readonly string[] }[] }[] = Object.values(
    product === 'pve' ? lab.world.pve : lab.world.pbs,
  );
  for (const state of states) {
    const task = state.tasks.find((one) => one.upid === upid);
    if (!task) continue;
    const last = task.log.at(-1)?.replace(/^\S+: /, '') ?? '';
    const status = product === 'pbs' && task.status !== undefined && !last.startsWith('TASK') ? 'unknown' : (task.status ?? 'running');
    return { status, log: task.log };
  }
  return undefined;
}

/** Backs up as the client did; what it said when it was refused must be what the lab says. */
function playClient(player: Player, recording: Recording, client: RecordedClient): Outcome {
  const common = { file: recording.file, name: client.name, kind: 'client', built: true, endpoint: 'backup' } as const;
  const error = backUpAsRecorded(player.lab, client);
  const said = client.exit === 0 ? undefined : client.output.find((line) => line.startsWith('Error: '))?.slice('Error: '.length);
  const [there, here] = [pattern(said ?? 'done'), pattern(error ?? 'done')];
  return { ...common, differences: there === here ? [] : [{ what: 'refused', detail: `'${there}' there, '${here}' here` }] };
}
