import type { PointName, Protector } from '#app/ports.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { segment, type Http } from './http.ts';
import { snapshotParams } from './pbs-snapshots.ts';
import { fail, ignore } from './wire/read.ts';

/** Protections on the PBS servers of a site, each with the client that logs in as the maker of its points. */
export function protectorOf(clientOf: (server: string) => Http): Protector {
  return {
    isProtected: async (point) => getProtected(clientOf(point.server), point),
    setProtected: async (point, on) => setProtected(clientOf(point.server), point, on),
  };
}

/**
 * The flag as it is; a point that is not there is not protected. Needs Datastore.Audit, or Datastore.Backup and to own the group.
 * @see https://pbs.proxmox.com/docs/api-viewer/index.html#/admin/datastore/{store}/protected
 */
function getProtected(http: Http, point: PointName): Promise<boolean> {
  return http.get(pathOf(point), snapshotParams(point), ({ data }) =>
    typeof data === 'boolean' ? data : fail('data', 'true or false', data),
  );
}

/**
 * Needs Datastore.Modify, or Datastore.Backup and to own the group. Protecting twice is no error. A snapshot that is still being made cannot
 * be protected (`busy`), one that is not there is `missing`.
 */
function setProtected(http: Http, point: PointName, on: boolean): Promise<void> {
  return http.send('PUT', pathOf(point), { ...snapshotParams(point), protected: on }, ignore);
}

function pathOf({ datastore }: PointName): string {
  return `/admin/datastore/${segment(datastore)}/protected`;
}

/** Why no protection can be set where the policy names no login for it. */
export function noLogin(server: string): ProxmoxError {
  return new ProxmoxError('refused', {
    server,
    call: 'protect points',
    detail: 'the policy names no login that may protect',
    fix: 'name the token PVE backs up with, which can protect its points and cannot delete them:\n    storages: { backupToken: "env:HOLDFAST_BACKUP_TOKEN" }',
  });
}
