import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Code and page name the same findings: each that can be told has a section, and no section tells of one that is gone. */
test('every finding code has a section in docs/reference/findings.md', () => {
  const told = new Set<string>();
  for (const file of globSync('src/**/*.ts')) {
    if (file.endsWith('.test.ts')) continue;
    for (const [, code] of readFileSync(file, 'utf8').matchAll(/'(HF-[A-Z0-9-]+)'/g)) told.add(code!);
  }
  const page = readFileSync('docs/reference/findings.md', 'utf8');
  const described = [...page.matchAll(/^## (HF-[A-Z0-9-]+)$/gm)].map(([, code]) => code!);
  expect([...told].filter((code) => !described.includes(code)).toSorted()).toEqual([]);
  expect(described.toSorted()).toEqual([...new Set(described)].toSorted());
});
