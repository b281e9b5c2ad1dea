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

function point(ageHours: number, because?: string): JudgedPoint {
  const at = NOW - ageHours * HOUR;
  const snapshot = { at, sizeBytes: 1, protected: false, owner: 'b@pbs!t', comment: '', encryption: 'none', files: [] } as const;
  return because === undefined
    ? { at, group: 'vm/101', snapshot, usable: true }
    : { at, group: 'vm/101', snapshot, usable: false, because };
}

const cases = [
  { name: 'the due run left a point', points: [point(5)], expected: 5, posture: 'protected' },
  { name: 'the due point is late by less than the grace', points: [point(24.5)], expected: 1.5, posture: 'attention' },
  { name: 'the due point is late by more than the grace', points: [point(25.9)], expected: 3.9, posture: 'at-risk' },
  { name: 'the data is older than RPO and grace', points: [point(26.5)], expected: 2.5, posture: 'broken' },
  {
    name: 'a newer snapshot that is not usable does not count',
    points: [point(2, 'it is not finished'), point(27)],
    expected: 3,
    posture: 'broken',
  },
  { name: 'nothing usable', points: [point(2, 'it holds no disk')], expected: 2, posture: 'broken' },
  { name: 'no point, and nothing known of its age', points: [], expected: 5, posture: 'broken' },
  { name: 'no point, but a new guest', points: [], expected: 5, createdAt: NOW - 3 * HOUR, posture: 'attention' },
  { name: 'no point, and no longer new', points: [], expected: 5, createdAt: NOW - 30 * HOUR, posture: 'broken' },
] as const;

for (const { name, points, expected, posture, ...rest } of cases) {
  test(`rpoVerdict: ${name}`, () => {
    const expectedAt = NOW - expected * HOUR;
    const verdict = rpoVerdict({ tier, now: NOW, points, expectedAt, expectedBy: expectedAt + HOUR, ...rest });
    assert.equal(verdict.posture, posture);
    assert.notEqual(verdict.because, '');
  });
}

test('what is not known outweighs what is at risk', () => {
  const atRisk = { posture: 'at-risk', because: 'late' } as const;
  const unknown = { posture: 'unknown', because: 'not seen' } as const;
  assert.equal(worse(atRisk, unknown), unknown);
  assert.equal(worse(unknown, atRisk), unknown);
});
