import { array, assert, constantFrom, nat, property, tuple, uint8Array } from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { presetText } from '#app/preset.ts';
import { makePaint } from '#cli/out.ts';
import { findingsText } from '#cli/views/finding.ts';
import { loadPolicy } from './policy-source.ts';

const NOW = 1_795_651_200;
const PRESET = presetText('adr-005')!;
const MEBIBYTE = 2 ** 20;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Whatever the bytes are: a policy or a finding that says why not, with a place inside the file. */
function read(bytes: Uint8Array | string): string {
  writeFileSync(join(folder, 'holdfast.yaml'), bytes);
  const { policy, findings } = loadPolicy('holdfast.yaml', folder, NOW);
  expect(policy !== undefined || findings.some(({ severity }) => severity === 'error')).toBe(true);
  for (const { place } of findings) if (place) expect(place.column).toBeGreaterThan(0);
  return findingsText(findings, makePaint(false));
}

test('random bytes make no crash', () => {
  assert(
    property(uint8Array({ maxLength: 300 }), (bytes) => void read(bytes)),
    { numRuns: 300 },
  );
});

test('random YAML punctuation makes no crash', () => {
  const piece = constantFrom(
    '- ',
    ': ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '\n',
    '  ',
    '&a ',
    '*a',
    '? ',
    '|',
    '>',
    '"',
    "'",
    '#',
    '!',
    '<<',
    '---\n',
    '%',
    '\t',
    'tiers',
    '1',
    '~',
    '…',
  );
  assert(
    property(array(piece, { maxLength: 60 }), (pieces) => void read(pieces.join(''))),
    { numRuns: 500 },
  );
});

test('a preset with characters removed, doubled or replaced makes no crash', () => {
  const change = tuple(
    nat(PRESET.length - 1),
    nat(30),
    constantFrom('', ':', '\n', '"', '- ', '  ', '[', '\u0000', '\u{1F600}', '*x', '9'),
  );
  assert(
    property(array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let text = PRESET;
      for (const [at, length, by] of changes) text = text.slice(0, at) + by + text.slice(at + length);
      read(text);
    }),
    { numRuns: 300 },
  );
});

const HOSTILE: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'brackets without end', text: '['.repeat(MEBIBYTE / 2) },
  { name: 'braces without end', text: '{'.repeat(MEBIBYTE / 2) },
  { name: 'lists in lists on one line', text: '- '.repeat(MEBIBYTE / 2) },
  { name: 'question marks', text: '? '.repeat(MEBIBYTE / 2) },
  { name: 'nothing but commas', text: `[${','.repeat(MEBIBYTE - 2)}]` },
  { name: 'nothing but exclamation marks', text: '!'.repeat(MEBIBYTE) },
  { name: 'a hundred thousand keys', text: Array.from({ length: 100_000 }, (_, i) => `k${i}: 1\n`).join('') },
  { name: 'one key a hundred thousand times', text: 'key: 1\n'.repeat(100_000) },
  { name: 'a quote without end', text: `a: "${'x\n'.repeat(MEBIBYTE / 2 - 4)}` },
  { name: 'bad escapes', text: `a: "${'\\x'.repeat(MEBIBYTE / 2 - 4)}"` },
  { name: 'deep indentation', text: Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}a:\n`).join('') },
  { name: 'many documents', text: '---\n'.repeat(MEBIBYTE / 4) },
  { name: 'a line of a mebibyte', text: `tiers: ${'x'.repeat(MEBIBYTE - 10)}` },
  { name: 'anchors and aliases in turn', text: '- &a x\n- *a\n'.repeat(80_000) },
  { name: 'ten mebibytes', text: '# nothing\n'.repeat(MEBIBYTE) },
];

for (const { name, text } of HOSTILE) {
  test(`hostile YAML is refused in bounded time: ${name}`, () => {
    const told = read(text);
    expect(told).toContain('error HF-');
    expect(told.length).toBeLessThan(200_000);
  }, 20_000);
}

const ENCODINGS: readonly { readonly name: string; readonly bytes: Uint8Array; readonly says: string }[] = [
  { name: 'UTF-16 with a mark', bytes: Buffer.from(`\uFEFF${PRESET}`, 'utf16le'), says: 'in UTF-16LE, not in UTF-8' },
  { name: 'UTF-16 without a mark', bytes: Buffer.from('holdfast: 1\n', 'utf16le'), says: 'in UTF-16LE, not in UTF-8' },
  { name: 'Windows-1252', bytes: Buffer.from('holdfast: 1\n# für\n', 'latin1'), says: 'holdfast.yaml:2:4\n  Byte 0xFC is not valid UTF-8' },
  { name: 'a NUL byte', bytes: Buffer.from('holdfast: 1\n\u0000'), says: 'Byte 13 of the file is NUL' },
];

for (const { name, bytes, says } of ENCODINGS) {
  test(`encoding is refused with its reason: ${name}`, () => {
    expect(read(bytes)).toContain(says);
  });
}

test('a byte order mark of UTF-8 is no trouble', () => {
  expect(read(`\uFEFF${PRESET}`)).toBe('');
});

test('the preset is a clean policy with four tiers', () => {
  writeFileSync(join(folder, 'holdfast.yaml'), PRESET);
  const { policy, findings } = loadPolicy('holdfast.yaml', folder, NOW);
  expect(findings).toEqual([]);
  expect(policy?.tiers.map(({ id, rpoSeconds, retentionSeconds }) => [id, rpoSeconds / 86_400, retentionSeconds / 86_400])).toEqual([
    [1, 1, 30],
    [2, 7, 84],
    [3, 30, 90],
    [4, 90, 180],
  ]);
});

test('a missing file, a folder and a link in a circle are findings', () => {
  expect(loadPolicy('absent.yaml', folder, NOW).findings[0]?.problem).toContain('does not exist');
  expect(loadPolicy('.', folder, NOW).findings[0]?.problem).toContain('is a folder');
});
