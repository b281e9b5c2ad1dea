import { LockedError } from '#core/locked.ts';
import { hasErrors } from '#core/finding.ts';
import type { LoadedPolicy, Memory, Ports, Store } from './ports.ts';

/** Held while the files are written and the version is noted, so that nobody takes the one for somebody else's. */
export const POLICY_LOCK = 'policy';

export type VersionPorts = Pick<Ports, 'clock'> & { readonly store: Pick<Store, 'locked'>; readonly memory: Pick<Memory, 'policies'> };

/**
 * Notes a good policy that the daemon has read and that nobody wrote from here: somebody did it with an editor, or git did. Where the dashboard is
 * about to write, the next reading notes what is left to note.
 */
export async function noteVersion({ clock, store, memory }: VersionPorts, loaded: LoadedPolicy): Promise<void> {
  const { version, files, findings, policy, file } = loaded;
  if (version === undefined || files === undefined || !policy || hasErrors(findings)) return;
  const [newest] = await memory.policies.list();
  if (newest?.version === version) return;
  const summary = newest ? 'changed outside the dashboard' : 'as it was found';
  const at = clock.now();
  const entry = { at, by: 'outside', act: 'policy', on: file, detail: `${summary}, version ${version}` };
  try {
    await store.locked(POLICY_LOCK, () => memory.policies.add({ version, at, by: 'outside', summary }, files, entry));
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
  }
}
