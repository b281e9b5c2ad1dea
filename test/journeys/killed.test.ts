import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Fault } from '#lab/faults.ts';
import { startLab } from '#lab/lab.ts';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';
import { secretsOf } from '#lab/scenarios/policy.ts';

// The program as it is installed, killed by the system in the middle of a write.

const PATIENCE = { timeout: 180_000 };

const lab = await startLab({ scenario: 'adr-005' });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-killed-'));
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true });
});
const policy = join(folder, 'holdfast.yaml');
writeFileSync(policy, scenarioPolicy('adr-005', lab)!);

type Running = {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number | null>;
};

function holdfast(...argv: readonly string[]): Running {
  const env = { ...process.env, ...secretsOf(lab), HOLDFAST_POLICY: policy, HOLDFAST_STATE: join(folder, 'state'), NO_COLOR: '1' };
  const child = spawn(process.execPath, ['bin/holdfast.js', ...argv], { env });
  const said = { out: '', err: '' };
  child.stdout.on('data', (part: Buffer) => (said.out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (said.err += part.toString()));
  return { child, out: () => said.out, err: () => said.err, ended: new Promise((resolve) => child.once('close', resolve)) };
}

/** Lets apply run until its n-th write hangs, kills it there, and says what it was doing: `[4/38] creating …`. */
async function killInWrite(n: number, how: 'hang' | 'mute'): Promise<string> {
  const running = holdfast('apply', '--yes');
  await struck(n, how);
  running.child.kill('SIGKILL');
  expect(await running.ended).toBe(null);
  lab.world.faults.length = 0;
  said.push(running.err());
  return running.err().trim().split('\n').at(-1)!;
}

/** What each killed run told. */
const said: string[] = [];

/** Resolves when the fault has struck the n-th write. */
function struck(n: number, kind: 'hang' | 'mute'): Promise<void> {
  return new Promise((resolve) => {
    let left = 1;
    const fault: Fault = {
      call: '^(POST|PUT|DELETE) ',
      after: n - 1,
      kind,
      get times() {
        return left;
      },
      set times(now) {
        left = now;
        resolve();
      },
    };
    lab.world.faults.push(fault);
  });
}

test(
  'killed before the server saw a write, then after it had done one: the next run tells where, what is true now, and goes on',
  PATIENCE,
  async () => {
    const first = await killInWrite(4, 'hang');
    expect(first).toMatch(/^\[ 4\/\d+\] creating /);
    const [, of, what] = /^\[ 4\/(\d+)\] (.*)$/.exec(first)!;

    const second = await killInWrite(6, 'mute');
    const [, left, done] = /^\[ 6\/(\d+)\] (.*)$/.exec(second)!;
    expect(Number(left)).toBe(Number(of) - 3);

    const third = holdfast('apply', '--yes', '--json');
    expect(await third.ended).toBe(0);
    expect(third.err()).toContain(`The last run stopped at step 6 of ${left}: ${done}. Looking at what is true now.`);
    expect(third.err()).toContain(`${done}: nothing of it is left to do.`);
    const { interrupted } = JSON.parse(third.out()) as { interrupted: unknown };
    expect(interrupted).toMatchObject([{ number: 6, of: Number(left), now: 'nothing-left' }]);
    expect(said.at(1)).toContain(
      `The last run stopped at step 4 of ${of}: ${what}. Looking at what is true now.\n${what}: it is still to be done`,
    );

    const fourth = holdfast('apply', '--yes');
    expect(await fourth.ended).toBe(0);
    expect(fourth.err()).not.toContain('The last run');
    expect(fourth.out()).toContain('Nothing to do');
  },
);

test('Ctrl-C: apply says that what was done holds and how to go on', PATIENCE, async () => {
  lab.world.pve['pve']!.jobs = {};
  const running = holdfast('apply', '--yes');
  await struck(2, 'hang');
  running.child.kill('SIGINT');
  expect(await running.ended).toBe(130);
  lab.world.faults.length = 0;
  expect(running.err()).toMatch(/Interrupted\. What was done holds.*\n {4}holdfast apply\n$/);
  expect(await holdfast('apply', '--yes').ended).toBe(0);
});
