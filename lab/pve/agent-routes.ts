import { refuse, type Call, type Route } from '../route.ts';
import { agentOf, nameOf, volumesOf } from './guest.ts';
import { guestOf } from './guest-routes.ts';
import { MAYBE_COUNT, MAYBE_FLAG, MAYBE_TEXT, NODE, TEXT, VMID } from './params.ts';
import type { GuestState, PveState } from './state.ts';

const WHERE = { node: NODE, vmid: VMID } as const;
const LOOK = { any: ['VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted'], on: '/vms/{vmid}' } as const;
const BASE = '/nodes/{node}/qemu/{vmid}/agent';

/** What QEMU's agent inside a guest answers. */
export const AGENT_ROUTES: readonly Route<PveState>[] = [
  {
    method: 'POST',
    path: `${BASE}/ping`,
    privilege: LOOK,
    params: WHERE,
    handle: (call) => asked(call, () => ({})),
  },
  {
    method: 'GET',
    path: `${BASE}/get-osinfo`,
    privilege: LOOK,
    params: WHERE,
    handle: (call) => asked(call, () => OS),
  },
  {
    method: 'GET',
    path: `${BASE}/get-host-name`,
    privilege: LOOK,
    params: WHERE,
    handle: (call) => asked(call, (guest) => ({ 'host-name': nameOf(guest) })),
  },
  {
    method: 'POST',
    path: `${BASE}/exec`,
    privilege: { any: ['VM.GuestAgent.Unrestricted'], on: '/vms/{vmid}' },
    params: { ...WHERE, command: { type: 'array' }, 'input-data': MAYBE_TEXT },
    handle: execute,
  },
  {
    method: 'GET',
    path: `${BASE}/exec-status`,
    privilege: { any: ['VM.GuestAgent.Unrestricted'], on: '/vms/{vmid}' },
    params: { ...WHERE, pid: { type: 'integer' } },
    handle: executed,
  },
  {
    method: 'GET',
    path: `${BASE}/info`,
    privilege: LOOK,
    params: WHERE,
    handle: (call) => asked(call, () => ({ version: '7.2.22', supported_commands: KNOWS })),
  },
  { method: 'GET', path: `${BASE}/get-time`, privilege: LOOK, params: WHERE, handle: (call) => asked(call, () => call.world.now * 1e9) },
  {
    method: 'GET',
    path: `${BASE}/get-fsinfo`,
    privilege: LOOK,
    params: WHERE,
    handle: (call) => asked(call, (guest) => fileSystems(call, guest)),
  },
  { method: 'GET', path: `${BASE}/network-get-interfaces`, privilege: LOOK, params: WHERE, handle: (call) => asked(call, interfaces) },
  {
    method: 'POST',
    path: `${BASE}/fsfreeze-status`,
    privilege: { any: [...LOOK.any, 'VM.GuestAgent.FileSystemMgmt'], on: LOOK.on },
    params: WHERE,
    handle: (call) => asked(call, () => 'thawed'),
  },
  {
    method: 'GET',
    path: `${BASE}/file-read`,
    privilege: { any: ['VM.GuestAgent.FileRead', 'VM.GuestAgent.Unrestricted'], on: LOOK.on },
    params: {
      ...WHERE,
      file: TEXT,
      count: { type: 'integer', optional: true, minimum: 1, maximum: 16_777_216 },
      decode: MAYBE_FLAG,
      offset: MAYBE_COUNT,
    },
    handle: fileRead,
  },
];

const OS = {
  id: 'debian',
  name: 'Debian GNU/Linux',
  'pretty-name': 'Debian GNU/Linux 13 (trixie)',
  version: '13 (trixie)',
  'version-id': '13',
  machine: 'x86_64',
  'kernel-version': '#1 SMP PREEMPT_DYNAMIC',
  'kernel-release': '6.12.48-cloud-amd64',
};

/** What the agent inside answers, or why it does not. */
function asked(call: Call<PveState>, answer: (guest: GuestState) => unknown): unknown {
  return { result: answer(withAgent(call)) };
}

function withAgent({ world, ...call }: Call<PveState>): GuestState {
  const guest = guestOf({ world, ...call }, 'qemu');
  if (!agentOf(guest).configured) refuse(500, 'No QEMU guest agent configured');
  if (guest.runningSince === undefined) refuse(500, `VM ${guest.vmid} is not running`);
  const upAt = guest.agentAfterSeconds === undefined ? Infinity : guest.runningSince + guest.agentAfterSeconds;
  return upAt <= world.now ? guest : refuse(500, 'QEMU guest agent is not running');
}

/** Commands a guest of the lab knows; asking for another breaks the connection, as on the real one. */
const COMMANDS: Readonly<
  Record<string, (words: readonly string[], guest: GuestState) => { readonly exitCode: number; readonly output: string }>
