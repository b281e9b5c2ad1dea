import type { PbsState } from './state.ts';

/**
 * What came after PBS 3.2, with the version that brought it: an older server answers as if it had never heard of it.
 * @see https://git.proxmox.com/?p=proxmox-backup.git;a=blob;f=debian/changelog
 */
const ENDPOINTS: Readonly<Record<string, readonly number[]>> = {
  'POST /admin/datastore/{store}/move-group': [4, 1, 9],
  'POST /admin/datastore/{store}/move-namespace': [4, 1, 9],
};

/** Of every endpoint that has them now. */
const PARAMETERS: Readonly<Record<string, readonly number[]>> = {
  'sync-direction': [3, 2, 11],
  'resync-corrupt': [3, 2, 12],
  'encrypted-only': [3, 3, 7],
  'verified-only': [3, 3, 7],
  'run-on-mount': [4, 0, 4],
  'unmount-on-done': [4, 0, 20],
  'read-threads': [4, 0, 20],
  'verify-threads': [4, 0, 20],
  'worker-threads': [4, 1, 8],
  'gc-on-unmount': [4, 1, 8],
  'active-encryption-key': [4, 1, 9],
  'associated-key': [4, 1, 9],
};

/** Whether a server of this version has the endpoint, or that parameter of it. */
export function hasBy({ version: { version, release } }: PbsState, endpoint: string, parameter?: string): boolean {
  const since = parameter === undefined ? ENDPOINTS[endpoint] : PARAMETERS[parameter];
  if (!since) return true;
  const have = `${version}.${release}`.split('.').map(Number);
  for (const [i, number] of since.entries()) if (have[i] !== number) return (have[i] ?? 0) > number;
  return true;
}
