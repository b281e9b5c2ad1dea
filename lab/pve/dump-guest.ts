import * as log from './dump-log.ts';
import { agentOf, nameOf, volumesOf, wordOf, type Volume } from './guest.ts';
import { newestAt, openBackup, type Target } from './reach.ts';
import type { CurrentBackup, DumpOptions, GuestState, PveState, TaskState } from './state.ts';
import { copyDisks, copyFiles, type CopyOf } from './transfer.ts';
import { text } from './settings.ts';

export type GuestPlan = {
  /** What the log says at once. */
  readonly opening: readonly string[];
  /** What happens at the end of `seconds`, or why nothing will. */
  readonly outcome:
    | { readonly ok: true; readonly seconds: number; readonly current: CurrentBackup }
    | { readonly ok: false; readonly error: string };
};

export type GuestJob = {
  readonly state: PveState;
  readonly task: TaskState;
  readonly guest: GuestState;
  readonly options: DumpOptions;
  readonly target: Target;
  readonly head: log.GuestHead;
};

/** Opens one guest's backup on PBS and says what its log shows and how it will go. Sets the guest's lock. */
export function openGuest(job: GuestJob): GuestPlan {
  const { guest } = job;
  if (guest.config['lock'] !== undefined)
    return { opening: [], outcome: { ok: false, error: `${wordOf(guest.kind)} is locked (${guest.config['lock']})` } };
  saveConfig(job);
  return guest.kind === 'qemu' ? openVm(job) : openContainer(job);
}

/** Remembers the configuration that goes into the backup, where it is another one than before. */
function saveConfig({ state, guest, head }: GuestJob): void {
  const key = `${guest.kind === 'qemu' ? 'vm' : 'ct'}/${guest.vmid}`;
  const saved = (state.saved[key] ??= []);
  if (JSON.stringify(saved.at(-1)?.config) !== JSON.stringify(guest.config))
    saved.push({ from: head.startedAt, config: { ...guest.config } });
}

function openVm(job: GuestJob): GuestPlan {
  const { guest, options, target, head } = job;
  const mode = head.running ? (text(options, 'mode') ?? 'snapshot') : 'stop';
  const volumes = volumesOf(guest);
  const disks = volumes.filter(({ included }) => included);
  const limit = bandwidth(options);
  const named = log.vmDiskLines(guest.config['name'] === undefined ? undefined : nameOf(guest), volumes);
  const modes = log.modeLines(mode, limit);
  const opening = mode === 'snapshot' ? [...named, ...modes] : [...modes, ...named];
  for (const [key, value] of Object.entries(guest.config)) {
    if (key.startsWith('unused')) opening.push(`INFO: skip unused drive '${value}' (not included into backup)`);
  }
  if (mode === 'suspend') opening.push('INFO: suspending guest');
  if (mode === 'stop' && head.running) opening.push('INFO: stopping virtual guest');
  const backup = { type: 'vm' as const, vmid: guest.vmid, at: head.startedAt };
  opening.push(log.archiveLine('vm', guest.vmid, head.startedAt));
  if (target.keyFingerprint) opening.push('INFO: enabling encryption');
  if (disks.length === 0) return openDiskless(job, backup, opening);
  if (mode === 'stop') opening.push('INFO: starting kvm to execute backup task');
  const previousAt = newestAt(target, 'vm', guest.vmid);
  const opened = openBackup(target, backup);
  if (!opened.ok)
    return failedAtOnce(
      opening,
      `VM ${guest.vmid} qmp command 'backup' failed - backup connect failed: command error: ${opened.error}`,
      head.running,
    );
  guest.config['lock'] = 'backup';
  const copy = {
    guest,
    volumes: disks,
    at: head.startedAt,
    previousAt,
    bitmap: bitmapOf(job, mode, previousAt),
    bandwidthKibPerSecond: limit,
  };
  const { drives, transfer } = copyDisks(job.state, copy);
  opening.push(...freezeLines(guest, mode, head));
  opening.push(log.backupTaskLine(guest.vmid, head.startedAt));
  if (head.running)
    opening.push(mode === 'snapshot' ? 'INFO: resuming VM again' : `INFO: resuming VM again after ${mode === 'stop' ? 35 : 5} seconds`);
  opening.push(...log.bitmapLines(drives));
  const lines = [
    ...log.progressLines(transfer, `${guest.vmid}/${head.startedAt}`),
    ...log.transferLines(transfer),
    ...(head.running ? (mode === 'suspend' ? ['INFO: resume vm'] : []) : ['INFO: stopping kvm after backup task']),
  ];
  const files = [
    ...disks.map(({ key, sizeBytes }) => ({ filename: `drive-${key}.img.fidx`, size: sizeBytes })),
    { filename: 'qemu-server.conf.blob', size: 400 + (guest.vmid % 97) },
  ];
  const bitmapGroup = guest.runningSince !== undefined ? groupOf(target) : undefined;
  const newBytes = transfer.totalBytes - transfer.reusedBytes;
  const current = currentOf(job, opened.upid, { lines, files, newBytes, ...(bitmapGroup === undefined ? {} : { bitmapGroup }) });
  return { opening, outcome: { ok: true, seconds: transfer.seconds + (mode === 'stop' && head.running ? 37 : 2), current } };
}

