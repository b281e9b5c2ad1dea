/**
 * How much script a browser fetches before it shows the overview: what index.html names, the page's own chunk, and whatever those import before
 * they run. Charts and the editor come later, and only where one is shown. As gzip, which every browser takes.
 * Run: node bench/web-size.ts
 */
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { report } from './result.ts';

execFileSync(process.execPath, ['scripts/web.mjs'], { stdio: 'inherit' });
const ASSETS = 'web/dist/assets';
const html = readFileSync('web/dist/index.html', 'utf8');
const entry = [...html.matchAll(/assets\/([\w.-]+\.js)/g)].map(([, name]) => name ?? '');
const overview = globSync('overview-page-*.js', { cwd: ASSETS });
if (entry.length === 0 || overview.length === 0) throw new Error('The built dashboard has another shape than this measures.');

const first = reached([...entry, ...overview]);
const kib = (names: readonly string[]) =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(join(ASSETS, name)), { level: 9 }).length, 0) / 1024;
const all = globSync('*.js', { cwd: ASSETS });
const largest = all.filter((name) => !first.includes(name)).sort((a, b) => kib([b]) - kib([a]));
console.log(
  `later: ${largest
    .slice(0, 4)
    .map((name) => `${name.replace(/-[\w-]{8}\.js$/, '')} ${kib([name]).toFixed(0)} KiB`)
    .join(', ')}`,
);
report({
  name: 'script of the first load',
  measured: `${first.length} files of ${all.length}, gzip`,
  value: kib(first),
  limit: 250,
  unit: 'KiB',
  below: true,
});

/** The files themselves and all they import statically. */
function reached(names: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    const code = readFileSync(join(ASSETS, name), 'utf8');
    for (const [, imported] of code.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) visit(imported ?? '');
  };
  for (const name of names) visit(name);
  return [...found];
}
