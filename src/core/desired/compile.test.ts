import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeActual, makeGuest, makePbs, makePbsAccess, makePolicy, makePve, makeSite, makeTier, seen } from '#test/make.ts';
import type { Policy, Tier } from '../policy/policy.ts';
import type { Actual } from '../world/actual.ts';
import type { Upkeep } from '../retention/upkeep.ts';
import { compile } from './compile.ts';
import type { Desired, ManagedObject, Settings } from './desired.ts';

const UPKEEP: Upkeep = {
  keep: { daily: 31 },
  pruneSchedule: '05:30',
  verify: { schedule: '08:00', outdatedAfterDays: 28 },
  sync: { schedule: '06:00' },
};

function compileTier(tier: Partial<Tier>, actual: Actual = makeActual(), parts: Partial<Policy> = {}, upkeep: Upkeep = UPKEEP): Desired {
  const policy = makePolicy({ tiers: [makeTier(tier)], ...parts });
  const [site] = policy.sites;
  const { id } = policy.tiers[0]!;
  return compile({ policy, site: site!, actual, tierByGuest: new Map([[101, id]]), upkeepByTier: new Map([[id, upkeep]]) });
}

function settingsOf({ objects }: Desired, kind: ManagedObject['kind']): Settings {
  const found = objects.find((object) => object.kind === kind);
  assert.ok(found, `no ${kind}`);
  return found.settings;
}

describe('compile: one tier, object by object', () => {
  const desired = compileTier({ verify: { everySeconds: 30 * 86_400 } });
  const mark = '[holdfast] home: tier 1, policy ';

  test('ids', () => {
    assert.deepEqual(
      desired.objects.map(({ kind, server, id }) => `${server} ${kind} ${id}`),
      [
        'pve pool tier-1',
        'pbs namespace main:home',
        'pbs namespace main:home/tier-1',
        'pve storage pbs-tier-1',
        'pve backup-job hf-tier-1',
        'pve pool-member tier-1/101',
        'pbs verify-job hf-tier-1',
        'pbs prune-job hf-tier-1',
      ],
    );
  });

  test('storage: that namespace, the pinned certificate, no pruning by PVE, and no login', () => {
    assert.deepEqual(settingsOf(desired, 'storage'), {
      type: 'pbs',
      content: ['backup'],
      server: 'pbs.lan',
      datastore: 'main',
      namespace: 'home/tier-1',
      fingerprint: makePbsAccess().fingerprint,
      'prune-backups': 'keep-all=1',
      disable: false,
    });
  });

  test('backup job: the pool, missed runs made up, notes and comment that say under which promise', () => {
    const { comment, 'notes-template': notes, ...rest } = settingsOf(desired, 'backup-job');
    assert.deepEqual(rest, {
      pool: 'tier-1',
      storage: 'pbs-tier-1',
      schedule: '02:00',
      enabled: true,
      mode: 'snapshot',
      'repeat-missed': true,
      'prune-backups': 'keep-all=1',
    });
    assert.ok(String(comment).startsWith(mark));
    assert.match(String(notes), /^\{\{guestname\}\} \{\{node\}\} \{\{vmid\}\} hf:tier=1,policy=[0-9a-f]{8}$/);
  });

  test('prune job: only this namespace, the values that were proved', () => {
    const { comment, ...rest } = settingsOf(desired, 'prune-job');
    assert.deepEqual(rest, { store: 'main', ns: 'home/tier-1', 'max-depth': 0, schedule: '05:30', disable: false, 'keep-daily': 31 });
    assert.ok(String(comment).startsWith(mark));
  });

  test('verify job: what was verified is read again in time', () => {
    const { comment: _, ...rest } = settingsOf(desired, 'verify-job');
    assert.deepEqual(rest, {
      store: 'main',
      ns: 'home/tier-1',
      'max-depth': 0,
      schedule: '08:00',
      'ignore-verified': true,
      'outdated-after': 28,
    });
  });
});

