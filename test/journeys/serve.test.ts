import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLab, type Lab } from '#lab/lab.ts';
import { SECRET_NAMES, secretsOf } from '#lab/scenarios/policy.ts';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';

/** `holdfast serve` as a process of its own, a lab on real time, and a receiver of webhooks. */

type Message = { readonly id: string; readonly severity: string; readonly subject: string; readonly text: string };
type Held = { readonly message: Message; readonly answer: () => void };

let lab: Lab;
let folder: string;
const messages: Held[] = [];
const waiting: ((held: Held) => void)[] = [];
const receiver = createServer((request: IncomingMessage, response: ServerResponse) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const held = { message: JSON.parse(Buffer.concat(parts).toString()) as Message, answer: () => void response.writeHead(204).end() };
    const next = waiting.shift();
    if (next) next(held);
    else messages.push(held);
  });
});
const started: ChildProcess[] = [];

beforeAll(async () => {
  lab = await startLab({ scenario: 'healthy-30', clock: 'real', now: Math.floor(Date.now() / 1000) });
  folder = mkdtempSync(join(tmpdir(), 'holdfast-serve-'));
  await new Promise<void>((listens) => receiver.listen(0, '127.0.0.1', listens));
  const alerts = `alerts:\n  channels: { hook: { webhook: { url: "env:HOOK" } } }\n  routes: [{ to: [hook] }]\n`;
  writeFileSync(join(folder, 'holdfast.yaml'), scenarioPolicy('healthy-30', lab)! + alerts);
});
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  receiver.closeAllConnections();
  receiver.close();
  await lab.close();
  rmSync(folder, { recursive: true });
});

type Serving = { readonly child: ChildProcess; readonly ended: Promise<unknown[]>; readonly log: () => string };

function serve(args: readonly string[] = [], secrets: Readonly<Record<string, string>> = {}): Serving {
  const env = {
    ...process.env,
    ...secretsOf(lab),
    ...secrets,
    HOLDFAST_POLICY: join(folder, 'holdfast.yaml'),
    HOLDFAST_STATE: join(folder, 'state'),
    HOLDFAST_LISTEN: '127.0.0.1:0',
    HOOK: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
    NO_COLOR: '1',
  };
  const child = spawn(process.execPath, ['bin/holdfast.js', 'serve', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (log += text.toString()));
  return { child, ended: once(child, 'exit'), log: () => log };
}

function nextMessage({ log, ended }: Serving): Promise<Held> {
  const ready = messages.shift();
  if (ready) return Promise.resolve(ready);
  const late = ended.then(() => Promise.reject(new Error(`the daemon ended:\n${log()}`)));
  return Promise.race([new Promise<Held>((resolve) => waiting.push(resolve)), late]);
}

const KILLS = { timeout: 180_000 };

test('kill -9 while a message is under way: it comes again as the same, and what happened meanwhile is told once', KILLS, async () => {
  const pbs = { server: 'pbs', call: '.', times: 1e9, kind: 'refused' } as const;
  lab.world.faults.push(pbs);
  const first = serve();
  const outage = await nextMessage(first);
  expect(outage.message).toMatchObject({ severity: 'error', subject: expect.stringContaining('The server does not answer') });
  first.child.kill('SIGKILL');
  await first.ended;

  const second = serve();
  const again = await nextMessage(second);
  expect(again.message.id).toBe(outage.message.id);
  again.answer();
  await untilLogged(second, 'messages sent');
  second.child.kill('SIGKILL');
  await second.ended;

  lab.world.faults.length = 0;
  const third = serve();
  const over = await nextMessage(third);
  expect(over.message).toMatchObject({ severity: 'over', subject: expect.stringContaining('The server does not answer') });
  over.answer();
  await untilLogged(third, 'messages sent');
  third.child.kill('SIGTERM');
  expect(await third.ended).toEqual([0, null]);
  expect(messages.map(({ message }) => message.subject)).toEqual([]);
  const said = [first, second, third].map(({ log }) => log()).join('');
  for (const token of Object.values(secretsOf(lab))) expect(said).not.toContain(token.split(/[=:]/).at(-1));
});

test('a token that could delete is refused by name, and may be allowed by name', KILLS, async () => {
  const secrets = { [SECRET_NAMES.pbs]: secretsOf(lab)[SECRET_NAMES.pbsApply]! };
  const refused = serve([], secrets);
  expect(await refused.ended).toEqual([5, null]);
  expect(refused.log()).toContain('holdfast@pbs!apply has Datastore.Modify on /datastore, Datastore.Prune on /datastore');
  expect(refused.log()).toContain("holdfast serve --allow-powerful-token 'holdfast@pbs!apply'");
  const allowed = serve(['--allow-powerful-token', 'holdfast@pbs!apply'], secrets);
  await untilLogged(allowed, '"looked"');
  expect(allowed.log()).toContain('a login that can delete recovery points is allowed');
  allowed.child.kill('SIGINT');
  expect(await allowed.ended).toEqual([130, null]);
});

async function untilLogged({ child, ended, log }: Serving, words: string): Promise<void> {
  const said = new Promise<void>((resolve) => {
    const look = (): void => void (log().includes(words) && resolve());
    child.stderr!.on('data', look);
    look();
  });
  await Promise.race([said, ended.then(() => Promise.reject(new Error(`the daemon ended:\n${log()}`)))]);
}

const USAGE = [
  { name: 'an address without a port', args: ['--listen', 'localhost'], says: 'is no address' },
  { name: 'a token that is written out', args: ['--hook-token', 'abcdefghabcdefgh'], says: '--hook-token takes env:NAME' },
];
for (const { name, args, says } of USAGE) {
  test(`serve refuses ${name}`, async () => {
    const serving = serve(args);
    expect(await serving.ended).toEqual([2, null]);
    expect(serving.log()).toContain(says);
  });
}

test('serve says why it cannot start: the port is taken, the webhook token is short', KILLS, async () => {
  const taken = serve(['--listen', `127.0.0.1:${(receiver.address() as AddressInfo).port}`]);
  expect(await taken.ended).toEqual([1, null]);
  expect(taken.log()).toContain('Something listens on 127.0.0.1:');
  const short = serve(['--hook-token', 'env:SHORT'], { SHORT: 'abc' });
  expect(await short.ended).toEqual([1, null]);
  expect(short.log()).toContain('The webhook token has 3 characters');
});
