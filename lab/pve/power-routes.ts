import { refuse, type Call, type Route } from '../route.ts';
import { lastingTask } from './effects.ts';
import { agentOf, nameOf, wordOf } from './guest.ts';
import { guestOf } from './guest-routes.ts';
import { MAYBE_COUNT, MAYBE_FLAG, MAYBE_NUMBER, MAYBE_TEXT, NODE, VMID } from './params.ts';
import type { Effect, GuestKind, GuestState, PveState } from './state.ts';
import { shortTask } from './tasks.ts';

const WHERE = { node: NODE, vmid: VMID } as const;
const POWER = { any: ['VM.PowerMgmt'], on: '/vms/{vmid}' } as const;
const PREFIX: Readonly<Record<GuestKind, string>> = { qemu: 'qm', lxc: 'vz' };

const KINDS = ['qemu', 'lxc'] as const;

export const POWER_ROUTES: readonly Route<PveState>[] = [
  ...KINDS.flatMap((kind): readonly Route<PveState>[] => [
    {
      method: 'POST',
      path: `/nodes/{node}/${kind}/{vmid}/status/start`,
      privilege: POWER,
      params: { ...WHERE, ...(kind === 'qemu' ? { timeout: MAYBE_COUNT } : {}) },
      handle: (call) => power(call, kind, { type: 'start', does: 'start', seconds: 3 }),
    },
    {
      method: 'POST',
      path: `/nodes/{node}/${kind}/{vmid}/status/stop`,
      privilege: POWER,
      params: WHERE,
      handle: (call) => power(call, kind, { type: 'stop', does: 'stop', seconds: 2 }),
    },
    {
      method: 'POST',
      path: `/nodes/{node}/${kind}/{vmid}/status/shutdown`,
      privilege: POWER,
      params: { ...WHERE, timeout: MAYBE_NUMBER, forceStop: MAYBE_FLAG },
      handle: (call) => power(call, kind, { type: 'shutdown', does: 'stop', seconds: 20 }),
    },
    {
      method: 'DELETE',
      path: `/nodes/{node}/${kind}/{vmid}`,
      privilege: { any: ['VM.Allocate'], on: '/vms/{vmid}' },
      params: { ...WHERE, purge: MAYBE_FLAG, 'destroy-unreferenced-disks': MAYBE_FLAG, ...(kind === 'lxc' ? { force: MAYBE_FLAG } : {}) },
      handle: (call) => destroy(call, kind),
    },
  ]),
  {
    method: 'POST',
    path: '/nodes/{node}/qemu/{vmid}/agent/ping',
    privilege: { any: ['VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted'], on: '/vms/{vmid}' },
    params: WHERE,
    handle: (call) => asked(call, () => ({})),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/qemu/{vmid}/agent/get-osinfo',
    privilege: { any: ['VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted'], on: '/vms/{vmid}' },
    params: WHERE,
    handle: (call) => asked(call, () => OS),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/qemu/{vmid}/agent/get-host-name',
    privilege: { any: ['VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted'], on: '/vms/{vmid}' },
    params: WHERE,
    handle: (call) => asked(call, (guest) => ({ 'host-name': nameOf(guest) })),
  },
  {
    method: 'POST',
    path: '/nodes/{node}/qemu/{vmid}/agent/exec',
    privilege: { any: ['VM.GuestAgent.Unrestricted'], on: '/vms/{vmid}' },
    params: { ...WHERE, command: { type: 'array' }, 'input-data': MAYBE_TEXT },
    handle: execute,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/qemu/{vmid}/agent/exec-status',
    privilege: { any: ['VM.GuestAgent.Unrestricted'], on: '/vms/{vmid}' },
    params: { ...WHERE, pid: { type: 'integer' } },
    handle: executed,
  },
];

type Action = { readonly type: string; readonly does: Effect['do']; readonly seconds: number };

function power(call: Call<PveState>, kind: GuestKind, { type, does, seconds }: Action): string {
  const { state, world, caller, params } = call;
  const guest = guestOf(call, kind);
  const task = { node: params.text('node'), type: `${PREFIX[kind]}${type}`, id: String(guest.vmid), user: caller.authId, at: world.now };
  const running = guest.runningSince !== undefined;
  if (guest.config['lock'] !== undefined) return shortTask(state, task, [], `${wordOf(kind)} is locked (${guest.config['lock']})`).upid;
  if (does === 'start' && running) return shortTask(state, task, [], `${wordOf(kind)} ${guest.vmid} already running`).upid;
  return lastingTask(world, state, { task, seconds, effect: { do: does, vmid: guest.vmid } });
}

function destroy(call: Call<PveState>, kind: GuestKind): string {
  const { state, world, caller, params } = call;
  const guest = guestOf(call, kind);
  const { vmid, config } = guest;
  if (config['lock'] !== undefined) refuse(500, `${wordOf(kind)} is locked (${config['lock']})`);
  if (Number(config['protection'] ?? 0) === 1) refuse(500, `can't remove ${wordOf(kind)} ${vmid} - protection mode enabled`);
  if (guest.runningSince !== undefined && !(kind === 'lxc' && params.flag('force')))
    refuse(500, `${wordOf(kind)} ${vmid} is running - destroy failed`);
  const purge = params.flag('purge');
  const task = { node: params.text('node'), type: `${PREFIX[kind]}destroy`, id: String(vmid), user: caller.authId, at: world.now };
  const lines = purge ? [`purging ${wordOf(kind)} ${vmid} from related configurations..`] : [];
  return lastingTask(world, state, { task, seconds: 2, lines, effect: { do: 'destroy', vmid, purge } });
}

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
