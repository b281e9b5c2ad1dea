import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePbsAccess, makePolicy, makeSite, makeTier } from '#test/make.ts';
import { tofuVars } from './vars.ts';

const site = makeSite({ places: 'opentofu', storages: { server: '10.0.0.2' } });

test('the map is what a plan would make: pool, storage, place, and the words of the policy', () => {
  const tier = makeTier({ id: 3, name: 'Sandboxes', pool: 'home/sandbox', storage: 'zfs-longhorn', encryption: true, mode: 'stop' });
  const { vars, findings } = tofuVars(makePolicy({ sites: [site], tiers: [tier] }), site);
  assert.deepEqual(findings, []);
  const { pool_comment: comment, fingerprint, ...rest } = vars.backup_tiers[3]!;
  assert.deepEqual(rest, {
    name: 'Sandboxes',
    pool: 'home/sandbox',
    storage_id: 'pbs-tier-3',
    server: '10.0.0.2',
    datastore: 'main',
    namespace: 'home/tier-3',
    encryption: true,
    schedule: '02:00',
    mode: 'stop',
    disk_storage: 'zfs-longhorn',
  });
  assert.match(comment, /^\[holdfast\] home: tier 3, policy [0-9a-f]{8}$/);
  assert.equal(fingerprint, site.pbs[0]?.fingerprint);
});

test('a tier whose PBS the site has not is left out', () => {
  const { vars } = tofuVars(makePolicy({ sites: [site], tiers: [makeTier(), makeTier({ id: 2, pbs: 'vault' })] }), site);
  assert.deepEqual(Object.keys(vars.backup_tiers), ['1']);
});

test('a port that code cannot name is an error with a way out', () => {
  const tunnel = makeSite({ pbs: [makePbsAccess({ urls: ['https://pbs.lan:8443'] })] });
  const { findings } = tofuVars(makePolicy({ sites: [tunnel], tiers: [makeTier()] }), tunnel);
  assert.deepEqual(
    findings.map(({ code, at, fix }) => [code, at, fix.split('\n')[1]]),
    [['HF-TOFU-PORT', 'home: storage pbs-tier-1', '    storages: { server: pbs.lan }']],
  );
});
