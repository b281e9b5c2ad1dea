import { afterAll, expect, test } from 'vitest';
import { askDaemon } from '../../src/ask-daemon.ts';
import { run } from '../../src/main.ts';
import { startServer } from '#server/server.ts';
import { startApi } from './rig.ts';

/** `--server`: the command line asks a running daemon, and shows the same. */

const { time, app, daemon, live, ask } = await startApi('messy-homelab');
await time.pass(120);
const server = await startServer({ host: '127.0.0.1', port: 0, watching: daemon.watching, now: live.clock.now, hint: () => {}, api: app });
afterAll(() => server.close());

type Ran = { readonly code: number; readonly text: string; readonly error: string };

function holdfast(...args: readonly string[]): Promise<Ran> {
  return holdfastAt(server.url, ...args);
}

async function holdfastAt(url: string, ...args: readonly string[]): Promise<Ran> {
  const said = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof said) => ({ write: (text: string) => ((said[name] += text), true), isTTY: false, columns: 100 });
  const streams = { stdout: stream('stdout'), stderr: stream('stderr') } as never;
  const code = await run([...args, '--server', url], {}, streams);
  return { code, text: said.stdout, error: said.stderr };
}
process.env['API_TEST_VIEWER'] = 'viewer/read';
process.env['API_TEST_OPERATOR'] = 'operator/act';
const viewer = ['--token', 'env:API_TEST_VIEWER'];

test('status shows every guest of the daemon, and exits by its promises', async () => {
  const { code, text } = await holdfast('status', '--check', '--json', ...viewer);
  expect(code).toBe(4);
  const shown = (JSON.parse(text) as { guests: { id: string; posture: string }[] }).guests.map(
    ({ id, posture }) => `${id.split('/')[1]} ${posture}`,
  );
  expect(shown.sort()).toEqual(
    daemon
      .watching()
      .sites[0]!.guests.map(({ vmid, posture }) => `${vmid} ${posture}`)
      .sort(),
  );
  expect((await holdfast('status', ...viewer)).text).toContain('half-saved');
});

test('status of several sites, of one, and of one that the policy does not have', async () => {
  const two = await startApi('two-sites');
  await two.time.pass(120);
  const { daemon, live, app } = two;
  const other = await startServer({ host: '127.0.0.1', port: 0, watching: daemon.watching, now: live.clock.now, hint: () => {}, api: app });
  afterAll(() => other.close());
  const sitesOf = async (...sites: string[]): Promise<readonly string[]> => {
    const { text } = await holdfastAt(other.url, 'status', '--json', '--site', ...sites, ...viewer);
    return [...new Set((JSON.parse(text) as { guests: { site: string }[] }).guests.map(({ site }) => site))].sort();
  };
  expect(await sitesOf('office', 'plant')).toEqual(['office', 'plant']);
  expect(await sitesOf('plant')).toEqual(['plant']);
  expect(await holdfastAt(other.url, 'status', '--site', 'office', 'plan', ...viewer)).toMatchObject({
    code: 2,
    text: expect.stringContaining('did you mean plant?'),
  });
});

test('alerts are listed and answered; who the token is says so', async () => {
  expect((await holdfast('alerts', ...viewer)).text).toContain('HF-');
  const { lives } = (
    JSON.parse((await holdfast('alerts', '--json', ...viewer)).text) as { sites: { lives: { key: string; state: string }[] }[] }
  ).sites[0]!;
  const { key } = lives.find(({ state }) => state === 'open')!;
  expect(await holdfast('alerts', 'ack', key, ...viewer)).toMatchObject({ code: 5, error: expect.stringContaining('it takes operator') });
  expect((await holdfast('alerts', 'ack', key, '--token', 'env:API_TEST_OPERATOR')).code).toBe(0);
  expect((await live.memory.audit(0)).at(-1)).toMatchObject({ by: 'the operator', act: 'acknowledge', on: key });
});

test('capacity and history', async () => {
  expect((await holdfast('capacity', ...viewer)).text).toContain('datastore');
  expect(await holdfast('history', 'half-saved', ...viewer)).toMatchObject({ code: 0, text: expect.stringContaining('half-saved') });
  expect(await holdfast('history', 'nobody', ...viewer)).toMatchObject({
    code: 2,
    error: expect.stringContaining('no one guest "nobody"'),
  });
});

test('what stands in the way is told with what to do', async () => {
  expect(await holdfast('status')).toMatchObject({ code: 5, error: expect.stringContaining('--token env:HOLDFAST_TOKEN') });
  expect(await holdfast('status', '--token', 'viewer')).toMatchObject({
    code: 2,
    error: expect.stringContaining('never the token itself'),
  });
  expect(await holdfast('status', '--site', 'nowhere', ...viewer)).toMatchObject({ code: 2 });
  expect((await ask('/terminal/history')).status).toBe(400);
  const asked = async (at: string) => askDaemon({ server: at, path: '/status' });
  expect(await asked('holdfast.lan')).toMatchObject({ ok: false, problem: expect.stringContaining('is no address') });
  expect(await asked('http://127.0.0.1:1')).toMatchObject({ ok: false, problem: expect.stringContaining('No daemon answers') });
});
