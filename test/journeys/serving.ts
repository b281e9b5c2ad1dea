import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { startLab, type Lab } from '#lab/lab.ts';
import { secretsOf } from '#lab/scenarios/policy.ts';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';

/** `holdfast serve` as a process of its own, a lab on real time, and a receiver of webhooks. */

export type Message = { readonly id: string; readonly severity: string; readonly subject: string; readonly text: string };
export type Held = { readonly message: Message; readonly answer: () => void };

export type Serving = {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown[]>;
  readonly log: () => string;
  /** Resolves when the log has held these words, rejects where the process ends before. */
  readonly says: (words: string | RegExp) => Promise<RegExpExecArray>;
  /** What it says of itself at a path, once it listens. */
  readonly ask: (path: string) => Promise<{ readonly status: number; readonly body: unknown }>;
};

type Options = {
  readonly args?: readonly string[];
  /** In a group of its own, so that what it started can be killed with it. */
  readonly detached?: boolean;
};

/** Starts it on a free port; whoever starts it ends it. */
export function startServing(more: Readonly<Record<string, string>>, { args = [], detached = false }: Options = {}): Serving {
  const env = { ...process.env, HOLDFAST_LISTEN: '127.0.0.1:0', NO_COLOR: '1', ...more };
  const child = spawn(process.execPath, ['bin/holdfast.js', 'serve', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'], detached });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (log += text.toString()));
  const ended = once(child, 'exit');
  return { child, ended, log: () => log, says, ask };

  function says(words: string | RegExp): Promise<RegExpExecArray> {
    const pattern = typeof words === 'string' ? new RegExp(RegExp.escape(words)) : words;
    const said = new Promise<RegExpExecArray>((resolve) => {
      const look = (): void => {
        const found = pattern.exec(log);
        if (found) resolve(found);
      };
      child.stderr.on('data', look);
      look();
    });
    return Promise.race([said, ended.then(() => Promise.reject(new Error(`the daemon ended:\n${log}`)))]);
  }

  async function ask(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const [, url] = await says(/listening on (http[^"\s]+)/);
    const answer = await fetch(url! + path);
    return { status: answer.status, body: await answer.json() };
  }
}

export type Serves = {
  readonly lab: () => Lab;
  readonly state: () => string;
  /** Messages that nobody waited for. */
  readonly messages: readonly Held[];
  readonly receiverPort: () => number;
  readonly serve: (args?: readonly string[], env?: Readonly<Record<string, string>>) => Serving;
  readonly nextMessage: (serving: Serving) => Promise<Held>;
};

/** For the tests of one file; ended after them. A message waits for its `answer`, or is answered at once where `answers` says so. */
export function prepareServing({ answers }: { readonly answers: boolean }): Serves {
  let lab: Lab;
  let folder: string;
  const messages: Held[] = [];
  const waiting: ((held: Held) => void)[] = [];
  const receiver = createServer((request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const held = { message: JSON.parse(Buffer.concat(parts).toString()) as Message, answer: () => void response.writeHead(204).end() };
      if (answers) held.answer();
      const next = waiting.shift();
      if (next) next(held);
      else messages.push(held);
    });
  });
  const receiverPort = (): number => (receiver.address() as AddressInfo).port;
  const started: ChildProcess[] = [];

  beforeAll(async () => {
    lab = await startLab({ scenario: 'healthy-30', clock: 'real', now: Math.floor(Date.now() / 1000) });
    folder = mkdtempSync(join(tmpdir(), 'holdfast-serve-'));
    await new Promise<void>((listens) => receiver.listen(0, '127.0.0.1', listens));
    const alerts = `alerts:\n  channels: { hook: { webhook: { url: "env:HOOK" } } }\n  routes: [{ to: [hook] }]\n`;
    writeFileSync(join(folder, 'holdfast.yaml'), scenarioPolicy('healthy-30', lab)! + alerts);
  }, 60_000);
  afterAll(async () => {
    for (const child of started) child.kill('SIGKILL');
    receiver.closeAllConnections();
    receiver.close();
    await lab.close();
    rmSync(folder, { recursive: true });
  });

  function serve(args: readonly string[] = [], more: Readonly<Record<string, string>> = {}): Serving {
    const env = {
      ...secretsOf(lab),
      HOLDFAST_POLICY: join(folder, 'holdfast.yaml'),
      HOLDFAST_STATE: join(folder, 'state'),
      HOOK: `http://127.0.0.1:${receiverPort()}/`,
      ...more,
    };
    const serving = startServing(env, { args });
    started.push(serving.child);
    return serving;
  }

  function nextMessage({ log, ended }: Serving): Promise<Held> {
    const ready = messages.shift();
    if (ready) return Promise.resolve(ready);
    const late = ended.then(() => Promise.reject(new Error(`the daemon ended:\n${log()}`)));
    return Promise.race([new Promise<Held>((resolve) => waiting.push(resolve)), late]);
  }

  return { lab: () => lab, state: () => join(folder, 'state'), messages, receiverPort, serve, nextMessage };
}
