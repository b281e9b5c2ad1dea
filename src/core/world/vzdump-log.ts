import { logBytes, logNumber, SIZE } from './log-size.ts';
import type { GuestResult } from './task.ts';
import { readMailTable } from './vzdump-mail.ts';

export type VzdumpLog = {
  readonly guests: readonly GuestResult[];
  /** The line that begins a job is there, so that a last line is to be expected. */
  readonly isJob: boolean;
  /** What the job says of itself before the task's last line. */
  readonly summary?: 'ok' | 'failed';
};

type Guest = {
  readonly vmid: number;
  result: GuestResult['result'];
  startedAt?: string;
  durationSeconds?: number;
  error?: string;
  snapshot?: string;
  included: string[];
  excluded: string[];
  diskless: boolean;
  mode?: string;
  freeze?: string;
  /** One for each archive that reported. */
  readonly archives: Map<string, { bytes: number; ofBytes?: number }>;
  reused: { readonly bytes: number; readonly fraction: number }[];
};

type Reading = { readonly guests: Map<number, Guest>; open: Guest | undefined; isJob: boolean; summary?: 'ok' | 'failed' };

/** Reads what a vzdump of PVE 4 to 9 says about each guest, from lines without time stamps. A guest that appears twice counts as it was last. */
export function readVzdump(lines: readonly string[]): VzdumpLog {
  const reading: Reading = { guests: new Map(), open: undefined, isJob: false };
  for (const { vmid, result, durationSeconds } of readMailTable(lines)) {
    reading.guests.set(vmid, { ...makeGuest(vmid), result, ...(durationSeconds === undefined ? {} : { durationSeconds }) });
  }
  for (const line of lines) {
    const told = /^(INFO|WARN|ERROR): +(.*)$/.exec(line);
    if (told) readLine(reading, told[1] === 'ERROR', told[2]!);
  }
  return {
    guests: [...reading.guests.values()].map(finish),
    isJob: reading.isJob,
    ...(reading.summary === undefined ? {} : { summary: reading.summary }),
  };
}

function readLine(reading: Reading, isError: boolean, line: string): void {
  if (readJobLine(reading, isError, line)) return;
  const started = /^Starting Backup of VM (\d{1,9}) \(/.exec(line);
  if (started) return begin(reading, Number(started[1]));
  const finished = /^Finished Backup of VM (\d{1,9})(?: \((\d{2,6}):(\d\d):(\d\d)\))?/.exec(line);
  if (finished) {
    const [, vmid, hours, minutes, seconds] = finished;
    return end(reading, Number(vmid), hours === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  }
  const failed = isError ? /^Backup of VM (\d{1,9}) failed(?: - (.*))?$/.exec(line) : null;
  if (failed) return fail(reading, Number(failed[1]), failed[2]?.trim() ?? '');
  if (reading.open) readGuestLine(reading.open, isError, line);
}

function readJobLine(reading: Reading, isError: boolean, line: string): boolean {
  if (/^starting new backup job: |^trying to get global lock|^got global lock/.test(line)) reading.isJob = true;
  else if (line === 'Backup job finished successfully') reading.summary = 'ok';
  else if (line === 'Backup job finished with errors' || (isError && line.startsWith('Backup job failed'))) reading.summary = 'failed';
  else return false;
  return true;
}

function begin(reading: Reading, vmid: number): void {
  reading.open = makeGuest(vmid);
  reading.guests.delete(vmid);
  reading.guests.set(vmid, reading.open);
}

function makeGuest(vmid: number): Guest {
  return { vmid, result: 'unfinished', included: [], excluded: [], diskless: false, archives: new Map(), reused: [] };
}

function end(reading: Reading, vmid: number, durationSeconds: number | undefined): void {
  const guest = reading.guests.get(vmid) ?? makeGuest(vmid);
  reading.guests.set(vmid, guest);
  if (guest.result === 'failed') return;
  guest.result = 'ok';
  if (durationSeconds !== undefined) guest.durationSeconds = durationSeconds;
}

/** A guest whose id is nowhere fails without having been started. */
function fail(reading: Reading, vmid: number, error: string): void {
  const guest = reading.guests.get(vmid) ?? makeGuest(vmid);
  reading.guests.set(vmid, guest);
  reading.open = guest;
  guest.result = 'failed';
  if (error) guest.error = error;
}

const TRANSFERRED = new RegExp(`^transferred ${SIZE} in `);
const REUSED = new RegExp(String.raw`^(?:(\S{1,255}): )?backup was done incrementally, reused ${SIZE} \(([\d.,]+)%\)`);
const HAD_TO = new RegExp(String.raw`^(\S{1,255}): had to (?:backup|upload) ${SIZE} of ${SIZE}`);

function readGuestLine(guest: Guest, isError: boolean, line: string): void {
  if (isError) {
    if (guest.freeze === 'done' && /fsfreeze-freeze/.test(line)) guest.freeze = line;
    return;
  }
  const [, key, value] = /^(Backup started at|Failed at|backup mode:|creating Proxmox Backup Server archive) (.*)$/.exec(line) ?? [];
  if (key === 'Backup started at') guest.startedAt = value!;
  else if (key === 'Failed at') guest.durationSeconds = secondsBetween(guest.startedAt, value!) ?? guest.durationSeconds!;
  else if (key === 'backup mode:') guest.mode = value!.trim();
  else if (key !== undefined) guest.snapshot = value!.replaceAll("'", '');
  else if (!readDisks(guest, line) && !readFreeze(guest, line)) readAmounts(guest, line);
}

/** VMs: `include disk 'scsi0' …`; containers: `including mount point rootfs ('/') in backup`, `excluding bind mount point mp0 …`. */
function readDisks(guest: Guest, line: string): boolean {
  const disk = /^(in|ex)clude disk '([^']{1,64})'/.exec(line) ?? /^(in|ex)cluding (?:[a-z]+ )?mount point (\S{1,64})/.exec(line);
  if (disk) (disk[1] === 'in' ? guest.included : guest.excluded).push(disk[2]!);
  else if (line === 'backup contains no disks' || line === 'starting diskless backup') guest.diskless = true;
  else return false;
  return true;
}

