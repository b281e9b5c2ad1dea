#!/usr/bin/env node
// Starts Holdfast. Node 26 is needed (native Temporal, type stripping); where this file is run by an
// older one, the Node that `npm ci` put beside it takes over.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
if (Number(process.versions.node.split('.')[0]) >= 26) {
  const { enableCompileCache } = await import('node:module');
  const { directory } = enableCompileCache();
  if (process.argv[2] === 'serve') {
    if (directory) (await import('./warm.js')).warm(directory);
    await import('./frugal.js');
  }
  // Whoever reads may have read enough (`holdfast schema | head`): the command goes on to its end all the same.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error;
    });
  const { run } = await import(main);
  process.exitCode = await run(process.argv.slice(2));
} else {
  const node = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url));
  if (!existsSync(node)) {
    console.error(`holdfast needs Node 26; this is ${process.version}. Run "npm ci" in its folder: it brings Node 26 along.`);
    process.exit(1);
  }
  const self = fileURLToPath(import.meta.url);
  const { inItsPlace } = await import('./in-its-place.js');
  process.exit(await inItsPlace(node, [self, ...process.argv.slice(2)]));
}
