import { exec } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Finding } from '#core/finding.ts';
import type { SecretRef } from '#core/policy/policy.ts';

const LARGEST_SECRET_BYTES = 64 * 1024;
const COMMAND_TIMEOUT_MS = 30_000;

export type ResolvedSecret = { readonly secret: string } | { readonly finding: Finding };

/**
 * The secret a policy names: from the environment, a file, or the first line a command prints.
 * White space at its ends is dropped. What it is never appears in a finding, nor does what a command printed.
 * `at` is where the policy names it, for the finding. A relative path is taken from the working directory.
 */
export async function resolveSecret(
  ref: SecretRef,
  at: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ResolvedSecret> {
  const colon = ref.indexOf(':');
  const rest = ref.slice(colon + 1).trim();
  const found = await READERS[ref.slice(0, colon) as keyof typeof READERS](rest, env);
  if ('trouble' in found) return { finding: unresolved(ref, at, found.trouble, found.fix) };
  const secret = found.text.trim();
  if (secret === '') return { finding: unresolved(ref, at, 'is empty', 'put the secret there') };
  if (/[\r\n]/.test(secret)) return { finding: unresolved(ref, at, 'has more than one line', 'leave only the secret there') };
  return { secret };
}

type Found = { readonly text: string } | { readonly trouble: string; readonly fix: string };

const READERS = {
  env: async (name: string, env: Readonly<Record<string, string | undefined>>): Promise<Found> => {
    const text = env[name];
    return text === undefined ? { trouble: 'is not set', fix: `set it before holdfast starts:\n    export ${name}=…` } : { text };
  },
  file: readSecretFile,
  exec: runSecretCommand,
} as const;

async function readSecretFile(path: string): Promise<Found> {
  try {
    const { size } = await fs.stat(path);
    if (size > LARGEST_SECRET_BYTES)
      return { trouble: `has ${size} bytes and is no secret`, fix: 'name the file that holds only the secret' };
    return { text: await fs.readFile(path, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENOENT') return { trouble: 'does not exist', fix: 'make the file, readable only by the user that runs holdfast' };
    if (code === 'EACCES') return { trouble: 'may not be read by this user', fix: 'give it to the user that runs holdfast' };
    return { trouble: `cannot be read (${code})`, fix: 'name the file that holds the secret' };
  }
}

async function runSecretCommand(command: string): Promise<Found> {
  try {
    const { stdout } = await promisify(exec)(command, { timeout: COMMAND_TIMEOUT_MS, maxBuffer: LARGEST_SECRET_BYTES });
    return { text: stdout.trim().split('\n', 1)[0] ?? '' };
  } catch (error) {
    const { code, killed } = error as { readonly code?: number | string; readonly killed?: boolean };
    if (code === undefined && killed === undefined) throw error;
    const trouble = killed ? `took longer than ${COMMAND_TIMEOUT_MS / 1000} s` : `ended with ${code}`;
    return { trouble, fix: `run it by hand to see why:\n    ${command}` };
  }
}

function unresolved(ref: SecretRef, at: string, trouble: string, fix: string): Finding {
  return {
    severity: 'error',
    code: 'HF-SECRET-MISSING',
    at,
    problem: `The secret "${ref}" ${trouble}`,
    why: 'without it the server cannot be asked, and everything about the site stays unknown',
    fix,
  };
}
