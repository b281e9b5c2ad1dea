import type { GuestSelection } from '../world/actual.ts';
import { isValues, type Change, type TofuPlan, type Values } from './plan-file.ts';

/** What a plan's code holds about backups, before it is applied or after. */
export type Estate = {
  readonly guests: ReadonlyMap<number, CodeGuest>;
  /** By id of the pool: the address of its resource. */
  readonly pools: ReadonlyMap<string, string>;
  readonly jobs: ReadonlyMap<string, CodeJob>;
  readonly storages: ReadonlyMap<string, CodeStorage>;
};

export type CodeGuest = {
  readonly address: string;
  readonly vmid: number;
  readonly type: 'vm' | 'ct';
  readonly name: string;
  readonly node: string;
  readonly tags: readonly string[];
  readonly notes: string;
  readonly started: boolean;
  readonly template: boolean;
  readonly pool?: string;
  /** Which pool it will be in only an apply can tell: its membership names something that is yet to be made. */
  readonly poolUnknown: boolean;
  readonly disks: readonly CodeDisk[];
};

export type CodeDisk = {
  /** `scsi1`, `rootfs`, `mp0` */
  readonly key: string;
  readonly storage: string;
  /** `zfs-longhorn:vm-1001-disk-0`; absent while only an apply can tell. */
  readonly volume?: string;
  readonly included: boolean;
  readonly sizeGiB: number;
};

export type CodeJob = {
  readonly address: string;
  readonly id: string;
  readonly enabled: boolean;
  readonly schedule: string;
  readonly selection: GuestSelection;
  /** Keep options other than keep-all, as they are written. */
  readonly prunes: readonly string[];
};

export type CodeStorage = {
  readonly address: string;
  readonly id: string;
  readonly place: string;
  readonly encrypted: boolean;
  readonly prunes: readonly string[];
};

/** Short and long names of the provider's resources. @see https://registry.terraform.io/providers/bpg/proxmox/latest/docs */
const KIND: Readonly<Record<string, 'vm' | 'ct' | 'pool' | 'member' | 'job' | 'storage'>> = {
  proxmox_virtual_environment_vm: 'vm',
  proxmox_virtual_environment_vm2: 'vm',
  proxmox_vm: 'vm',
  proxmox_cloned_vm: 'vm',
  proxmox_virtual_environment_cloned_vm: 'vm',
  proxmox_virtual_environment_container: 'ct',
  proxmox_container: 'ct',
  proxmox_virtual_environment_pool: 'pool',
  proxmox_pool: 'pool',
  proxmox_pool_membership: 'member',
  proxmox_virtual_environment_pool_membership: 'member',
  proxmox_backup_job: 'job',
  proxmox_virtual_environment_backup_job: 'job',
  proxmox_storage_pbs: 'storage',
  proxmox_virtual_environment_storage_pbs: 'storage',
};

export type Side = 'before' | 'after';

/** The values of a resource on one side; what is only forgotten stays as it was. */
export function valuesOn(side: Side, change: Change): Values | undefined {
  if (side === 'before') return change.before;
  return change.actions.includes('forget') ? (change.after ?? change.before) : change.after;
}

/** What a resource of the plan is to Holdfast, by its type; undefined for types that hold nothing of an estate. */
export function kindOf({ type }: Pick<Change, 'type'>): (typeof KIND)[string] | undefined {
  return Object.hasOwn(KIND, type) ? KIND[type] : undefined;
}

/**
 * The estate on one side of a plan, whatever names its resources have: a block that moved, or a list that became a map, changes
 * nothing in it. Guests whose number only an apply can tell are left out and counted.
 */
export function estateOf(
  { changes }: Pick<TofuPlan, 'changes'>,
  side: Side,
): { readonly estate: Estate; readonly unnumbered: readonly string[] } {
  const guests = new Map<number, CodeGuest>();
  const [pools, jobs, storages] = [new Map<string, string>(), new Map<string, CodeJob>(), new Map<string, CodeStorage>()];
  const unnumbered: string[] = [];
  const members = membersOn(changes, side);
  const loose = changes.some((change) => kindOf(change) === 'member' && valuesOn(side, change) && isUnknown(change, side, 'vm_id'));
  for (const change of changes) {
    const [kind, values] = [kindOf(change), valuesOn(side, change)];
    if (!kind || !values) continue;
    const { address } = change;
    const [pool, id] = [textOf(values['pool_id']), textOf(values['id'])];
    if (kind === 'pool' && pool !== undefined) pools.set(pool, address);
    if (kind === 'job' && id !== undefined) jobs.set(id, job({ address, id, values }));
    if (kind === 'storage' && id !== undefined) storages.set(id, storage({ address, id, values }));
    if (kind !== 'vm' && kind !== 'ct') continue;
    const vmid = numberOf(values['vm_id'] ?? values['id']);
    if (vmid === undefined) unnumbered.push(address);
    else {
      const pool = members.has(vmid) ? members.get(vmid) : poolOf(values);
      const poolUnknown = pool === UNKNOWN || (pool === undefined && loose && !change.before);
      guests.set(vmid, guest({ address, kind, vmid, values, pool: pool === UNKNOWN ? undefined : pool, poolUnknown }));
    }
  }
  return { estate: { guests, pools, jobs, storages }, unnumbered };
}

