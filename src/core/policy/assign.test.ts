import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Guest } from '../world/actual.ts';
import { assign, promisedTier } from './assign.ts';
import { assignSite, unusedRules } from './assign-findings.ts';
import { matchesPattern } from './match.ts';
import type { AssignRule, Policy, Site, Tier } from './policy.ts';

const NOW = 1_795_651_200; // 2026-11-26 in UTC
const access = { urls: ['https://h:8006'] as const, token: 'env:T' as const };
const site: Site = {
  name: 'home',
  timeZone: 'UTC',
  pve: access,
  pbs: [{ ...access, name: 'pbs', datastore: 'main', namespace: '' }],
  places: 'opentofu',
};
const tier = (id: number): Tier => ({
  id,
  name: `T${id}`,
  pool: `tier-${id}`,
  rpoSeconds: id * 86_400,
  graceSeconds: 0,
  rtoSeconds: 3600,
  retentionSeconds: 30 * 86_400,
  schedule: '04:00',
  lock: false,
  encryption: false,
  consistency: 'crash',
  mode: 'snapshot',
});
const policy = (...rules: Omit<AssignRule, 'index' | 'at'>[]): Policy => ({
  sites: [site],
  tiers: [tier(1), tier(2), tier(3)],
  assign: rules.map((rule, index) => Object.freeze({ ...rule, index, at: `holdfast.yaml:${index + 1}` })),
  assume: { durationSeconds: 60, queueSeconds: 0, lostRuns: 0, extraRuns: 0, restoreBytesPerSecond: 1 },
});
const guest = (rest: Partial<Guest> = {}): Guest => ({
  vmid: 101,
  type: 'vm',
  name: 'postgres',
  node: 'pve1',
  running: true,
  template: false,
  tags: ['prod'],
  protection: false,
  notes: '',
  agent: { configured: false, freeze: false },
  disks: [{ key: 'scsi0', volume: 'zfs:vm-101-disk-0', storage: 'zfs', included: true, kind: 'disk' }],
  configKnown: true,
  ...rest,
});

const matching: readonly { readonly name: string; readonly rule: Omit<AssignRule, 'index' | 'at' | 'tier'>; readonly claims: boolean }[] = [
  { name: 'its vmid', rule: { guests: [101] }, claims: true },
  { name: 'another vmid', rule: { guests: [10] }, claims: false },
  { name: 'its name in another case', rule: { guests: ['Postgres'] }, claims: true },
  { name: 'a part of its name', rule: { guests: ['post'] }, claims: false },
  { name: 'a pattern', rule: { names: ['post*'] }, claims: true },
  { name: 'a tag', rule: { tags: ['PROD'] }, claims: true },
  { name: 'a tag and a wrong node', rule: { tags: ['prod'], nodes: ['pve2'] }, claims: false },
  { name: 'one of two nodes', rule: { nodes: ['pve2', 'pve1'] }, claims: true },
  { name: 'its type', rule: { types: ['ct'] }, claims: false },
  { name: 'a storage of one of its disks', rule: { storages: ['zfs'] }, claims: true },
  { name: 'a pool it is not in', rule: { pools: ['tier-1'] }, claims: false },
  { name: 'another site', rule: { sites: ['away'] }, claims: false },
  { name: 'no selector at all', rule: {}, claims: true },
];
for (const { name, rule, claims } of matching) {
  test(`a rule claims by ${name}: ${claims}`, () => {
    const { configured } = assign(policy({ tier: 1, ...rule }), { site, now: NOW }, Object.freeze(guest()));
    assert.equal(configured.kind, claims ? 'tier' : 'unassigned');
  });
}

for (const [pattern, name, matches] of [
  ['*', '', true],
  ['a*b*c', 'axxbyyc', true],
  ['a*b*c', 'axxbyy', false],
  ['?g', 'pg', true],
  ['?g', 'g', false],
  ['a.b', 'axb', false],
] as const) {
  test(`pattern ${pattern} and ${name}: ${matches}`, () => assert.equal(matchesPattern(pattern, name), matches));
}

test('a pattern made to be slow is not', () => {
  assert.equal(matchesPattern(`${'*a'.repeat(500)}b`, 'a'.repeat(2000)), false);
});

