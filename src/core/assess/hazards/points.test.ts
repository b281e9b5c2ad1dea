import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GROUP, healthy, POINTS, testHazards, verifyUpid } from '#test/healthy.ts';
import { makeGroup, makeSnapshot, NOW, seen } from '#test/make.ts';
import type { BackupGroup, NamespaceActual, Snapshot } from '../../world/actual.ts';
import { assess } from '../assess.ts';

const DAY = 86_400;
const newest = POINTS.at(-1)!;
const with_ = (change: (point: Snapshot, index: number) => Snapshot) => ({ groups: seen([makeGroup({ snapshots: POINTS.map(change) })]) });
const atNewest = (more: Partial<Snapshot>) => with_((point) => (point === newest ? { ...point, ...more } : point));
const verified = (at: number, node?: string) => ({ state: 'ok' as const, at, upid: verifyUpid(at, node) });
const place = (namespace: string, groups: readonly BackupGroup[]): NamespaceActual => ({
  datastore: 'main',
  namespace,
  groups: seen(groups),
});
const { sizeBytes: _, ...unfinished } = makeSnapshot({ at: NOW - 3600, files: [] });

testHazards([
  {
    name: 'a point failed verification, under a verify job that ends OK',
    wrong: {
      ...atNewest({ verification: { ...newest.verification!, state: 'failed' } }),
    },
    told: ['HF-CORRUPT vm/101'],
  },
  {
    name: 'the verification of a point is older than the point',
    wrong: atNewest({ verification: verified(newest.at - DAY) }),
    told: ['HF-VERIFY-INHERITED vm/101'],
  },
  {
    name: 'another server verified a point, after it was made and before it came here',
    wrong: atNewest({ verification: verified(newest.at + 3600, 'vault') }),
    told: ['HF-VERIFY-INHERITED vm/101'],
  },
  {
    name: 'points were read longer ago than promised',
    wrong: { ...with_((point) => ({ ...point, at: point.at - 40 * DAY, verification: verified(point.at - 40 * DAY + 7200) })) },
    told: ['HF-VERIFY-OLD vm/101'],
  },
  {
    name: 'points were read longer ago than promised, and nothing is promised',
    wrong: {
      ...with_((point) => ({ ...point, at: point.at - 40 * DAY, verification: verified(point.at - 40 * DAY + 7200) })),
      tier: { verify: undefined as never },
    },
    told: [],
  },
  {
    name: 'a plain point where encryption is promised',
    wrong: { ...with_((point) => ({ ...point, encryption: point === newest ? 'none' : 'encrypted' })), tier: { encryption: true } },
    told: ['HF-UNENCRYPTED vm/101'],
  },
  {
    name: 'a signed point is not encrypted',
    wrong: { ...atNewest({ encryption: 'signed' }), tier: { encryption: true } },
    told: ['HF-UNENCRYPTED vm/101'],
  },
  {
    name: 'encrypted points where encryption is promised',
    wrong: { ...with_((point) => ({ ...point, encryption: 'encrypted' })), tier: { encryption: true } },
    told: [],
  },
  { name: 'plain points where nothing is promised', wrong: {}, told: [] },
  {
    name: 'a snapshot that never finished',
    wrong: { groups: seen([makeGroup({ snapshots: [...POINTS, unfinished] })]) },
    told: ['HF-LEFTOVER vm/101'],
  },
  {
    name: 'a snapshot that began a minute ago',
    wrong: { groups: seen([makeGroup({ snapshots: [...POINTS, { ...unfinished, at: NOW - 60 }] })]) },
    told: [],
  },
  {
    name: 'points of a guest that is gone',
    wrong: { groups: seen([GROUP, makeGroup({ id: '917' })]) },
    told: ['HF-ORPHAN group vm/917 in main:home/tier-1'],
  },
  { name: 'what a host saved is nobody’s guest', wrong: { groups: seen([GROUP, makeGroup({ id: 'pve1', type: 'host' })]) }, told: [] },
  { name: 'a group without points', wrong: { groups: seen([GROUP, makeGroup({ id: '917', snapshots: [] })]) }, told: [] },
  {
    name: 'points where no job adds to them',
    wrong: { namespaces: [place('home/old', [GROUP])] },
    told: ['HF-DETACHED group vm/101 in main:home/old'],
  },
  {
    name: 'points in the namespace of another site',
    wrong: { namespaces: [place('office/tier-1', [GROUP, makeGroup({ id: '917' })])] },
    told: [],
  },
]);

const COPIES = [
  { name: 'no copy, no word of one', offsite: undefined, says: undefined },
  {
    name: 'a copy that is pushed is fetched again from its remote',
    offsite: { remote: 'vault', withinSeconds: 2 * DAY, direction: 'push', datastore: 'copies' },
    says: "proxmox-backup-manager pull vault copies main --remote-ns 'home/tier-1' --ns 'home/tier-1' --max-depth 0 --group-filter group:vm/101 --resync-corrupt true",
  },
  {
    name: 'a copy that is pulled is named',
    offsite: { remote: 'vault', withinSeconds: 2 * DAY, direction: 'pull' },
    says: 'bring them back from the copy on PBS vault',
  },
] as const;
for (const { name, offsite, says } of COPIES) {
  test(`HF-CORRUPT: ${name}`, () => {
    const wrong = atNewest({ verification: { ...newest.verification!, state: 'failed' } });
    const { findings } = assess(healthy({ ...wrong, tier: offsite ? { offsite } : {} }));
    const { fix } = findings.find(({ code }) => code === 'HF-CORRUPT')!;
    if (says === undefined) assert.doesNotMatch(fix, /copy/);
    else assert.ok(fix.includes(says), fix);
  });
}
