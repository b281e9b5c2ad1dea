import { hexDigits } from '../chance.ts';
import { refuse, type Call, type Route } from '../route.ts';
import { checker } from './access.ts';
import { wordOf } from './guest.ts';
import { CT_SETTINGS, inConfig, VM_SETTINGS } from './guest-settings.ts';
import { settle } from './new-disks.ts';
import { nodeOf } from './node-routes.ts';
import { MAYBE_FLAG, MAYBE_TEXT, NODE, VMID, givenIn } from './params.ts';
import { guestRow } from './rows.ts';
import type { GuestKind, GuestState, PveState } from './state.ts';

const WHERE = { node: NODE, vmid: VMID } as const;

const CONFIG = ['Disk', 'CDROM', 'CPU', 'Memory', 'Network', 'HWType', 'Options', 'Cloudinit'].map((part) => `VM.Config.${part}`);
const AUDIT = { any: ['VM.Audit'], on: '/vms/{vmid}' } as const;

const OF_EITHER: readonly Route<PveState>[] = (['qemu', 'lxc'] as const).flatMap((kind): readonly Route<PveState>[] => [
  { method: 'GET', path: `/nodes/{node}/${kind}`, privilege: 'login', params: { node: NODE }, handle: (call) => listGuests(call, kind) },
  {
    method: 'GET',
    path: `/nodes/{node}/${kind}/{vmid}/config`,
    privilege: AUDIT,
    params: { ...WHERE, current: MAYBE_FLAG, snapshot: MAYBE_TEXT },
    handle: (call) => {
      const { config } = guestOf(call, kind);
      return { ...config, digest: digestOf(config) };
    },
  },
  {
    method: 'PUT',
    path: `/nodes/{node}/${kind}/{vmid}/config`,
    privilege: { any: CONFIG, on: '/vms/{vmid}' },
    params: { ...WHERE, ...(kind === 'qemu' ? VM_SETTINGS : CT_SETTINGS), delete: MAYBE_TEXT, digest: MAYBE_TEXT },
    handle: (call) => changeConfig(call, kind),
  },
  {
    method: 'GET',
    path: `/nodes/{node}/${kind}/{vmid}/status/current`,
    privilege: AUDIT,
    params: WHERE,
    handle: (call) => currentStatus(call, guestOf(call, kind)),
  },
]);

export const GUEST_ROUTES: readonly Route<PveState>[] = [
  ...OF_EITHER,
  {
    method: 'GET',
    path: '/nodes/{node}/qemu/{vmid}/pending',
    privilege: AUDIT,
    params: WHERE,
    handle: (call) => {
      const { config } = guestOf(call, 'qemu');
      return Object.entries<string | number>({ ...config, digest: digestOf(config) }).map(([key, value]) => ({
        key,
        value: String(value),
      }));
    },
  },
  {
    method: 'GET',
    path: '/nodes/{node}/qemu/{vmid}/snapshot',
    privilege: AUDIT,
    params: WHERE,
    handle: (call) => {
      const { config, runningSince } = guestOf(call, 'qemu');
      return [{ name: 'current', description: 'You are here!', digest: digestOf(config), running: runningSince === undefined ? 0 : 1 }];
    },
  },
];

export function guestOf(call: Call<PveState>, kind: GuestKind): GuestState {
  nodeOf(call);
  const [node, vmid] = [call.params.text('node'), call.params.number('vmid')!];
  const guest = call.state.guests[vmid];
  if (guest?.kind === kind && guest.node === node) return guest;
  return refuse(500, `Configuration file 'nodes/${node}/${kind === 'qemu' ? 'qemu-server' : 'lxc'}/${vmid}.conf' does not exist`);
}

function digestOf(config: GuestState['config']): string {
  return hexDigits(40, JSON.stringify(config));
}

function listGuests(call: Call<PveState>, kind: GuestKind): unknown {
  nodeOf(call);
  const may = checker(call);
  return Object.values(call.state.guests)
    .filter((guest) => guest.kind === kind && guest.node === call.params.text('node') && may(`/vms/${guest.vmid}`, 'VM.Audit'))
    .map((guest) => listRow(guest, call.world.now));
}

