/**
 * What watching costs: a site of 30 guests, and one of 10,000 with 600,000 points and a year of history, each watched by a process of its own with its
 * memory in SQLite, and simulated by another. The first cycle knows nothing of the points that are there and writes each down; before each later one, one
 * group in a hundred gets a new point. Of many later cycles the one in the middle counts, for a machine is never alone.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '#config/policy-source.ts';
import type { Given, Made } from './daemon-watch.ts';
import type { Year } from './daemon-year.ts';
import type { FleetGroup } from './fleet-lab.ts';
import { report } from './result.ts';

type Told = {
  readonly now: number;
  readonly policy: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly groups: readonly FleetGroup[];
};

const SITES = [
  { scenario: 'healthy-30', limitMib: 150, cycles: 20 },
  { scenario: 'fleet-10k', limitMib: 600, cycles: 9 },
] as const;

for (const { scenario, limitMib, cycles } of SITES) {
  const { first, later } = await measure(scenario, cycles);
  const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const [ms, cpuMs] = [median(later.map(({ ms }) => ms)), median(later.map(({ cpuMs }) => cpuMs))];
  const last = later.at(-1)!;
  console.log(`${scenario}: first cycle ${(first.ms / 1000).toFixed(1)} s, ${first.points} points, ${first.requests} requests`);
  report({
    name: `memory of watching ${scenario}`,
    measured: `  later cycles: ${last.requests} requests, ${last.rssMib.toFixed(0)} MiB resident after the last; at most ${last.peakMib.toFixed(0)} MiB ever`,
    value: last.peakMib,
    limit: limitMib,
    unit: 'MiB',
    below: true,
  });
  if (scenario === 'fleet-10k')
    report({
      name: 'a cycle in which 1 % changed',
      measured: `  ${(ms / 1000).toFixed(2)} s against ${(first.ms / 1000).toFixed(1)} s of the first; of this process alone ${(cpuMs / 1000).toFixed(2)} s against ${(first.cpuMs / 1000).toFixed(1)} s`,
      value: ms / first.ms,
      limit: 0.1,
      unit: '×',
    });
}

async function measure(scenario: string, cycles: number): Promise<{ readonly first: Made; readonly later: readonly Made[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const lab = mortal(fork(new URL('fleet-lab.ts', import.meta.url), [scenario], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  const told = await next<Told>(lab);
  const file = join(folder, 'holdfast.yaml');
  writeFileSync(file, told.policy);
  const { policy, findings } = loadPolicy(file, folder, told.now);
  if (!policy) throw new Error(findings.map(({ problem }) => problem).join('\n'));
  const state = join(folder, 'state');
  await compile(folder);
  await remember({ folder: state, site: policy.sites[0]!.name, now: told.now, groups: told.groups });
  const watcher = mortal(watching(folder));
  const given: Given = { policy, secrets: told.secrets, folder: state, now: told.now };
  watcher.send(given);
  const first = await next<Made>(watcher);
  const later: Made[] = [];
  for (let n = 0; n < cycles; n++) {
    lab.send('change');
    await next(lab);
    watcher.send('cycle');
    later.push(await next<Made>(watcher));
  }
  for (const child of [watcher, lab]) child.removeAllListeners('exit');
  watcher.kill();
  lab.disconnect();
  rmSync(folder, { recursive: true });
  return { first, later };
}

/** The watching process as `bin/holdfast.js` starts it: sparing, and compiled before. */
function watching(folder: string): ChildProcess {
  return fork(new URL('daemon-watch.ts', import.meta.url), {
    execArgv: ['--import', new URL('../bin/frugal.js', import.meta.url).href],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
  });
}

/** What strips types stays in the memory of a process that compiles. */
async function compile(folder: string): Promise<void> {
  const child = watching(folder);
  child.send('compile');
  await once(child, 'exit');
}

async function remember(year: Year): Promise<void> {
  const child = fork(new URL('daemon-year.ts', import.meta.url));
  child.send(year);
  const { points, runs } = await next<{ readonly points: number; readonly runs: number }>(child);
  await once(child, 'exit');
  console.log(`${year.site}: a year of history, ${points} points that are gone and ${runs} backups`);
}

async function next<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}

function mortal(child: ChildProcess): ChildProcess {
  return child.once('exit', () => {
    throw new Error('a process of the bench died');
  });
}
