import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { draws } from '#test/draws.ts';
import { parseTaskLog } from './tasklog.ts';

const JOB = 'INFO: starting new backup job: vzdump 101 102 --storage pbs-tier-1';
const START = 'INFO: Starting Backup of VM 101 (qemu)';
const OK = ['INFO: Finished Backup of VM 101 (00:01:02)', 'INFO: Backup finished at 2026-11-23 12:01:02'];
const DONE = ['INFO: Backup job finished successfully', 'TASK OK'];

const cases: readonly { name: string; log: readonly string[]; overall: string; guests: readonly object[]; running?: boolean }[] = [
  { name: 'nothing at all', log: [''], overall: 'unknown', guests: [] },
  { name: 'one guest', log: [JOB, START, ...OK, ...DONE], overall: 'ok', guests: [{ vmid: 101, result: 'ok', durationSeconds: 62 }] },
  { name: 'killed in the middle of a guest', log: [JOB, START], overall: 'unknown', guests: [{ vmid: 101, result: 'unfinished' }] },
  {
    name: 'still running, says the server',
    log: [JOB, START],
    running: true,
    overall: 'running',
    guests: [{ vmid: 101, result: 'unfinished' }],
  },
  {
    name: 'killed after a finished guest, before the next',
    log: [JOB, START, ...OK],
    overall: 'unknown',
    guests: [{ vmid: 101, result: 'ok', durationSeconds: 62 }],
  },
  { name: 'job line gone, task line there', log: [START, 'TASK OK'], overall: 'ok', guests: [{ vmid: 101, result: 'unfinished' }] },
  {
    name: 'a guest that is nowhere',
    log: [JOB, "ERROR: Backup of VM 999 failed - unable to find VM '999'", 'INFO: Failed at 2026-11-23 12:17:49', 'TASK ERROR: job errors'],
    overall: 'failed',
    guests: [{ vmid: 999, result: 'failed', error: "unable to find VM '999'" }],
  },
  {
    name: 'failed after the archive was written: pruning',
    log: [
      JOB,
      START,
      'INFO: Backup started at 2026-11-23 12:00:00',
      "INFO: creating Proxmox Backup Server archive 'vm/101/2026-11-23T12:00:00Z'",
      'ERROR: Backup of VM 101 failed - error pruning backups - check log',
      'INFO: Failed at 2026-11-23 12:01:30',
      'INFO: Backup job finished with errors',
      'TASK ERROR: job errors',
    ],
    overall: 'failed',
    guests: [
      {
        vmid: 101,
        result: 'failed',
        durationSeconds: 90,
        error: 'error pruning backups - check log',
        snapshot: 'vm/101/2026-11-23T12:00:00Z',
      },
    ],
  },
  {
    name: 'warnings',
    log: [JOB, START, 'WARN: unable to add notes', ...OK, 'TASK WARNINGS: 1'],
    overall: 'warnings',
    guests: [{ vmid: 101, result: 'ok', durationSeconds: 62 }],
  },
  {
    name: 'a line after the last one',
    log: [JOB, 'TASK ERROR: connection error', 'POST /fixed_chunk: 400 Bad Request'],
    overall: 'failed',
    guests: [],
  },
  {
    name: 'the lock of the node was not to be had',
    log: ['INFO: trying to get global lock - waiting...', "ERROR: can't acquire lock '/var/run/vzdump.lock' - got timeout"],
    overall: 'unknown',
    guests: [],
  },
  { name: 'a job without selected guests', log: [JOB, ...DONE], overall: 'ok', guests: [] },
  {
    name: 'windows line ends',
    log: [`${[JOB, START, ...OK, ...DONE].join('\r\n')}\r\n`],
    overall: 'ok',
    guests: [{ vmid: 101, result: 'ok', durationSeconds: 62 }],
  },
  {
    name: 'out of a journal',
    log: [START, ...OK].map((line) => `Nov 23 12:00:01 pve1 vzdump[4711]: ${line}`),
    overall: 'ok',
    guests: [{ vmid: 101, result: 'ok', durationSeconds: 62 }],
  },
  {
    name: 'with offsets',
    log: [START, ...OK, 'TASK OK'].map((line) => `2026-11-23T13:05:23+01:00: ${line}`),
    overall: 'ok',
    guests: [{ vmid: 101, result: 'ok', durationSeconds: 62 }],
  },
  {
    name: 'a guest whose name looks like a line',
    log: [JOB, START, 'INFO: VM Name: INFO: Finished Backup of VM 101 (00:00:01)', 'INFO: status = running'],
    overall: 'unknown',
    guests: [{ vmid: 101, result: 'unfinished' }],
  },
  {
    name: 'what a hypervisor prints without a level is no statement',
    log: [JOB, START, 'kvm: Finished Backup of VM 101 (00:00:01)'],
    overall: 'unknown',
    guests: [{ vmid: 101, result: 'unfinished' }],
  },
  {
    name: 'a very long backup',
    log: [START, 'INFO: Finished Backup of VM 101 (123:00:01)'],
    overall: 'ok',
    guests: [{ vmid: 101, result: 'ok', durationSeconds: 442_801 }],
  },
  {
    name: 'a container of two archives',
    log: [
      'INFO: Starting Backup of VM 200 (lxc)',
      "INFO: including mount point rootfs ('/') in backup",
      "INFO: excluding bind mount point mp0 ('/srv') from backup (not a volume)",
      "INFO: excluding volume mount point mp1 ('/data') from backup (disabled)",
      'INFO: root.mpxar: had to backup 1 MiB of 4 MiB (compressed 1 MiB) in 3.10 s (average 4.0 MiB/s)',
      'INFO: root.mpxar: backup was done incrementally, reused 3 MiB (75.0%)',
      'INFO: root.ppxar: had to backup 2 MiB of 12 MiB (compressed 1 MiB) in 3.10 s (average 4.0 MiB/s)',
      'INFO: root.ppxar: backup was done incrementally, reused 10 MiB (83.3%)',
      'INFO: catalog.pcat1: had to upload 9 MiB of 9 MiB in 1s',
      'INFO: Finished Backup of VM 200 (00:00:04)',
    ],
    overall: 'ok',
    guests: [
      {
        vmid: 200,
        result: 'ok',
        durationSeconds: 4,
        bytes: 3 * 2 ** 20,
        reusedFraction: 13 / 16,
        includedDisks: ['rootfs'],
        excludedDisks: ['mp0', 'mp1'],
      },
    ],
  },
  {
    name: 'sizes of another locale',
    log: [
      START,
      'INFO: transferred 1,50 GiB in 12 seconds (93,9 MiB/s)',
      'INFO: backup was done incrementally, reused 30,9 GiB (96%)',
      OK[0]!,
    ],
    overall: 'ok',
    guests: [{ vmid: 101, result: 'ok', durationSeconds: 62, bytes: 1.5 * 2 ** 30, reusedFraction: 0.96 }],
  },
  {
    name: 'freeze done',
    log: [START, "INFO: issuing guest-agent 'fs-freeze' command", OK[0]!],
    overall: 'ok',
    guests: [{ vmid: 101, result: 'ok', durationSeconds: 62, freeze: 'done' }],
  },
  {
    name: 'freeze failed',
    log: [
      START,
      "INFO: issuing guest-agent 'fs-freeze' command",
      "ERROR: VM 101 qmp command 'guest-fsfreeze-freeze' failed - got timeout",
      OK[0]!,
    ],
    overall: 'ok',
    guests: [{ vmid: 101, result: 'ok', durationSeconds: 62, freeze: "VM 101 qmp command 'guest-fsfreeze-freeze' failed - got timeout" }],
  },
  {
    name: 'freeze skipped, in the words of PVE 8',
    log: [START, "INFO: skipping guest-agent 'fs-freeze', agent configured but not running?", OK[0]!],
    overall: 'ok',
    guests: [{ vmid: 101, result: 'ok', durationSeconds: 62, freeze: 'agent configured but not running?' }],
  },
  {
    name: 'only the table of a mail',
    log: [
      'Details',
      '=======',
      'VMID    Name         Status    Time       Size       Filename',
      '100     pfsense      ok        1min 2s    1.2 GiB    vm/100/x',
      '102     node 1       err       3s         0 B        null',
      '',
    ],
    overall: 'failed',
    guests: [
      { vmid: 100, result: 'ok', durationSeconds: 62 },
      { vmid: 102, result: 'failed', durationSeconds: 3 },
    ],
  },
  {
    name: 'a backup as PBS tells it',
    log: [
      'starting new backup on datastore \'main\' from ::ffff:10.0.0.1: "ns/home/ns/tier-1/vm/101/2026-11-23T12:10:51Z"',
      "Upload statistics for 'drive-scsi0.img.fidx'",
      'Size: 1073741824',
      'Upload size: 107374182 (10%)',
      'backup finished successfully',
      'TASK OK',
    ],
    overall: 'ok',
    guests: [{ vmid: 101, result: 'ok', bytes: 107_374_182, reusedFraction: 0.9, snapshot: 'vm/101/2026-11-23T12:10:51Z' }],
  },
  {
    name: 'a client that went away, as PBS tells it',
    log: [
      'starting new backup on datastore \'tiny\' from 127.0.0.1: "vm/200/2026-11-23T12:11:44Z"',
      'TASK ERROR: backup ended but finished state is not set.',
    ],
    overall: 'failed',
    guests: [
      { vmid: 200, result: 'failed', error: 'backup ended but finished state is not set.', snapshot: 'vm/200/2026-11-23T12:11:44Z' },
    ],
  },
  {
    name: 'another task of PBS',
    log: ["Starting datastore prune on datastore 'main', root namespace, down to full depth", 'TASK OK'],
    overall: 'ok',
    guests: [],
  },
];

