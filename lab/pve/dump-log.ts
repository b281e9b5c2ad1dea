import { chance, uuid } from '../chance.ts';
import { aheadOfUtc, utcText } from '../zone.ts';
import type { Volume } from './guest.ts';
import { clockDuration, humanBytes, renderBytes, renderDuration, renderRate } from './sizes.ts';
import { settingText } from './settings.ts';
import type { DumpOptions, GuestKind } from './state.ts';

/**
 * Lines of a vzdump task log as PVE prints them, without times but where the real one has them.
 * @see https://git.proxmox.com/?p=pve-manager.git;a=blob;f=PVE/VZDump.pm
 */
export type GuestHead = {
  readonly vmid: number;
  readonly kind: GuestKind;
  readonly name: string;
  readonly running: boolean;
  readonly startedAt: number;
  readonly timeZone: string;
};

export function jobStarts(options: DumpOptions): string {
  const { vmid, ...rest } = options;
  const ids = vmid === undefined ? [] : settingText(vmid).split(',');
  const words = Object.entries(rest).map(([name, value]) => `--${name} ${shellWord(settingText(value))}`);
  return `INFO: starting new backup job: ${['vzdump', ...ids, ...words].join(' ')}`;
}

function shellWord(text: string): string {
  return /^[\w%+,\-./:@]+$/.test(text) ? text : `'${text}'`;
}

export function guestStarts(head: GuestHead): readonly string[] {
  return [
    `INFO: Starting Backup of VM ${head.vmid} (${head.kind})`,
    `INFO: Backup started at ${localTime(head.startedAt, head.timeZone)}`,
    `INFO: status = ${head.running ? 'running' : 'stopped'}`,
  ];
}

export function guestFails(head: GuestHead, error: string, at: number): readonly string[] {
  return [`ERROR: Backup of VM ${head.vmid} failed - ${error}`, `INFO: Failed at ${localTime(at, head.timeZone)}`];
}

export function guestEnds(head: GuestHead, at: number): readonly string[] {
  return [
    `INFO: Finished Backup of VM ${head.vmid} (${clockDuration(at - head.startedAt)})`,
    `INFO: Backup finished at ${localTime(at, head.timeZone)}`,
  ];
}

/** The end of a job's log. What follows `TASK` is the task's status. */
export function jobEnds(failed: number, warnings: number): { readonly lines: readonly string[]; readonly status: string } {
  const notified = 'INFO: notified via target `mail-to-root`';
  if (failed > 0) return { lines: ['INFO: Backup job finished with errors', notified, 'TASK ERROR: job errors'], status: 'job errors' };
  const lines = ['INFO: Backup job finished successfully', notified];
  if (warnings > 0) return { lines: [...lines, `TASK WARNINGS: ${warnings}`], status: `WARNINGS: ${warnings}` };
  return { lines: [...lines, 'TASK OK'], status: 'OK' };
}

