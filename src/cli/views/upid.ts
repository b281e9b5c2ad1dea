import type { Paint } from '../out.ts';
import type { Upid } from '#core/world/task.ts';
import { spellInstant } from '#core/units.ts';

export function upidText(upid: Upid | undefined, paint: Paint): string {
  if (!upid) return 'This is no UPID of PVE or PBS.';
  const rows = [
    ['product', upid.product === 'pve' ? 'Proxmox VE' : 'Proxmox Backup Server'],
    ['node', upid.node],
    ['started', spellInstant(upid.startedAt, 'UTC')],
    ['type', upid.type],
    ['of', upid.id || '(several, or none)'],
    ['by', upid.user],
    ['process', `${upid.pid}`],
  ];
  return rows.map(([name, value]) => `${paint.dim(name!.padEnd(8))} ${value}`).join('\n');
}
