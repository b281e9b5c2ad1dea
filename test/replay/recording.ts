import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** One recorded call to a real server, with its answer. */
export type RecordedCall = {
  readonly name: string;
  readonly as: string | null;
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>> | readonly (readonly [string, unknown])[] | null;
  readonly status: number;
  readonly reason?: string;
  readonly contentType?: string | null;
  readonly body?: unknown;
  /** Set where nothing of the answer was recorded. */
  readonly why?: string;
};

/** A finished task with its log: the lines, or the name of a file that holds them. */
export type RecordedTask = {
  readonly name: string;
  readonly task: string;
  readonly taskStatus: { readonly data: Readonly<Record<string, unknown>> };
  readonly log: readonly string[] | string;
};

/** A run of the backup client. */
export type RecordedClient = {
  readonly name: string;
  readonly client: readonly string[];
  readonly ns: string | null;
  readonly as?: string;
  readonly exit: number;
  readonly output: readonly string[];
};

export type RecordedEntry = RecordedCall | RecordedTask | RecordedClient;

export type Recording = {
  readonly file: string;
  readonly product: 'pve' | 'pbs';
  readonly folder: string;
  readonly entries: readonly RecordedEntry[];
};

export function isCall(entry: RecordedEntry): entry is RecordedCall {
  return 'path' in entry;
}

export function isTask(entry: RecordedEntry): entry is RecordedTask {
  return 'task' in entry;
}

/** All recordings in the order in which they were made: PBS first. Names that repeat within a file are numbered. */
export function loadRecordings(shared: string): readonly Recording[] {
  const folder = join(shared, 'samples/real');
  return globSync('p{bs,ve}-*.json', { cwd: folder })
    .sort()
    .map((name) => {
      const seen = new Map<string, number>();
      const entries = (JSON.parse(readFileSync(join(folder, name), 'utf8')) as RecordedEntry[]).map((entry) => {
        const count = (seen.get(entry.name) ?? 0) + 1;
        seen.set(entry.name, count);
        return count === 1 ? entry : { ...entry, name: `${entry.name} (${count})` };
      });
      return { file: basename(name, '.json').slice(0, 6), product: name.startsWith('pve') ? 'pve' : 'pbs', folder, entries };
    });
}

export function logOf(task: RecordedTask, folder: string): readonly string[] {
  if (typeof task.log !== 'string') return task.log;
  return readFileSync(join(folder, task.log), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** `home/tier-1`, `ct`, `101` and both times of a backup client's run. */
export function readClient(entry: RecordedClient): {
  type: string;
  id: string;
  dataAt: number;
  startedAt: number;
  files: readonly string[];
  keyfile: boolean;
  crypt: string;
} {
  const argument = (name: string) => entry.client[entry.client.indexOf(name) + 1] ?? '';
  const begin = entry.output.find((line) => line.startsWith('Starting backup:')) ?? '';
  const started = entry.output.find((line) => line.startsWith('Starting backup protocol:')) ?? '';
  const [, type = '', id = '', time = ''] = /(vm|ct|host)\/([^/]+)\/(\S+)$/.exec(begin) ?? [];
  return {
    type,
    id,
    dataAt: Date.parse(time) / 1000,
    startedAt: Date.parse(`${started.slice('Starting backup protocol: '.length)} UTC`) / 1000,
    files: entry.client.filter((word) => word.includes(':/')),
    keyfile: entry.client.includes('--keyfile'),
    crypt: entry.client.includes('--crypt-mode') ? argument('--crypt-mode') : 'encrypt',
  };
}
