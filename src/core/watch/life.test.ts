import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { draws } from '#test/draws.ts';
import { NOW } from '#test/make.ts';
import type { Finding } from '../finding.ts';
import type { FindingLife } from '../memory/record.ts';
import { acknowledge, reopen, suppress, type Answered } from './answer.ts';
import { findingKey } from './key.ts';
import { liveOn, type LivesInput } from './life.ts';

const DAY = 86_400;

function finding(fields: Partial<Finding> = {}): Finding {
  const vmid = fields.vmid ?? 101;
  return {
    severity: 'warning',
    code: 'HF-DISK-LEFT-OUT',
    at: `home: vm/${vmid} guest-${vmid}`,
    site: 'home',
    vmid,
    problem: 'its disk scsi1 is left out',
    why: 'it is lost with the host',
    fix: 'take it in',
    ...fields,
  };
}

const left = finding();
const worse = finding({ severity: 'error' });
const passing = finding({ code: 'HF-LEFTOVER' });
const loss: Finding = finding({
  code: 'HF-POINT-GONE',
  severity: 'error',
  at: 'home: vm/101 in main:/, gone x',
  lastsUntilAt: NOW + 5 * 60,
});

type Answer = (life: FindingLife, now: number) => Answered;
const known: Answer = (life, now) => acknowledge(life, { by: 'ana', now });
const quiet =
  (seconds: number): Answer =>
  (life, now) =>
    suppress(life, { by: 'ana', now, reason: 'the disk comes on Monday', untilAt: now + seconds });
const loud: Answer = (life, now) => reopen(life, { by: 'ana', now });

/** A look a minute; `+` complete, `~` partial, `x` failed, `!` a person answers. */
type Step = readonly ['+' | '~' | 'x', ...Finding[]] | readonly ['!', Answer] | readonly ['over', Finding];

function run(steps: readonly Step[]): { states: string; life: FindingLife | undefined } {
  let lives = new Map<string, FindingLife>();
  let lastCompleteAt: number | undefined;
  const states: string[] = [];
  for (const [i, step] of steps.entries()) {
    const at = NOW + i * 60;
    if (step[0] === '!') {
      const answered = step[1]([...lives.values()][0]!, at);
      if (answered.ok) lives.set(answered.life.key, answered.life);
      states.push(answered.ok ? answered.life.state : 'refused');
      continue;
    }
    const [mark, ...findings] = step;
    const outcome = mark === '+' || mark === 'over' ? 'complete' : mark === '~' ? 'partial' : 'failed';
    const input: LivesInput = {
      site: 'home',
      at,
      outcome,
      findings: mark === 'over' ? [] : findings,
      known: [...lives.values()],
      ...(mark === 'over' ? { over: [findingKey(step[1])] } : {}),
      ...(lastCompleteAt === undefined ? {} : { lastCompleteAt }),
    };
    const told = liveOn(input);
    for (const life of told) lives.set(life.key, life);
    for (const life of liveOn({ ...input, known: [...lives.values()] })) assert.deepEqual(life, lives.get(life.key), 'the same look again');
    if (outcome === 'complete') lastCompleteAt = at;
    states.push([...lives.values()].map(({ state }) => state).join(','));
  }
  return { states: states.join(' '), life: [...lives.values()][0] };
}

