import type { Access } from '../auth.ts';
import type { GuestKind, GuestState, NodeState, PveState } from './state.ts';

const GIB = 2 ** 30;

/** A PVE 9.2 with one node and nothing on it but its local storage. */
export function makePve(options: {
  readonly now: number;
  readonly access: Access;
  readonly node?: string;
  readonly timeZone?: string;
}): PveState {
  return {
    product: 'pve',
    version: { version: '9.2.11', release: '9.2', repoid: '14a22df3' },
    access: options.access,
    nodes: { [options.node ?? 'pve1']: makeNode(options) },
    guests: {},
    pools: {},
    storages: {
      local: { type: 'dir', config: { path: '/var/lib/vz', content: 'iso,vztmpl,snippets' }, totalBytes: 96 * GIB, usedBytes: 21 * GIB },
    },
    jobs: {},
    volumes: {},
    tasks: [],
    taskCount: 0,
    saved: {},
    commands: {},
    rate: { readBytesPerSecond: 450 * 2 ** 20, writeBytesPerSecond: 110 * 2 ** 20 },
    keepTasks: 1000,
  };
}

export function makeNode(options: { readonly now: number; readonly timeZone?: string; readonly ip?: string }): NodeState {
  return {
    online: true,
    ip: options.ip ?? '10.99.0.1',
    timeZone: options.timeZone ?? 'Europe/Vienna',
    clockAheadSeconds: 0,
    bootedAt: options.now - 40 * 86_400,
    memoryBytes: 64 * GIB,
    cpus: 16,
    rootBytes: 96 * GIB,
    rootUsedBytes: 21 * GIB,
  };
}

export type NewGuest = {
  readonly vmid: number;
  readonly name: string;
  readonly kind?: GuestKind;
  readonly node?: string;
  /** Disks and mount points as the configuration has them: `{scsi0: 'local-zfs:vm-101-disk-0,size=32G'}`. */
  readonly disks: Readonly<Record<string, string>>;
  readonly tags?: string;
  readonly notes?: string;
  readonly memoryMib?: number;
  readonly cores?: number;
  /** Default: it has been running for a month. */
  readonly running?: boolean;
  /** `answers`: configured and it runs; `silent`: configured only; `none`. Default for VMs: `answers`. */
  readonly agent?: 'answers' | 'silent' | 'none';
  /** Further lines of the configuration. */
  readonly config?: Readonly<Record<string, string | number>>;
  readonly pool?: string;
};

const MONTH_SECONDS = 30 * 86_400;

/** Adds a guest as PVE would have written it. */
export function addGuest(state: PveState, now: number, guest: NewGuest): GuestState {
  const { vmid, kind = 'qemu' } = guest;
  const agent = guest.agent ?? 'answers';
  const common = { memory: kind === 'qemu' ? String(guest.memoryMib ?? 4096) : (guest.memoryMib ?? 1024), cores: guest.cores ?? 2 };
  const texts = {
    ...(guest.tags === undefined ? {} : { tags: guest.tags }),
    ...(guest.notes === undefined ? {} : { description: guest.notes }),
  };
  const first = Object.keys(guest.disks)[0];
  const config: GuestState['config'] =
    kind === 'qemu'
      ? {
          name: guest.name,
          ...common,
          ostype: 'l26',
          scsihw: 'virtio-scsi-single',
          ...(first === undefined ? {} : { boot: `order=${first}` }),
          meta: `creation-qemu=10.1.2,ctime=${now - MONTH_SECONDS - vmid * 60}`,
          net0: `virtio=BC:24:11:00:${hexPair(vmid >> 8)}:${hexPair(vmid)},bridge=vmbr0`,
          ...(agent === 'none' ? {} : { agent: '1' }),
        }
      : {
          hostname: guest.name,
          ...common,
          arch: 'amd64',
          ostype: 'debian',
          swap: 512,
          unprivileged: 1,
          net0: `name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:${hexPair(vmid >> 8)}:${hexPair(vmid)},ip=dhcp,type=veth`,
        };
  const made: GuestState = {
    vmid,
    kind,
    node: guest.node ?? Object.keys(state.nodes)[0]!,
    ...(guest.running === false ? {} : { runningSince: now - MONTH_SECONDS }),
    config: { ...config, ...texts, ...guest.disks, ...guest.config },
    ...(kind === 'qemu' && agent === 'answers' ? { agentAfterSeconds: 25 } : {}),
  };
  state.guests[vmid] = made;
  if (guest.pool !== undefined) (state.pools[guest.pool] ??= { vmids: [], storages: [] }).vmids.push(vmid);
  return made;
}

function hexPair(value: number): string {
  return (value & 0xff).toString(16).toUpperCase().padStart(2, '0');
}