/** Who is in which pool by a resource of its own; undefined where such a resource goes, whatever the guest's own row still says. */
function membersOn(changes: readonly Change[], side: Side): ReadonlyMap<number, string | undefined> {
  const members = new Map<number, string | undefined>();
  for (const change of changes.filter((one) => kindOf(one) === 'member')) {
    for (const values of [change.before, valuesOn(side, change)]) {
      const vmid = numberOf(values?.['vm_id']);
      if (vmid !== undefined && !members.has(vmid)) members.set(vmid, undefined);
    }
  }
  for (const change of changes.filter((one) => kindOf(one) === 'member')) {
    const values = valuesOn(side, change);
    const vmid = numberOf(values?.['vm_id']);
    const pool = isUnknown(change, side, 'pool_id') ? UNKNOWN : textOf(values?.['pool_id']);
    if (vmid !== undefined && values && pool !== undefined) members.set(vmid, pool);
  }
  return members;
}

/** No pool has this name: PVE takes no slash at its begin. */
const UNKNOWN = '/';

function isUnknown({ unknown }: Change, side: Side, name: string): boolean {
  return side === 'after' && unknown[name] === true;
}

function poolOf(values: Values): string | undefined {
  const clone = rows(values['clone'])[0];
  const pool = values['pool_id'] ?? clone?.['pool_id'];
  return textOf(pool);
}

type Row = {
  readonly address: string;
  readonly kind: 'vm' | 'ct';
  readonly vmid: number;
  readonly values: Values;
  readonly pool: string | undefined;
  readonly poolUnknown: boolean;
};

function guest({ address, kind, vmid, values, pool, poolUnknown }: Row): CodeGuest {
  const name = values['name'] ?? rows(values['initialization'])[0]?.['hostname'];
  return {
    address,
    vmid,
    type: kind,
    name: textOf(name) ?? '',
    node: textOf(values['node_name']) ?? '',
    tags: Array.isArray(values['tags']) ? values['tags'].filter((tag): tag is string => typeof tag === 'string') : [],
    notes: textOf(values['description']) ?? '',
    started: values['started'] !== false,
    template: values['template'] === true,
    ...(pool === undefined ? {} : { pool }),
    poolUnknown,
    disks: kind === 'vm' ? vmDisks(values) : containerDisks(values),
  };
}

/** A list of blocks, or a map by slot as newer resources have it. */
function vmDisks(values: Values): CodeDisk[] {
  const listed = (Array.isArray(values['disk']) ? values['disk'].filter(isValues) : []).map((disk) => [disk['interface'], disk] as const);
  const mapped = isValues(values['disk']) ? Object.entries(values['disk']) : [];
  return [...listed, ...mapped].flatMap(([key, disk]) =>
    typeof key === 'string' && isValues(disk) ? [oneDisk(key, disk, disk['backup'] !== false)] : [],
  );
}

/** The root is always taken, a mount point only where it says so. */
function containerDisks(values: Values): CodeDisk[] {
  const root = rows(values['disk']).map((disk) => oneDisk('rootfs', disk, true));
  const mounts = rows(values['mount_point']).flatMap((mount, index) => {
    const volume = textOf(mount['volume']) ?? '';
    if (volume.startsWith('/')) return [];
    return [
      oneDisk(
        `mp${index}`,
        { ...mount, datastore_id: volume.split(':')[0], path_in_datastore: volume.split(':')[1] },
        mount['backup'] === true,
      ),
    ];
  });
  return [...root, ...mounts];
}

function oneDisk(key: string, disk: Values, included: boolean): CodeDisk {
  const [storage, path] = [textOf(disk['datastore_id']) ?? '', textOf(disk['path_in_datastore'])];
  return {
    key,
    storage,
    ...(path === undefined ? {} : { volume: `${storage}:${path}` }),
    included,
    sizeGiB: numberOf(disk['size'] ?? disk['size_gb']) ?? 0,
  };
}

type Named = { readonly address: string; readonly id: string; readonly values: Values };

function job({ address, id, values }: Named): CodeJob {
  return {
    address,
    id,
    enabled: values['enabled'] !== false,
    schedule: textOf(values['schedule']) ?? '',
    selection: selection(values),
    prunes: isValues(values['prune_backups']) ? keeps(values['prune_backups'], /^keep-(?!all)/) : [],
  };
}

function selection(values: Values): GuestSelection {
  const pool = textOf(values['pool']);
  if (pool !== undefined) return { by: 'pool', pool };
  const vmids = Array.isArray(values['vmid']) ? values['vmid'].flatMap((one) => numberOf(one) ?? []) : [];
  if (vmids.length > 0) return { by: 'vmids', vmids };
  return values['all'] === true ? { by: 'all', exclude: [] } : { by: 'nothing' };
}

function storage({ address, id, values }: Named): CodeStorage {
  return {
    address,
    id,
    place: ['server', 'datastore', 'namespace'].map((name) => textOf(values[name]) ?? '').join(' '),
    encrypted: values['generate_encryption_key'] === true || textOf(values['encryption_key']) !== undefined,
    prunes: isValues(values['backups']) && values['backups']['keep_all'] !== true ? keeps(values['backups'], /^keep_(?!all)/) : [],
  };
}

function keeps(values: Values, name: RegExp): string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    name.test(key) && (numberOf(value) ?? 0) !== 0 ? [`${key.replace('_', '-')} ${numberOf(value)}`] : [],
  );
}

function rows(value: unknown): readonly Values[] {
  return Array.isArray(value) ? value.filter(isValues) : isValues(value) ? [value] : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
