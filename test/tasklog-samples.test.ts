import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseTaskLog } from '#core/world/tasklog.ts';
import { parseUpid } from '#core/world/upid.ts';
import { sharedFolder } from './shared.ts';

const shared = sharedFolder();
if (!shared) test.skip('task logs and UPIDs of real servers: the folder with samples is not beside this checkout', () => {});
else {
  const samples = join(shared, 'samples');
  for (const folder of [join(samples, 'logs'), join(samples, 'real/logs')]) readsLogs(folder);
  readsUpids(samples);
  readsStates(samples);
  readsRecordedTasks(samples);
}

type LogCase = { file: string; overall: string; guests?: GuestCase[] };
type GuestCase = {
  vmid: number;
  result: string;
  mode?: string;
  duration_s?: number;
  error?: string;
  disks?: number;
  snapshot?: string;
  excluded_disks?: number;
  frozen?: boolean;
  transferred?: { bytes: number };
  uploaded?: { bytes: number };
  archive_bytes_written?: number;
  reused_fraction?: number;
  reused?: { percent?: number };
};

function readsLogs(folder: string): void {
  const { logs } = JSON.parse(readFileSync(join(folder, 'logs.json'), 'utf8')) as { logs: LogCase[] };
  for (const { file, overall, guests = [] } of logs) {
    test(`task log ${file}`, () => {
      const read = parseTaskLog(readFileSync(join(folder, file), 'utf8'));
      expect(read.overall).toBe(overall === 'error' ? 'failed' : overall);
      expect(read.guests.map(({ vmid, result }) => [vmid, result])).toEqual(guests.map(({ vmid, result }) => [vmid, result]));
      for (const [i, wanted] of guests.entries()) {
        const guest = read.guests[i]!;
        if (wanted.duration_s !== undefined) expect(guest.durationSeconds).toBe(wanted.duration_s);
        if (wanted.mode !== undefined) expect(guest.mode).toBe(wanted.mode);
        if (wanted.error !== undefined) expect(guest.error).toBe(wanted.error);
        if (wanted.snapshot !== undefined) expect(guest.snapshot).toBe(wanted.snapshot);
        if (wanted.disks === 0) expect(guest.diskless).toBe(true);
        if (wanted.excluded_disks !== undefined) expect(guest.excludedDisks).toHaveLength(wanted.excluded_disks);
        if (wanted.frozen === false) expect(guest.freeze).not.toBe('done');
        const bytes = wanted.transferred?.bytes ?? wanted.uploaded?.bytes ?? wanted.archive_bytes_written;
        if (bytes !== undefined) expect(guest.bytes).toBe(bytes);
        const reused = wanted.reused_fraction ?? (wanted.reused?.percent === undefined ? undefined : wanted.reused.percent / 100);
        if (reused !== undefined) expect(guest.reusedFraction).toBeCloseTo(reused, 3);
      }
    });
  }
}

type UpidCase = { id: string; product: 'pve' | 'pbs'; upid: string; valid: boolean; decoded?: Record<string, string | number | null> };

function readsUpids(folder: string): void {
  const { cases } = JSON.parse(readFileSync(join(folder, 'upid-cases.json'), 'utf8')) as { cases: UpidCase[] };
  for (const { id, product, upid, valid, decoded } of cases) {
    test(`UPID ${id}: ${upid}`, () => {
      const read = parseUpid(upid);
      if (!valid) return expect(read?.product).not.toBe(product);
      expect(read).toMatchObject({
        product,
        node: decoded!['node'],
        pid: decoded!['pid'],
        pstart: decoded!['pstart'],
        startedAt: decoded!['starttime'],
        type: decoded!['type'] ?? decoded!['worker_type'],
        id: decoded!['id'] ?? decoded!['worker_id'] ?? '',
        user: decoded!['user'] ?? decoded!['auth_id'],
      });
    });
  }
}

const OVERALL: Readonly<Record<string, string>> = { ok: 'ok', warning: 'warnings', error: 'failed', unknown: 'unknown' };

function readsStates(folder: string): void {
  type StateCase = { id: string; product: string; log: string; normalized?: string };
  const { status_cases: cases } = JSON.parse(readFileSync(join(folder, 'upid-cases.json'), 'utf8')) as { status_cases: StateCase[] };
  for (const { id, log, normalized } of cases) {
    if (normalized !== undefined) test(`state of a task ${id}`, () => expect(parseTaskLog(log).overall).toBe(OVERALL[normalized]));
  }
}

/** The servers' own verdicts beside the logs they gave. */
function readsRecordedTasks(folder: string): void {
  type Recorded = { name: string; task?: string; taskStatus?: { data: { exitstatus?: string } }; log?: string | string[] };
  const files = ['pbs-04-prune', 'pbs-05-verify', 'pbs-06-garbage-collection', 'pbs-07-sync', 'pbs-08-move-and-owner', 'pbs-11-locks', 'pbs-13-small-store-and-api-down', 'pbs-14-full', 'pve-06-vzdump-containers', 'pve-08-vms-event-daemon-down', 'pve-10-vms']; // prettier-ignore
  for (const file of files) {
    const calls = JSON.parse(readFileSync(join(folder, 'real', `${file}.json`), 'utf8')) as Recorded[];
    for (const { task, taskStatus, log } of calls) {
      const exit = taskStatus?.data.exitstatus;
      if (task === undefined || exit === undefined || log === undefined || exit === 'unknown') continue;
      test(`${file}: ${task} ended ${exit}`, () => {
        const text = typeof log === 'string' ? readFileSync(join(folder, 'real', log), 'utf8') : log.join('\n');
        const wanted =
          exit === 'OK' ? 'ok' : exit.startsWith('WARNINGS') ? 'warnings' : exit === 'unexpected status' ? 'unknown' : 'failed';
        expect(parseTaskLog(text).overall).toBe(wanted);
      });
    }
  }
}
