import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeActual, makeGuest, makePolicy, makePool, makePve, makeRule, makeSite, makeTier, NOW, seen, unseen } from '#test/make.ts';
import { tofuImports } from './import.ts';

const site = makeSite({ places: 'opentofu' });
const policy = makePolicy({ sites: [site], tiers: [makeTier({ id: 1, pool: 'tier-1' })], assign: [makeRule({ tier: 1, names: ['*'] })] });
const actual = makeActual({
  pve: makePve({
    guests: seen([makeGuest({ vmid: 101, name: 'db', pool: 'tier-1' }), makeGuest({ vmid: 102, name: 'web', pool: 'old' }), makeGuest({ vmid: 103, name: 'web' })]),
    pools: seen([makePool({ id: 'tier-1', vmids: [101] }), makePool({ id: 'old', vmids: [102] })]),
  }),
}); // prettier-ignore

function textOf(withGuests: boolean): string {
  const made = tofuImports({ policy, site, actual, now: NOW, withGuests });
  assert.ok(made.ok);
  return made.imports.text;
}

test('what is in its place is imported, what is not is made, and two of one name are told apart', () => {
  const text = textOf(false);
  assert.match(text, /to = module\.backup_tiers\.proxmox_virtual_environment_pool\.tier\["1"\]\n {2}id = "tier-1"/);
  assert.match(text, /to = proxmox_pool_membership\.db\n {2}id = "tier-1\/vm\/101"/);
  assert.deepEqual(text.match(/^resource .*/gm), ['resource "proxmox_pool_membership" "db" {', 'resource "proxmox_pool_membership" "web_102" {', 'resource "proxmox_pool_membership" "web_103" {']); // prettier-ignore
  assert.ok(!text.includes('proxmox_virtual_environment_vm'));
});

test('with the guests themselves', () => {
  assert.match(textOf(true), /to = proxmox_virtual_environment_vm\.web_102\n {2}id = "[^/"]+\/102"/);
});

test('nothing is written where a list is not whole', () => {
  const blind = { ...actual, pve: { ...actual.pve, pools: unseen<never>() } };
  assert.equal(tofuImports({ policy, site, actual: blind, now: NOW, withGuests: false }).ok, false);
  const whole = { ...actual, pve: { ...actual.pve, pools: seen([]) } };
  assert.equal(tofuImports({ policy, site, actual: whole, now: NOW, withGuests: false }).ok, true);
});

test('pools that tiers lie below come along', () => {
  const nested = makePolicy({ sites: [site], tiers: [makeTier({ id: 1, pool: 'home/db/tier-1' })] });
  const pve = makePve({ guests: seen([]), pools: seen(['home', 'home/db', 'home/db/tier-1', 'other'].map((id) => makePool({ id }))) });
  const made = tofuImports({ policy: nested, site, actual: { ...actual, pve }, now: NOW, withGuests: false });
  assert.ok(made.ok);
  assert.deepEqual(made.imports.text.match(/^ {2}to = .*/gm), [
    '  to = module.backup_tiers.proxmox_virtual_environment_pool.outer["home"]',
    '  to = module.backup_tiers.proxmox_virtual_environment_pool.inner["home/db"]',
    '  to = module.backup_tiers.proxmox_virtual_environment_pool.tier["1"]',
  ]);
});
