import type { Pulse } from '#app/ports.ts';
import { digest } from '#core/digest.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import type { Http } from './http.ts';
import type { SiteClients } from './observe.ts';
import { readTask } from './pve.ts';
import { mapRows } from './wire/read.ts';

/** How many of a PBS's newest tasks a sign is made of. */
const NEWEST = 50;

/**
 * One request to each server of a site. PVE's list is the cluster's, the newest 25 or so of each node; what ended between two pulses
 * and was pushed out by others meanwhile is still seen, for those others ended too.
 * @see https://pve.proxmox.com/pve-docs/api-viewer/#/cluster/tasks
 */
export async function pulseSite({ pve, pbs }: SiteClients): Promise<Pulse> {
  const beats = await Promise.all([
    beatOf(pve, '/cluster/tasks', {}),
    ...pbs.map(({ http }) => beatOf(http, '/nodes/localhost/tasks', { limit: NEWEST })),
  ]);
  return {
    sign: digest(beats.map(({ ended }) => ended)),
    silent: beats.flatMap(({ server, trouble }) => (trouble ? [{ server, trouble }] : [])),
  };
}

type Beat = { readonly server: string; readonly ended: readonly string[]; readonly trouble?: ProxmoxError };

async function beatOf(http: Http, path: string, params: { readonly limit?: number }): Promise<Beat> {
  try {
    const tasks = await http.probe(path, params, ({ data }) => mapRows(data, readTask));
    const ended = tasks.flatMap(({ upid, endedAt }) => (endedAt === undefined ? [] : [upid]));
    return { server: http.name, ended: ended.sort() };
  } catch (trouble) {
    if (!(trouble instanceof ProxmoxError)) throw trouble;
    return { server: http.name, ended: [], trouble };
  }
}
