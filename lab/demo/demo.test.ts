import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hasPromtool, runPromtool } from '#test/promtool.ts';
import { beforeLastQuarter } from './history.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
});
afterEach(() => rmSync(state, { recursive: true }));

function demo(): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, HOLDFAST_STATE: state, NO_COLOR: '1' };
  return spawnSync(process.execPath, ['lab/demo.ts', '--exit'], { encoding: 'utf8', env, timeout: 60_000 });
}

test('npm start: from nothing to an applied policy and a report, twice in the same folder', () => {
  for (let round = 0; round < 2; round += 1) {
    const { status, stdout, stderr } = demo();
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('4 backup jobs, 8 pool members');
    expect(stdout).toContain('33 steps done.');
    // The seed keeps its backup server on the pool of the guests it saves: that is worth attention, everything else is well.
    expect(stdout.match(/^ {2}protected +vm\//gm)?.length).toBe(7);
    expect(stdout).toMatch(/^ {2}attention +vm\/102 +pbs /m);
    expect(stdout).toContain('export HOLDFAST_POLICY=');
  }
});

test('npm start: secrets are for their owner only, and nothing lies outside its folder', () => {
  demo();
  expect(readdirSync(state)).toEqual(['demo']);
  for (const name of readdirSync(join(state, 'demo')).filter((one) => one.endsWith('_token'))) {
    expect(statSync(join(state, 'demo', name)).mode & 0o077).toBe(0);
  }
});

test('npm start: a folder that it did not make is left alone', () => {
  mkdirSync(join(state, 'demo'));
  writeFileSync(join(state, 'demo', 'precious'), '');
  const { status, stderr } = demo();
  expect(status).not.toBe(0);
  expect(stderr).toContain('was not made by the demo');
  expect(readdirSync(join(state, 'demo'))).toEqual(['precious']);
});

test('npm start: the daemon watches the lab, answers, and ends when it is told', async () => {
  const env = { ...process.env, HOLDFAST_STATE: state, HOLDFAST_LISTEN: '127.0.0.1:0', NO_COLOR: '1' };
  const child = spawn(process.execPath, ['lab/demo.ts'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let [out, log] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  const said = new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (text: Buffer) => (log += text.toString()).includes('"looked"') && resolve());
    child.once('exit', () => reject(new Error(log)));
  });
  await said;
  const url = /http:\/\/[\d.:]+/.exec(log)![0];
  expect(out).toContain(`${url}/healthz`);
  expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok' });
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ok', sites: [{ site: 'home', outcome: 'complete' }] });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('holdfast_guests{site="home",tier="1",posture="protected"} 3');
  if (hasPromtool()) expect(runPromtool(['check', 'metrics'], metrics)).toEqual({ code: 0, text: '' });
  child.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  // The words are the daemon's, not those of the apply before it.
  expect(log).toContain('"ended"');
  expect(log).not.toContain('Interrupted');
  for (const name of readdirSync(join(state, 'demo')).filter((one) => one.endsWith('_token')))
    expect(log).not.toContain(
      readFileSync(join(state, 'demo', name), 'utf8')
        .split(/[=:]/)
        .at(-1)!
        .trim(),
    );
});

const CASES = [
  { name: 'in the middle of a quarter', now: '2026-11-25', began: '2026-09-29' },
  { name: 'in its first week', now: '2026-10-03', began: '2026-06-29' },
];
for (const { name, now, began } of CASES) {
  test(`the demo's past holds a run of each tier: ${name}`, () => {
    expect(new Date(beforeLastQuarter(Date.parse(now) / 1000) * 1000).toISOString().slice(0, 10)).toBe(began);
  });
}
