import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApplyEnd, ApplyEvent } from '#app/ports/changes.ts';
import { makePbsAccess, makePolicy, makeSite, NOW } from '#test/make.ts';
import { makeApplier } from './applier.ts';

/* The child is played by a line of script: what it says on its two streams, and how it ends. `test/journeys/changes.test.ts` runs the real one. */

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'holdfast-applier-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const PLAN = { basedOn: 'abc', madeAt: NOW, steps: [] };

async function play(
  script: string,
  signal = new AbortController().signal,
): Promise<{ readonly end: ApplyEnd; readonly events: readonly ApplyEvent[] }> {
  const events: ApplyEvent[] = [];
  const applier = makeApplier({
    command: [process.execPath, '-e', script, '--'],
    policy: 'p.yaml',
    folder: join(folder, 'plans'),
    env: process.env,
  });
  const end = await applier.apply(PLAN, { id: 'c1', allow: ['weaken:home/hf tier'], onEvent: (event) => void events.push(event), signal });
  return { end, events };
}

test('hands over the plan in a file only its owner reads, the names, and its own environment; passes on what it is told', async () => {
  const { end, events } = await play(`
    const [, file, ...rest] = process.argv.slice(1);
    require('fs').writeFileSync(${JSON.stringify(join(folder, 'seen'))}, JSON.stringify({ rest, plan: JSON.parse(require('fs').readFileSync(file)), mode: require('fs').statSync(file).mode & 0o777 }));
    console.error('{"event":"steps","steps":["creating pool tier-1"],"held":[]}');
    console.error('something else');
    console.error('{"event":"step","number":1,"of":1,"text":"creating pool tier-1","state":"done"}');
    console.log('{"outcome":"applied"}');
    process.exitCode = 4`);
  expect(end).toEqual({ outcome: 'applied' });
  expect(events.map(({ event }) => event)).toEqual(['steps', 'step']);
  expect(JSON.parse(readFileSync(join(folder, 'seen'), 'utf8'))).toEqual({
    rest: ['--policy', 'p.yaml', '--allow', 'weaken:home/hf tier', '--yes', '--json', '--progress', 'json'],
    plan: PLAN,
    mode: 0o600,
  });
  expect(readdirSync(join(folder, 'plans'))).toEqual([]);
});

const failures: readonly (readonly [name: string, script: string, because: string])[] = [
  ['a step', `console.log('{"outcome":"failed","failed":{"message":"PBS said no","fix":"give it the right"}}'); process.exitCode = 5`, 'PBS said no\ngive it the right'],
  ['a login that cannot be read', `console.log('{"error":{"message":"env:X is not set","fix":"set it"}}'); process.exitCode = 1`, 'env:X is not set\nset it'],
  ['the policy', `console.log('{"outcome":"invalid","findings":[{"severity":"error","problem":"No tier 7","fix":"write it"}]}'); process.exitCode = 2`, 'No tier 7\nwrite it'],
  ['a bug', `console.error('TypeError: x'); process.exitCode = 1`, 'holdfast apply ended with 1\nTypeError: x'],
  ['a kill', `process.kill(process.pid, 'SIGKILL')`, 'holdfast apply ended with SIGKILL'],
]; // prettier-ignore
for (const [name, script, because] of failures)
  test(`tells why it failed, with what to type instead, and keeps the plan for that: ${name}`, async () => {
    const { end } = await play(script);
    const command = `holdfast apply ${join(folder, 'plans/c1.json')} --policy p.yaml --allow 'weaken:home/hf tier'`;
    expect(end).toEqual({ outcome: 'failed', because: `${because}\nOr in a shell that has the login:\n    ${command}` });
    expect(statSync(join(folder, 'plans/c1.json')).isFile()).toBe(true);
  });

test('a plan that is stale is said to be so, and thrown away', async () => {
  expect((await play(`console.log('{"outcome":"stale"}'); process.exitCode = 1`)).end).toEqual({ outcome: 'stale' });
  expect(readdirSync(join(folder, 'plans'))).toEqual([]);
});

test('is ended as by Ctrl-C when the daemon ends', async () => {
  const stop = new AbortController();
  const script = `process.on('SIGINT', () => process.exit(130)); setInterval(() => {}, 1000); console.error('{"event":"steps","steps":[],"held":[]}')`;
  const applier = makeApplier({ command: [process.execPath, '-e', script, '--'], policy: undefined, folder, env: process.env });
  const end = await applier.apply(PLAN, { id: 'c1', allow: [], onEvent: () => stop.abort(), signal: stop.signal });
  expect(end).toMatchObject({ outcome: 'failed', because: expect.stringContaining('the daemon ended') });
});

test('whyNot: names the first login that is plainly not there, and reads none', async () => {
  const policy = makePolicy({
    sites: [
      makeSite({
        pve: { urls: ['https://pve.lan:8006'], token: 'env:A', applyToken: 'exec:touch /tmp/never' },
        pbs: [makePbsAccess({ token: 'env:A', applyToken: 'file:/nowhere/secret' })],
      }),
    ],
  });
  const whyNot = (env: Readonly<Record<string, string>>, wanted = policy) =>
    makeApplier({ command: ['x'], policy: undefined, folder, env }).whyNot(wanted);
  expect(await whyNot({})).toBe('the login that may change PBS pbs of site home is not to be had here (file:/nowhere/secret)');
  const plain = makePolicy();
  expect(await whyNot({ HOLDFAST_PBS_TOKEN: 'x' }, plain)).toBe(
    'the login that may change PVE of site home is not to be had here (env:HOLDFAST_PVE_TOKEN)',
  );
  expect(await whyNot({ HOLDFAST_PBS_TOKEN: 'x', HOLDFAST_PVE_TOKEN: 'x' }, plain)).toBeUndefined();
});
