/** What a login may do, as `/access/permissions` of either product tells it: path → privilege → whether it reaches below. */
export type Rights = Readonly<Record<string, Readonly<Record<string, boolean>>>>;

/**
 * Whether the rights hold one of `privileges` (`A or B`) on a path. The nearest listed ancestor decides: roles on
 * a deeper path replace those above it. A path that is not listed at all has no right of its own.
 * @see https://pve.proxmox.com/pve-docs/pveum-plain.html#_objects_and_paths
 */
export function holds(rights: Rights, privileges: string, path: string): boolean {
  const own = rights[path];
  if (own) return oneOf(privileges, (name) => own[name] !== undefined);
  for (const above of ancestors(path)) {
    const row = rights[above];
    if (row) return oneOf(privileges, (name) => row[name] === true);
  }
  return false;
}

/** Listed paths below `path` where the privilege is missing although it holds on `path`: a list then lacks their rows without saying so. */
export function blindSpots(rights: Rights, privileges: string, path: string): string[] {
  const below = path === '/' ? '/' : `${path}/`;
  return Object.keys(rights)
    .filter((listed) => listed !== path && listed.startsWith(below) && !holds(rights, privileges, listed))
    .sort();
}

function oneOf(privileges: string, test: (name: string) => boolean): boolean {
  return privileges.split(' or ').some(test);
}

/** `/a/b` → `/a`, `/`. */
function ancestors(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.map((_, i) => `/${parts.slice(0, parts.length - 1 - i).join('/')}`);
}
