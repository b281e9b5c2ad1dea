import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { draws } from '#test/draws.ts';
import { policyJsonSchema } from '#config/json-schema.ts';
import { withoutPoint } from '../../web/src/pages/guests/without-point.ts';
import { howSeen } from '../../web/src/parts/how-seen.ts';
import { hunks, lineDiff } from '../../web/src/parts/line-diff.ts';
import { keysAt } from '../../web/src/pages/policy/complete.ts';
import { nothingToDo } from '../../web/src/pages/plan/nothing-to-do.ts';
import { proofDays, weekday } from '../../web/src/pages/policy/days.ts';

const TIERS = 'tiers:\n  1:\n    name: Critical\n';
const OFFERS: readonly { readonly name: string; readonly text: string; readonly some: readonly string[]; readonly not?: string }[] = [
  { name: 'at the margin', text: 'holdfast: 1\n', some: ['sites', 'tiers', 'assign'], not: 'rpo' },
  { name: 'in a tier', text: `${TIERS}    `, some: ['rpo', 'retention', 'schedule'], not: 'sites' },
  { name: 'in a mapping between braces', text: `${TIERS}    verify: { within: 1d, `, some: ['every'], not: 'rpo' },
  { name: 'in an item of a list', text: 'assign:\n  - { tier: 1, ', some: ['guests', 'names'], not: 'rpo' },
  { name: 'below the name of a site', text: 'sites:\n  home:\n    ', some: ['pve', 'pbs', 'timeZone'] },
];
for (const { name, text, some, not } of OFFERS) {
  test(`keys are offered ${name}`, () => {
    const keys = keysAt(policyJsonSchema(), text).map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining([...some]));
    if (not !== undefined) expect(keys).not.toContain(not);
  });
}

test.each([`${TIERS}    rpo: `, '# ', 'assign:\n  - { tier: '])('no key is offered where a value or a comment is written: %j', (text) => {
  expect(keysAt(policyJsonSchema(), text)).toEqual([]);
});

const LINES = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));

test('what a difference shows gives both texts back', () => {
  fc.assert(
    fc.property(LINES, LINES, (before, after) => {
      const lines = lineDiff(before, after);
      const without = (kind: string) => lines.filter((line) => line.kind !== kind).map(({ text }) => text);
      expect(without('removed')).toEqual(after.split('\n'));
      expect(without('added')).toEqual(before.split('\n'));
    }),
    draws(300),
  );
});

test('of a long text only what is near a change is shown', () => {
  const text = Array.from({ length: 100 }, (_, i) => `line ${i}`);
  const after = text.with(10, 'other').with(80, 'other');
  const shown = hunks(lineDiff(text.join('\n'), after.join('\n')));
  expect(shown.map((lines) => lines.length)).toEqual([8, 8]);
  expect(shown[0]!.map(({ text: line }) => line)).toContain('other');
});

test('a day is as bad as the oldest its newest point gets on it', () => {
  const at = Date.UTC(2026, 5, 1, 4) / 1000;
  const hour = 3600;
  const runs = [
    { at, gapSeconds: 24 * hour },
    { at: at + 24 * hour, gapSeconds: 48 * hour },
    { at: at + 72 * hour, gapSeconds: 24 * hour },
  ];
  const days = proofDays({ runs, extraSeconds: hour, zone: 'UTC' });
  expect(days.map(({ runs: count, worstSeconds }) => [count, worstSeconds / hour])).toEqual([
    [1, 21],
    [1, 25],
    [0, 45],
    [1, 49],
  ]);
});

test('a run late in the evening is on its own day, also after the clocks went back', () => {
  const hour = 3600;
  const evening = (day: number) => Date.UTC(2026, 9, day, day < 25 ? 21 : 22, 30) / 1000;
  const runs = [23, 24, 25, 26, 27].map((day) => ({ at: evening(day), gapSeconds: evening(day + 1) - evening(day) }));
  const days = proofDays({ runs, extraSeconds: 0, zone: 'Europe/Vienna' });
  expect(days.map(({ at, runs: count }) => [new Date(at * 1000).toISOString().slice(5, 13), weekday(at, 'Europe/Vienna'), count])).toEqual([
    ['10-23T10', 4, 1],
    ['10-24T10', 5, 1],
    ['10-25T11', 6, 1],
    ['10-26T11', 0, 1],
    ['10-27T11', 1, 1],
  ]);
  expect(days[2]!.worstSeconds).toBe(25 * hour);
});

test('a plan without steps is good news only where no error stands beside it', () => {
  const finding = { code: 'HF-UNSEEN', at: 'pbs', problem: '', why: '', fix: '' };
  expect(nothingToDo({ findings: [] }).good).toBe(true);
  expect(nothingToDo({ findings: [{ ...finding, severity: 'warning' }] }).good).toBe(true);
  expect(nothingToDo({ findings: [{ ...finding, severity: 'error' }] })).toMatchObject({ good: false, title: 'No step can be planned' });
});

test('a guest whose points nobody here has seen is not said to have none', () => {
  const ladder = (state: 'no' | 'none' | 'unknown') => ({
    ladder: { backedUp: { state }, verified: { state }, offsite: { state }, restored: { state } },
  });
  expect((['no', 'none', 'unknown'] as const).map((state) => withoutPoint(ladder(state)))).toEqual(['none', 'not promised', 'not known']);
});

const SEEN = { state: 'watched', silent: false, looked: 'complete', whole: true } as const;
test.each([
  ['all of it, now', SEEN, 'watched'],
  ['long ago', { ...SEEN, whole: false }, 'not lately'],
  ['in part', { ...SEEN, looked: 'partial', whole: false }, 'in part'],
  ['nothing', { ...SEEN, looked: 'failed', whole: false }, 'not seen'],
  ['before the first look', { ...SEEN, looked: undefined, whole: false }, 'starting'],
  ['a server is silent', { ...SEEN, silent: true, whole: false }, 'silent'],
  ['refused', { ...SEEN, state: 'refused', whole: false }, 'refused'],
] as const)('a site is said to be watched only where it is: %s', (_, seen, word) => expect(howSeen(seen)).toBe(word));
