import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Tier } from '../policy/policy.ts';
import type { BackupGroup, BackupTask, Guest, Snapshot } from '../world/actual.ts';
import type { GuestResult } from '../world/task.ts';
import { readFailure } from './failure.ts';
import { decideRetry, type RetryInput } from './retry.ts';
import { reverifyOf } from './reverify.ts';

const MINUTE = 60;
const HOUR = 3600;
/** 2026-11-25 03:00 in Vienna. */
const NIGHT = 1_795_572_000;
const OURS = 'holdfast@pve!retry';

/** Texts as servers print them, and what they mean. */
const FAILURES = [
  ['transient', "can't lock file '/var/lock/qemu-server/lock-101.conf' - got timeout"],
  ['transient', 'CT is locked (backup)'],
  ['transient', "VM 101 qmp command 'backup' failed - got timeout"],
  ['transient', 'unable to connect to qmeventd socket (vmid: 101) - Connection refused'],
  ['transient', 'backup connect failed: command error: error trying to connect: Connection refused (os error 111)'],
  ['transient', ''],
  ['permanent', 'interrupted by signal'],
  ['permanent', "unable to find VM '401'"],
  ['permanent', 'VM is locked (snapshot)'],
  ['permanent', 'backup write data failed: command error: No space left on device (os error 28)'],
  ['permanent', 'job failed with err -5 - Input/output error'],
  ['permanent', 'start failed: QEMU exited with code 1'],
  ['permanent', 'the moon stood wrong'],
  ['ours', 'backup connect failed: command error: backup owner check failed (holdfast@pbs!old != holdfast@pbs!backup)'],
  ['ours', 'backup connect failed: command error: namespace not found'],
  ['ours', 'backup connect failed: command error: permission check failed - missing Datastore.Modify'],
  ['ours', "storage 'pbs-tier-1' is not online"],
] as const;

describe('why a backup failed', () => {
  for (const [expected, error] of FAILURES)
    test(`${expected}: ${error || 'not a word'}`, () => assert.equal(readFailure(error).class, expected));
});

const GUEST = { vmid: 101, type: 'vm', name: 'postgres', node: 'pve1' } as Guest;
const TIER = { id: 1 } as Tier;

type Run = {
  readonly agoSeconds: number;
  readonly result?: GuestResult['result'];
  readonly error?: string;
  readonly user?: string;
  readonly running?: boolean;
  readonly node?: string;
  /** It ended before it came to the guest. */
  readonly wordless?: string;
};

function task({ agoSeconds, result = 'failed', error, user = 'root@pam', running = false, node = 'pve1', wordless }: Run): BackupTask {
  const startedAt = NIGHT - agoSeconds;
  const upid = {
    text: `UPID:${agoSeconds}`,
    product: 'pve',
    node,
    pid: 1,
    pstart: 1,
    startedAt,
    type: 'vzdump',
    id: wordless !== undefined && user === OURS ? '101' : '',
    user,
  } as const;
  if (wordless !== undefined) return { upid, endedAt: startedAt, status: wordless, log: { overall: 'failed', guests: [] } };
  if (running) return { upid };
  return {
    upid,
    endedAt: startedAt + 10 * MINUTE,
    status: result === 'ok' ? 'OK' : 'job errors',
    log: { overall: result === 'ok' ? 'ok' : 'failed', guests: [{ vmid: 101, result, ...(error === undefined ? {} : { error }) }] },
  };
}

function makeInput(runs: readonly Run[], input: Partial<RetryInput> = {}): RetryInput {
  return {
    guest: GUEST,
    tier: TIER,
    tasks: runs.map(task),
    login: OURS,
    longestSeconds: HOUR,
    window: { startMinute: 22 * 60, endMinute: 6 * 60 },
    timeZone: 'Europe/Vienna',
    now: NIGHT,
    ...input,
  };
}

const NO_STORAGE =
  "could not activate storage 'pbs-tier-1': pbs-tier-1: error fetching datastores - 500 Can't connect to pbs:8007 (Connection refused)";
