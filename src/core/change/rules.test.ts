import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOW } from '#test/make.ts';
import type { ChangeRecord, ChangeState } from './change.ts';
import { approved, mayAloneAt, mayApplyChange, mayApproveChange, mayRejectChange, type House, type May, type Person } from './rules.ts';

const CHANGE: ChangeRecord = {
  id: 'c1',
  by: 'anna',
  at: NOW,
  summary: 'less often',
  state: 'proposed',
  content: { kind: 'policy', basedOn: 'a', makes: 'b', before: [], after: [] },
  weakens: ['tier 2: RPO 1d to 2d'],
  approvals: [],
  progress: [],
  revision: 0,
};
const HARMLESS: ChangeRecord = { ...CHANGE, weakens: [] };
const [ANNA, BEN, OPERATOR]: readonly [Person, Person, Person] = [
  { name: 'anna', role: 'approver' },
  { name: 'ben', role: 'admin' },
  { name: 'olga', role: 'operator' },
];
const account = ({ name, role }: Person, disabled = false): House['accounts'][number] => ({ name, role, disabled });
const TWO: House = { accounts: [ANNA, BEN, OPERATOR].map((one) => account(one)), waitingSeconds: 600 };
const ALONE: House = { accounts: [account(ANNA), account(BEN, true), account(OPERATOR)], waitingSeconds: 600 };

const said = (may: May): string => (may.possible ? 'yes' : may.because);
const another = 'it weakens what is promised, and you asked for it: another approver has to agree';
const wait =
  'it weakens what is promised, and you asked for it; nobody else could approve it, so that you may when the waiting time is over';
const approvals: readonly (readonly [
  name: string,
  change: ChangeRecord,
  person: Person,
  house: House,
  afterSeconds: number,
  answer: string,
])[] = [
  ['harmless, by who asked', HARMLESS, ANNA, TWO, 0, 'yes'],
  ['harmless, by another', HARMLESS, BEN, TWO, 0, 'yes'],
  ['harmless, by an operator', HARMLESS, OPERATOR, TWO, 0, 'olga is operator; it takes an approver'],
  ['weakening, by who asked', CHANGE, ANNA, TWO, 9999, another],
  ['weakening, by who asked in other letters', CHANGE, { ...ANNA, name: 'ANNA' }, TWO, 9999, another],
  ['weakening, by another', CHANGE, BEN, TWO, 0, 'yes'],
  ['weakening, by the only one, at once', CHANGE, ANNA, ALONE, 599, wait],
  ['weakening, by the only one, after the wait', CHANGE, ANNA, ALONE, 600, 'yes'],
  ['weakening, asked for by an operator, by the only approver', { ...CHANGE, by: 'olga' }, ANNA, ALONE, 0, 'yes'],
  ['approved already', { ...CHANGE, state: 'approved' }, BEN, TWO, 0, 'it is approved already'],
  ['rejected', { ...HARMLESS, state: 'rejected' }, BEN, TWO, 0, 'it was rejected'],
];
for (const [name, change, person, house, afterSeconds, answer] of approvals)
  test(`approve: ${name}`, () => assert.equal(said(mayApproveChange(change, person, house, NOW + afterSeconds)), answer));

test('mayAloneAt: where nobody else could approve, and only where there is something to wait for', () => {
  assert.equal(mayAloneAt(CHANGE, ALONE), NOW + 600);
  assert.equal(mayAloneAt(CHANGE, { accounts: ALONE.accounts }), NOW + 1800);
  assert.equal(mayAloneAt(CHANGE, TWO), undefined);
  assert.equal(mayAloneAt(HARMLESS, ALONE), undefined);
  assert.equal(mayAloneAt({ ...CHANGE, state: 'approved' }, ALONE), undefined);
  assert.equal(mayAloneAt({ ...CHANGE, by: 'olga' }, ALONE), undefined);
});

const STATES: readonly ChangeState[] = ['proposed', 'approved', 'applying', 'applied', 'failed', 'rejected', 'stale'];
test('apply: what is approved, by an approver; nothing else, by nobody else', () => {
  for (const state of STATES) {
    assert.equal(mayApplyChange({ ...CHANGE, state }, ANNA).possible, state === 'approved', state);
    assert.equal(mayApplyChange({ ...CHANGE, state }, OPERATOR).possible, false, state);
  }
});

test('reject: what is not under way, by an approver or by who asked', () => {
  for (const state of STATES) {
    const open = state === 'proposed' || state === 'approved';
    assert.equal(mayRejectChange({ ...CHANGE, state }, BEN).possible, open, state);
    assert.equal(mayRejectChange({ ...CHANGE, state, by: 'olga' }, OPERATOR).possible, open, state);
    assert.equal(mayRejectChange({ ...CHANGE, state }, OPERATOR).possible, false, state);
  }
});

test('approved: who, when and why are written down beside what was there', () => {
  assert.deepEqual(approved(CHANGE, 'ben', NOW + 5, 'agreed'), {
    ...CHANGE,
    state: 'approved',
    approvals: [{ by: 'ben', at: NOW + 5, reason: 'agreed' }],
  });
});
