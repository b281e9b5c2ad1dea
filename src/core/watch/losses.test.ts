import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../finding.ts';
import type { FindingLife } from '../memory/record.ts';
import { lossVerdicts } from './losses.ts';

const NOW = 1_795_608_000;
const DAY = 86_400;

function lost(finding: Partial<Finding> = {}, life: Partial<FindingLife> = {}): FindingLife {
  const base = {
    code: 'HF-POINT-GONE',
    at: 'home: vm/101 in main:home, gone yesterday',
    site: 'home',
    vmid: 101,
    why: 'w',
    fix: 'f',
  } as const;
  return {
    key: 'k',
    site: 'home',
    state: 'open',
    firstSeenAt: NOW - DAY,
    lastSeenAt: NOW - DAY,
    openedAt: NOW - DAY,
    finding: { ...base, severity: 'error', problem: 'The point of Monday went before its date', lastsUntilAt: NOW + 20 * DAY, ...finding },
    ...life,
  };
}

const CASES = [
  { name: 'a promised point that went', lives: [lost()], posture: 'broken' },
  { name: 'seen by the last look alone', lives: [lost({}, { state: 'seen' })], posture: 'broken' },
  { name: 'known to a person', lives: [lost({}, { state: 'acknowledged', by: 'ada' })], posture: 'attention' },
  { name: 'suppressed by a person', lives: [lost({}, { state: 'suppressed', by: 'ada' })], posture: 'attention' },
  { name: 'a point that was corrupt anyway', lives: [lost({ severity: 'warning' })], posture: 'attention' },
  {
    name: 'one that is known and one that is new',
    lives: [lost(), lost({}, { key: 'l', state: 'acknowledged', by: 'ada' })],
    posture: 'broken',
  },
  { name: 'it is there again', lives: [lost({}, { state: 'resolved' })], posture: undefined },
  { name: 'its date has passed', lives: [lost({ lastsUntilAt: NOW })], posture: undefined },
  { name: 'another finding', lives: [lost({ code: 'HF-LATE' })], posture: undefined },
  { name: 'a whole datastore, which says nothing of one guest', lives: [lostOfNobody()], posture: undefined },
] as const;

function lostOfNobody(): FindingLife {
  const life = lost();
  const { vmid: _, ...finding } = life.finding;
  return { ...life, finding };
}

for (const { name, lives, posture } of CASES)
  test(`lossVerdicts: ${name}: ${posture ?? 'nothing'}`, () => assert.equal(lossVerdicts(lives, NOW).get(101)?.posture, posture));

test('lossVerdicts: says what went, and who knows of it', () => {
  assert.equal(lossVerdicts([lost()], NOW).get(101)?.because, 'the point of Monday went before its date');
  const known = lossVerdicts([lost({}, { state: 'acknowledged', by: 'ada' })], NOW);
  assert.equal(known.get(101)?.because, 'the point of Monday went before its date; ada knows of it');
});
