import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Memory } from '#app/ports.ts';
import { havePostgres, startCluster, type Cluster } from '#test/postgres.ts';
import { postgresStores } from './postgres.ts';
import { sqliteStores } from './sqlite.ts';
import { NOW } from './testing/make.ts';

/** What a replica said last. */
type Said = { readonly held: readonly string[]; readonly lost: number; readonly frozen: boolean; readonly atMs: number };

/** Several replicas as processes. Nothing here waits for a time: it waits for what they say. */
class Replicas {
  readonly said = new Map<string, Said>();
  readonly #where: string;
  readonly #children = new Map<string, ChildProcess>();
  #heard: () => void = () => {};

  constructor(where: string) {
    this.#where = where;
  }

  start(holder: string, freeze = ''): void {
    const child = spawn(process.execPath, ['src/store/testing/replica.ts', this.#where, holder, freeze], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.set(holder, child);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const word = JSON.parse(line) as Partial<Said>;
      const before = this.said.get(holder) ?? { held: [], lost: 0, frozen: false };
      this.said.set(holder, {
        held: word.held ?? before.held,
        lost: before.lost + (word.lost ?? 0),
        frozen: word.frozen ?? false,
        atMs: performance.now(),
      });
      this.#heard();
    });
  }

  /** Ends or thaws one; from then on only what it says anew counts. */
  signal(holder: string, signal: NodeJS.Signals): void {
    this.#children.get(holder)?.kill(signal);
    if (signal === 'SIGKILL') this.said.delete(holder);
  }

  held(holder: string): readonly string[] {
    return this.said.get(holder)?.held ?? [];
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const never = new Promise<void>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`never: ${what}; last said: ${JSON.stringify([...this.said])}`)), 80_000);
    });
    while (!holds()) await Promise.race([never, new Promise<void>((resolve) => (this.#heard = resolve))]);
    clearTimeout(timer);
  }

  async end(): Promise<void> {
    const ends = [...this.#children.values()].map(async (child) => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await ended;
    });
    await Promise.all(ends);
  }
}

/** Each action of each site was done once, in order, and by holders whose tokens rise: no late write of an earlier one came through. */
async function expectEachActionOnce(memory: Memory): Promise<number> {
  const entries = (await memory.audit(0)).filter(({ act }) => act.startsWith('action '));
  const sites = Map.groupBy(entries, ({ on }) => on);
  expect(sites.size).toBe(12);
  for (const [site, actions] of sites) {
    expect(actions.map(({ act }) => act), site).toEqual(actions.map((_, i) => `action ${i + 1}`)); // prettier-ignore
    const tokens = actions.map(({ detail }) => Number(detail));
    expect(tokens, site).toEqual(tokens.toSorted((a, b) => a - b));
    const holders = Map.groupBy(actions, ({ detail }) => detail);
    for (const [token, by] of holders) expect(new Set(by.map((entry) => entry.by)).size, `${site}, token ${token}`).toBe(1);
  }
  await memory.close();
  return entries.length;
}

const shared = (held: readonly (readonly string[])[]): boolean => new Set(held.flat()).size === 12 && held.flat().length === 12;

function replicaTests(make: () => Promise<{ readonly where: string; readonly memory: Memory }>, freezes: readonly string[]): void {
  let replicas: Replicas | undefined;
  afterEach(() => replicas?.end());

  test('three share twelve sites; one is killed, and the others take over; no action twice', { timeout: 180_000 }, async () => {
    const { where, memory } = await make();
    replicas = new Replicas(where);
    const held = (...names: string[]) => names.map((name) => replicas!.held(name));
    for (const name of ['a', 'b', 'c']) replicas.start(name);
    await replicas.until('four each', () => held('a', 'b', 'c').every((sites) => sites.length === 4) && shared(held('a', 'b', 'c')));
    replicas.signal('b', 'SIGKILL');
    const killedMs = performance.now();
    await replicas.until('six each', () => held('a', 'c').every((sites) => sites.length === 6) && shared(held('a', 'c')));
    expect(performance.now() - killedMs).toBeLessThan(15_000);
    replicas.start('b');
    await replicas.until('four each again', () => held('a', 'b', 'c').every((sites) => sites.length === 4) && shared(held('a', 'b', 'c')));
    await replicas.end();
    expect(await expectEachActionOnce(memory)).toBeGreaterThan(24);
  });

  for (const place of freezes)
    test(
      `a holder frozen ${place} ${place === 'inside' ? 'its write' : 'look and write'} loses its sites, and its late write is refused`,
      { timeout: 180_000 },
      async () => {
        // prettier-ignore
        const { where, memory } = await make();
        replicas = new Replicas(where);
        replicas.start('frozen', place);
        replicas.start('other');
        await replicas.until('one is frozen', () => replicas!.said.get('frozen')?.frozen === true);
        await replicas.until('the other has all', () => replicas!.held('other').length === 12);
        replicas.signal('frozen', 'SIGCONT');
        await replicas.until('the late write is refused', () => replicas!.said.get('frozen')!.lost > 0);
        await replicas.until('they share again', () => shared([replicas!.held('frozen'), replicas!.held('other')]) && replicas!.held('frozen').length === 6); // prettier-ignore
        await replicas.end();
        await expectEachActionOnce(memory);
      },
    );
}

describe('replicas on one SQLite file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-replicas-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let count = 0;
  replicaTests(async () => {
    const where = join(folder, String(++count));
    return { where, memory: sqliteStores(where, () => NOW).memory };
  }, ['between']);
});

describe.skipIf(!havePostgres())('replicas on PostgreSQL', () => {
  let cluster: Cluster;
  beforeAll(async () => void (cluster = await startCluster()), 60_000);
  afterAll(() => cluster.stop());
  replicaTests(async () => {
    const where = await cluster.makeDatabase();
    return { where, memory: postgresStores(where, undefined, () => NOW).memory };
  }, ['between', 'inside']);
});
