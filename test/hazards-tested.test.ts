import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('each hazard that one look can show has a row in which it is planted and found', () => {
  const files = globSync('src/core/assess/**/*.ts').toSorted();
  const read = (tests: boolean): string =>
    files
      .filter((file) => file.endsWith('.test.ts') === tests)
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
  const codes = new Set([...read(false).matchAll(/code: '(HF-[A-Z-]+)'/g)].map(([, code]) => code!));
  const rows = read(true);
  expect(codes.size).toBeGreaterThan(30);
  expect([...codes].filter((code) => !rows.includes(code))).toEqual([]);
});