const cases: readonly { name: string; steps: readonly Step[]; states: string }[] = [
  {
    name: 'what stands written opens at once and ends with the first whole look that lacks it',
    steps: [['+', left], ['+', left], ['+']],
    states: 'open open resolved',
  },
  {
    name: 'what may be caught in passing opens at its second sighting',
    steps: [
      ['+', passing],
      ['+', passing],
    ],
    states: 'seen open',
  },
  {
    name: 'and two whole looks without it end it',
    steps: [['+', passing], ['+', passing], ['+'], ['+']],
    states: 'seen open open resolved',
  },
  { name: 'a single sighting never opens', steps: [['+', passing], ['+'], ['+']], states: 'seen seen resolved' },
  {
    name: 'coming and going it opens once, and stays',
    steps: [['+', passing], ['+'], ['+', passing], ['+'], ['+', passing], ['+'], ['+', passing]],
    states: 'seen seen open open open open open',
  },
  { name: 'a partial look that lacks it ends nothing', steps: [['+', left], ['~'], ['~'], ['+']], states: 'open open open resolved' },
  { name: 'a failed look ends nothing', steps: [['+', left], ['x'], ['x'], ['x']], states: 'open open open open' },
  { name: 'a partial look may open', steps: [['~', left]], states: 'open' },
  { name: 'a failed look opens what it knows nevertheless', steps: [['x', left]], states: 'open' },
  {
    name: 'a partial look between does not count as one that lacks it',
    steps: [['+', passing], ['+', passing], ['~'], ['+'], ['+']],
    states: 'seen open open open resolved',
  },
  { name: 'over and back it is the same one, open anew', steps: [['+', left], ['+'], ['+', left]], states: 'open resolved open' },
  {
    name: 'acknowledged stays so',
    steps: [['+', left], ['!', known], ['+', left], ['x'], ['+', left]],
    states: 'open acknowledged acknowledged acknowledged acknowledged',
  },
  {
    name: 'acknowledged and grown worse is open again',
    steps: [
      ['+', left],
      ['!', known],
      ['+', worse],
    ],
    states: 'open acknowledged open',
  },
  {
    name: 'acknowledged, over and back is new trouble',
    steps: [['+', left], ['!', known], ['+'], ['+', left]],
    states: 'open acknowledged resolved open',
  },
  {
    name: 'suppressed holds until its end',
    steps: [
      ['+', left],
      ['!', quiet(120)],
      ['+', left],
      ['+', left],
    ],
    states: 'open suppressed suppressed open',
  },
  {
    name: 'its end is seen also without a look',
    steps: [['+', left], ['!', quiet(120)], ['x'], ['x']],
    states: 'open suppressed suppressed open',
  },
  {
    name: 'suppressed, over and back meanwhile is still suppressed',
    steps: [['+', left], ['!', quiet(DAY)], ['+'], ['+', left]],
    states: 'open suppressed resolved suppressed',
  },
  {
    name: 'suppressed and grown worse is open',
    steps: [
      ['+', left],
      ['!', quiet(DAY)],
      ['+', worse],
    ],
    states: 'open suppressed open',
  },
  {
    name: 'taken back is open',
    steps: [
      ['+', left],
      ['!', quiet(DAY)],
      ['!', loud],
      ['+', left],
    ],
    states: 'open suppressed open open',
  },
  {
    name: 'what is open cannot be taken back',
    steps: [
      ['+', left],
      ['!', loud],
    ],
    states: 'open refused',
  },
  { name: 'what is over cannot be acknowledged', steps: [['+', left], ['+'], ['!', known]], states: 'open resolved refused' },
  {
    name: 'what happened once stays until its date',
    steps: [['+', loss], ['+'], ['+'], ['+'], ['+'], ['+']],
    states: 'open open open open open resolved',
  },
  { name: 'or until it is known to be over', steps: [['+', loss], ['+'], ['over', loss]], states: 'open open resolved' },
  {
    name: 'a second loss beside it is another one',
    steps: [
      ['+', loss],
      ['+', { ...loss, at: 'home: vm/101 in main:/, gone y' }],
    ],
    states: 'open open,open',
  },
];

for (const { name, steps, states } of cases) {
  test(`liveOn: ${name}`, () => assert.equal(run(steps).states, states));
}

test('liveOn: back again it is open anew, seen first when it first was', () => {
  const { life } = run([['+', left], ['+'], ['+', finding({ problem: 'other words', at: 'home: vm/101 renamed' })]]);
  assert.deepEqual([life!.firstSeenAt, life!.openedAt, life!.resolvedAt, life!.lastSeenAt], [NOW, NOW + 120, undefined, NOW + 120]);
});