describe('compile: what a policy may ask for', () => {
  test('encryption: PVE makes the key', () => {
    assert.equal(settingsOf(compileTier({ encryption: true }), 'storage')['encryption-key'], 'autogen');
  });

  test('a limit for the job, in KiB', () => {
    assert.equal(settingsOf(compileTier({ bandwidthBytesPerSecond: 50 * 2 ** 20 }), 'backup-job')['bwlimit'], 51_200);
  });

  test('no verification promised, no verify job', () => {
    assert.ok(!compileTier({}).objects.some(({ kind }) => kind === 'verify-job'));
  });

  test('a nested pool has its parents', () => {
    const pools = compileTier({ pool: 'home/backup/tier-1' }).objects.filter(({ kind }) => kind === 'pool');
    assert.deepEqual(
      pools.map(({ id }) => id),
      ['home', 'home/backup', 'home/backup/tier-1'],
    );
  });

  test('another datastore on another PBS, at its own port', () => {
    const vault = makePbsAccess({ name: 'vault', urls: ['https://vault.lan:9007'], datastore: 'cold', namespace: '' });
    const site = makeSite({ pbs: [makePbsAccess(), vault], storages: { backupToken: 'env:T', server: '10.0.0.2' } });
    const actual = makeActual({
      pbs: [makePbs(), makePbs({ name: 'vault', datastores: seen([{ name: 'deep', comment: '', verifyNew: false }]) })],
    });
    const desired = compileTier({ pbs: 'vault', datastore: 'deep' }, actual, { sites: [site] });
    const { server, port, datastore, namespace } = settingsOf(desired, 'storage');
    assert.deepEqual({ server, port, datastore, namespace }, { server: 'vault.lan', port: 9007, datastore: 'deep', namespace: 'tier-1' });
    assert.deepEqual(
      desired.objects.filter(({ kind }) => kind === 'namespace').map(({ server: on, id }) => `${on} ${id}`),
      ['vault deep:tier-1'],
    );
  });

  test('the address of the first PBS as the nodes see it', () => {
    const site = makeSite({ storages: { backupToken: 'env:T', server: '10.0.0.2' } });
    assert.equal(settingsOf(compileTier({}, makeActual(), { sites: [site] }), 'storage')['server'], '10.0.0.2');
    const tunnel = makeSite({
      pbs: [makePbsAccess({ urls: ['https://localhost:18007'] })],
      storages: { server: '10.0.0.2:9007' },
    });
    const { server, port } = settingsOf(compileTier({}, makeActual(), { sites: [tunnel] }), 'storage');
    assert.deepEqual([server, port], ['10.0.0.2', 9007]);
    const plain = makeSite({ pbs: tunnel.pbs, storages: { server: 'pbs.lan' } });
    assert.equal(settingsOf(compileTier({}, makeActual(), { sites: [plain] }), 'storage')['port'], undefined);
  });

  test('garbage collection and verification on arrival, only where the policy says so', () => {
    const site = makeSite({ pbs: [makePbsAccess({ gcSchedule: 'daily', verifyNew: true })] });
    assert.deepEqual(settingsOf(compileTier({}, makeActual(), { sites: [site] }), 'datastore'), {
      'gc-schedule': 'daily',
      'verify-new': true,
    });
    assert.ok(!compileTier({}).objects.some(({ kind }) => kind === 'datastore'));
  });

  test('a PBS the site does not have is an error where it has guests, and the tier is left as it is', () => {
    const desired = compileTier({ pbs: 'vaul' }, makeActual(), { sites: [makeSite({ pbs: [makePbsAccess({ name: 'vault' })] })] });
    assert.deepEqual(
      [desired.objects, desired.uncompiled, desired.findings.map(({ code, fix }) => [code, fix.includes('pbs: vault')])],
      [[], [1], [['HF-TIER-PBS', true]]],
    );
  });
});

