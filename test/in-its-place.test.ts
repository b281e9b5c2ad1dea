import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

/** A parent that only stands for a child, which says it is up and ends as `ending` says. */
async function parentOf(ending: string, signal: NodeJS.Signals): Promise<readonly [number | null, NodeJS.Signals | null]> {
  const child = `${ending}; console.log('up'); setInterval(() => {}, 1000)`;
  const parent = `import { inItsPlace } from './bin/in-its-place.js';
    process.exit(await inItsPlace(process.execPath, ['-e', ${JSON.stringify(child)}]));`;
  const started = spawn(process.execPath, ['--input-type=module', '-e', parent], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(started, 'exit');
  await once(started.stdout, 'data');
  started.kill(signal);
  const [code, by] = await ended;
  return [code, by];
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`what Node 26 does in place of an older one gets its ${signal}, and says how it ended`, async () => {
    expect(await parentOf(`process.on('${signal}', () => process.exit(7))`, signal)).toEqual([7, null]);
  });
}

test('a child that a signal ends is told as shells tell it', async () => {
  expect(await parentOf('', 'SIGTERM')).toEqual([143, null]);
});
