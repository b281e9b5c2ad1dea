import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where Holdfast remembers: `HOLDFAST_STATE`, else `holdfast` in the user's state folder.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { HOLDFAST_STATE: named, XDG_STATE_HOME: state, LOCALAPPDATA: local } = env;
  if (named) return named;
  if (state) return join(state, 'holdfast');
  if (process.platform === 'win32' && local) return join(local, 'holdfast');
  return join(homedir(), '.local', 'state', 'holdfast');
}