/** A list shows other figures of a VM than of a container. */
function listRow(guest: GuestState, now: number): Record<string, unknown> {
  const { id: _, node: _n, type, template, maxcpu, memhost, diskread, diskwrite, ...row } = guestRow(guest, undefined, now);
  const own =
    guest.kind === 'lxc' ? { type, diskread, diskwrite, swap: 0, maxswap: Number(guest.config['swap'] ?? 512) * 2 ** 20 } : { memhost };
  return { ...row, cpus: maxcpu, ...own, ...(template ? { template } : {}) };
}

function changeConfig(call: Call<PveState>, kind: GuestKind): null {
  const guest = guestOf(call, kind);
  const { node: _, vmid: _v, delete: removed, digest, ...given } = givenIn(call.params);
  if (digest !== undefined && digest !== digestOf(guest.config))
    refuse(500, 'detected modified configuration - file changed by other user? Try again.');
  if (guest.config['lock'] !== undefined) refuse(500, `${wordOf(kind)} is locked (${guest.config['lock']})`);
  for (const name of String(removed ?? '').split(/[\s,;]+/)) delete guest.config[name];
  const changed = inConfig(given);
  Object.assign(guest.config, kind === 'qemu' ? settle(call, guest.vmid, changed, guest.config).config : changed);
  return null;
}

function currentStatus(call: Call<PveState>, guest: GuestState): unknown {
  const { id: _, node: _n, template: _t, pool: _p, maxcpu, type, diskread, diskwrite, ...row } = guestRow(guest, undefined, call.world.now);
  const running = guest.runningSince !== undefined;
  const common = { ...row, cpus: maxcpu, ha: { managed: 0 } };
  if (guest.kind === 'lxc') return { ...common, type, diskread, diskwrite };
  const agent = guest.config['agent'] === undefined ? {} : { agent: 1 };
  const figures = running ? { diskread, diskwrite, ...runningFacts(guest) } : {};
  return { ...common, qmpstatus: running ? 'running' : 'stopped', ...agent, ...figures };
}

/** A disk nobody has read or written yet. */
const BLOCK_FIGURES = {
  account_failed: true,
  account_invalid: true,
  timed_stats: [],
  wr_highest_offset: 0,
  ...Object.fromEntries(
    ['flush', 'rd', 'unmap', 'wr', 'zone_append'].flatMap((kind) => [
      ...['failed', 'invalid'].map((fate) => [`${fate}_${kind}_operations`, 0]),
      ...(kind === 'flush' ? [] : [`${kind}_bytes`, `${kind}_merged`].map((name) => [name, 0])),
      ...[`${kind}_operations`, `${kind}_total_time_ns`].map((name) => [name, 0]),
    ]),
  ),
};

/** What QEMU says of itself while it runs. */
function runningFacts(guest: GuestState): Record<string, unknown> {
  const bytes = Number(guest.config['memory'] ?? 512) * 2 ** 20;
  const pressures = ['cpusome', 'cpufull', 'iosome', 'iofull', 'memorysome', 'memoryfull'].map((name) => [`pressure${name}`, 0]);
  const abilities = ['pbs-dirty-bitmap', 'pbs-dirty-bitmap-migration', 'pbs-dirty-bitmap-savevm', 'pbs-masterkey', 'query-bitmap-info'];
  const newer = ['backup-max-workers', 'backup-access-api', 'backup-fleecing'];
  const disks = Object.keys(guest.config).filter((key) => /^(?:scsi|virtio|ide|sata)\d+$/.test(key));
  return {
    pid: 20_000 + guest.vmid,
    'running-qemu': '10.2.2',
    'running-machine': 'pc-i440fx-10.2+pve0',
    balloon: bytes,
    ballooninfo: { actual: bytes, max_mem: bytes },
    blockstat: Object.fromEntries(disks.map((disk) => [disk, BLOCK_FIGURES])),
    'proxmox-support': { ...Object.fromEntries([...abilities, ...newer].map((name) => [name, true])), 'pbs-library-version': '2.0.2' },
    ...Object.fromEntries(pressures),
  };
}
