import { describe, expect, test } from 'vitest';
import { assess } from '#core/assess/assess.ts';
import { tellStory } from '#core/assess/story.ts';
import type { Policy } from '#core/policy/policy.ts';
import type { Actual, BackupGroup, Disk, Guest, Observed } from '#core/world/actual.ts';
import * as make from '#test/make.ts';
import { makePaint } from '../out.ts';
import { explainJson, explainText, notExplained } from './explain.ts';
import { statusJson, statusText, type StatusView } from './status.ts';

const paint = makePaint(false);
const HOUR = 3600;

const policy = make.makePolicy({
  tiers: make.makeSeedTiers(),
  assign: [
    make.makeRule({ index: 0, tier: 1, guests: ['postgres', 'postgres-data', 'ledger'] }),
    make.makeRule({ index: 1, tier: 3, names: ['sandbox*'] }),
    make.makeRule({ index: 2, tier: 'none', guests: ['scratch'], reason: 'rebuilt from code', until: '2027-03-01' }),
  ],
});

const disk = (vmid: number, disk: Partial<Disk> = {}): Disk => ({ ...make.makeGuest({ vmid }).disks[0]!, ...disk });
const data = { key: 'scsi1', volume: 'zfs:vm-1101-disk-0', storage: 'zfs', ownerVmid: 1101, sizeBytes: 100 * 2 ** 30 };

const guests: readonly Guest[] = [
  make.makeGuest({ vmid: 101, name: 'postgres', pool: 'tier-1', disks: [disk(101), disk(101, data)] }),
  make.makeGuest({
    vmid: 102,
    name: 'ledger',
    pool: 'tier-1',
    disks: [disk(102), disk(102, { key: 'scsi1', volume: 'zfs:vm-102-disk-1', included: false })],
  }),
  make.makeGuest({ vmid: 103, name: 'sandbox', pool: 'tier-3', createdAt: make.NOW - 5 * HOUR }),
  make.makeGuest({ vmid: 104, name: 'scratch' }),
  make.makeGuest({ vmid: 105, name: 'stranger' }),
  make.makeGuest({
    vmid: 1101,
    name: 'postgres-data',
    pool: 'tier-1',
    running: false,
    disks: [disk(1101, { ...data, key: 'scsi0', included: false })],
  }),
];

const JOBS = [1, 3].map((tier) =>
  make.makeBackupJob({
    id: `hf-tier-${tier}`,
    selection: { by: 'pool', pool: `tier-${tier}` },
    storage: `pbs-tier-${tier}`,
    schedule: tier === 1 ? '02:00' : '*-1 04:00',
    comment: `[holdfast] home: tier ${tier}, policy 00000000`,
  }),
);

function site(names: readonly Guest[], seen?: Observed<readonly BackupGroup[]>): Actual {
  const storage = make.makePbsStorage();
  const both = ['drive-scsi0.img.fidx', 'drive-scsi1.img.fidx', 'qemu-server.conf.blob'];
  const readAt = { state: 'ok' as const, upid: make.makeUpid().text, at: make.NOW - 2 * HOUR };
  const groups =
    seen ??
    make.seen([
      make.makeGroup({ id: '101', snapshots: make.makeSnapshots(10, 24 * HOUR, { files: both, verification: readAt }) }),
      make.makeGroup({ id: '102', snapshots: make.makeSnapshots(3, 24 * HOUR, { verification: readAt }) }),
    ]);
  const members = (pool: string): number[] => names.filter((guest) => guest.pool === pool).map(({ vmid }) => vmid);
  return make.makeActual({
    pve: make.makePve({
      guests: make.seen(names),
      pools: make.seen([make.makePool({ vmids: members('tier-1') }), make.makePool({ id: 'tier-3', vmids: members('tier-3') })]),
      storages: make.seen([storage, { ...storage, id: 'pbs-tier-3', pbs: { ...storage.pbs!, namespace: 'home/tier-3' } }]),
      backupJobs: make.seen(JOBS),
      backupTasks: make.seen([make.makeBackupTask({ 101: 180, 102: 60 })]),
    }),
    pbs: [
      make.makePbs({
        namespaces: [
          { datastore: 'main', namespace: 'home', groups: make.seen([]) },
          { datastore: 'main', namespace: 'home/tier-1', groups },
        ],
      }),
    ],
  });
}

function view(actual: Actual, given: Policy = policy, all = false): StatusView {
  const assessment = assess({ policy: given, site: given.sites[0]!, actual, now: make.NOW });
  return { tiers: given.tiers, assessments: [assessment], findings: assessment.findings, all };
}

const blind = make.makeActual({
  pve: make.makePve({
    guests: make.unseen({ what: 'guests', because: 'Permission check failed (/vms, VM.Audit)', privilege: 'VM.Audit', path: '/vms' }),
  }),
});

