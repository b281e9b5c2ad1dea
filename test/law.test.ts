import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Who may import whom is the linter's business (`.oxlintrc.json`); here each border is crossed on purpose. */
const CROSSINGS = [
  { name: 'core reads a file', file: 'src/core/world/planted.ts', imports: 'node:fs' },
  { name: 'core reads a file by promise', file: 'src/core/world/planted.ts', imports: 'node:fs/promises' },
  { name: 'a way in reads a file', file: 'src/cli/planted.ts', imports: 'node:fs/promises' },
  { name: 'core uses a package', file: 'src/core/world/planted.ts', imports: 'zod' },
  { name: 'core calls a use case', file: 'src/core/world/planted.ts', imports: '#app/ports.ts' },
  { name: 'core climbs out by a relative path', file: 'src/core/world/planted.ts', imports: '../../app/ports.ts' },
  { name: 'core names itself across a border', file: 'src/core/world/planted.ts', imports: '#core/units.ts' },
  { name: 'app knows an adapter', file: 'src/app/planted.ts', imports: '#proxmox/http.ts' },
  { name: 'app uses a package', file: 'src/app/planted.ts', imports: 'yaml' },
  { name: 'an adapter knows another', file: 'src/config/planted.ts', imports: '#proxmox/http.ts' },
  { name: 'an adapter calls a use case', file: 'src/proxmox/planted.ts', imports: '#app/plan.ts' },
  { name: 'an adapter uses a foreign package', file: 'src/config/planted.ts', imports: 'undici' },
  { name: 'a way in knows an adapter', file: 'src/cli/planted.ts', imports: '#config/schema.ts' },
  { name: 'the daemon knows an adapter', file: 'src/daemon/planted.ts', imports: '#store/volatile.ts' },
  { name: 'the daemon knows another way in', file: 'src/daemon/planted.ts', imports: '#server/server.ts' },
  { name: 'the daemon takes the time from the system', file: 'src/daemon/planted.ts', imports: 'node:timers' },
  { name: 'the server knows the daemon', file: 'src/server/planted.ts', imports: '#daemon/daemon.ts' },
  { name: 'the server asks a database', file: 'src/server/planted.ts', imports: 'kysely' },
  { name: 'production knows the lab', file: 'src/proxmox/planted.ts', imports: '#lab/main.ts' },
  { name: 'the lab calls our logic', file: 'lab/planted.ts', imports: '#core/retention/prune.ts' },
  { name: 'the dashboard calls a decision', file: 'web/src/planted.ts', imports: '#core/units.ts' },
  { name: 'the dashboard takes a schema as code', file: 'web/src/planted.ts', imports: '#server/api/schema/common.ts' },
  { name: 'the dashboard climbs into the daemon', file: 'web/src/parts/planted.ts', imports: '../../../src/core/units.ts' },
  { name: 'the dashboard uses a foreign package', file: 'web/src/planted.ts', imports: 'zod' },
] as const;

const ALLOWED = [
  { name: 'core uses itself', file: 'src/core/world/planted.ts', imports: '../units.ts' },
  { name: 'app calls the core', file: 'src/app/planted.ts', imports: '#core/units.ts' },
  { name: 'the server writes metrics', file: 'src/server/planted.ts', imports: 'prom-client' },
  { name: 'an adapter conforms to a port', file: 'src/config/planted.ts', imports: '#app/ports.ts' },
  { name: 'an adapter conforms to a port of a topic', file: 'src/store/planted.ts', imports: '#app/ports/changes.ts' },
  ...['config', 'proxmox', 'store', 'notify', 'report', 'server'].map((layer) => ({
    name: `${layer} uses a module of Node below another`,
    file: `src/${layer}/planted.ts`,
    imports: 'node:fs/promises',
  })),
  { name: 'the lab uses a module of Node below another', file: 'lab/planted.ts', imports: 'node:fs/promises' },
  { name: 'the dashboard uses a package of its own', file: 'web/src/planted.ts', imports: '@mantine/core' },
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-law-'));
  cpSync('.oxlintrc.json', join(folder, '.oxlintrc.json'));
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true }));

for (const { name, file, imports } of CROSSINGS) {
  test(`law of imports refuses: ${name}`, () => {
    expect(lintPlanted(file, imports)).toContain('no-restricted-imports');
  });
}

for (const { name, file, imports } of ALLOWED) {
  test(`law of imports allows: ${name}`, () => {
    expect(lintPlanted(file, imports)).not.toContain('no-restricted-imports');
  });
}

function lintPlanted(file: string, imports: string, how: 'import' | 'import type' = 'import'): string {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${how} { thing } from '${imports}';\nexport ${how === 'import' ? 'const' : 'type'} planted = thing;\n`);
  const { stdout } = spawnSync(process.execPath, ['node_modules/.bin/oxlint', file], { cwd: folder, encoding: 'utf8' });
  rmSync(path);
  return stdout;
}

test('law of imports allows: the dashboard knows the shapes of the API as types', () => {
  expect(lintPlanted('web/src/planted.ts', '#server/api/schema/common.ts', 'import type')).not.toContain('no-restricted-imports');
});

/** What a decision may not reach for. */
const FORBIDDEN: Readonly<Record<string, RegExp>> = {
  'Date (take Unix seconds, or use Temporal with a zone that was passed in)': /(?<![\w.])Date[.(]/,
  'Temporal.Now (take `now` as an argument)': /Temporal\.Now/,
  'Math.random (take the value as an argument)': /Math\.random/,
  'process (take the value as an argument)': /(?<![\w.'])process\./,
  'fetch (ask a port)': /(?<![\w.])fetch\(/,
  'console (return what is worth telling)': /console\./,
  'timers (the caller decides when)': /set(?:Timeout|Interval|Immediate)\(/,
};

test('the core reaches for no clock, chance, process, network, console or timer', () => {
  const hits: string[] = [];
  for (const file of globSync('src/core/**/*.ts')) {
    if (file.endsWith('.test.ts')) continue;
    const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    for (const [word, pattern] of Object.entries(FORBIDDEN)) if (pattern.test(code)) hits.push(`${file}: ${word}`);
  }
  expect(hits).toEqual([]);
});

test('every property draws its cases as test/draws.ts says', () => {
  const hits: string[] = [];
  for (const file of globSync('{src,lab,test,bench}/**/*.test.ts')) {
    const code = readFileSync(file, 'utf8');
    if (!/^import .* from 'fast-check';$/m.test(code)) continue;
    const asserted = code.match(/(?<=\s)(?:fc\.)?assert\(\s*(?:fc\.)?(?:property|asyncProperty)\(/g)?.length ?? 0;
    const drawn = code.match(/draws\(\w+\)/g)?.length ?? 0;
    if (asserted === 0 || drawn !== asserted) hits.push(`${file}: ${asserted} properties, of which ${drawn} say \`draws(…)\``);
  }
  expect(hits).toEqual([]);
});