test('the first rule wins, and the answer names the others', () => {
  const answer = assign(policy({ tier: 2, guests: [101] }, { tier: 1, tags: ['prod'] }), { site, now: NOW }, guest());
  assert.equal(promisedTier(answer), 2);
  assert.deepEqual(
    answer.others.map(({ tier }) => tier),
    [1],
  );
});

test('configured is what was said, effective what the pool does', () => {
  const answer = assign(policy({ tier: 1, guests: [101] }), { site, now: NOW }, guest({ pool: 'tier-3' }));
  assert.equal(promisedTier(answer), 1);
  assert.deepEqual(answer.effective, { kind: 'tier', tier: 3, pool: 'tier-3' });
});

const telling: readonly { readonly name: string; readonly policy: Policy; readonly guest: Guest; readonly codes: readonly string[] }[] = [
  { name: 'claimed by one rule, in its pool', policy: policy({ tier: 1, guests: [101] }), guest: guest({ pool: 'tier-1' }), codes: [] },
  { name: 'claimed by nobody', policy: policy({ tier: 1, guests: [7777] }), guest: guest(), codes: ['error HF-UNASSIGNED'] },
  {
    name: 'a template nobody claims',
    policy: policy({ tier: 1, guests: [7777] }),
    guest: guest({ template: true }),
    codes: ['info HF-UNASSIGNED'],
  },
  {
    name: 'two rules of one precision',
    policy: policy({ tier: 1, names: ['post*'] }, { tier: 3, names: ['*gres'] }),
    guest: guest(),
    codes: ['warning HF-TWO-RULES'],
  },
  {
    name: 'the narrower rule first',
    policy: policy({ tier: 1, guests: [101] }, { tier: 3, tags: ['prod'] }),
    guest: guest(),
    codes: ['info HF-TWO-RULES'],
  },
  { name: 'two rules that agree', policy: policy({ tier: 1, names: ['post*'] }, { tier: 1, tags: ['prod'] }), guest: guest(), codes: [] },
  { name: 'a rule for the rest', policy: policy({ tier: 1, names: ['post*'] }, { tier: 3 }), guest: guest(), codes: [] },
  {
    name: 'a rule for the rest by a star',
    policy: policy({ tier: 1, guests: [101] }, { tier: 3, names: ['*'] }),
    guest: guest(),
    codes: [],
  },
  {
    name: 'in the pool of a weaker tier',
    policy: policy({ tier: 1, guests: [101] }),
    guest: guest({ pool: 'tier-3' }),
    codes: ['error HF-POOL-DISAGREES'],
  },
  {
    name: 'in the pool of a stronger tier',
    policy: policy({ tier: 3, guests: [101] }),
    guest: guest({ pool: 'tier-1' }),
    codes: ['warning HF-POOL-DISAGREES'],
  },
  {
    name: 'an exception on its last day',
    policy: policy({ tier: 'none', guests: [101], reason: 'r', until: '2026-11-26' }),
    guest: guest(),
    codes: [],
  },
  {
    name: 'an exception a day later',
    policy: policy({ tier: 'none', guests: [101], reason: 'r', until: '2026-11-25' }),
    guest: guest(),
    codes: ['error HF-EXCEPTION-ENDED'],
  },
  {
    name: 'an exception without an end',
    policy: policy({ tier: 'none', guests: [101], reason: 'r' }),
    guest: guest(),
    codes: ['error HF-EXCEPTION-ENDED'],
  },
];
for (const { name, policy: asked, guest: one, codes } of telling) {
  test(`findings about a guest: ${name}`, () => {
    const { findings } = assignSite(asked, { site, now: NOW }, [one]);
    assert.deepEqual(
      findings.map(({ severity, code }) => `${severity} ${code}`),
      codes,
    );
  });
}

test('a rule whose guest is gone is told of, and only where every site was read', () => {
  const asked = policy({ tier: 1, guests: ['postgress'] });
  assert.equal(unusedRules(asked, new Map([['home', [guest()]]]))[0]?.problem.includes('did you mean "postgres"'), true);
  assert.deepEqual(unusedRules(asked, new Map()), []);
});
