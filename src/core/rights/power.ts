import type { Rights } from './rights.ts';

/** Privileges with which recovery points, or the rights on them, can be taken away. */
const DELETING: Readonly<Record<'pve' | 'pbs', readonly string[]>> = {
  // A storage's volumes are deleted with Datastore.Allocate, a guest with its disks with VM.Allocate.
  pve: ['Datastore.Allocate', 'VM.Allocate', 'Permissions.Modify'],
  pbs: ['Datastore.Modify', 'Datastore.Prune', 'Permissions.Modify'],
};

/**
 * What of a login's rights could delete recovery points, on whatever path: `Datastore.Prune on /datastore/main`. Empty is good.
 * @see https://pbs.proxmox.com/docs/user-management.html#privileges
 * @see https://pve.proxmox.com/pve-docs/chapter-pveum.html#_privileges
 */
export function deletingRights(product: 'pve' | 'pbs', rights: Rights): readonly string[] {
  return Object.keys(rights)
    .sort()
    .flatMap((path) =>
      DELETING[product].filter((privilege) => rights[path]![privilege] !== undefined).map((privilege) => `${privilege} on ${path}`),
    );
}
