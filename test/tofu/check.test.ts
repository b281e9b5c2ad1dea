import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LAB_EPOCH } from '#lab/lab.ts';
import { makePolicySource } from '#config/policy-source.ts';
import { COMMANDS } from '#cli/commands.ts';
import { runHere, type Ran } from '#test/cli.ts';
import { CODE_CHANGES } from './changes.ts';

const RECORDED = [...CODE_CHANGES, { name: 'changed-by-hand', says: ['HF-TOFU-DRIFT'], passes: true }];
const planOf = (name: string): string => readFileSync(`test/tofu/goldens/${name}.json`, 'utf8');

/** Holds a recorded plan against the policy of the example. */
async function check(name: string, ...flags: readonly string[]): Promise<Ran> {
  const policySource = makePolicySource({ flag: 'tofu/examples/homelab/holdfast.yaml', env: {}, cwd: process.cwd(), now: () => LAB_EPOCH });
  const files = new Map([['plan.json', planOf(name)]]);
  return runHere(['tofu', 'check', 'plan.json', '--offline', ...flags], { nowAt: LAB_EPOCH, ports: { policySource }, files });
}

function expectGolden(name: string, text: string): void {
  const file = `test/tofu/goldens/${name}`;
  if (process.env['HOLDFAST_UPDATE'] === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

type Told = { readonly passes: boolean; readonly findings: readonly { readonly code: string; readonly allow?: string }[] };

test.each(RECORDED)('a real plan: $name', async ({ name, says, passes }) => {
  const { code, out } = await check(name, '--json');
  const told = JSON.parse(out) as Told;
  expect(told.findings.map((finding) => finding.code)).toEqual(says);
  expect([told.passes, code]).toEqual([passes, passes ? 0 : 4]);
});

test.each(RECORDED)('what is told of $name (HOLDFAST_UPDATE=1 writes it)', async ({ name }) => {
  expectGolden(`${name}.txt`, (await check(name)).out);
});

test.each(['weaker-tier', 'destroyed', 'nothing'])('%s as a comment of a merge request', async (name) => {
  expectGolden(`${name}.md`, (await check(name, '--markdown')).out);
});

test('a weakening passes by its name, and no other does', async () => {
  const told = JSON.parse((await check('destroyed', '--json')).out) as Told;
  expect(told.findings.map(({ allow }) => allow)).toEqual(['delete:vm-1004', 'delete:vm-104']);
  expect((await check('destroyed', '--allow', 'delete:vm-104')).code).toBe(4);
  const both = await check('destroyed', '--allow', 'delete:vm-104', 'delete:vm-1004', 'weaken:7');
  expect([both.code, both.err]).toEqual([0, '--allow weaken:7 let nothing pass.\n']);
});

const broken = [
  { name: 'no JSON', text: 'Plan: 1 to add', says: 'It is no JSON' },
  { name: 'a list', text: '[]', says: 'It is no JSON object' },
  { name: 'another format', text: '{"format_version":"2.0"}', says: 'Its format_version is "2.0"' },
  { name: 'a state', text: '{"format_version":"1.0","values":{}}', says: 'It is a state, not a plan' },
  { name: 'half a plan', text: '{"format_version":"1.2","errored":true,"resource_changes":[]}', says: 'It is the plan of a run that failed' },
  { name: 'a row without actions', text: '{"format_version":"1.2","resource_changes":[{"address":"a","type":"b","change":{}}]}', says: 'lacks an address, a type or its actions' },
]; // prettier-ignore

test.each(broken)('no plan: $name', async ({ text, says }) => {
  const files = new Map([['plan.json', text]]);
  const { code, out } = await runHere(['tofu', 'check', 'plan.json', '--offline'], { nowAt: LAB_EPOCH, files });
  expect(out).toContain('HF-TOFU-PLAN at plan.json');
  expect(out).toContain(says);
  expect(code).toBe(2);
});

test('a file that is not there, an action that is none', async () => {
  expect(await runHere(['tofu', 'check', 'gone.json'], { nowAt: LAB_EPOCH, files: new Map() })).toMatchObject({
    code: 1,
    err: expect.stringContaining('gone.json could not be read'),
  });
  expect(await runHere(['tofu', 'chek'], { nowAt: LAB_EPOCH })).toMatchObject({
    code: 2,
    err: expect.stringContaining("unknown action 'chek'"),
  });
});

test('the variables of the example are what its policy says', async () => {
  const file = 'tofu/examples/homelab/proxmox/holdfast.auto.tfvars.json';
  const policySource = makePolicySource({ flag: 'tofu/examples/homelab/holdfast.yaml', env: {}, cwd: process.cwd(), now: () => LAB_EPOCH });
  const check = (text: string): Promise<Ran> => runHere(['tofu', 'vars', '--check', 'v.json'], { nowAt: LAB_EPOCH, ports: { policySource }, files: new Map([['v.json', text]]) }); // prettier-ignore
  const text = readFileSync(file, 'utf8');
  expect(await check(text)).toMatchObject({ code: 0, err: '' });
  expect(await check(text.replace('tier-1', 'tier-9'))).toMatchObject({
    code: 3,
    err: expect.stringContaining('holdfast tofu vars --out v.json'),
  });
  expect(
    (await runHere(['tofu', 'vars', '--check', 'gone.json'], { nowAt: LAB_EPOCH, ports: { policySource }, files: new Map() })).code,
  ).toBe(1);
  expect((await runHere(['tofu', 'vars', '--site', 'x'], { nowAt: LAB_EPOCH, ports: { policySource } })).err).toContain(
    'has no site "x"; it has home',
  );
});

test('every command in the guide is one', async () => {
  const guide = readFileSync('docs/guides/opentofu.md', 'utf8');
  const lines = [...guide.matchAll(/holdfast ([a-z]+)((?: [\w./=:-]+)*)/g)];
  expect(lines.length).toBeGreaterThan(20);
  const wrong = await Promise.all(
    lines.map(async ([line, name, rest]) => {
      const entry = COMMANDS.find((command) => command.name === name);
      if (!entry) return `${line}: no such command`;
      const known = ['--json', ...(await entry.load()).options.map(({ flags }) => flags.split(' ')[0])];
      return [...rest!.matchAll(/ (--[a-z-]+)/g)].filter(([, flag]) => !known.includes(flag)).map(([, flag]) => `${line}: no flag ${flag}`);
    }),
  );
  expect(wrong.flat()).toEqual([]);
});