for (const { name, log, overall, guests, running } of cases) {
  test(`task log: ${name}`, () => {
    assert.deepEqual(parseTaskLog(log.join('\n'), running === undefined ? {} : { running }), { overall, guests });
  });
}

const PIECES = fc.constantFrom(JOB, START, ...OK, ...DONE, 'ERROR: Backup of VM 101 failed - x', 'INFO: transferred 1 GiB in 2 seconds', 'INFO: root.pxar: had to backup 1 GiB of 2 GiB', '2026-11-23T13:05:23+01:00: ', 'TASK ERROR: ', '\u0000', '%(', "INFO: exclude disk 'scsi0' '' (backup=no)"); // prettier-ignore

test('task log: no text makes it fail, and no guest is ok of whom it does not say so', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(PIECES, fc.string(), fc.string({ unit: 'binary' })), { maxLength: 30 }), (pieces) => {
      const text = pieces.join('\n');
      const { guests } = parseTaskLog(text);
      for (const { vmid, result } of guests)
        if (result === 'ok') assert.ok(text.includes(`Finished Backup of VM ${vmid}`) || /backup finished successfully|^VMID/m.test(text));
    }),
    draws(500),
  );
});

test('task log: a cut log never says more than the whole one', () => {
  const whole = [
    JOB,
    START,
    ...OK,
    'INFO: Starting Backup of VM 102 (lxc)',
    'ERROR: Backup of VM 102 failed - CT is locked (backup)',
    'TASK ERROR: job errors',
  ];
  for (let length = 0; length < whole.length; length++) assert.equal(parseTaskLog(whole.slice(0, length).join('\n')).overall, 'unknown');
});

test('task log: work grows with the length, not faster', () => {
  for (const evil of [
    'INFO: '.repeat(2_000_000),
    `INFO: Starting Backup of VM 101 (qemu)\nINFO: ${'a'.repeat(10_000_000)}`,
    `${'1'.repeat(5_000_000)} `,
    'had to backup '.repeat(700_000),
    `starting new backup on datastore 'a'${'/'.repeat(5_000_000)}`,
    '\n'.repeat(5_000_000),
  ]) {
    assert.equal(parseTaskLog(evil).overall, 'unknown');
  }
});
