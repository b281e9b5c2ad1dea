import { aclPath, neededRights, storeOf, type Purpose, type RightsScope } from './needed.ts';

/** Commands for the shell of one server, in order. */
export type Grants = {
  readonly server: string;
  readonly product: 'pve' | 'pbs';
  /** The token that is made: `holdfast@pve!audit`. */
  readonly token: string;
  readonly commands: readonly { readonly run: string; readonly because: string }[];
};

/**
 * The fewest commands that make the token of a purpose. On both products a token never has more than its user, so that
 * each right is given to both. The token's secret is shown by its own command, once.
 */
export function grantCommands(purpose: Purpose, scope: RightsScope): Grants[] {
  return [...pveGrants(purpose, scope), ...scope.site.pbs.flatMap(({ name }) => pbsGrants(purpose, scope, name))];
}

/** `role add` refuses a role that exists, and a right that turned out to be missing is missing in just that one. */
function makeRole(role: string, privileges: string): string {
  return `pveum role add ${role} --privs ${privileges} || pveum role modify ${role} --privs ${privileges}`;
}

function pveGrants(purpose: Purpose, scope: RightsScope): Grants[] {
  const rights = neededRights(purpose, scope).filter(({ product }) => product === 'pve');
  if (rights.length === 0) return [];
  const user = isApart(purpose) ? `holdfast-${purpose}@pve` : 'holdfast@pve';
  const token = `${user}!${purpose}`;
  const byPath = Map.groupBy(rights, ({ path }) => path);
  // A role on a deeper path replaces the one above it: what was granted above must be in it again.
  const isHere = (path: string): boolean => byPath.get(path)!.every(({ here }) => here === true);
  const roles = [...byPath]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path], _, all) => {
      const reaching = all
        .filter(([above]) => path === above || (!isHere(above) && (above === '/' || path.startsWith(`${above}/`))))
        .flatMap(([, list]) => list);
      const privileges = [...new Set(reaching.map(({ privilege }) => privilege.split(' or ')[0]!))].sort();
      return {
        path,
        privileges,
        ...(isHere(path) && { here: true as const }),
        because: byPath
          .get(path)!
          .map(({ to }) => to)
          .join('; '),
      };
    });
  const whole = merge(purpose, roles);
  return [
    {
      server: 'pve',
      product: 'pve',
      token,
      commands: [
        { run: `pveum user add ${user} --comment Holdfast`, because: 'a user of its own; skip this where it exists' },
        ...onePerRole(whole).map(({ role, privileges, because }) => ({
          run: makeRole(role, privileges.join(',')),
          because: `to ${because}`,
        })),
        ...whole.map(({ role, path, here }) => ({
          run: `pveum acl modify ${path} --users ${user} --roles ${role}${here ? HERE : ''}`,
          because: 'a token never has more than its user',
        })),
        { run: `pveum user token add ${user} ${purpose} --privsep 1`, because: 'shows the secret, once' },
        ...whole.map(({ role, path, here }) => ({
          run: `pveum acl modify ${path} --tokens '${token}' --roles ${role}${here ? HERE : ''}`,
          because: 'with privilege separation the token needs its own grant',
        })),
      ],
    },
  ];
}

/** On the path itself and on nothing below it. */
const HERE = ' --propagate 0';

type Role = {
  readonly role: string;
  readonly path: string;
  readonly privileges: readonly string[];
  readonly because: string;
  readonly here?: true;
};

/**
 * One role on the root: each privilege counts on its own kind of path only, and roles of two purposes on one path add up, while
 * one on a deeper path would take away what the other gives there. Drills are kept to their pool, repeats and suspensions to storages of tiers: they have users of their own.
 */
function merge(purpose: Purpose, roles: readonly Omit<Role, 'role'>[]): Role[] {
  const name = `Holdfast${purpose[0]!.toUpperCase()}${purpose.slice(1)}`;
  if (isApart(purpose)) return roles.map((one) => ({ ...one, role: `${name}${suffix(purpose === 'drill' ? one.path : topOf(one.path))}` }));
  const privileges = [...new Set(roles.flatMap((one) => one.privileges))].sort();
  return [{ role: name, path: '/', privileges, because: roles.map(({ because }) => because).join('; ') }];
}

