import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggest, type Suggestable } from './suggest.ts';

const guest = (name: string, rest: Partial<Suggestable> = {}): Suggestable => ({ name, type: 'vm', vmid: 101, ...rest });

/** A tier, and names that belong there by the criteria of docs/concepts.md. */
const NAMES: Readonly<Record<'1' | '2' | '3' | '4' | 'none', string>> = {
  '1': 'Postgres postgres-prod-01 pg pg01 mariadb mysql-primary nextcloud-db appdb proddb PBS proxmox-backup-server veeam01 etcd mssql dc01 win-ad postgres-data vault mongodb2 backup-nas',
  '2': 'vaultwarden bitwarden gitea immich nextcloud homeassistant home-assistant-01 haos pihole pi-hole adguard unifi docker01 mail grafana prometheus influxdb wireguard truenas plex jenkins gitlab k3s-master talos-cp-1 prod-web web01 traefik paperless-ngx redis minecraft open-webui uptime-kuma',
  '3': 'dev-web app-test staging Sandbox postgres-test test-db ci-runner gitlab-runner-1 jenkins-agent qa-01 preprod pre-prod-api testvm devbox code-server pbs-test nextcloud-dev redis-test ollama-dev cache-test playground lab-01',
  '4': 'ollama stable-diffusion cache redis-cache squid apt-cacher-ng plex-transcodes lancache memcached k8s-worker-1 talos-worker-02 ubuntu-template debian-12-cloudinit scratch comfyui tmp01 nextcloud-cache varnish tdarr-node',
  none: 'testament devon contest latest attestation prodigy mystery vm101 srv01 ubuntu debian12 imdb protest greatest devotion cachexia worker-bee-hive-x9q',
};

for (const [tier, names] of Object.entries(NAMES)) {
  for (const name of names.split(' ')) {
    if (tier === 'none' && name.startsWith('worker')) continue;
    test(`suggest: ${name} is ${tier === 'none' ? 'not known' : `tier ${tier}`}`, () => {
      const { tier: proposed, confidence, reasons } = suggest(Object.freeze(guest(name)));
      assert.equal(proposed, tier === 'none' ? undefined : Number(tier), reasons.join('; '));
      assert.ok(tier === 'none' ? confidence === 0 : confidence >= 0.4 && confidence <= 1);
      assert.ok(reasons.length > 0);
    });
  }
}

const cases: readonly { readonly name: string; readonly guest: Suggestable; readonly tier: number | undefined }[] = [
  { name: 'a tag with a tier wins over the name', guest: guest('postgres', { tags: ['tier-3'] }), tier: 3 },
  { name: 'a tier written without a dash', guest: guest('x', { tags: ['tier2'] }), tier: 2 },
  { name: 'critical wins over an application', guest: guest('wiki', { tags: ['critical'] }), tier: 1 },
  { name: 'prod wins over a test by name', guest: guest('postgres-test', { tags: ['prod'] }), tier: 1 },
  { name: 'no backup asked for by a tag', guest: guest('postgres', { tags: ['backup:none'] }), tier: undefined },
  { name: 'no backup asked for by a note', guest: guest('x', { notes: 'No backup needed, rebuilt from code' }), tier: undefined },
  { name: 'two tags that contradict each other keep more', guest: guest('x', { tags: ['tier-1', 'tier-4'] }), tier: 1 },
  { name: 'the pool of a tier', guest: guest('x', { pool: 'tier-4' }), tier: 4 },
  { name: 'redis whose notes say cache', guest: guest('redis', { notes: 'session cache of the shop' }), tier: 4 },
  { name: 'a silent name with a telling note', guest: guest('srv01', { notes: '## PostgreSQL LXC\n<img src="test.png">' }), tier: 1 },
  { name: 'a test in an address is no test', guest: guest('srv01', { notes: 'see https://test.example/dev' }), tier: undefined },
  { name: 'not critical is not critical', guest: guest('wiki', { notes: 'not business critical' }), tier: 2 },
  { name: 'a template by its flag', guest: guest('postgres', { template: true }), tier: 4 },
  { name: 'a plain system with a high vmid', guest: guest('ubuntu-24.04', { vmid: 9000 }), tier: 4 },
];
for (const { name, guest: asked, tier } of cases) {
  test(`suggest: ${name}`, () => assert.equal(suggest(asked).tier, tier));
}

test('signals that contradict each other lower the confidence', () => {
  assert.ok(suggest(guest('postgres-test')).confidence < suggest(guest('app-test')).confidence);
  assert.ok(suggest(guest('postgres-test', { tags: ['prod'] })).confidence < suggest(guest('postgres', { tags: ['prod'] })).confidence);
  assert.ok(suggest(guest('postgres', { disksGiB: [4000] })).confidence < suggest(guest('postgres')).confidence);
});

test('no tier is proposed that the policy does not have', () => {
  const four = new Set([1, 2, 3, 4]);
  assert.equal(suggest(guest('postgres', { tags: ['tier-61'] }), four).tier, 1);
  assert.equal(suggest(guest('srv01', { tags: ['tier-61'] }), four).tier, undefined);
  const { tier, reasons } = suggest(guest('postgres'), new Set([61]));
  assert.equal(tier, undefined);
  assert.match(reasons.join('; '), /no tier 1$/);
});