/** What ends the backup when its time is over. */
function currentOf(
  { guest, head }: GuestJob,
  session: string,
  made: Pick<CurrentBackup, 'lines' | 'files' | 'newBytes' | 'bitmapGroup'>,
): CurrentBackup {
  return { vmid: guest.vmid, startedAt: head.startedAt, session, ...made };
}

/** A backup that PBS or QEMU refuses: what is said of it depends on how far the guest had come. */
function failedAtOnce(opening: readonly string[], error: string, running: boolean): GuestPlan {
  const after = running ? 'INFO: resuming VM again' : 'INFO: stopping kvm after backup task';
  return { opening: [...opening, `ERROR: ${error}`, 'INFO: aborting backup job', after], outcome: { ok: false, error } };
}

function openDiskless(
  job: GuestJob,
  backup: { readonly type: 'vm'; readonly vmid: number; readonly at: number },
  opening: readonly string[],
): GuestPlan {
  const { guest, target } = job;
  const previousAt = newestAt(target, 'vm', guest.vmid);
  const opened = openBackup(target, backup);
  if (!opened.ok)
    return {
      opening: [...opening, 'INFO: backup contains no disks', 'INFO: starting diskless backup', `INFO: Error: ${opened.error}`],
      outcome: {
        ok: false,
        error: `command '/usr/bin/proxmox-backup-client backup --repository ${repository(target)}' failed: exit code 255`,
      },
    };
  guest.config['lock'] = 'backup';
  const files = [{ filename: 'qemu-server.conf.blob', size: 400 + (guest.vmid % 97) }];
  const lines = [...log.disklessLines(clientRun(job, 'vm', previousAt))];
  const current = currentOf(job, opened.upid, { lines, files, newBytes: 400 });
  return { opening, outcome: { ok: true, seconds: 1, current } };
}

