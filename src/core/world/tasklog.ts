import { readPbsBackup } from './pbs-backup-log.ts';
import type { GuestResult, TaskLog } from './task.ts';
import { readVzdump, type VzdumpLog } from './vzdump-log.ts';

/** Longest part of a line that is looked at; what matters stands at its beginning. */
const LINE_LENGTH = 4096;

/**
 * What a careful reader takes from a task log of PVE or PBS, whole or cut, with or without time stamps before its lines.
 *
 * The last line that begins with TASK decides (a server may write one more after it). A log without one was cut, its task was killed,
 * or it still runs: that is `unknown`, or `running` where the caller knows so. A guest is `ok` only where the log says that its
 * backup finished; being named, started, or part of a job that ended OK proves nothing.
 * @param facts.running  the server says that the task runs
 * @see https://git.proxmox.com/?p=pve-manager.git;a=blob;f=PVE/VZDump.pm (exec_backup_task)
 */
export function parseTaskLog(text: string, facts: { readonly running?: boolean } = {}): TaskLog {
  const lines = splitLines(text);
  const vzdump = readVzdump(lines);
  const end = lines.findLast((line) => line.startsWith('TASK '));
  const pbs = vzdump.guests.length === 0 ? readPbsBackup(lines, end) : undefined;
  const guests = pbs ? [pbs] : vzdump.guests;
  return { overall: judge(end, vzdump, guests, facts.running === true), guests };
}

function judge(end: string | undefined, vzdump: VzdumpLog, guests: readonly GuestResult[], running: boolean): TaskLog['overall'] {
  if (end !== undefined) return readEnd(end);
  if (running) return 'running';
  if (vzdump.summary !== undefined) return vzdump.summary;
  // The log of one guest, as PVE keeps and mails it, has neither a first line of a job nor a last one of a task.
  if (vzdump.isJob || guests.length === 0) return 'unknown';
  if (guests.some(({ result }) => result === 'failed')) return 'failed';
  return guests.every(({ result }) => result === 'ok') ? 'ok' : 'unknown';
}

/** As PVE and PBS read the last line themselves: anything that is not exactly one of the three forms is unknown. */
function readEnd(line: string): TaskLog['overall'] {
  if (line === 'TASK OK') return 'ok';
  if (/^TASK WARNINGS: \d+$/.test(line)) return 'warnings';
  return /^TASK ERROR: (?!unexpected status$)./.test(line) ? 'failed' : 'unknown';
}

const STAMP = String.raw`\[?(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?Z|[+-]\d\d:?\d\d)?|[A-Z][a-z]{2} [ \d]?\d(?: \d{4})? \d\d:\d\d:\d\d)\]?`;
/** Mails put the guest's id before each line, PVE's own files a local time, PBS one with offset, journals host and process. */
const PREFIX = new RegExp(String.raw`^(?:\d{1,9}: )?${STAMP}:? (?:[\w.-]{1,64} [\w./-]{1,64}\[\d{1,9}\]: )?`);

function splitLines(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line) => {
      const short = line.length > LINE_LENGTH ? line.slice(0, LINE_LENGTH) : line;
      return short.replace(PREFIX, '');
    });
}
