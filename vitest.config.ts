import { defineConfig } from 'vitest/config';
import { TIMES } from './test/draws.ts';

// The core has its own run (`scripts/run.mjs`, task core): node:test in a sandbox, under three time zones.
export default defineConfig({
  test: {
    include: ['{src,lab,test,bench}/**/*.test.ts'],
    exclude: ['src/core/**', '**/node_modules/**'],
    pool: 'threads',
    isolate: false,
    // On two cores the default is one worker, and half of the tests' time is waiting for servers.
    maxWorkers: 2,
    testTimeout: 30_000 * TIMES,
    hookTimeout: 30_000 * TIMES,
    setupFiles: ['test/contract/every-test.ts'],
  },
});