> = {
  tail: () => ({ exitCode: 0, output: 'ok\n' }),
  dmesg: () => ({ exitCode: 0, output: '' }),
  true: () => ({ exitCode: 0, output: '' }),
  false: () => ({ exitCode: 1, output: '' }),
  echo: (words) => ({ exitCode: 0, output: `${words.join(' ')}\n` }),
  hostname: (_, guest) => ({ exitCode: 0, output: `${nameOf(guest)}\n` }),
  systemctl: (words) => ({ exitCode: 0, output: words[0] === 'is-system-running' ? 'running\n' : 'active\n' }),
  pg_isready: () => ({ exitCode: 0, output: '/var/run/postgresql:5432 - accepting connections\n' }),
  df: () => ({
    exitCode: 0,
    output: 'Filesystem     1K-blocks    Used Available Use% Mounted on\n/dev/sda1       32000000 6200000  25800000  20% /\n',
  }),
};

function execute(call: Call<PveState>): unknown {
  const guest = withAgent(call);
  const [command = '', ...words] = call.params.list('command');
  const run = COMMANDS[command.split('/').at(-1)!] ?? refuse(596, 'Broken pipe');
  const { exitCode, output } = run(words, guest);
  const pid = 300 + Object.keys(call.state.commands).length;
  call.state.commands[pid] = { vmid: guest.vmid, exitedAt: call.world.now, exitCode, output };
  return { pid };
}

function executed(call: Call<PveState>): unknown {
  const guest = withAgent(call);
  const found = call.state.commands[call.params.number('pid')!];
  if (found?.vmid !== guest.vmid) return refuse(500, "Agent error: Invalid parameter 'pid'");
  return { exited: 1, exitcode: found.exitCode, ...(found.output === '' ? {} : { 'out-data': found.output, 'out-truncated': 0 }) };
}

const KNOWS = [
  'ping',
  'info',
  'exec',
  'exec-status',
  'get-osinfo',
  'get-host-name',
  'get-time',
  'get-fsinfo',
  'network-get-interfaces',
  'fsfreeze-status',
  'file-read',
].map((name) => ({ name: `guest-${name}`, enabled: true, 'success-response': true }));

/** One file system on each disk. */
function fileSystems({ state }: Call<PveState>, guest: GuestState): unknown {
  return volumesOf(guest)
    .filter(({ kind }) => kind === 'disk')
    .map(({ key, volume, sizeBytes }, index) => {
      const dev = `sd${String.fromCharCode(97 + index)}`;
      const disk = {
        'bus-type': 'scsi',
        bus: 0,
        target: 0,
        unit: index,
        dev: `/dev/${dev}`,
        serial: `0QEMU_QEMU_HARDDISK_drive-${key}`,
        'pci-controller': { domain: 0, bus: 1, slot: 1, function: 0 },
      };
      const usedBytes = Math.min(state.volumes[volume]?.usedBytes ?? 0, sizeBytes);
      const figures = { 'total-bytes': Math.round(sizeBytes * 0.9), 'used-bytes': usedBytes };
      return { name: `${dev}1`, mountpoint: index === 0 ? '/' : `/mnt/${key}`, type: 'ext4', ...figures, disk: [disk] };
    });
}

const STATISTICS = Object.fromEntries(
  ['rx', 'tx'].flatMap((way) => ['bytes', 'packets', 'errs', 'dropped'].map((what) => [`${way}-${what}`, 0])),
);

/** Its cards have no address: nobody answers DHCP in a lab. */
/** The loopback and the guest's cards; each has an address by its guest's number, as from a DHCP server. */
function interfaces({ vmid, config }: GuestState): unknown {
  const loopback = [
    { 'ip-address-type': 'ipv4', 'ip-address': '127.0.0.1', prefix: 8 },
    { 'ip-address-type': 'ipv6', 'ip-address': '::1', prefix: 128 },
  ];
  const cards = Object.keys(config)
    .filter((key) => /^net\d+$/.test(key))
    .map((key, index) => ({
      name: key.replace('net', 'eth'),
      'ip-addresses': [{ 'ip-address-type': 'ipv4', 'ip-address': `10.${99 + index}.${(vmid >> 8) % 256}.${vmid % 256}`, prefix: 16 }],
      'hardware-address': /(?:[0-9A-F]{2}:){5}[0-9A-F]{2}/i.exec(String(config[key]))?.[0].toLowerCase(),
    }));
  return [{ name: 'lo', 'hardware-address': '00:00:00:00:00:00', 'ip-addresses': loopback, statistics: STATISTICS }, ...cards];
}

function fileRead(call: Call<PveState>): unknown {
  const guest = withAgent(call);
  const file = call.params.text('file');
  if (file !== '/etc/hostname') refuse(500, `Agent error: failed to open file '${file}' (mode: 'r'): No such file or directory`);
  const content = `${nameOf(guest)}\n`;
  return { content, 'bytes-read': content.length };
}
