// The first command after `git clone` may be any of ours, on a machine with only Node >= 20 and npm. This file
// therefore is plain JavaScript: it installs what is missing, then goes on with the Node 26 that npm brought.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { inItsPlace } from '../bin/in-its-place.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const [task, ...rest] = process.argv.slice(2);
process.chdir(root);

install();
const node = `${root}node_modules/.bin/node`;
const version = spawnSync(node, ['-v'], { encoding: 'utf8' }).stdout?.trim() ?? 'none';
if (!version.startsWith('v26.')) {
  console.error(`Node 26 is missing (found ${version}). It comes as an optional dependency: run "npm ci" without --omit=optional.`);
  process.exit(1);
}

// A browser takes all the machine has: what others measure of bounded time would be its time.
const suite = [() => vitest(['--exclude', 'test/web/**']), () => vitest(['test/web'])];
const tasks = {
  start: () => web() || inItsPlace(node, ['lab/demo.ts', ...rest]),
  web,
  screenshots: () => web() || run(node, ['test/web/screenshots.ts', ...rest]),
  lab: () => inItsPlace(node, ['lab/main.ts', ...rest]),
  replay: () => run(node, ['test/replay/main.ts', ...rest]),
  year: () => run(node, ['test/year/main.ts', ...rest]),
  holdfast: () => inItsPlace(node, ['bin/holdfast.js', ...rest]),
  bench: () => run(node, ['bench/main.ts']),
  test: () => (rest.length === 0 ? all(coreInSandbox, web, ...suite) : vitest(rest)),
  check: () => all(types, lint, format, deadCode, coreInSandbox, web, ...suite),
  core: coreInSandbox,
  static: () => all(types, lint, format, deadCode),
  quick: () => all(types, lint),
  format: () => bin('oxfmt', ['.']),
};
const chosen = tasks[task];
if (!chosen) {
  console.error(`Unknown task "${task}". Known: ${Object.keys(tasks).join(', ')}`);
  process.exit(2);
}
process.exit(await chosen());

function install() {
  const stamp = `${root}node_modules/.package-lock.json`;
  if (existsSync(stamp) && wanted() === installed(stamp)) return;
  console.error('Installing what Holdfast needs into node_modules (once) …');
  const status = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  }).status;
  if (status !== 0) process.exit(status ?? 1);
}

/** Names and versions the lock file asks for on this kind of machine, without those for others. */
function wanted() {
  return fingerprint(JSON.parse(readFileSync('package-lock.json', 'utf8')).packages);
}

function installed(stamp) {
  return fingerprint(JSON.parse(readFileSync(stamp, 'utf8')).packages);
}

function fingerprint(packages) {
  return Object.entries(packages)
    .filter(([path, entry]) => path !== '' && !entry.optional)
    .map(([path, entry]) => `${path}@${entry.version}`)
    .sort()
    .join('\n');
}

function types() {
  return bin('tsc', ['-p', '.']) || bin('tsc', ['-p', 'web']);
}

function lint() {
  return bin('oxlint', ['--type-aware', '--deny-warnings']);
}

function format() {
  return bin('oxfmt', ['--check', '.']);
}

function deadCode() {
  return bin('knip', ['--no-progress']);
}

/** The dashboard, built where its sources are newer than what was built. */
function web() {
  return run(node, ['scripts/web.mjs', ...(task === 'web' ? rest : [])]);
}

/** Decisions must not depend on files, network or the machine's zone: three runs at once, in which the first two are forbidden. */
async function coreInSandbox() {
  const statuses = await Promise.all(['UTC', 'Europe/Vienna', 'Pacific/Auckland'].map(coreInZone));
  return Math.max(...statuses);
}

/** Tells what the run said when it has ended: three at once would speak in between each other. */
async function coreInZone(zone) {
  const permissions = ['--permission', `--allow-fs-read=${root}`, `--allow-fs-read=${realpathSync('node_modules')}`];
  const args = [...permissions, '--test', '--test-isolation=none', '--test-reporter=dot', 'src/core/**/*.test.ts'];
  const child = spawn(node, args, { stdio: ['inherit', 'pipe', 'pipe'], env: { ...process.env, TZ: zone } });
  const [said, [status]] = await Promise.all([Promise.all([text(child.stdout), text(child.stderr)]), once(child, 'close')]);
  console.error(said.join(''));
  if (status !== 0) console.error(`The core's tests failed in zone ${zone}.`);
  return status ?? 1;
}

function vitest(args) {
  return bin('vitest', ['run', ...args]);
}

function bin(name, args) {
  return run(node, [`${root}node_modules/.bin/${name}`, ...args]);
}

function run(command, args, env = {}) {
  const { status, signal } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  return status ?? (signal === 'SIGINT' ? 130 : 1);
}

async function all(...steps) {
  for (const step of steps) {
    const status = await step();
    if (status !== 0) return status;
  }
  return 0;
}
