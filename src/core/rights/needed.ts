import type { PbsAccess, Site } from '../policy/policy.ts';
import { firstWith } from '../world/abilities.ts';

/** What somebody wants to do; each has a login of its own. */
export type Purpose = 'audit' | 'apply' | 'lock' | 'drill' | 'move' | 'retry' | 'pressure';

export const PURPOSES: readonly Purpose[] = ['audit', 'apply', 'lock', 'drill', 'move', 'retry', 'pressure'];

/** A right that a login needs on one server. */
export type NeededRight = {
  readonly product: 'pve' | 'pbs';
  /** `pve`, or the policy's name of a PBS. */
  readonly server: string;
  /** As Proxmox names it; `A or B` where either will do. */
  readonly privilege: string;
  readonly path: string;
  /** What it is for; reads well after "to". */
  readonly to: string;
  /** On this path alone is enough, not on what lies below it. */
  readonly here?: true;
};

/** The site as far as rights depend on it. */
export type RightsScope = {
  readonly site: Pick<Site, 'places'> & {
    readonly pbs: readonly (Pick<PbsAccess, 'name' | 'datastore' | 'namespace'> & Partial<Pick<PbsAccess, 'traffic'>>)[];
  };
  /** Datastores that tiers name beside the servers' own, by server. */
  readonly datastores?: ReadonlyMap<string, readonly string[]>;
  /** PVE's storages of the tiers; absent: not known yet. */
  readonly storages?: readonly string[];
  /** Those of the tiers that may be suspended under pressure. */
  readonly suspended?: readonly string[];
};

/**
 * The rights that one purpose takes, on PVE and on each PBS of a site: the fewest with which every call succeeds.
 * @see https://pve.proxmox.com/pve-docs/pveum-plain.html#pveum_permission_management
 * @see https://pbs.proxmox.com/docs/user-management.html#access-control
 */
export function neededRights(purpose: Purpose, scope: RightsScope): NeededRight[] {
  const pve = PVE[purpose](scope).map((right) => ({ product: 'pve' as const, server: 'pve', ...right }));
  const pbs = scope.site.pbs.flatMap((access) =>
    [
      ...storesOf(access, scope).flatMap((path) => PBS[purpose](path)),
      ...(purpose === 'apply' && access.traffic?.length ? WRITE_TRAFFIC : []),
    ].map((right) => ({ product: 'pbs' as const, server: access.name, ...right })),
  );
  return [...pve, ...pbs];
}

type Right = Pick<NeededRight, 'privilege' | 'path' | 'to' | 'here'>;

const SEE_PVE: readonly Right[] = [
  { privilege: 'Sys.Audit', path: '/', to: 'see backup jobs, the volumes they take, and the tasks of others' },
  { privilege: 'VM.Audit', path: '/vms', to: 'see guests and their configurations' },
  { privilege: 'Pool.Audit', path: '/pool', to: 'see pools' },
  { privilege: 'Datastore.Audit', path: '/storage', to: 'see storages' },
];

const WRITE_JOBS: readonly Right[] = [
  { privilege: 'Sys.Audit', path: '/', to: 'read a job again before it is written' },
  { privilege: 'Sys.Modify', path: '/', to: 'make, change and remove backup jobs; PVE has no smaller right for it' },
  { privilege: 'Datastore.Allocate', path: '/storage', to: 'name a storage in a job, and make storages' },
  { privilege: 'VM.Backup', path: '/pool', to: 'name a pool in a job' },
];

const WRITE_POOLS: readonly Right[] = [
  { privilege: 'Pool.Audit', path: '/pool', to: 'read a pool again before it is written' },
  { privilege: 'Pool.Allocate', path: '/pool', to: 'make pools and change who is in them' },
  { privilege: 'VM.Allocate or Permissions.Modify', path: '/vms', to: 'put a guest into a pool' },
];

