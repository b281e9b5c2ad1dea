import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

const run = promisify(execFile);
const PROGRAMS = process.env['HOLDFAST_POSTGRES_BIN'] ?? '/usr/lib/postgresql/15/bin';

/** PostgreSQL's programs are here. Where they are not, tests that need them are skipped with one line, or fail with HOLDFAST_NO_SKIP=1. */
export function havePostgres(): boolean {
  if (existsSync(join(PROGRAMS, 'initdb'))) return true;
  const missing = `PostgreSQL's programs are not in ${PROGRAMS} (HOLDFAST_POSTGRES_BIN names another folder)`;
  if (process.env['HOLDFAST_NO_SKIP'] === '1') throw new Error(missing);
  process.stderr.write(`Tests on PostgreSQL are skipped: ${missing}.\n`);
  return false;
}

export type Cluster = {
  readonly port: number;
  /** The URL of a new, empty database: a schema of its own, which is a hundred times faster to make. */
  readonly makeDatabase: () => Promise<string>;
  /** Ends the server as a power cut does, or starts it again. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/**
 * A real server that is thrown away: data in a temporary folder, on loopback and a free port. Its server refuses to run as root, so that root runs
 * it as `postgres`, or `nobody` where there is none.
 */
export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
  const owner = process.getuid?.() === 0 ? await lowUser() : undefined;
  if (owner !== undefined) await run('chown', ['-R', String(owner), folder]);
  const as = owner === undefined ? {} : { uid: owner };
  const data = join(folder, 'data');
  await makeData(data, async () => {
    const flags = ['-D', data, '-U', 'holdfast', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
    await run(join(PROGRAMS, 'initdb'), flags, { ...as, cwd: folder });
  });
  const port = await freePort();
  let server: ReturnType<typeof spawn> | undefined;
  const start = async (): Promise<void> => {
    const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', shared_buffers: '64MB' };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    server = spawn(join(PROGRAMS, 'postgres'), ['-D', data, ...flags], { ...as, cwd: folder, stdio: 'ignore' });
    await answers(port);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const process = server;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.kill(signal);
    await ended;
  };
  await start();
  let count = 0;
  return {
    port,
    makeDatabase: async () => {
      const name = `test_${++count}`;
      await query(port, `create schema ${name}`);
      return `postgres://holdfast@127.0.0.1:${port}/postgres?options=${encodeURIComponent(`-c search_path=${name}`)}`;
    },
    start,
    // SIGQUIT: an immediate end without a checkpoint; SIGKILL would leave its children behind.
    kill: () => end('SIGQUIT'),
    stop: async () => {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Made once a run, then copied: `initdb` takes two seconds of processor time, and a copy a tenth of one. */
async function makeData(data: string, make: () => Promise<void>): Promise<void> {
  const shared = process.env['HOLDFAST_RUN_FOLDER'];
  if (shared === undefined) return make();
  const model = join(shared, 'postgres');
  if (existsSync(model)) {
    await run('cp', ['-a', model, data]);
    return;
  }
  await make();
  const copy = `${model}.${randomUUID()}`;
  await run('cp', ['-a', data, copy]);
  // Where two files made one at once, the second stays beside the first, and goes with the folder.
  await rename(copy, model).catch(() => {});
}

async function lowUser(): Promise<number> {
  for (const name of ['postgres', 'nobody']) {
    const found = await run('id', ['-u', name]).catch(() => undefined);
    if (found) return Number(found.stdout.trim());
  }
  throw new Error('there is no user "postgres" or "nobody" to run a server as');
}

async function query(port: number, text: string): Promise<void> {
  const client = new Client({ host: '127.0.0.1', port, user: 'holdfast', database: 'postgres' });
  await client.connect();
  await client.query(text);
  await client.end();
}

/** A server that recovers from a crash refuses for a moment. */
async function answers(port: number): Promise<void> {
  const until = performance.now() + 60_000;
  for (;;) {
    try {
      await query(port, 'select 1');
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
