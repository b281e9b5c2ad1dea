import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tier } from '../policy/policy.ts';
import type { JudgedPoint } from './evidence.ts';
import { rpoVerdict, worse } from './posture.ts';

const HOUR = 3600;
const NOW = 1_795_000_000;

const tier: Tier = {
  id: 1,
  name: 'Critical production',
  pool: 'tier-1',
  rpoSeconds: 24 * HOUR,
  graceSeconds: 2 * HOUR,
  rtoSeconds: 4 * HOUR,
  retentionSeconds: 720 * HOUR,
  schedule: '02:00',
  lock: false,
  encryption: false,
  consistency: 'filesystem',
  mode: 'snapshot',
};

type Refused = { readonly because: string; readonly newerDisks?: readonly string[]; readonly unfinished?: true };

/** A point of the run that began so many hours ago. */
function point(ageHours: number, refused?: Refused): JudgedPoint {
  const at = NOW - ageHours * HOUR;
  const base = { at, protected: false, owner: 'b@pbs!t', comment: '', encryption: 'none', files: [] } as const;
  const snapshot = refused?.unfinished ? base : { ...base, sizeBytes: 1 };
  return { at, group: 'vm/101', snapshot, ...(refused ? { usable: false, ...refused } : { usable: true }) };
}

const noDisk = { because: 'it holds no disk' };
const newDisk = { because: 'it lacks scsi1', newerDisks: ['scsi1'] };
const elsewhere = (ageHours: number) => ({ at: NOW - ageHours * HOUR, where: 'main:home/tier-2 on PBS pbs' });

/** `dueHours`: how long ago the last run that must be there by now was due; it began an hour before, and the one before it a day earlier. */
const cases = [
  { name: 'the due run left a point', points: [point(5)], dueHours: 4, posture: 'protected' },
  { name: 'the due point is late by less than the grace', points: [point(24.5)], dueHours: 0.5, posture: 'attention' },
  { name: 'the due point is late by more than the grace', points: [point(25.9)], dueHours: 2.9, posture: 'at-risk' },
  { name: 'the data is older than RPO and grace', points: [point(26.5)], dueHours: 1.5, posture: 'broken' },
  {
    name: 'a newer snapshot that is not usable does not count',
    points: [point(2, { because: 'it is not finished', unfinished: true }), point(27)],
    dueHours: 2,
    posture: 'broken',
  },
  { name: 'nothing usable', points: [point(2, noDisk)], dueHours: 1, posture: 'broken' },
  { name: 'no point, and nothing known of its age', points: [], dueHours: 4, posture: 'broken' },
  { name: 'new guest: no run was due since it was made', points: [], dueHours: 4, sinceAt: NOW - 3 * HOUR, posture: 'attention' },
  { name: 'new guest: its first run is late within the grace', points: [], dueHours: 1, sinceAt: NOW - 3 * HOUR, posture: 'attention' },
  { name: 'new guest: its first run left no point', points: [], dueHours: 4, sinceAt: NOW - 30 * HOUR, posture: 'broken' },
  {
    name: 'new guest: its first run left nothing usable',
    points: [point(2, noDisk)],
    dueHours: 1,
    sinceAt: NOW - 3 * HOUR,
    posture: 'broken',
  },
  {
    name: 'new guest under an old id: the points of its forerunner are not waited for',
    points: [point(29, { because: 'it is older than this guest: the id belonged to another one' })],
    dueHours: 4,
    sinceAt: NOW - 3 * HOUR,
    posture: 'attention',
  },
  { name: 'new disk: the next run is not yet due', points: [point(5, newDisk), point(29, newDisk)], dueHours: 4, posture: 'attention' },
  { name: 'new disk: older points held one of its name', points: [point(5, newDisk), point(29)], dueHours: 4, posture: 'attention' },
  { name: 'new disk: the next run is late within the grace', points: [point(24.5, newDisk)], dueHours: 0.5, posture: 'attention' },
  { name: 'new disk: the next run was due and left no point', points: [point(25.9, newDisk)], dueHours: 2.9, posture: 'broken' },
  {
    name: 'a disk that the point lacks, and no run would take',
    points: [point(5, { because: 'it lacks scsi1' })],
    dueHours: 4,
    posture: 'broken',
  },
  {
    name: 'moved guest: the first run of its new tier is not yet due',
    points: [],
    dueHours: 4,
    elsewhere: elsewhere(3),
    posture: 'attention',
  },
  { name: 'moved guest: the first run of its new tier was due', points: [], dueHours: 4, elsewhere: elsewhere(20), posture: 'at-risk' },
  {
    name: 'moved guest: its points elsewhere are older than promised',
    points: [],
    dueHours: 4,
    elsewhere: elsewhere(90),
    posture: 'broken',
  },
  {
    name: 'moved guest: as before, and the promise holds since an hour',
    points: [],
    dueHours: 4,
    elsewhere: elsewhere(90),
    sinceAt: NOW - HOUR,
    posture: 'attention',
  },
  {
    name: 'moved guest: the first run of its new tier left nothing usable',
    points: [point(5, noDisk)],
    dueHours: 4,
    elsewhere: elsewhere(20),
    posture: 'broken',
  },
] as const;

for (const { name, points, dueHours, posture, ...rest } of cases) {
  test(`rpoVerdict: ${name}`, () => {
    const due = NOW - dueHours * HOUR;
    const dueAfter = (at: number): number => [due - 24 * HOUR, due].find((one) => one - HOUR > at) ?? due + 24 * HOUR;
    const verdict = rpoVerdict({ tier, now: NOW, points, dueAfter, ...rest });
    assert.equal(verdict.posture, posture, verdict.because);
    assert.doesNotMatch(verdict.because, /undefined|NaN| -\d/);
  });
}

test('what is not known outweighs what is at risk', () => {
  const atRisk = { posture: 'at-risk', because: 'late' } as const;
  const unknown = { posture: 'unknown', because: 'not seen' } as const;
  assert.equal(worse(atRisk, unknown), unknown);
  assert.equal(worse(unknown, atRisk), unknown);
});
