import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makePolicySource } from '#config/policy-source.ts';
import { COMMANDS } from '#cli/commands.ts';
import { runHere, type Ran } from '#test/cli.ts';
import { volatileAccounts } from '#store/volatile-accounts.ts';
import { volatileMemory } from '#store/volatile.ts';
import { makeCredentials } from '../../src/credentials.ts';
import { startScenario } from './scenario.ts';

// What somebody meets who does not know Holdfast: wrong words, missing files, servers that are not there.

const scenario = await startScenario('healthy-30');
const { lab } = scenario;
const folder = mkdtempSync(join(tmpdir(), 'holdfast-stranger-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NOWHERE = 'https://127.0.0.1:9';
const POLICIES = {
  fine: scenario.text,
  'no PVE there': scenario.text.replace(/pve: \{ url: "[^"]+"/, `pve: { url: "${NOWHERE}"`),
  'no PBS there': scenario.text.replace(/pbs: \{ url: "[^"]+"/, `pbs: { url: "${NOWHERE}"`),
  broken: scenario.text.replace('timeZone: Europe/Vienna', 'timeZone: Wien'),
} as const;
for (const [name, text] of Object.entries(POLICIES)) writeFileSync(join(folder, `${name}.yaml`), text);

type Policy = keyof typeof POLICIES | 'missing';

function holdfast(line: string, policy: Policy = 'fine', columns?: number): Promise<Ran> {
  const now = (): number => lab.world.now;
  const policySource = makePolicySource({ flag: join(folder, `${policy}.yaml`), env: {}, cwd: folder, now });
  const ports = { ...scenario.ports, memory: volatileMemory(), accounts: volatileAccounts(), credentials: makeCredentials(), policySource };
  return runHere(line.split(' ').filter(Boolean), { nowAt: now(), ports, ...(columns === undefined ? {} : { columns }) });
}

/** One good call of each command that takes more than its name. `serve` stays, and `db` works on a file. */
const CALLS: Readonly<Record<string, string>> = {
  init: 'init --preset adr-005 --out -',
  prune: 'prune --schedule 04:00 --keep daily=7 --days 20',
  solve: 'solve 1',
  apply: 'apply --yes',
  explain: 'explain erp-db',
  history: 'history erp-db',
  adopt: 'adopt nightly --yes',
  grants: 'grants --for audit',
  tofu: 'tofu vars',
  trust: `trust ${lab.pve.url}`,
  upid: 'upid UPID:pve1:000063F1:0003616F:6B042EF7:vzdump:201:root@pam:',
  tasklog: 'tasklog nowhere.log',
  calendar: 'calendar daily',
};
const names = COMMANDS.map(({ name }) => name).filter((name) => name !== 'serve' && name !== 'db');
const callOf = (name: string): string => CALLS[name] ?? name;

describe.each([
  { situation: 'all is well', line: callOf, policy: 'fine' },
  { situation: 'there is no policy', line: callOf, policy: 'missing' },
  { situation: 'the policy is broken', line: callOf, policy: 'broken' },
  { situation: 'PVE is not there', line: callOf, policy: 'no PVE there' },
  { situation: 'PBS is not there', line: callOf, policy: 'no PBS there' },
  { situation: 'a flag is wrong', line: (name: string) => `${callOf(name)} --nope`, policy: 'fine' },
  { situation: 'nothing is said', line: (name: string) => name, policy: 'fine' },
] as const)('where $situation', ({ line, policy }) => {
  test.each(names)('%s --json prints one document and nothing else', async (name) => {
    if (name === 'init' && line(name) === 'init') return;
    const { out } = await holdfast(`${line(name)} --json`, policy);
    expect(() => JSON.parse(out) as unknown, `${line(name)}: ${out.slice(0, 200)}`).not.toThrow();
  });
});

test.each(['plan', 'apply --yes', 'status', 'doctor', 'lock', 'plan --check', 'status --check'])(
  '%s --site of a site there is none of is an error, not an answer about nothing',
  async (line) => {
    const { code, out } = await holdfast(`${line} --site compani`);
    expect([code, out]).toEqual([2, expect.stringContaining('The policy has no site "compani"; did you mean company?')]);
  },
);

test.each([
  ['tasklog /no/such.log', 'there is no such file'],
  ['prune /no/such.json', 'there is no such file'],
])('%s says that there is no such file', async (line, words) => {
  const { code, err } = await holdfast(line);
  expect([code, err]).toEqual([2, expect.stringContaining(words)]);
});

test('a server that cannot be read is told once for all that it hides, and apply does not call that nothing to do', async () => {
  const { code, out } = await holdfast('plan', 'no PVE there');
  expect(code).toBe(1);
  expect(out.match(/HF-PLAN-BLIND/g)).toHaveLength(2);
  expect(out).toContain('The pools, storages and backup jobs on PVE could not be read');
  const applied = await holdfast('apply --yes', 'no PVE there');
  expect([applied.code, applied.out.includes('Nothing to do')]).toEqual([4, false]);
});

test('points that cannot be seen are not told as points that are gone', async () => {
  const { out } = await holdfast('explain erp-db', 'no PBS there');
  expect(out).toMatch(/Recovery points\n {2}They could not be seen\.\n/);
  expect(out).toMatch(/Lost if it were gone now\n {2}Nobody knows/);
  expect(out).not.toContain('Everything');
});

test.each(names)('%s fits 80 columns, but for what is to be copied', async (name) => {
  for (const policy of ['fine', 'no PBS there'] as const) {
    const { out } = await holdfast(callOf(name), policy, 80);
    if (name === 'init' || name === 'schema' || name === 'tofu') continue;
    const wide = out.split('\n').filter((line) => line.length > 80 && !COPIED.test(line));
    expect(wide).toEqual([]);
  }
});

/** A command, a fingerprint, or the quoted line of a policy. */
const COPIED = /^ *(?:pveum|proxmox-backup-\w+|holdfast|\d+ \|) |(?:[0-9A-F]{2}:){31}/;

test.each(COMMANDS.map(({ name }) => name))('%s --help fits 80 columns and shows an example and its exit codes', async (name) => {
  const { code, out } = await holdfast(`${name} --help`);
  expect(code).toBe(0);
  expect(out).toMatch(/Examples:[\s\S]*Exit codes:/);
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
