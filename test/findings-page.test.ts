import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const PAGE = 'docs/reference/findings.md';

/** Every code somewhere in src, with the files that tell it. */
function codesInSource(): Map<string, string[]> {
  const files = new Map<string, string[]>();
  for (const file of globSync('src/**/*.ts').toSorted()) {
    if (file.endsWith('.test.ts') || file.includes('/testing/')) continue;
    for (const [, code] of readFileSync(file, 'utf8').matchAll(/['"`](HF-[A-Z0-9-]*[A-Z0-9])['"`]/g)) {
      const known = files.get(code!) ?? [];
      if (!known.includes(file)) files.set(code!, [...known, file]);
    }
  }
  return files;
}

function sections(): { readonly code: string; readonly text: string }[] {
  const [, ...parts] = readFileSync(PAGE, 'utf8').split(/^## /m);
  return parts.map((part) => ({ code: part.split('\n', 1)[0]!, text: part }));
}

test('every finding code has a section on the page', () => {
  const described = new Set(sections().map(({ code }) => code));
  const without = [...codesInSource()].filter(([code]) => !described.has(code));
  expect(
    without.map(([code, files]) => `${code} of ${files.join(', ')} has no section: add "## ${code}" to ${PAGE} (means, matters, do)`),
  ).toEqual([]);
});

test('every section tells of a code that is there, once, with what it means, why it matters and what to do', () => {
  const told = codesInSource();
  const codes = sections().map(({ code }) => code);
  const gone = codes.filter((code) => !told.has(code)).map((code) => `no file of src tells ${code} any more: remove its section`);
  const twice = codes.filter((code, i) => codes.indexOf(code) !== i).map((code) => `${code} has two sections: remove one`);
  const thin = sections()
    .filter(({ text }) => !['**Means:**', '**Matters:**', '**Do:**'].every((part) => text.includes(part)))
    .map(({ code }) => `the section of ${code} lacks **Means:**, **Matters:** or **Do:**`);
  expect([...gone, ...twice, ...thin]).toEqual([]);
});

test('the pages that are tried in a browser name codes that are there', () => {
  const described = new Set(sections().map(({ code }) => code));
  const files = globSync('test/web/fixtures/*.ts');
  const named = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\bHF-[A-Z0-9-]*[A-Z0-9]/g)].map(([code]) => ({ file, code })),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ code }) => !described.has(code))).toEqual([]);
});
