import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const PLACES = [
  ...(process.env['PATH'] ?? '').split(delimiter),
  join(process.env['HOLDFAST_TOOLS'] ?? join(homedir(), '.cache/holdfast-tools'), 'prometheus/usr/bin'),
];
const promtool = PLACES.map((folder) => join(folder, 'promtool')).find((path) => existsSync(path));

/** Whether promtool is here; says once that it is not. With HOLDFAST_NO_SKIP=1 its absence is an error. */
export function hasPromtool(): boolean {
  if (promtool !== undefined) return true;
  if (process.env['HOLDFAST_NO_SKIP'] === '1')
    throw new Error('promtool not found: install Debian package prometheus, or let .ci/run bring it');
  process.stderr.write('What promtool says is not tested: it is not here (Debian package prometheus).\n');
  return false;
}

/** Exit code and everything that promtool wrote. */
export function runPromtool(args: readonly string[], input = ''): { readonly code: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(promtool!, args, { input, encoding: 'utf8' });
  return { code: status, text: stdout + stderr };
}
