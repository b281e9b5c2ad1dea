import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { proveTiers } from '#core/retention/whole.ts';
import { presetText } from '#app/preset.ts';
import { makePolicySource } from '#config/policy-source.ts';
import { widthOf } from '#cli/views/width.ts';
import { calendarFrom } from '#core/calendar/gap.ts';
import { upkeepOf } from '#core/desired/upkeep.ts';
import { runHere, type Ran } from './cli.ts';
import { makePolicy, makeSeedTiers, makeSite, NOW } from './make.ts';

const OFFSITE = 'offsite: { remote: vault, within: 2d, direction: push, schedule: "07:00" }';
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-check-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function check(text: string, argv: readonly string[], columns: number): Promise<Ran> {
  writeFileSync(join(folder, 'holdfast.yaml'), text);
  const policySource = makePolicySource({ flag: undefined, env: {}, cwd: folder, now: () => NOW });
  return runHere(['check', ...argv], { nowAt: NOW, ports: { policySource }, columns });
}

const preset = presetText('adr-005')!;
const cases = [
  { name: 'the preset', text: preset, argv: [], code: 0 },
  { name: 'the preset, strict', text: preset, argv: ['--strict'], code: 4 },
  { name: 'a copy off site', text: preset.replace('    lock: true\n', `    lock: true\n    ${OFFSITE}\n`), argv: [], code: 0 },
];

for (const columns of [80, 120]) {
  test.each(cases)(`check of $name, ${columns} columns wide`, async ({ name, text, argv, code }) => {
    const ran = await check(text, argv, columns);
    expect(ran.code).toBe(code);
    expect(ran.out.split('\n').filter((line) => widthOf(line) > columns)).toEqual([]);
    await expect(ran.out).toMatchFileSnapshot(`goldens/check-${name.replaceAll(/\W+/g, '-')}-${columns}.txt`);
  });
}

test('each finding of a proof points at its line', async () => {
  const { out } = await check(preset, ['--strict'], 100);
  const heads = out.split('\n').filter((line) => line.startsWith('error '));
  expect(heads.length).toBe(8);
  for (const head of heads) {
    const [, line, column, path] = /holdfast\.yaml:(\d+):(\d+) \(tiers\.\d\.([\w.]+)\)$/.exec(head)!;
    const key = path!.split('.').at(-1)!;
    expect(preset.split('\n')[Number(line) - 1]!.slice(0, Number(column) - 1 + key.length)).toContain(key);
  }
});

test('what check proves is what plan writes down, on whichever day of a month and for each of two sites', () => {
  const sites = [makeSite(), makeSite({ name: 'far', timeZone: 'America/Santiago' })];
  const policy = makePolicy({ sites, tiers: makeSeedTiers() });
  const { tiers } = proveTiers(policy, calendarFrom(NOW), false);
  const proved = tiers.map(({ id, upkeep }) => [id, upkeep]);
  for (const site of sites) {
    for (const day of [0, 1, 5]) expect([...upkeepOf(policy, site, NOW - day * 86_400)]).toEqual(proved);
  }
});
