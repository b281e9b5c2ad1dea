import { array, assert, constantFrom, nat, property, tuple, uint8Array } from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { presetText } from '#app/preset.ts';
import { makePaint } from '#cli/out.ts';
import { findingsText } from '#cli/views/finding.ts';
import { draws } from '#test/draws.ts';
import { LARGEST_FILE_BYTES } from './bytes.ts';
import { loadPolicy } from './policy-source.ts';

const NOW = 1_795_651_200;
const PRESET = presetText('adr-005')!;
/** The most that is read: what is larger is refused by its size. */
const MOST = LARGEST_FILE_BYTES - 16;
/** Of this thread's processor time. It takes a second on a quiet machine, and up to three times that where a browser works beside it. */
const LONGEST_MICROSECONDS = 6_000_000;
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
    draws(300),
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
    draws(500),
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
    draws(300),
  );
});

const times = (text: string, count = Math.floor(MOST / text.length)): string => text.repeat(count);
const lines = (line: (i: number) => string, most = Infinity): string => {
  let text = '';
  for (let i = 0; i < most && text.length < MOST - 100; i++) text += `${line(i)}\n`;
  return text;
};

const HOSTILE: readonly { readonly name: string; readonly text: string; readonly says: string }[] = [
  { name: 'brackets without end', text: times('['), says: 'HF-YAML-LIMIT' },
  { name: 'braces without end', text: times('{'), says: 'HF-YAML-LIMIT' },
  { name: 'lists in lists on one line', text: times('- '), says: 'HF-YAML-LIMIT' },
  { name: 'question marks', text: times('? '), says: 'HF-YAML-LIMIT' },
  { name: 'nothing but commas', text: `[${times(',')}]`, says: 'HF-YAML' },
  { name: 'nothing but colons', text: times(': '), says: 'HF-YAML' },
  { name: 'nothing but exclamation marks', text: times('!'), says: 'HF-YAML' },
  { name: 'nothing but blanks', text: times(' '), says: 'HF-FILE' },
  { name: 'nothing but comments', text: times('#\n'), says: 'HF-FILE' },
  { name: 'keys without end', text: lines((i) => `k${i}: 1`), says: 'HF-' },
  { name: 'one key again and again', text: lines(() => 'key: 1'), says: 'HF-KEY-TWICE' },
  { name: 'a quote without end', text: `a: "${times('x\n')}`, says: 'HF-YAML' },
  { name: 'bad escapes', text: `a: "${times('\\x')}"`, says: 'HF-YAML' },
  { name: 'deep indentation', text: Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), says: 'HF-YAML-LIMIT' },
  { name: 'many documents', text: times('---\n'), says: 'HF-YAML' },
  { name: 'one very long line', text: `tiers: ${times('x')}`, says: 'HF-VALUE' },
  { name: 'anchors and aliases in turn', text: times('- &a x\n- *a\n'), says: 'HF-' },
  {
    name: 'merges of merges',
    text: `a0: &a0 {x: 1}\n${lines((i) => `a${i + 1}: &a${i + 1}\n  <<: *a${i}\n  k${i}: 1`)}`,
    says: 'HF-YAML-LIMIT',
  },
  { name: 'thousands of wrong rules', text: `assign:\n${lines((i) => `- {tier: x, guests: [guest-${i}]}`, 9000)}`, says: 'HF-MORE' },
  {
    name: 'thousands of tiers',
    text: `tiers:\n${lines((i) => `  ${i + 1}: {name: a, rpo: 1h, pool: x}`, 9000)}`,
    says: 'the most that are read are 100',
  },
  {
    name: 'thousands of sites',
    text: `sites:\n${lines((i) => `  s${i}: {timeZone: Europe/Viena}`)}`,
    says: 'the most that are read are 100',
  },
  { name: 'a pattern of stars', text: `assign:\n- {tier: 1, names: ["${times('*a', 200_000)}"]}\n`, says: 'HF-MISSING' },
  { name: 'a duration of digits', text: `tiers: {1: {rpo: "${times('1', 400_000)}"}}\n`, says: 'HF-VALUE' },
  { name: 'a duration that ends wrong', text: `tiers: {1: {rpo: "${times('1h', 200_000)}x"}}\n`, says: 'HF-VALUE' },
  { name: 'a schedule of commas', text: `tiers: {1: {schedule: "${times('1,', 200_000)}x"}}\n`, says: 'HF-CALENDAR-EVENT' },
  { name: 'a zone without end', text: `sites: {a: {timeZone: "${times('Europe/', 70_000)}"}}\n`, says: 'HF-VALUE' },
  { name: 'a comment full of token keys', text: `# ${times('token: ')}`, says: 'HF-FILE' },
  { name: 'a comment full of half addresses', text: `# ${times('://x')}`, says: 'HF-FILE' },
  { name: 'ten mebibytes', text: '# nothing\n'.repeat(2 ** 20), says: 'HF-FILE' },
];

for (const { name, text, says } of HOSTILE) {
  test(`hostile YAML is answered in bounded time: ${name}`, () => {
    const before = process.threadCpuUsage();
    const told = read(text);
    const { user, system } = process.threadCpuUsage(before);
    expect(told).toContain('error HF-');
    expect(told).toContain(says);
    expect(told.length).toBeLessThan(200_000);
    expect(user + system).toBeLessThan(LONGEST_MICROSECONDS);
  }, 60_000);
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
