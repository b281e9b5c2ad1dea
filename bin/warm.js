// Compiles all of Holdfast once, in a process that ends again, so that the one that runs for months finds it compiled: what strips types
// takes 25 MiB, which no process gives back. Costs a few seconds at the first start of a version, and nothing later.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src/', import.meta.url));
const self = fileURLToPath(import.meta.url);
const PATIENCE_MS = 60_000;

/** All that `serve` may load. */
function modules() {
  const exclude = (name) => /(^|\/)(testing|commands|views)$|\.(test|d)\.ts$/.test(name);
  return [...globSync('**/*.ts', { cwd: source, exclude }), 'cli/commands/serve.ts'];
}

/** Another one for each change of a file. */
function stamp() {
  const files = modules()
    .toSorted()
    .map((name) => `${name} ${statSync(join(source, name)).mtimeMs}`);
  return createHash('sha256')
    .update(`${process.version}\n${files.join('\n')}`)
    .digest('hex');
}

/** Does so where it is not done. Where it cannot be, Holdfast runs all the same, and takes more memory. */
export function warm(folder) {
  const place = createHash('sha256').update(source).digest('hex').slice(0, 12);
  const file = join(folder, `holdfast-${place}`);
  const now = stamp();
  try {
    if (readFileSync(file, 'utf8') === now) return;
  } catch {
    // It was never done.
  }
  const { status } = spawnSync(process.execPath, [self], { stdio: 'ignore', timeout: PATIENCE_MS });
  if (status === 0) writeFileSync(file, now);
}

if (process.argv[1] === self) {
  enableCompileCache();
  await import('./frugal.js');
  for (const name of modules()) await import(join(source, name));
  flushCompileCache();
  process.exit(0);
}