function openContainer(job: GuestJob): GuestPlan {
  const { guest, options, target, head, state } = job;
  const asked = head.running ? (text(options, 'mode') ?? 'snapshot') : 'stop';
  const volumes = volumesOf(guest);
  const taken = volumes.filter(({ included }) => included);
  const snapshots = taken.every((volume) => takesSnapshots(state, volume));
  const mode = asked === 'snapshot' && !snapshots ? 'suspend' : asked;
  const named = log.mountPointLines(guest.config['hostname'] === undefined ? undefined : nameOf(guest), volumes);
  const modes = log.modeLines(mode, bandwidth(options));
  const opening: string[] = [];
  if (asked === 'snapshot') opening.push(...named);
  if (mode !== asked) opening.push('INFO: mode failure - some volumes do not support snapshots', "INFO: trying 'suspend' mode instead");
  opening.push(...modes);
  if (asked !== 'snapshot' || mode !== asked) opening.push(...named);
  if (mode === 'snapshot') opening.push("INFO: create storage snapshot 'vzdump'");
  if (mode === 'suspend') opening.push('INFO: suspending guest', 'INFO: resuming guest', 'INFO: guest is online again after 3 seconds');
  if (mode === 'stop' && head.running) opening.push('INFO: stopping virtual guest');
  opening.push(log.archiveLine('ct', guest.vmid, head.startedAt));
  const previousAt = newestAt(target, 'ct', guest.vmid);
  const run = clientRun(job, 'ct', previousAt);
  const opened = openBackup(target, { type: 'ct', vmid: guest.vmid, at: head.startedAt });
  if (!opened.ok)
    return {
      opening: [...opening, `INFO: Error: ${opened.error}`],
      outcome: {
        ok: false,
        error: `command 'lxc-usernsexec -m u:0:100000:65536 -m g:0:100000:65536 -- /usr/bin/proxmox-backup-client backup' failed: exit code 255`,
      },
    };
  guest.config['lock'] = 'backup';
  const copy: CopyOf = { guest, volumes: taken, at: head.startedAt, previousAt, bitmap: 'new', bandwidthKibPerSecond: undefined };
  const transfer = copyFiles(state, copy);
  const lines = [
    ...log.containerEnds(run, transfer),
    ...(mode === 'snapshot' ? ["INFO: cleanup temporary 'vzdump' snapshot"] : []),
    ...(mode === 'stop' && head.running ? ['INFO: restarting vm', `INFO: guest is online again after ${transfer.seconds} seconds`] : []),
  ];
  const files = [
    { filename: 'root.pxar.didx', size: transfer.totalBytes },
    { filename: 'catalog.pcat1.didx', size: Math.max(339, Math.round(transfer.totalBytes / 1700)) },
    { filename: 'pct.conf.blob', size: 180 + (guest.vmid % 97) },
  ];
  const current = currentOf(job, opened.upid, { lines, files, newBytes: transfer.totalBytes - transfer.reusedBytes });
  return { opening: [...opening, ...log.containerStarts(run)], outcome: { ok: true, seconds: transfer.seconds + 1, current } };
}

/** Freezing the guest's file systems: only a running guest whose agent is configured and answers is frozen; suspended, it cannot answer. */
function freezeLines(guest: GuestState, mode: string, head: log.GuestHead): readonly string[] {
  const start = 'INFO: starting backup via QMP command';
  const agent = agentOf(guest);
  if (!head.running || mode === 'stop' || !agent.configured) return [start];
  if (!agent.freeze) return ['INFO: skipping guest filesystem freeze - disabled in VM options', start];
  const answers =
    guest.agentAfterSeconds !== undefined &&
    mode === 'snapshot' &&
    (guest.runningSince ?? Infinity) + guest.agentAfterSeconds <= head.startedAt;
  if (!answers) return ['INFO: skipping guest filesystem freeze - agent configured but not running?', start];
  return ["INFO: issuing guest-agent 'fs-freeze' command", start, "INFO: issuing guest-agent 'fs-thaw' command"];
}

/** A bitmap is of use only where the newest snapshot of the group is the one it was begun with. */
function bitmapOf({ guest, target }: GuestJob, mode: string, previousAt: number | undefined): CopyOf['bitmap'] {
  const { bitmap } = guest;
  if (mode === 'stop' || !bitmap) return 'new';
  return bitmap.group === groupOf(target) && bitmap.at === previousAt ? 'used' : 'invalid';
}

function groupOf(target: Target): string {
  return `${target.pbs.node}:${target.datastore}:${target.namespace}`;
}

function clientRun({ task, guest, target, head }: GuestJob, type: 'vm' | 'ct', previousAt: number | undefined): log.ClientRun {
  return {
    type,
    vmid: guest.vmid,
    node: task.node,
    startedAt: head.startedAt,
    timeZone: head.timeZone,
    repository: repository(target),
    repositoryWithPort: `${target.authId}@${target.server}:${target.port}:${target.datastore}`,
    namespace: target.namespace,
    encrypted: target.keyFingerprint !== undefined,
    previousAt,
    pid: task.pid,
  };
}

export function repository(target: Target): string {
  const port = target.port === 8007 ? '' : `:${target.port}`;
  return `${target.authId}@${target.server}${port}:${target.datastore}`;
}

function takesSnapshots(state: PveState, volume: Volume): boolean {
  const type = state.storages[volume.volume.split(':')[0] ?? '']?.type;
  return type === 'zfspool' || type === 'lvmthin' || type === 'rbd' || type === 'btrfs';
}

function bandwidth(options: DumpOptions): number | undefined {
  return Number(options['bwlimit'] ?? 0) || undefined;
}