const PVE: Readonly<Record<Purpose, (scope: RightsScope) => readonly Right[]>> = {
  audit: () => SEE_PVE,
  apply: ({ site }) => (site.places === 'holdfast' ? [...WRITE_JOBS, ...WRITE_POOLS] : WRITE_JOBS),
  lock: () => [],
  drill: () => [
    { privilege: 'VM.Allocate', path: '/pool/drill', to: 'restore a guest under a new id and destroy it afterwards' },
    { privilege: 'VM.Audit', path: '/pool/drill', to: 'see how far the restored guest is' },
    { privilege: 'VM.Config.Network', path: '/pool/drill', to: 'cut its network off before it starts' },
    { privilege: 'VM.Config.Options', path: '/pool/drill', to: 'keep it from starting with the node' },
    { privilege: 'VM.PowerMgmt', path: '/pool/drill', to: 'start and stop it' },
    {
      privilege: 'VM.GuestAgent.Unrestricted or VM.Monitor',
      path: '/pool/drill',
      to: `run the checks inside it; before ${firstWith('agent-rights')} the right is VM.Monitor`,
    },
    { privilege: 'Pool.Allocate', path: '/pool/drill', to: 'restore it into the pool of drills' },
    { privilege: 'VM.Backup', path: '/vms', to: 'read the recovery points of every guest' },
    { privilege: 'Datastore.AllocateSpace', path: '/storage', to: 'read from the backup storage and write its disks' },
    { privilege: 'SDN.Use', path: '/sdn', to: 'give it a network card' },
  ],
  move: () => [...WRITE_JOBS.slice(0, 1), ...WRITE_POOLS],
  retry: ({ storages }) => [
    { privilege: 'VM.Backup', path: '/vms', to: 'start the backup of a guest' },
    ...(storages?.map((id) => `/storage/${id}`) ?? ['/storage']).map((path) => ({
      privilege: 'Datastore.AllocateSpace',
      path,
      to: 'let that backup write to its storage',
    })),
  ],
  pressure: ({ suspended = [] }) => [
    { privilege: 'Sys.Audit', path: '/', here: true, to: 'read a job again before it is written' },
    { privilege: 'Sys.Modify', path: '/', here: true, to: 'disable a backup job and enable it again; PVE has no smaller right for it' },
    ...suspended.map((id) => ({
      privilege: 'Datastore.Allocate',
      path: `/storage/${id}`,
      to: 'change a job that writes to this storage, as PVE asks of everybody',
    })),
  ],
};

const WRITE_TRAFFIC: readonly Right[] = [
  { privilege: 'Sys.Audit', path: '/', to: 'read a traffic rule again before it is written' },
  { privilege: 'Sys.Modify', path: '/', to: 'make traffic rules' },
];

const PBS: Readonly<Record<Purpose, (path: string) => readonly Right[]>> = {
  audit: (path) => [
    { privilege: 'Datastore.Audit', path, to: 'see groups, snapshots and jobs of others' },
    { privilege: 'Sys.Audit', path: '/system/tasks', to: 'see the tasks of jobs and of others' },
    { privilege: 'Sys.Audit', path: '/', to: 'see traffic rules' },
    { privilege: 'Remote.Audit', path: '/remote', to: 'see remotes and the sync jobs that use them' },
  ],
  apply: (path) => [
    { privilege: 'Datastore.Modify', path, to: 'make namespaces, prune jobs and settings; whoever has it can delete everything there' },
    { privilege: 'Datastore.Verify', path, to: 'make verify jobs' },
    { privilege: 'Datastore.Backup', path, to: 'make pull jobs' },
    { privilege: 'Datastore.Prune', path, to: 'let a job of PBS prune there' },
    { privilege: 'Remote.Read', path: '/remote', to: 'pull from a remote' },
  ],
  lock: (path) => [{ privilege: 'Datastore.Backup', path, to: 'protect the groups it owns; it cannot delete them' }],
  drill: () => [],
  move: (path) => [
    { privilege: 'Datastore.Modify', path, to: 'move a group to another namespace; whoever has it can delete everything there' },
  ],
  retry: () => [],
  pressure: () => [],
};

/** The ACL path of each place where the site's points lie. A tier's other datastore counts as a whole. */
function storesOf(access: Pick<PbsAccess, 'name' | 'datastore' | 'namespace'>, { datastores }: RightsScope): string[] {
  const own = aclPath(access.datastore, access.namespace);
  const others = (datastores?.get(access.name) ?? [])
    .filter((name) => name !== access.datastore)
    .map((name) => aclPath(name, access.namespace));
  return [own, ...new Set(others)];
}

/** The path by which PBS grants rights on a namespace; the root namespace is the datastore itself. @see https://pbs.proxmox.com/docs/user-management.html#access-control */
export function aclPath(datastore: string, namespace: string): string {
  return namespace === '' ? `/datastore/${datastore}` : `/datastore/${datastore}/${namespace}`;
}

/** The datastore of an ACL path: making its first namespace, and its settings, need the right on the whole of it. */
export function storeOf(path: string): string {
  return path.split('/').slice(0, 3).join('/');
}
