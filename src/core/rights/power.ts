import type { Rights } from './rights.ts';

/** Privileges with which recovery points, or the rights on them, can be taken away. */
const DELETING: Readonly<Record<'pve' | 'pbs', readonly string[]>> = {
  // A storage's volumes are deleted with Datastore.Allocate, a guest with its disks with VM.Allocate.
  pve: ['Datastore.Allocate', 'VM.Allocate', 'Permissions.Modify'],
  pbs: ['Datastore.Modify', 'Datastore.Prune', 'Permissions.Modify'],
};

/**
 * What of a login's rights could delete recovery points, on whatever path: `Datastore.Prune on /datastore/main`. Empty is good. What is held
 * above is not named again below: whoever takes it away there looks at what is left.
 * @see https://pbs.proxmox.com/docs/user-management.html#privileges
 * @see https://pve.proxmox.com/pve-docs/chapter-pveum.html#_privileges
 */
export function deletingRights(product: 'pve' | 'pbs', rights: Rights): readonly string[] {
  const held = (privilege: string, path: string): boolean => rights[path]?.[privilege] !== undefined;
  return Object.keys(rights)
    .sort()
    .flatMap((path) =>
      DELETING[product]
        .filter((privilege) => held(privilege, path) && !pathsAbove(path).some((above) => held(privilege, above)))
        .map((privilege) => `${privilege} on ${path}`),
    );
}

/** `/`, `/vms` of `/vms/100`. */
function pathsAbove(path: string): readonly string[] {
  const parts = path.split('/').slice(1, -1);
  return path === '/' ? [] : ['/', ...parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)];
}

/**
 * What of a repeating login's rights on PVE could delete recovery points. Whoever may write to a storage and back a guest up may also ask PVE to delete that guest's
 * backups there, and PVE asks PBS with the storage's own login: harmless on a tier's storage whose login cannot delete, and nowhere else.
 * @param guarded  the storages' login is known, and examined by itself
 * @see https://git.proxmox.com/?p=pve-storage.git;a=blob;f=src/PVE/Storage.pm (check_volume_access)
 */
export function retryingPower(rights: Rights, guarded: boolean): readonly string[] {
  const space = Object.keys(rights)
    .sort()
    .filter((path) => rights[path]!['Datastore.AllocateSpace'] !== undefined && !(guarded && TIER_STORAGE.test(path)));
  return [...deletingRights('pve', rights), ...space.map((path) => `Datastore.AllocateSpace on ${path}`)];
}

/**
 * What of a suspending login's rights could cost recovery points. To disable a job PVE asks for Sys.Modify on `/`, which is needed there alone and must not reach
 * below, and for Datastore.Allocate on the job's storage: whoever has that may delete what lies there with the storage's own login, and remove the storage with its
 * encryption key. Harmless where that login cannot delete and the tier is not encrypted, and nowhere else.
 * @param harmless  storages of tiers that are not encrypted, where their login is known and examined by itself
 * @see https://git.proxmox.com/?p=pve-manager.git;a=blob;f=PVE/API2/Backup.pm (update_job)
 */
export function pressuringPower(rights: Rights, harmless: readonly string[]): readonly string[] {
  const allowed = new Set(harmless.map((id) => `Datastore.Allocate on /storage/${id}`));
  const wide = Object.keys(rights)
    .sort()
    .filter((path) => rights[path]!['Sys.Modify'] !== undefined && (path !== '/' || rights[path]!['Sys.Modify']));
  return [
    ...deletingRights('pve', rights).filter((right) => !allowed.has(right)),
    ...wide.slice(0, 1).map((path) => `Sys.Modify on ${path === '/' ? 'all that lies below /' : path}`),
  ];
}

const TIER_STORAGE = /^\/storage\/pbs-tier-\d+$/;