/** `2026-11-23 12:39:10` in the node's zone. */
export function localTime(at: number, timeZone: string): string {
  return new Date((at + aheadOfUtc(at, timeZone)) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

export function modeLines(mode: string, bandwidthKibPerSecond: number | undefined): readonly string[] {
  const limit = bandwidthKibPerSecond ? [`INFO: bandwidth limit: ${bandwidthKibPerSecond} KiB/s`] : [];
  return [`INFO: backup mode: ${mode}`, ...limit, 'INFO: ionice priority: 7'];
}

export function vmDiskLines(name: string | undefined, volumes: readonly Volume[]): readonly string[] {
  const disks = volumes.map(({ key, volume, included, sizeText }) =>
    included
      ? `INFO: include disk '${key}' '${volume}'${sizeText ? ` ${sizeText}` : ''}`
      : `INFO: exclude disk '${key}' '${volume}' (backup=no)`,
  );
  return [...(name === undefined ? [] : [`INFO: VM Name: ${name}`]), ...disks];
}

export function mountPointLines(name: string | undefined, volumes: readonly Volume[]): readonly string[] {
  const mounts = volumes.map(({ key, kind, included, reason, mountedAt }) => {
    const word = kind === 'rootfs' || kind === 'mount' ? '' : `${kind} `;
    const excluded = kind === 'mount' ? 'volume ' : word;
    return included
      ? `INFO: including mount point ${key} ('${mountedAt}') in backup`
      : `INFO: excluding ${excluded}mount point ${key} ('${mountedAt}') from backup (${reason})`;
  });
  return [...(name === undefined ? [] : [`INFO: CT Name: ${name}`]), ...mounts];
}

/** How one drive's bitmap stood when the backup began. */
export type DriveStatus = { readonly key: string; readonly totalBytes: number; readonly dirtyBytes: number; readonly bitmap: Bitmap };

export type Bitmap = 'new' | 'used' | 'invalid';

export function bitmapLines(drives: readonly DriveStatus[]): readonly string[] {
  const lines = drives.map(
    ({ key, totalBytes, dirtyBytes, bitmap }) => `INFO: ${key}: dirty-bitmap status: ${bitmapText(bitmap, dirtyBytes, totalBytes)}`,
  );
  const total = sum(drives.map(({ totalBytes }) => totalBytes));
  const dirty = sum(drives.map(({ dirtyBytes }) => dirtyBytes));
  if (dirty < total)
    lines.push(`INFO: using fast incremental mode (dirty-bitmap), ${renderBytes(dirty)} dirty of ${renderBytes(total)} total`);
  return lines;
}

function bitmapText(bitmap: Bitmap, dirtyBytes: number, totalBytes: number): string {
  if (bitmap === 'new') return 'created new';
  if (bitmap === 'invalid') return 'existing bitmap was invalid and has been cleared';
  return dirtyBytes === 0 ? 'OK (drive clean)' : `OK (${renderBytes(dirtyBytes)} of ${renderBytes(totalBytes)} dirty)`;
}

/** What the copying amounted to. */
export type Transfer = {
  readonly totalBytes: number;
  /** What had to be looked at: the dirty part, or everything. */
  readonly readBytes: number;
  readonly zeroBytes: number;
  /** Not sent, for PBS has it or it is zero; the clean part included. */
  readonly reusedBytes: number;
  readonly seconds: number;
};

/** Progress as the log of a long copy shows it: each new whole percent, but not more often than every three seconds. */
export function progressLines(transfer: Transfer, seed: string): readonly string[] {
  const { readBytes, seconds, totalBytes, reusedBytes } = transfer;
  const span = Math.max(1, seconds);
  const stepSeconds = Math.max(3, Math.ceil(span / 25));
  const writeFraction = readBytes === 0 ? 0 : Math.max(0, (totalBytes - reusedBytes) / readBytes);
  const lines: string[] = [];
  let before = 0;
  let at = 0;
  let shown = -1;
  while (at < span) {
    const next = Math.min(span, at + stepSeconds);
    const share = next === span ? 1 : (next / span) * (0.9 + 0.1 * chance(seed, next));
    const done = Math.max(before, Math.floor((readBytes * share) / CHUNK_BYTES) * CHUNK_BYTES);
    const reached = next === span ? readBytes : done;
    const percent = readBytes === 0 ? 100 : Math.floor((reached / readBytes) * 100);
    if (percent !== shown) {
      const rate = (reached - before) / (next - at);
      lines.push(
        `INFO: ${String(percent).padStart(3)}% (${renderBytes(reached)} of ${renderBytes(readBytes)}) in ${renderDuration(next)}, read: ${renderRate(rate)}, write: ${renderRate(rate * writeFraction)}`,
      );
    }
    shown = percent;
    [before, at] = [reached, next];
  }
  return lines;
}

export const CHUNK_BYTES = 4 * 2 ** 20;

export function transferLines({ totalBytes, readBytes, zeroBytes, reusedBytes, seconds }: Transfer): readonly string[] {
  const percent = (bytes: number): number => Math.floor((bytes / totalBytes) * 100);
  const span = Math.max(1, seconds);
  return [
    ...(zeroBytes > 0 ? [`INFO: backup is sparse: ${renderBytes(zeroBytes, 2)} (${percent(zeroBytes)}%) total zero data`] : []),
    ...(reusedBytes > 0 ? [`INFO: backup was done incrementally, reused ${renderBytes(reusedBytes, 2)} (${percent(reusedBytes)}%)`] : []),
    ...(readBytes > 0 ? [`INFO: transferred ${renderBytes(readBytes, 2)} in ${span} seconds (${renderRate(readBytes / span)})`] : []),
  ];
}

export function archiveLine(type: 'vm' | 'ct', vmid: number, at: number): string {
  return `INFO: creating Proxmox Backup Server archive '${type}/${vmid}/${utcText(at)}'`;
}

/** Where a client's backup goes, as its own output names it. */
export type ClientRun = {
  readonly type: 'vm' | 'ct';
  readonly vmid: number;
  readonly node: string;
  readonly startedAt: number;
  readonly timeZone: string;
  /** `user@pbs!token@pbs.lan:main` */
  readonly repository: string;
  /** With the port in it, as the upload lines say. */
  readonly repositoryWithPort: string;
  readonly namespace: string;
  readonly encrypted: boolean;
  readonly previousAt: number | undefined;
  readonly pid: number;
};

export function containerStarts(run: ClientRun): readonly string[] {
  const config = `/var/tmp/vzdumptmp${run.pid}_${run.vmid}/etc/vzdump/pct.conf`;
  const crypt = run.encrypted ? '--crypt-mode=encrypt --keyfd=11' : '--crypt-mode=none';
  return [
    'INFO: set max number of entries in memory for file-based backups to 1048576',
    `INFO: run: lxc-usernsexec -m u:0:100000:65536 -m g:0:100000:65536 -- /usr/bin/proxmox-backup-client backup ${crypt} pct.conf:${config} root.pxar:/mnt/vzsnap0 --include-dev /mnt/vzsnap0/./ --skip-lost-and-found --exclude=/tmp/?* --exclude=/var/tmp/?* --exclude=/var/run/?*.pid --backup-type ct --backup-id ${run.vmid} --backup-time ${run.startedAt} --entries-max 1048576 --repository ${run.repository}${namespaceOption(run)}`,
    ...clientStarts(run),
    `INFO: Upload config file '${config}' to '${run.repositoryWithPort}' as pct.conf.blob`,
    `INFO: Upload directory '/mnt/vzsnap0' to '${run.repositoryWithPort}' as root.pxar.didx`,
  ];
}

function clientStarts(run: ClientRun): readonly string[] {
  const name = `${run.type}/${run.vmid}/${utcText(run.startedAt)}`;
  return [
    `INFO: Starting backup: ${run.namespace ? `[${run.namespace}]:` : ''}${name}`,
    `INFO: Client name: ${run.node}`,
    `INFO: Starting backup protocol: ${unixDate(run.startedAt, run.timeZone)}`,
    run.previousAt === undefined
      ? 'INFO: No previous manifest available.'
      : `INFO: Downloading previous manifest (${unixDate(run.previousAt, run.timeZone)})`,
  ];
}

function namespaceOption(run: ClientRun): string {
  return run.namespace ? ` --ns ${run.namespace}` : '';
}

export function containerEnds(run: ClientRun, { totalBytes, reusedBytes, seconds }: Transfer): readonly string[] {
  const sent = totalBytes - reusedBytes;
  const span = Math.max(0.4, seconds - 1);
  return [
    `INFO: root.pxar: had to backup ${humanBytes(sent)} of ${humanBytes(totalBytes)} (compressed ${humanBytes(Math.round(sent * 0.45))}) in ${span.toFixed(2)} s (average ${humanBytes(Math.round(sent / span))}/s)`,
    ...(reusedBytes > 0
      ? [
          `INFO: root.pxar: backup was done incrementally, reused ${humanBytes(reusedBytes)} (${((reusedBytes / totalBytes) * 100).toFixed(1)}%)`,
        ]
      : []),
    `INFO: Uploaded backup catalog (${humanBytes(Math.max(339, Math.round(totalBytes / 1700)))})`,
    `INFO: Duration: ${(span + 0.05).toFixed(2)}s`,
    `INFO: End Time: ${unixDate(run.startedAt + Math.round(span), run.timeZone)}`,
  ];
}

/** A VM none of whose disks is in the backup: only its configuration is saved, and the job calls it a success. */
export function disklessLines(run: ClientRun): readonly string[] {
  const config = `/var/tmp/vzdumptmp${run.pid}_${run.vmid}/qemu-server.conf`;
  return [
    'INFO: backup contains no disks',
    'INFO: starting diskless backup',
    `INFO: /usr/bin/proxmox-backup-client backup --repository ${run.repository} --backup-type vm --backup-id ${run.vmid} --backup-time ${run.startedAt}${namespaceOption(run)} qemu-server.conf:${config}`,
    ...clientStarts(run),
    `INFO: Upload config file '${config}' to '${run.repositoryWithPort}' as qemu-server.conf.blob`,
    'INFO: Duration: 0.05s',
    `INFO: End Time: ${unixDate(run.startedAt, run.timeZone)}`,
  ];
}

export function backupTaskLine(vmid: number, at: number): string {
  return `INFO: started backup task '${uuid('backup task', vmid, at)}'`;
}

/** `Mon Nov 23 12:17:49 2026` in the node's zone. */
function unixDate(at: number, timeZone: string): string {
  const local = new Date((at + aheadOfUtc(at, timeZone)) * 1000);
  const [weekday, day, month, year, time] = local.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
