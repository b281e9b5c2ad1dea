import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

for (const args of [['schema'], ['status', '--help']])
  test(`holdfast ${args.join(' ')}: a reader that has read enough is no failure`, async () => {
    const child = spawn(process.execPath, ['bin/holdfast.js', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect([code, said]).toEqual([0, '']);
  });