describe('compile: a copy off site', () => {
  const offsite = { remote: 'vault', withinSeconds: 2 * 86_400 } as const;
  const remote = { name: 'vault', host: 'vault.far', port: 8007, authId: 'sync@pbs!home', comment: '' };

  test('push: a job of the tier’s PBS, which never removes at the other side', () => {
    const actual = makeActual({ pbs: [makePbs({ remotes: seen([remote]) })] });
    const { comment: _, ...rest } = settingsOf(
      compileTier({ offsite: { ...offsite, direction: 'push', datastore: 'cold', bandwidthBytesPerSecond: 1000 } }, actual),
      'sync-job',
    );
    assert.deepEqual(rest, {
      'sync-direction': 'push',
      store: 'main',
      ns: 'home/tier-1',
      remote: 'vault',
      'remote-store': 'cold',
      'remote-ns': 'home/tier-1',
      'rate-out': '1000 B',
      'max-depth': 0,
      schedule: '06:00',
      'remove-vanished': false,
    });
  });

  test('pull: a job of the PBS that receives, through its remote that leads to the tier’s', () => {
    const sites = [
      makeSite({ pbs: [makePbsAccess(), makePbsAccess({ name: 'vault', urls: ['https://vault.far:8007'], datastore: 'cold' })] }),
    ];
    const back = { ...remote, name: 'home-pbs', host: 'pbs.lan' };
    const actual = makeActual({ pbs: [makePbs(), makePbs({ name: 'vault', remotes: seen([back]) })] });
    const job = compileTier({ offsite: { ...offsite, direction: 'pull' } }, actual, { sites }).objects.find(
      ({ kind }) => kind === 'sync-job',
    );
    const { store, ns, 'remote-store': from, owner, 'remove-vanished': vanished } = job!.settings;
    assert.deepEqual(
      [job!.server, job!.settings['remote'], store, ns, from, owner, vanished],
      ['vault', 'home-pbs', 'cold', 'home/tier-1', 'main', 'root@pam', false],
    );
  });

  test('a copy that no schedule makes in time is made as often as any job runs', () => {
    const actual = makeActual({ pbs: [makePbs({ remotes: seen([remote]) })] });
    const { sync: _, ...unkept } = UPKEEP;
    const tier = { offsite: { ...offsite, direction: 'push', schedule: '2027-1-1 04:00' } } as const;
    assert.equal(settingsOf(compileTier(tier, actual, {}, unkept), 'sync-job')['schedule'], '*:0/15');
  });

  const FAILING = [
    {
      name: 'push without the remote',
      direction: 'push',
      actual: makeActual({ pbs: [makePbs({ remotes: seen([]) })] }),
      code: 'HF-OFFSITE-REMOTE',
    },
    {
      name: 'push from a server that is too old for it',
      direction: 'push',
      actual: makeActual({
        pbs: [makePbs({ version: seen({ product: 'pbs', text: '3.2.4', numbers: [3, 2, 4] }), remotes: seen([remote]) })],
      }),
      code: 'HF-PBS-TOO-OLD',
    },
    { name: 'pull by a server nobody can log in to', direction: 'pull', actual: makeActual(), code: 'HF-OFFSITE-RECEIVER' },
  ] as const;
  for (const { name, direction, actual, code } of FAILING) {
    test(`${name}: told, and no job that would fail each night`, () => {
      const desired = compileTier({ offsite: { ...offsite, direction } }, actual);
      assert.deepEqual(
        desired.findings.map((finding) => finding.code),
        [code],
      );
      assert.ok(!desired.objects.some(({ kind }) => kind === 'sync-job'));
    });
  }
});

test('the promise is in the mark: another promise, another version; another name or schedule, the same', () => {
  const version = (tier: Partial<Tier>): unknown => settingsOf(compileTier(tier), 'backup-job')['comment'];
  assert.notEqual(version({ retentionSeconds: 86_400 }), version({}));
  assert.equal(version({ name: 'Gold', purpose: 'x', schedule: '03:00' }), version({}));
});

test('containers and VMs are members alike', () => {
  const actual = makeActual({ pve: makePve({ guests: seen([makeGuest({ type: 'ct', name: 'web' })]) }) });
  const member = compileTier({}, actual).objects.find(({ kind }) => kind === 'pool-member');
  assert.equal(member!.because, 'CT 101 (web) is promised tier 1 (Tier 1)');
});
