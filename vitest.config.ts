import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { TIMES } from './test/draws.ts';

/** Files that take more than ten seconds, the longest first, those that mostly wait beside those that mostly reckon: what is begun last is short. */
const LONG = [
  'test/journeys/plan-apply',
  'test/journeys/serve',
  'test/journeys/database-lost',
  'src/config/fuzz',
  'test/tofu/modules',
  'src/store/replicas',
  'test/journeys/watch',
  'lab/demo/demo',
  'test/tofu/homelab',
  'test/tofu/encryption',
  'test/tofu/existing',
  'src/store/alike',
  'test/journeys/stranger',
  'test/journeys/incidents',
  'src/store/memories',
  'src/daemon/crash-retries',
  'lab/scenarios/scenarios',
  'lab/scenarios/applied',
  'test/journeys/changes',
  'test/journeys/changes-served',
  'test/journeys/killed',
  'test/lock-histories',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const found = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return found === -1 ? LONG.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

// The core has its own run (`scripts/run.mjs`, task core): node:test in a sandbox, under three time zones.
export default defineConfig({
  test: {
    include: ['{src,lab,test,bench}/**/*.test.ts'],
    exclude: ['src/core/**', '**/node_modules/**'],
    pool: 'threads',
    isolate: false,
    // On two cores the default is one worker; a third of the tests' time is waiting for servers and processes.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000 * TIMES,
    hookTimeout: 60_000 * TIMES,
    globalSetup: ['test/once.ts'],
    setupFiles: ['test/contract/every-test.ts'],
  },
});
