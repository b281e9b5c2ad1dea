import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePaint } from '#cli/out.ts';
import { findingsText } from '#cli/views/finding.ts';
import { loadPolicy } from './policy-source.ts';

/*
 * What people read when a policy is wrong. A story is a file of test/goldens/policy: the policy (several files are
 * divided by a line `=== NAME`), a line of dashes, and exactly what is printed. HOLDFAST_UPDATE=1 writes what is printed.
 */

const NOW = 1_795_651_200; // 2026-11-26
const RULER = `${'-'.repeat(80)}\n`;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-story-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const stories = globSync('test/goldens/policy/*.golden').toSorted();

test('there are at least 60 stories of broken policies', () => {
  expect(stories.length).toBeGreaterThanOrEqual(60);
});

for (const story of stories) {
  test(`policy story: ${basename(story, '.golden')}`, () => {
    const [input = '', expected = ''] = readFileSync(story, 'utf8').split(RULER);
    const told = tell(input, basename(story, '.golden'));
    if (process.env['HOLDFAST_UPDATE'] === '1') writeFileSync(story, `${input}${RULER}${told}`);
    else expect(told).toBe(expected);
    expect(told).not.toBe('');
  });
}

function tell(input: string, name: string): string {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  const [main = '', ...parts] = input.split(/^=== (.+)\n/m);
  writeFileSync(join(cwd, 'holdfast.yaml'), main);
  for (let i = 0; i < parts.length; i += 2) {
    const path = join(cwd, parts[i]!);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, parts[i + 1]!);
  }
  return findingsText(loadPolicy('holdfast.yaml', cwd, NOW).findings, makePaint(false));
}
