import type { Upid } from './task.ts';

const HEAD = '^UPID:([a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9})';
/** PVE makes file names of them, so that no part holds a slash. */
const PVE = new RegExp(`${HEAD}:([0-9A-Fa-f]{8}):([^:/\\s]+):([^:/\\s]*):([^:/\\s]+):$`);
/** PBS escapes the slash, and counts the tasks of a process in one more field. */
const PBS = new RegExp(`${HEAD}:[0-9A-Fa-f]{8,16}:([0-9A-Fa-f]{8}):([^:\\s]+):([^:\\s]*):([^:\\s]+):$`);

/**
 * A task's identifier taken apart, or undefined where neither product would accept it.
 *
 * The two differ by one field, so the text itself says which server it came from. PBS escapes the worker
 * id as systemd does and it is returned unescaped; PVE does not escape. An absent id is the empty string.
 * @see https://git.proxmox.com/?p=pve-common.git;a=blob;f=src/PVE/UPID.pm
 * @see https://git.proxmox.com/?p=proxmox.git;a=blob;f=proxmox-schema/src/upid.rs
 */
export function parseUpid(text: string): Upid | undefined {
  const pve = PVE.exec(text);
  const found = pve ?? PBS.exec(text);
  if (!found) return undefined;
  const [, node, pid, pstart, startedAt, type, worker, user] = found;
  const id = pve ? worker : unescapeUnit(worker!);
  if (id === undefined) return undefined;
  return {
    text,
    product: pve ? 'pve' : 'pbs',
    node: node!,
    pid: Number.parseInt(pid!, 16),
    pstart: Number.parseInt(pstart!, 16),
    startedAt: Number.parseInt(startedAt!, 16),
    type: type!,
    id,
    user: user!,
  };
}

/** `main\x3avm-100` → `main:vm/100`; undefined where an escape is broken or the bytes are no UTF-8. */
function unescapeUnit(text: string): string | undefined {
  if (!/^(?:[^\\]|\\x[0-9A-Fa-f]{2})*$/.test(text)) return undefined;
  const bytes = text
    .replaceAll('%', '%25')
    .replaceAll('-', '/')
    .replaceAll(/\\x(..)/g, '%$1');
  try {
    return decodeURIComponent(bytes);
  } catch {
    return undefined;
  }
}