function onePerRole(roles: readonly Role[]): Role[] {
  return roles.filter(({ role }, i) => roles.findIndex((one) => one.role === role) === i);
}

function isApart(purpose: Purpose): boolean {
  return purpose === 'drill' || purpose === 'retry' || purpose === 'pressure';
}

/** One role for all storages. */
function topOf(path: string): string {
  return `/${path.split('/')[1]}`;
}

function suffix(path: string): string {
  return path.split('/').filter(Boolean).map((part) => `${part[0]!.toUpperCase()}${part.slice(1)}`).join('') || 'Root'; // prettier-ignore
}

function pbsGrants(purpose: Purpose, scope: RightsScope, server: string): Grants[] {
  const access = scope.site.pbs.find(({ name }) => name === server)!;
  const stores = [access.datastore, ...(scope.datastores?.get(server) ?? [])];
  const paths = [...new Set(stores)].map((store) => aclPath(store, access.namespace));
  const roles = [...PBS_ROLES[purpose](purpose === 'apply' && scope.site.places === 'holdfast' ? paths.map(storeOf) : paths)];
  if (purpose === 'apply' && access.traffic?.length) roles.push(TRAFFIC_ROLE);
  if (roles.length === 0) return [];
  const user = purpose === 'lock' ? 'pve@pbs' : 'holdfast@pbs';
  const tokenName = purpose === 'lock' ? 'backup' : purpose;
  const token = `${user}!${tokenName}`;
  const grant = (who: string): Grants['commands'] =>
    roles.map(({ path, role, to, here }) => ({
      run: `proxmox-backup-manager acl update ${path} ${role} --auth-id '${who}'${here ? ' --propagate false' : ''}`,
      because: to,
    }));
  return [
    {
      server,
      product: 'pbs',
      token,
      commands: [
        { run: `proxmox-backup-manager user create ${user}`, because: 'a user of its own; skip this where it exists' },
        { run: `proxmox-backup-manager user generate-token ${user} ${tokenName}`, because: 'shows the secret, once' },
        ...grant(user),
        ...grant(token),
      ],
    },
  ];
}

type PbsRole = {
  readonly path: string;
  readonly role: string;
  readonly to: string;
  /** On this path alone, not on what lies below it. */
  readonly here?: true;
};

/** Only Admin has Sys.Modify; kept to the root itself it reaches traffic rules and nothing else. @see https://pbs.proxmox.com/docs/api-viewer (permissions with an empty path) */
const TRAFFIC_ROLE: PbsRole = {
  path: '/',
  role: 'Admin',
  to: 'to make traffic rules: no smaller role may, so it is kept to this path and reaches nothing below',
  here: true,
};

/** PBS has no roles of one's own: these are the smallest that hold what is needed. */
const PBS_ROLES: Readonly<Record<Purpose, (paths: readonly string[]) => readonly PbsRole[]>> = {
  audit: () => [
    { path: '/', role: 'Audit', to: 'to see datastores, jobs, tasks and traffic rules; it can change nothing' },
    { path: '/remote', role: 'RemoteAudit', to: 'to see remotes and the sync jobs that use them' },
  ],
  apply: (paths) => [
    ...paths.map((path) => ({ path, role: 'DatastoreAdmin', to: 'to configure jobs and namespaces; PBS has no right for it without the right to delete' })),
    { path: '/remote', role: 'RemoteSyncOperator', to: 'to make sync jobs that pull from a remote' },
  ],
  lock: (paths) => paths.map((path) => ({ path, role: 'DatastoreBackup', to: 'to write backups and protect the own ones; it cannot delete' })),
  drill: () => [],
  move: (paths) => paths.map((path) => ({ path, role: 'DatastoreAdmin', to: 'to move groups between namespaces; PBS has no right for it without the right to delete' })),
  retry: () => [],
  pressure: () => [],
}; // prettier-ignore
