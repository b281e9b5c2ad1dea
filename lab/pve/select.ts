import { isOn, listed, text } from './settings.ts';
import type { DumpOptions, GuestState, PveState } from './state.ts';

/** Guests of one run on one node, in the order of their ids; `unknown` are ids in a list that no node has. */
export type Selected = { readonly here: readonly number[]; readonly elsewhere: readonly number[]; readonly unknown: readonly number[] };

/**
 * Which guests a job or a run takes: pool before list before all; an exclusion counts only where all are taken, and
 * members of nested pools are not members of their parent.
 * @see https://git.proxmox.com/?p=pve-manager.git;a=blob;f=PVE/API2Tools.pm
 */
export function selectGuests(state: PveState, options: DumpOptions): readonly number[] {
  const pool = text(options, 'pool');
  if (pool !== undefined) {
    const vmids = state.pools[pool]?.vmids ?? [];
    return vmids.filter((vmid) => state.guests[vmid] !== undefined).sort((a, b) => a - b);
  }
  if (options['vmid'] !== undefined) return listed(options['vmid']).sort((a, b) => a - b);
  if (!isOn(options['all'])) return [];
  const excluded = new Set(listed(options['exclude']));
  return Object.keys(state.guests)
    .map(Number)
    .filter((vmid) => !excluded.has(vmid));
}

export function selectOnNode(state: PveState, options: DumpOptions, node: string): Selected {
  const here: number[] = [];
  const elsewhere: number[] = [];
  const unknown: number[] = [];
  for (const vmid of selectGuests(state, options)) {
    const guest: GuestState | undefined = state.guests[vmid];
    if (!guest) unknown.push(vmid);
    else (guest.node === node ? here : elsewhere).push(vmid);
  }
  return { here, elsewhere, unknown };
}

/** The pool of a guest; it has one at most. Asked for many guests, make `poolByGuest` once. */
export function poolByGuest(state: PveState): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const [id, pool] of Object.entries(state.pools)) for (const vmid of pool.vmids) found.set(vmid, id);
  return found;
}
