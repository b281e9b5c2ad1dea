import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Fault } from '#lab/faults.ts';
import { startLab } from '#lab/lab.ts';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';
import { secretsOf } from '#lab/scenarios/policy.ts';
import { startServing, type Serving } from './serving.ts';

/* `holdfast serve` as a process of its own, over its real door: set up, logged in, a policy applied, and a plan in the middle of which everything is killed. */

const lab = await startLab({ scenario: 'adr-005', clock: 'real', now: Math.floor(Date.now() / 1000) });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-changes-served-'));
const file = join(folder, 'holdfast.yaml');
writeFileSync(file, scenarioPolicy('adr-005', lab)!);
const started: ChildProcess[] = [];
afterAll(async () => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) kill(child);
  await lab.close();
  rmSync(folder, { recursive: true });
});

/** The daemon and all that it started, at once, as a service manager does it. */
function kill(child: ChildProcess): void {
  process.kill(-child.pid!, 'SIGKILL');
}

function serve(): Serving {
  const env = { ...secretsOf(lab), HOLDFAST_POLICY: file, HOLDFAST_STATE: join(folder, 'state') };
  const serving = startServing(env, { detached: true });
  started.push(serving.child);
  return serving;
}

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** A browser that keeps its cookie. */
function browser(url: string) {
  const cookies = new Map<string, string>();
  let csrf: string | undefined;
  async function ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const headers = {
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(csrf === undefined ? {} : { 'x-csrf-token': csrf }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const text = await response.text();
    const answer = (text === '' ? {} : JSON.parse(text)) as Answer['body'];
    if (typeof answer['csrf'] === 'string') ({ csrf } = answer as { csrf: string });
    return { status: response.status, body: answer };
  }
  return { ask };
}

const PASSWORD = 'correct horse battery';

test('a policy is applied, a plan is cut off by kill -9 and told, and goes on with the next plan', { timeout: 180_000 }, async () => {
  const first = serve();
  const [, url = '', secret = ''] = await first.says(/(http:\/\/127\.0\.0\.1:\d+)\/setup#([\w-]+)/);
  const anna = browser(url);
  expect(await anna.ask('POST', '/setup', { secret, name: 'anna', password: PASSWORD })).toMatchObject({ status: 200 });
  await anna.ask('GET', '/session');

  const { body: page } = await anna.ask('GET', '/policy');
  expect(page).toMatchObject({ editable: true, checked: { good: true } });
  const [main] = page['files'] as { path: string; text: string }[];
  const files = [{ path: main!.path, text: main!.text.replace('retention: 30d', 'retention: 31d').replace('last: 33', 'last: 35') }];
  const asked = { kind: 'policy', basedOn: page['version'], files, summary: 'a day longer' };
  const { body: change } = await anna.ask('POST', '/changes', asked);
  expect(change).toMatchObject({ state: 'proposed', weakens: [], by: 'anna' });
  expect(await anna.ask('POST', `/changes/${String(change['id'])}/approve`, {})).toMatchObject({ status: 200 });
  expect(await anna.ask('POST', `/changes/${String(change['id'])}/apply`)).toMatchObject({ status: 202, body: { state: 'applied' } });
  await first.says(/the policy has changed/);
  expect(readFileSync(file, 'utf8')).toBe(files[0]!.text);
  expect((await anna.ask('GET', '/policy/versions')).body['items']).toMatchObject([
    { by: 'anna' },
    { by: 'outside', summary: 'as it was found' },
  ]);

  const { body: plan } = await anna.ask('GET', '/plan');
  const { body: proposed } = await anna.ask('POST', '/changes', { kind: 'plan', basedOn: plan['basedOn'], allow: [] });
  const path = `/changes/${String(proposed['id'])}`;
  await anna.ask('POST', `${path}/approve`, {});
  const hung = hangWrite(5);
  expect(await anna.ask('POST', `${path}/apply`)).toMatchObject({ body: { state: 'applying' } });
  await hung;
  kill(first.child);
  await first.ended;
  lab.world.faults.length = 0;
  const before = JSON.stringify([lab.world.pve['pve']!.jobs, lab.world.pve['pve']!.pools, lab.world.pbs['pbs']!.jobs]);

  const second = serve();
  const [, again = ''] = await second.says(/listening on (http:\/\/127\.0\.0\.1:\d+)/);
  const later = browser(again);
  expect(await later.ask('POST', '/session', { name: 'anna', password: PASSWORD })).toMatchObject({ status: 200 });
  await later.ask('GET', '/session');
  const { body: left } = await later.ask('GET', path);
  expect(left).toMatchObject({
    state: 'failed',
    because: expect.stringMatching(/^the daemon was stopped with 4 of \d+ steps done\. It was at create .* which may be done or not/),
  });
  expect(JSON.stringify([lab.world.pve['pve']!.jobs, lab.world.pve['pve']!.pools, lab.world.pbs['pbs']!.jobs])).toBe(before);
  const { body: rest } = await later.ask('GET', '/plan');
  expect((rest['steps'] as unknown[]).length).toBeLessThan((plan['steps'] as unknown[]).length);
  second.child.kill('SIGTERM');
  expect(await second.ended).toEqual([0, null]);
});

/** Resolves when the n-th write from now on hangs. */
function hangWrite(n: number): Promise<void> {
  return new Promise((resolve) => {
    let left = 1;
    const fault: Fault = {
      call: '^(POST|PUT|DELETE) ',
      after: n - 1,
      kind: 'hang',
      get times() {
        return left;
      },
      set times(times) {
        left = times;
        resolve();
      },
    };
    lab.world.faults.push(fault);
  });
}