const refusals: readonly { name: string; answer: Answered; says: RegExp }[] = (() => {
  const life = liveOn({ site: 'home', at: NOW, outcome: 'complete', findings: [left], known: [] })[0]!;
  const act = { by: 'ana', now: NOW };
  return [
    { name: 'no reason', answer: suppress(life, { ...act, reason: ' ', untilAt: NOW + DAY }), says: /needs a reason/ },
    { name: 'an end that has passed', answer: suppress(life, { ...act, reason: 'x', untilAt: NOW }), says: /has passed/ },
    {
      name: 'more than 30 days',
      answer: suppress(life, { ...act, reason: 'x', untilAt: NOW + 30 * DAY + 1 }),
      says: /longer than anything/,
    },
    { name: 'nobody suppresses', answer: suppress(life, { by: '', now: NOW, reason: 'x', untilAt: NOW + DAY }), says: /Nobody/ },
    { name: 'nobody acknowledges', answer: acknowledge(life, { by: ' ', now: NOW }), says: /Nobody/ },
  ];
})();

for (const { name, answer, says } of refusals) {
  test(`an answer is refused: ${name}`, () => assert.match(answer.ok ? '' : answer.problem, says));
}

test('suppress: 30 days to the second are allowed', () => {
  const life = liveOn({ site: 'home', at: NOW, outcome: 'complete', findings: [left], known: [] })[0]!;
  assert.ok(suppress(life, { by: 'ana', now: NOW, reason: 'x', untilAt: NOW + 30 * DAY }).ok);
});

test('findingKey: words, ages and names of guests make no other finding; another disk or guest does', () => {
  const key = findingKey(left);
  assert.equal(findingKey({ ...left, at: 'home: vm/101 renamed', problem: '3 days' } as Finding), key);
  assert.notEqual(findingKey(finding({ disk: 'scsi1' })), findingKey(finding({ disk: 'scsi2' })));
  assert.notEqual(findingKey(finding({ vmid: 102 })), key);
});

const look = fc.record({
  outcome: fc.constantFrom('complete', 'partial', 'failed'),
  findings: fc.subarray([left, passing, finding({ vmid: 102 }), loss]),
});

test('liveOn: no interleaving of partial and failed looks ends anything, and none but a whole look ever does', () => {
  fc.assert(
    fc.property(fc.array(look, { maxLength: 30 }), (looks) => {
      const lives = new Map<string, FindingLife>();
      let lastCompleteAt: number | undefined;
      for (const [i, { outcome, findings }] of looks.entries()) {
        const at = NOW + i * 60;
        const before = new Map(lives);
        const input = {
          site: 'home',
          at,
          outcome,
          findings,
          known: [...lives.values()],
          ...(lastCompleteAt === undefined ? {} : { lastCompleteAt }),
        };
        for (const life of liveOn(input)) lives.set(life.key, life);
        for (const [key, life] of lives) {
          const was = before.get(key)?.state;
          const found = findings.some((one) => findingKey(one) === key);
          if (life.state === 'resolved' && was !== 'resolved')
            assert.ok(outcome === 'complete' && !found, `${key} ended in a ${outcome} look`);
          if (was === 'open' && life.state === 'seen') assert.fail(`${key} was open and is only seen`);
          if (found) assert.ok(life.state === 'open' || life.state === 'seen', `${key} was found and is ${life.state}`);
        }
        if (outcome === 'complete') lastCompleteAt = at;
      }
    }),
    draws(500),
  );
});

test('what is open and grows worse opens anew, so that people hear of it again; what grows better does not', () => {
  const { life: grown } = run([
    ['+', left],
    ['+', worse],
  ]);
  assert.equal(grown!.openedAt, NOW + 60);
  assert.equal(grown!.firstSeenAt, NOW);
  const { life: shrunk } = run([
    ['+', worse],
    ['+', left],
  ]);
  assert.equal(shrunk!.openedAt, NOW);
});
