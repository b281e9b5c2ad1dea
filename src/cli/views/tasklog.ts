import type { Paint } from '../out.ts';
import type { GuestResult, TaskLog } from '#core/world/task.ts';
import { spellDuration, spellSize } from '#core/units.ts';

const OVERALL: Readonly<Record<TaskLog['overall'], string>> = {
  ok: 'ended without error',
  warnings: 'ended with warnings',
  failed: 'failed',
  running: 'still running',
  unknown: 'how it ended is not in the log: it was cut, killed, or still runs',
};

export function taskLogText({ overall, guests }: TaskLog, paint: Paint): string {
  const color = overall === 'ok' ? paint.green : overall === 'failed' ? paint.red : paint.yellow;
  return [`The task ${color(OVERALL[overall])}.`, ...guests.map((guest) => guestLine(guest, paint))].join('\n');
}

function guestLine(guest: GuestResult, paint: Paint): string {
  const color = guest.result === 'ok' ? paint.green : guest.result === 'failed' ? paint.red : paint.yellow;
  const remarks = [
    guest.durationSeconds === undefined ? '' : `in ${spellDuration(guest.durationSeconds)}`,
    guest.bytes === undefined ? '' : spellSize(guest.bytes),
    guest.mode === undefined ? '' : `mode ${guest.mode}`,
    guest.diskless ? 'it holds no disk' : '',
    guest.freeze !== undefined && guest.freeze !== 'done' ? `not frozen: ${guest.freeze}` : '',
    guest.excludedDisks ? `left out: ${guest.excludedDisks.join(', ')}` : '',
    guest.error ?? '',
  ].filter((remark) => remark !== '');
  return `  ${String(guest.vmid).padStart(6)}  ${color(guest.result.padEnd(10))}  ${remarks.join(' · ')}`;
}
