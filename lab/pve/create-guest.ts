import { uuid } from '../chance.ts';
import { refuse, type Call } from '../route.ts';
import { checker, must } from './access.ts';
import { lastingTask } from './effects.ts';
import { wordOf } from './guest.ts';
import { inConfig } from './guest-settings.ts';
import { settle } from './new-disks.ts';
import { nodeOf } from './node-routes.ts';
import { givenIn } from './params.ts';
import type { GuestState, PveState } from './state.ts';

/** Makes a VM that never was: its disks are new volumes, or ones that are there. @see https://pve.proxmox.com/pve-docs/api-viewer/#/nodes/{node}/qemu */
export function createVm(call: Call<PveState>): string {
  const { state, world, params, caller } = call;
  nodeOf(call);
  const [vmid, node, pool] = [params.number('vmid')!, params.text('node'), params.optionalText('pool')];
  if (pool === undefined || !checker(call)(`/pool/${pool}`, 'VM.Allocate')) must(call, `/vms/${vmid}`, 'VM.Allocate');
  const there = state.guests[vmid];
  if (there) refuse(500, `unable to create VM ${vmid} - ${wordOf(there.kind)} ${vmid} already exists on node '${there.node}'`);
  if (pool !== undefined && !state.pools[pool]) refuse(500, `unable to create VM ${vmid} - pool '${pool}' does not exist`);
  const {
    node: _,
    vmid: _v,
    pool: _p,
    start,
    storage: _s,
    unique: _u,
    force: _f,
    bwlimit: _b,
    'live-restore': _l,
    ...given
  } = givenIn(params);
  const settled = settle(call, vmid, inConfig(given));
  const config = { ...settled.config, boot: settled.config['boot'] ?? bootOrder(settled.config), ...identity(vmid, world.now) };
  const guest: GuestState = { vmid, kind: 'qemu', node, config };
  state.guests[vmid] = guest;
  if (pool !== undefined) state.pools[pool]!.vmids.push(vmid);
  const task = { node, type: 'qmcreate', id: String(vmid), user: caller.authId, at: world.now };
  if (start === true) guest.runningSince = world.now;
  return lastingTask(world, state, { task, seconds: 1, lines: settled.lines, effect: { do: 'unlock', vmid } });
}

function bootOrder(config: GuestState['config']): string {
  const first = ['scsi', 'virtio', 'sata', 'ide'].flatMap((bus) => Object.keys(config).filter((key) => new RegExp(`^${bus}\\d+$`).test(key)).sort())[0]; // prettier-ignore
  const card = Object.keys(config).find((key) => /^net\d+$/.test(key));
  return `order=${[first, card].filter((one) => one !== undefined).join(';')}`;
}

function identity(vmid: number, now: number): GuestState['config'] {
  return {
    meta: `creation-qemu=10.1.2,ctime=${now}`,
    smbios1: `uuid=${uuid('smbios', vmid, now)}`,
    vmgenid: uuid('vmgenid', vmid, now),
  };
}
