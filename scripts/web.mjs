// Builds the dashboard into web/dist, with a .br and a .gz beside every text, so that the daemon compresses nothing by itself. What is built carries
// a stamp of its sources: it is built again when they have changed, however their times stand after a checkout. `--force` builds in any case.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

// Else who runs it decides: below a test runner React's slow half would be built, which mounts every page twice.
process.env['NODE_ENV'] = 'production';
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const STAMP = 'web/dist/.stamp';
const SOURCES = ['web/src/**', 'web/public/**', 'web/index.html', 'web/vite.config.ts', 'scripts/web.mjs', 'docs/reference/findings.md'];

const wanted = stampOfSources();
if (process.argv.includes('--force') || !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== wanted) {
  console.error('Building the dashboard into web/dist …');
  // Into a folder of its own first: a daemon that serves web/dist goes on with the whole old one until the new one is whole.
  const fresh = `web/dist.${process.pid}`;
  await build({ root: 'web', configFile: 'web/vite.config.ts', logLevel: 'warn', build: { outDir: `dist.${process.pid}` } });
  for (const file of files(`${fresh}/**`)) compress(file);
  writeFileSync(`${fresh}/.stamp`, wanted);
  putInPlace(fresh);
}

/** Where two build at once, both built the same: the one that comes second throws its own away. */
function putInPlace(fresh) {
  rmSync('web/dist', { recursive: true, force: true });
  try {
    renameSync(fresh, 'web/dist');
  } catch (error) {
    rmSync(fresh, { recursive: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
  }
}

function stampOfSources() {
  const hash = createHash('sha256');
  for (const file of [...SOURCES.flatMap(files), 'package-lock.json']) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function files(pattern) {
  return globSync(pattern)
    .filter((path) => statSync(path).isFile())
    .sort();
}

function compress(file) {
  const bytes = readFileSync(file);
  if (!/\.(js|css|html|svg)$/.test(file) || bytes.length < 1000) return;
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}
