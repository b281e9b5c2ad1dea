import { refuse, type Call, type Route } from '../route.ts';
import { lastingTask } from './effects.ts';
import { wordOf } from './guest.ts';
import { guestOf } from './guest-routes.ts';
import { MAYBE_COUNT, MAYBE_FLAG, MAYBE_NUMBER, NODE, VMID } from './params.ts';
import type { Effect, GuestKind, PveState } from './state.ts';
import { shortTask } from './tasks.ts';

const WHERE = { node: NODE, vmid: VMID } as const;
const POWER = { any: ['VM.PowerMgmt'], on: '/vms/{vmid}' } as const;
const PREFIX: Readonly<Record<GuestKind, string>> = { qemu: 'qm', lxc: 'vz' };

const KINDS = ['qemu', 'lxc'] as const;

export const POWER_ROUTES: readonly Route<PveState>[] = KINDS.flatMap((kind): readonly Route<PveState>[] => [
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
]);

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
