import type { GuestResult } from './task.ts';

/**
 * The one guest of a backup task of PBS, or undefined where the log is of another task or of a `host` backup. PBS is told
 * that a backup is complete; a client that went away leaves `backup ended but finished state is not set.`
 * @param end  the log's last TASK line
 * @see https://git.proxmox.com/?p=proxmox-backup.git;a=blob;f=src/api2/backup/mod.rs
 */
export function readPbsBackup(lines: readonly string[], end: string | undefined): GuestResult | undefined {
  const named = lines
    .slice(0, 50)
    .map((line) => /^starting new backup on datastore '[^']*'(?: from \S+)?: "?(?:.*\/)?((vm|ct)\/(\d{1,9})\/[^"/\s]+)"?$/.exec(line));
  const found = named.find((match) => match !== null);
  if (!found) return undefined;
  const finished = lines.includes('backup finished successfully');
  const error = /^TASK ERROR: (.+)$/.exec(end ?? '')?.[1];
  const amounts = lines.map((line) => /^(Size|Upload size): (\d{1,15})\b/.exec(line)).filter((match) => match !== null);
  const [size, uploaded] = ['Size', 'Upload size'].map((name) =>
    sum(amounts.filter((match) => match[1] === name).map((match) => Number(match[2]))),
  );
  return {
    vmid: Number(found[3]),
    result: error !== undefined ? 'failed' : finished ? 'ok' : 'unfinished',
    ...(uploaded === undefined ? {} : { bytes: uploaded }),
    ...(uploaded === undefined || !size ? {} : { reusedFraction: Math.max(0, Math.round((1 - uploaded / size) * 1000) / 1000) }),
    ...(error === undefined ? {} : { error }),
    snapshot: found[1]!,
  };
}

function sum(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((a, b) => a + b, 0);
}