function readFreeze(guest: Guest, line: string): boolean {
  if (line.startsWith("issuing guest-agent 'fs-freeze'")) guest.freeze = 'done';
  else {
    const skipped = /^skipping guest(?: filesystem freeze - |-agent 'fs-freeze', )(.*)$/.exec(line);
    if (!skipped) return false;
    guest.freeze = skipped[1]!;
  }
  return true;
}

function readAmounts(guest: Guest, line: string): void {
  const sent = TRANSFERRED.exec(line);
  if (sent) return addArchive(guest, 'disks', logBytes(sent[1]!, sent[2]!));
  const had = HAD_TO.exec(line);
  if (had)
    return had[1]!.startsWith('catalog') ? undefined : addArchive(guest, had[1]!, logBytes(had[2]!, had[3]!), logBytes(had[4]!, had[5]!));
  const reused = REUSED.exec(line);
  if (reused && !reused[1]?.startsWith('catalog')) {
    const [bytes, percent] = [logBytes(reused[2]!, reused[3]!), logNumber(reused[4]!)];
    if (bytes !== undefined && percent !== undefined && percent <= 100) guest.reused.push({ bytes, fraction: percent / 100 });
    return;
  }
  const written = /^Total bytes written: (\d{1,15})\b/.exec(line);
  if (written) addArchive(guest, 'tar', Number(written[1]));
}

function addArchive(guest: Guest, name: string, bytes: number | undefined, ofBytes?: number): void {
  if (bytes !== undefined) guest.archives.set(name, { bytes, ...(ofBytes === undefined ? {} : { ofBytes }) });
}

/** Both are local times of one node without zone: right unless the clocks changed in between; a span that runs backwards is none. */
function secondsBetween(from: string | undefined, to: string): number | undefined {
  const [a, b] = [from, to].map((text) => localSeconds(text ?? ''));
  return a === undefined || b === undefined || b < a ? undefined : b - a;
}

function localSeconds(text: string): number | undefined {
  const found = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)/.exec(text);
  if (!found) return undefined;
  try {
    return Temporal.PlainDateTime.from(`${found[1]}T${found[2]}`).toZonedDateTime('UTC').epochMilliseconds / 1000;
  } catch {
    return undefined;
  }
}

function finish(guest: Guest): GuestResult {
  const { vmid, result, durationSeconds, error, snapshot, included, excluded, diskless, mode, freeze } = guest;
  const archives = [...guest.archives.values()];
  const reusedFraction = reusedOf(guest);
  return {
    vmid,
    result,
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(archives.length === 0 ? {} : { bytes: archives.reduce((sum, { bytes }) => sum + bytes, 0) }),
    ...(reusedFraction === undefined ? {} : { reusedFraction }),
    ...(error === undefined ? {} : { error }),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(included.length === 0 ? {} : { includedDisks: included }),
    ...(excluded.length === 0 ? {} : { excludedDisks: excluded }),
    ...(diskless ? { diskless } : {}),
    ...(mode === undefined ? {} : { mode }),
    ...(freeze === undefined ? {} : { freeze }),
  };
}

/** As printed where there is one archive; over all archives where a container has several. */
function reusedOf({ reused, archives }: Guest): number | undefined {
  if (reused.length === 0) return undefined;
  const total = [...archives.values()].reduce((sum, { ofBytes }) => sum + (ofBytes ?? 0), 0);
  if (reused.length === 1 && archives.size <= 1) return reused[0]!.fraction;
  if (total === 0) return reused.at(-1)!.fraction;
  return Math.min(1, reused.reduce((sum, { bytes }) => sum + bytes, 0) / total);
}