const many = Array.from({ length: 10_000 }, (_, i) => make.makeGuest({ vmid: 2000 + i, name: `customer-${i}` }));

describe('status as people read it', () => {
  for (const width of [80, 120]) {
    test(`a small site, ${width} columns`, async () => {
      const text = statusText(view(site(guests)), paint, width);
      await expect(text).toMatchFileSnapshot(`goldens/status-a-small-site-${width}.txt`);
    });
  }

  test('ten thousand guests without a promise do not flood the screen', async () => {
    const text = statusText(view(site([...guests, ...many])), paint, 100);
    expect(text.split('\n').length).toBeLessThan(120);
    await expect(text).toMatchFileSnapshot('goldens/status-ten-thousand-guests.txt');
  });

  test('points that could not be seen are not said to be none', () => {
    const down = site(guests, make.unseen({ what: 'groups of main:home/tier-1', kind: 'unreachable', because: 'nothing listens there' }));
    expect(statusText(view(down), paint, 100)).toMatch(/unknown +vm\/101 +\S+ +not seen +groups of main:home/);
  });

  test('--all shows every one of them', () => {
    expect(statusText(view(site([...guests, ...many]), policy, true), paint, 100).match(/customer-\d+ +no point/g)).toHaveLength(10_000);
  });

  test('guests that may not be seen', async () => {
    await expect(statusText(view(blind), paint, 100)).toMatchFileSnapshot('goldens/status-guests-that-may-not-be-seen.txt');
  });
});

test('status --json: the contract', () => {
  type Json = { asOf: string; guests: Record<string, unknown>[]; findings: Record<string, unknown>[] };
  const { asOf, guests: rows, findings } = statusJson(view(site(guests))) as Json;
  expect(findings.length).toBeGreaterThan(0);
  for (const finding of findings)
    expect(Object.keys(finding)).toEqual(['site', 'guest', 'severity', 'code', 'at', 'problem', 'why', 'fix']);
  expect(findings.find(({ code }) => code === 'HF-DISK-LEFT-OUT')).toMatchObject({ site: 'home', guest: 'vm/102' });
  expect(asOf).toBe('2026-11-25T12:00:00Z');
  for (const row of rows)
    expect(Object.keys(row)).toEqual(
      expect.arrayContaining(['site', 'id', 'name', 'tier', 'posture', 'exposureSeconds', 'newestPoint', 'findings']),
    );
  expect(rows.map(({ id, posture }) => `${id} ${posture}`)).toEqual([
    'vm/101 protected',
    'vm/102 broken',
    'vm/1101 protected',
    'vm/103 attention',
    'vm/104 exempt',
    'vm/105 unknown',
  ]);
});

describe('explain as people read it', () => {
  const actual = site(guests);
  const input = { policy, site: policy.sites[0]!, actual, now: make.NOW };
  const story = (vmid: number) =>
    tellStory(
      input,
      assess(input),
      guests.find((guest) => guest.vmid === vmid)!,
    );
  for (const [vmid, name] of [
    [101, 'a guest that is protected'],
    [102, 'a guest with a disk left out'],
    [1101, 'a data VM'],
    [103, 'a new guest'],
    [104, 'a guest with an exception'],
    [105, 'a guest without a rule'],
  ] as const) {
    test(name, async () => {
      await expect(explainText(story(vmid), paint, 100)).toMatchFileSnapshot(`goldens/explain-${name.replaceAll(' ', '-')}.txt`);
    });
  }

  test('a disk left out since yesterday is not lost as long as a point that counts holds it', () => {
    const changed = guests.map((guest) =>
      guest.vmid === 101 ? { ...guest, disks: guest.disks.map((one) => ({ ...one, included: false })) } : guest,
    );
    const now = { ...input, actual: site(changed) };
    const text = explainText(tellStory(now, assess(now), changed[0]!), paint, 100);
    expect(text).toContain('left out');
    expect(text).toMatch(/The last \S+ of its data\. Reading/);
  });

  test('--json says of each point whether it counts', () => {
    expect(explainJson(story(102))).toMatchObject({
      id: 'vm/102',
      tier: 1,
      posture: 'broken',
      points: [{ counts: false, because: 'it lacks scsi1' }, { counts: false }, { counts: false }],
      disks: [
        { key: 'scsi0', inNewestPoint: true },
        { key: 'scsi1', included: false, inNewestPoint: false },
      ],
    });
  });

  test('nobody of that name, somebody near it, several, and a site that could not be seen', () => {
    expect(notExplained({ outcome: 'missing', wanted: 'postgers', near: 'postgres', unseen: [] })).toContain('did you mean postgres?');
    expect(notExplained({ outcome: 'missing', wanted: '7', unseen: ['plant'] })).toContain('the guests of plant could not be read');
    expect(notExplained({ outcome: 'several', wanted: '101', which: ['office/101', 'plant/101'] })).toContain('holdfast explain plant/101');
  });
});