const LOST = 'backup connect failed: Connection refused';

type Case = { readonly name: string; readonly input: RetryInput; readonly act: string };

const CASES: readonly Case[] = [
  { name: 'it never ran', input: makeInput([]), act: 'none' },
  { name: 'the last run went well', input: makeInput([{ agoSeconds: HOUR, result: 'ok' }]), act: 'none' },
  { name: 'a passing failure, long enough ago', input: makeInput([{ agoSeconds: 15 * MINUTE, error: LOST }]), act: 'retry' },
  { name: 'a passing failure just now', input: makeInput([{ agoSeconds: 12 * MINUTE, error: LOST }]), act: 'wait' },
  { name: 'a torn off run', input: makeInput([{ agoSeconds: HOUR, result: 'unfinished' }]), act: 'retry' },
  { name: 'a failure that needs a person', input: makeInput([{ agoSeconds: HOUR, error: 'No space left on device' }]), act: 'give-up' },
  {
    name: 'a failure that left a good point',
    input: makeInput([{ agoSeconds: HOUR, error: LOST }], { newestPointAt: NIGHT - HOUR + 30 }),
    act: 'none',
  },
  {
    name: 'a point from the night before is none of this run',
    input: makeInput([{ agoSeconds: HOUR, error: LOST }], { newestPointAt: NIGHT - 25 * HOUR }),
    act: 'retry',
  },
  {
    name: 'a backup runs on the node',
    input: makeInput([
      { agoSeconds: MINUTE, running: true },
      { agoSeconds: HOUR, error: LOST },
    ]),
    act: 'none',
  },
  {
    name: 'a backup runs on another node',
    input: makeInput([
      { agoSeconds: MINUTE, running: true, node: 'pve2' },
      { agoSeconds: HOUR, error: LOST },
    ]),
    act: 'retry',
  },
  {
    name: 'something holds the guest',
    input: makeInput([{ agoSeconds: HOUR, error: LOST }], { guest: { ...GUEST, lock: 'migrate' } }),
    act: 'none',
  },
  {
    name: 'the first repeat failed, the second waits longer',
    input: makeInput([
      { agoSeconds: 15 * MINUTE, error: LOST, user: OURS },
      { agoSeconds: HOUR, error: LOST },
    ]),
    act: 'wait',
  },
  {
    name: 'and comes',
    input: makeInput([
      { agoSeconds: 31 * MINUTE, error: LOST, user: OURS },
      { agoSeconds: HOUR, error: LOST },
    ]),
    act: 'retry',
  },
  {
    name: 'three repeats are enough',
    input: makeInput([
      ...[3, 4, 5].map((hours) => ({ agoSeconds: hours * HOUR, error: LOST, user: OURS })),
      { agoSeconds: 6 * HOUR, error: LOST },
    ]),
    act: 'give-up',
  },
  {
    name: 'a repeat that did not come to the guest is one too',
    input: makeInput([
      { agoSeconds: 10 * MINUTE, user: OURS, wordless: 'could not activate storage: Connection refused' },
      { agoSeconds: HOUR, error: LOST },
    ]),
    act: 'wait',
  },
  {
    name: "somebody else's that did not come to the guest says nothing of it",
    input: makeInput([
      { agoSeconds: 10 * MINUTE, wordless: 'No space left on device' },
      { agoSeconds: HOUR, error: LOST },
    ]),
    act: 'retry',
  },
  ...(
    [
      ['the night could not reach the storage', NO_STORAGE, {}, 'retry'],
      ['it could not reach another storage', NO_STORAGE.replaceAll('tier-1', 'tier-2'), {}, 'none'],
      ['it ran on another node', NO_STORAGE, { guest: { ...GUEST, node: 'pve2' } }, 'none'],
      ['the guest was made after it', NO_STORAGE, { guest: { ...GUEST, createdAt: NIGHT - 30 * MINUTE } }, 'none'],
      ['the guest was restored after it', NO_STORAGE, { guest: { ...GUEST, createdAt: 0, arrivedAt: NIGHT - 30 * MINUTE } }, 'none'],
      ['the storage refused its login', NO_STORAGE.replace('Connection refused', '401 Unauthorized'), {}, 'give-up'],
    ] as const
  ).map(([name, wordless, input, act]): Case => ({
    name,
    input: makeInput(
      [
        { agoSeconds: HOUR, wordless },
        { agoSeconds: 25 * HOUR, result: 'ok' },
      ],
      { storage: 'pbs-tier-1', ...input },
    ),
    act,
  })),
  {
    name: 'the next scheduled run comes before it would end',
    input: makeInput([{ agoSeconds: HOUR, error: LOST }], { nextRunAt: NIGHT + 30 * MINUTE }),
    act: 'give-up',
  },
  {
    name: 'the window ends before it would',
    input: makeInput([{ agoSeconds: HOUR, error: LOST }], { longestSeconds: 4 * HOUR }),
    act: 'give-up',
  },
  {
    name: 'the window is over',
    input: makeInput([{ agoSeconds: HOUR, error: LOST }], { window: { startMinute: 0, endMinute: 60 } }),
    act: 'give-up',
  },
];

