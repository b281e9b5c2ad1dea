import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hasPromtool, runPromtool } from '#test/promtool.ts';
import { freshFolder } from './folder.ts';
import { LIVED_DAYS, presentAt } from './history.ts';
import { moments } from './year.ts';

/** Always the same story, and not the whole year. */
const DAY = ['--at', '2026-11-25', '--days', '100'];

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
});
afterEach(() => rmSync(state, { recursive: true }));

function demo(): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, HOLDFAST_STATE: state, NO_COLOR: '1' };
  return spawnSync(process.execPath, ['lab/demo.ts', ...DAY, '--exit'], { encoding: 'utf8', env, timeout: 120_000 });
}

test('npm start: from nothing to an applied policy and a report, also where an earlier one was', { timeout: 120_000 }, async () => {
  await freshFolder(join(state, 'demo'));
  writeFileSync(join(state, 'demo', 'old'), '');
  const { status, stdout, stderr } = demo();
  expect(status, stderr).toBe(0);
  expect(stdout).toContain('4 backup jobs, 8 pool members');
  expect(stdout).toContain('33 steps done.');
  // The seed keeps its backup server on the pool of the guests it saves: that is worth attention. Postgres was locked for three nights.
  expect(stdout.match(/^ {2}protected +vm\//gm)?.length).toBe(5);
  expect(stdout).toMatch(/^ {2}attention +vm\/102 +pbs /m);
  expect(stdout).toMatch(/^ {2}broken +vm\/101 +postgres /m);
  // Secrets are for their owner only, and nothing lies outside its folder.
  expect(readdirSync(state)).toEqual(['demo']);
  expect(readdirSync(join(state, 'demo'))).not.toContain('old');
  const tokens = readdirSync(join(state, 'demo')).filter((one) => one.endsWith('_token'));
  expect(tokens.length).toBeGreaterThan(4);
  for (const name of tokens) expect(statSync(join(state, 'demo', name)).mode & 0o077).toBe(0);
});

test('npm start: a folder that it did not make is left alone', () => {
  mkdirSync(join(state, 'demo'));
  writeFileSync(join(state, 'demo', 'precious'), '');
  const { status, stderr } = demo();
  expect(status).not.toBe(0);
  expect(stderr).toContain('was not made by the demo');
  expect(readdirSync(join(state, 'demo'))).toEqual(['precious']);
});

test('npm start: the daemon watches the lab, answers, and ends when it is told', { timeout: 120_000 }, async () => {
  const env = { ...process.env, HOLDFAST_STATE: state, HOLDFAST_LISTEN: '127.0.0.1:0', NO_COLOR: '1' };
  const child = spawn(process.execPath, ['lab/demo.ts', ...DAY], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let [out, log] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  const said = new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (text: Buffer) => (log += text.toString()).includes('"looked"') && resolve());
    child.once('exit', () => reject(new Error(log)));
  });
  await said;
  const url = /http:\/\/[\d.:]+/.exec(log)![0];
  expect(out).toContain(`${url}/`);
  expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok' });
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ok', sites: [{ site: 'home', outcome: 'complete' }] });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('holdfast_guests{site="home",tier="1",posture="broken"} 2');
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
  { name: 'in the evening', now: '2026-11-25T20:00Z', present: '2026-11-25T08:00:00.000Z' },
  { name: 'before the morning', now: '2026-11-25T07:59Z', present: '2026-11-24T08:00:00.000Z' },
];
for (const { name, now, present } of CASES) {
  test(`started ${name}, the demo is at the last morning that has passed`, () => {
    expect(new Date(presentAt(Date.parse(now) / 1000) * 1000).toISOString()).toBe(present);
  });
}

test('the year before is looked at in order, often of late, and at each happening', () => {
  const endAt = presentAt(Date.parse('2026-11-25T20:00Z') / 1000);
  const happening = { at: endAt - 200 * 86_400 + 1234, run: () => {} };
  const times = moments([happening], endAt - LIVED_DAYS * 86_400, endAt);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times).toContain(happening.at);
  expect(times.at(-1)).toBe(endAt);
  expect(times.filter((at) => at > endAt - 30 * 86_400).length).toBeGreaterThan(12);
  expect(times.length).toBeLessThan(100);
});
