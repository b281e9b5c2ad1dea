import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Demo = {
  readonly url: string;
  /** The one-time link that makes the first account. */
  readonly setup: string;
  readonly close: () => Promise<void>;
};

/** `npm start` as a stranger sees it, on a free port, always on the same day: the daemon on the lab, its dashboard, time that runs fast. */
export async function startDemo(days = 100): Promise<Demo> {
  const state = mkdtempSync(join(tmpdir(), 'holdfast-browser-'));
  const env = { ...process.env, HOLDFAST_STATE: state, HOLDFAST_LISTEN: '127.0.0.1:0', NO_COLOR: '1' };
  const child = spawn(process.execPath, ['lab/demo.ts', '--at', '2026-11-25', '--days', String(days)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  try {
    const setup = await linkIn(child);
    return {
      url: new URL('/', setup).href.replace(/\/$/, ''),
      setup,
      close: async () => {
        child.kill('SIGINT');
        await ended;
        rmSync(state, { recursive: true });
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    rmSync(state, { recursive: true, force: true });
    throw error;
  }
}

/** The link as soon as the daemon has looked once: then there is something to see. */
function linkIn(child: ChildProcess): Promise<string> {
  let log = '';
  return new Promise((resolve, reject) => {
    child.stdout!.resume();
    child.stderr!.on('data', (text: Buffer) => {
      log += text.toString();
      const [link] = /http:\/\/\S+?\/setup#[\w-]+/.exec(log) ?? [];
      if (link !== undefined && log.includes('"looked"')) resolve(link);
    });
    child.once('exit', () => reject(new Error(`the demo ended:\n${log}`)));
  });
}