describe('whether it is repeated', () => {
  for (const { name, input, act } of CASES) test(`${name}: ${act}`, () => assert.equal(decideRetry(input).act, act));
});

test('over any night: never two at once, never more than three repeats, and the same answer after a crash', () => {
  let seed = 7;
  const random = (): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  for (let night = 0; night < 300; night++) {
    const tasks: BackupTask[] = [task({ agoSeconds: 0, error: LOST })];
    let repeats = 0;
    for (let now = NIGHT; now < NIGHT + 6 * HOUR; now += 5 * MINUTE) {
      const [newest] = tasks;
      if (newest && newest.endedAt === undefined && random() < 0.4)
        tasks[0] = { ...task({ agoSeconds: 0, error: LOST, user: OURS }), upid: newest.upid, endedAt: now };
      const input = makeInput([], { tasks, now, longestSeconds: 10 * MINUTE });
      const decision = decideRetry(input);
      assert.deepEqual(decideRetry(input), decision);
      if (decision.act !== 'retry') continue;
      assert.notEqual(tasks[0]!.endedAt, undefined);
      repeats += 1;
      tasks.unshift({ upid: { ...task({ agoSeconds: 0, user: OURS }).upid, startedAt: now } });
    }
    assert.ok(repeats <= 3, `${repeats} repeats`);
  }
});

describe('what is verified once more', () => {
  const snapshot = (at: number, verification?: Snapshot['verification'], finished = true): Snapshot => ({
    at,
    ...(finished ? { sizeBytes: 1 } : {}),
    protected: false,
    owner: 'b@pbs!t',
    comment: '',
    encryption: 'none',
    files: [],
    ...(verification ? { verification } : {}),
  });
  const failed = (at: number): Snapshot['verification'] => ({ state: 'failed', upid: 'UPID', at });
  const group = (snapshots: readonly Snapshot[]): BackupGroup => ({
    type: 'vm',
    id: '101',
    owner: 'b@pbs!t',
    comment: '',
    backupCount: snapshots.length,
    snapshots,
    listedAt: NIGHT,
  });
  const TABLE = [
    { name: 'it failed, and a newer backup ended since', snapshots: [snapshot(100, failed(150)), snapshot(200)], again: [100] },
    { name: 'it failed after the newest backup', snapshots: [snapshot(100, failed(250)), snapshot(200)], again: [] },
    { name: 'the newer backup is not finished', snapshots: [snapshot(100, failed(150)), snapshot(200, undefined, false)], again: [] },
    { name: 'it is the newest itself', snapshots: [snapshot(100, failed(150))], again: [] },
    { name: 'it went well', snapshots: [snapshot(100, { state: 'ok', upid: 'U', at: 150 }), snapshot(200)], again: [] },
  ];
  for (const { name, snapshots, again } of TABLE)
    test(name, () =>
      assert.deepEqual(
        reverifyOf([group(snapshots)]).map(({ at }) => at),
        again,
      ),
    );
});
