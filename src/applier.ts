import { spawn } from 'node:child_process';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Applier, ApplyEnd, ApplyEvent } from '#app/ports/changes.ts';
import type { Policy, SecretRef } from '#core/policy/policy.ts';

/* `holdfast apply` as a child of the daemon: the one process in which `applyToken` is read. The daemon hands it a file and its own environment. */

export type ApplierOptions = {
  /** The program and its first arguments: `node bin/holdfast.js`. */
  readonly command: readonly [string, ...string[]];
  /** `--policy FILE`, where the daemon was given one. */
  readonly policy: string | undefined;
  /** Where plans lie until they are applied. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export function makeApplier({ command: [program, ...first], policy, folder, env }: ApplierOptions): Applier {
  return {
    whyNot: (wanted) => missingLogin(wanted, env),
    apply: async (plan, { id, allow, onEvent, signal }) => {
      const file = join(folder, `${id}.json`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(file, JSON.stringify(plan), { mode: 0o600 });
      const words = ['apply', file, ...(policy === undefined ? [] : ['--policy', policy]), ...allow.flatMap((name) => ['--allow', name])];
      const ended = await run(program, [...first, ...words, '--yes', '--json', '--progress', 'json'], { env, onEvent, signal });
      if (ended.outcome !== 'failed') {
        await rm(file, { force: true });
        return ended;
      }
      return {
        outcome: 'failed',
        because: `${ended.because}\nOr in a shell that has the login:\n    holdfast ${words.map(quoted).join(' ')}`,
      };
    },
  };
}

type Run = { readonly env: ApplierOptions['env']; readonly onEvent: (event: ApplyEvent) => void; readonly signal: AbortSignal };

async function run(program: string, words: readonly string[], { env, onEvent, signal }: Run): Promise<ApplyEnd> {
  const child = spawn(program, words, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', stop);
  const other: string[] = [];
  const told = createInterface({ input: child.stderr }).on('line', (line) => {
    const event = readEvent(line);
    if (event) onEvent(event);
    else if (other.length < 20) other.push(line);
  });
  const closed = new Promise<void>((resolve) => told.once('close', resolve));
  const exit = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, killedBy) => resolve(code ?? killedBy ?? 'unknown'));
  });
  try {
    const [code, out] = await Promise.all([exit, text(child.stdout), closed]);
    return readEnd(out, code, other);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function readEvent(line: string): ApplyEvent | undefined {
  if (!line.startsWith('{"event":')) return undefined;
  try {
    return JSON.parse(line) as ApplyEvent;
  } catch {
    return undefined;
  }
}

/** What the one document on its standard output says; where there is none, what it said last. */
function readEnd(out: string, code: number | string, other: readonly string[]): ApplyEnd {
  const said = readDocument(out);
  if (said?.outcome === 'applied') return { outcome: 'applied' };
  if (said?.outcome === 'stale') return { outcome: 'stale' };
  const failed = said?.failed ?? said?.error;
  if (failed) return { outcome: 'failed', because: [failed.message, failed.fix].filter((part) => part !== undefined).join('\n') };
  const finding = said?.findings?.find(({ severity }) => severity === 'error');
  if (finding) return { outcome: 'failed', because: `${finding.problem}\n${finding.fix}` };
  if (code === 130) return { outcome: 'failed', because: 'the daemon ended; what was done holds, and a new plan shows what is left' };
  return { outcome: 'failed', because: [`holdfast apply ended with ${code}`, ...other].join('\n') };
}

type Said = {
  readonly outcome?: string;
  readonly failed?: { readonly message: string; readonly fix?: string };
  readonly error?: { readonly message: string; readonly fix?: string };
  readonly findings?: readonly { readonly severity: string; readonly problem: string; readonly fix: string }[];
};

function readDocument(out: string): Said | undefined {
  try {
    return JSON.parse(out) as Said;
  } catch {
    return undefined;
  }
}

/** The first login of `apply` that is plainly not there. A command is not run to find out, and nothing is read. */
async function missingLogin({ sites }: Policy, env: ApplierOptions['env']): Promise<string | undefined> {
  for (const { name, pve, pbs } of sites)
    for (const server of [{ name: 'pve', ...pve }, ...pbs]) {
      const ref = server.applyToken ?? server.token;
      if (await isThere(ref, env)) continue;
      return `the login that may change ${server.name === 'pve' ? 'PVE' : `PBS ${server.name}`} of site ${name} is not to be had here (${ref})`;
    }
  return undefined;
}

async function isThere(ref: SecretRef, env: ApplierOptions['env']): Promise<boolean> {
  if (ref.startsWith('env:')) return ref.slice('env:'.length) in env;
  if (!ref.startsWith('file:')) return true;
  return access(ref.slice('file:'.length)).then(
    () => true,
    () => false,
  );
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
