import { describe, expect, test } from 'vitest';
import { memoryStore } from '#store/memory.ts';
import type { Finding } from '#core/finding.ts';
import type { Step } from '#core/plan/plan.ts';
import { closeInterrupted, interruptedOf } from './interrupted.ts';
import type { Intent } from './ports.ts';

const STEP: Step = {
  action: 'create', kind: 'prune-job', site: 'home', server: 'pbs', id: 'hf-tier-1', settings: {}, clear: [], because: '', means: [],
}; // prettier-ignore
const { action, kind, site, server, id } = STEP;
const started: Intent = { at: 100, phase: 'started', step: { action, kind, site, server, id }, planBasedOn: 'abcd', number: 4, of: 12 };

describe('interruptedOf', () => {
  test('a start that ended, either way, is none', () => {
    expect(interruptedOf([started, { ...started, phase: 'done' }])).toEqual([]);
    expect(interruptedOf([started, { ...started, phase: 'failed', error: 'forbidden' }])).toEqual([]);
  });

  test('the last start counts, and another object’s end does not end it', () => {
    const other: Intent = { ...started, step: { ...started.step, id: 'hf-tier-2' } };
    expect(interruptedOf([started, other, { ...other, phase: 'done' }])).toEqual([started]);
  });
});

const BLIND: Finding = { severity: 'error', code: 'HF-PLAN-BLIND', at: 'home: PBS pbs', site: 'home', problem: '', why: '', fix: '' };

test.each([
  { name: 'it stands in the new plan', seen: { sites: ['home'], steps: [STEP], findings: [] }, now: 'to-do', closed: true },
  { name: 'the new plan has nothing of it', seen: { sites: ['home'], steps: [], findings: [] }, now: 'nothing-left', closed: true },
  { name: 'its site was not looked at', seen: { sites: ['office'], steps: [], findings: [] }, now: 'unseen', closed: false },
  { name: 'its server could not be read', seen: { sites: ['home'], steps: [], findings: [BLIND] }, now: 'unseen', closed: false },
])('closeInterrupted: $name', async ({ seen, now, closed }) => {
  const store = memoryStore();
  await store.appendIntent(started);
  expect(await closeInterrupted({ store, now: 200 }, [started], seen)).toEqual([{ ...started, now }]);
  expect(interruptedOf(await store.intents())).toEqual(closed ? [] : [started]);
});
