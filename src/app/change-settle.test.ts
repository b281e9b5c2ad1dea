import { expect, test } from 'vitest';
import type { ChangeRecord } from '#core/change/change.ts';
import { memoryStore } from '#store/memory.ts';
import { volatileMemory } from '#store/volatile.ts';
import { NOW } from '#test/make.ts';
import { settleChanges, type SettlePorts } from './change-settle.ts';
import type { Intent, LoadedPolicy } from './ports.ts';

const POLICY: ChangeRecord['content'] = { kind: 'policy', basedOn: 'old', makes: 'new', before: [], after: [] };
const PLAN: ChangeRecord['content'] = { kind: 'plan', basedOn: 'abc', madeAt: NOW, steps: [], allow: [] };

function left(content: ChangeRecord['content'], at = NOW - 300): ChangeRecord {
  const applied = { by: 'ben', at, replica: 'gone' };
  return {
    id: 'c1',
    by: 'anna',
    at: NOW - 900,
    summary: 'x',
    state: 'applying',
    content,
    weakens: [],
    approvals: [],
    applied,
    progress: [],
    revision: 0,
  };
}

async function settle(
  change: ChangeRecord,
  given: { readonly version?: string; readonly intents?: readonly Intent[]; readonly held?: boolean } = {},
) {
  const [memory, store] = [volatileMemory(), memoryStore()];
  await memory.changes.add(change, { at: NOW, by: 'anna', act: 'propose', on: 'change c1', detail: 'x' });
  for (const intent of given.intents ?? []) await store.appendIntent(intent);
  const never = (): never => {
    throw new Error('a change that was left is never carried out again');
  };
  const ports: SettlePorts = {
    clock: { now: () => NOW },
    memory,
    store,
    editor: { read: async () => ({ version: given.version ?? 'old' }) as LoadedPolicy & { editable: boolean }, check: never, write: never },
    applier: { apply: never },
    planner: { now: never, forget: never },
    log: { info: never, warn: never },
    reload: never,
    changed: () => {},
  };
  const once = () => settleChanges(ports, [change]);
  const settled = given.held ? await store.locked(change.content.kind === 'plan' ? 'apply' : 'policy', once) : await once();
  const now = (await memory.changes.find('c1'))!;
  return { settled, state: now.state, because: now.because, audit: (await memory.audit(0)).map(({ by, act }) => `${by} ${act}`) };
}

function intent(id: string, number: number, phase: Intent['phase']): Intent {
  const step = { action: 'create', kind: 'backup-job', site: 'home', server: 'pve', id } as const;
  return { at: NOW - 200, phase, step, planBasedOn: 'abc', number, of: 2 };
}
const ONE_DONE = [intent('hf-tier-1', 1, 'started'), intent('hf-tier-1', 1, 'done'), intent('hf-tier-2', 2, 'started')];

const rows: readonly (readonly [name: string, content: ChangeRecord['content'], given: Parameters<typeof settle>[1], state: string, because: string])[] = [
  ['the files are as proposed', POLICY, { version: 'new' }, 'applied', 'the daemon was stopped when the files were written'],
  ['the files are as before', POLICY, { version: 'old' }, 'failed', 'the daemon was stopped before the files were written; propose it anew'],
  ['the files are something else', POLICY, { version: 'mixed' }, 'failed', 'the daemon was stopped while the files were written, and they are neither as before nor as proposed; look at them'],
  ['no step was begun', PLAN, {}, 'failed', 'the daemon was stopped before the first step; look at a new plan'],
  ['a step was begun', PLAN, { intents: ONE_DONE }, 'failed', 'the daemon was stopped with 1 of 2 steps done. It was at create backup job hf-tier-2 on PVE, site home, which may be done or not. What was done holds; look at a new plan'],
  ['all steps were done', PLAN, { intents: [...ONE_DONE, intent('hf-tier-2', 2, 'done')] }, 'applied', 'the daemon was stopped after all 2 steps were done'],
  ['intents of another plan tell nothing', PLAN, { intents: ONE_DONE.map((one) => ({ ...one, planBasedOn: 'other' })) }, 'failed', 'the daemon was stopped before the first step; look at a new plan'],
]; // prettier-ignore
for (const [name, content, given, state, because] of rows)
  test(`a change that was left half-way is judged by what is there: ${name}`, async () => {
    expect(await settle(left(content), given)).toEqual({ settled: true, state, because, audit: ['anna propose', `holdfast ${state}`] });
  });

test('one that is still under way somewhere is left alone', async () => {
  for (const content of [PLAN, POLICY])
    expect(await settle(left(content), { held: true, version: 'new', intents: ONE_DONE })).toMatchObject({
      settled: false,
      state: 'applying',
    });
});

test('one that was begun a moment ago may not have its lock yet', async () => {
  expect(await settle(left(PLAN, NOW - 59))).toMatchObject({ settled: false, state: 'applying' });
  expect(await settle(left(POLICY, NOW - 59))).toMatchObject({ settled: false, state: 'applying' });
  expect(await settle(left(POLICY, NOW - 59), { version: 'new' })).toMatchObject({ settled: true, state: 'applied' });
  expect(await settle(left(PLAN, NOW - 60))).toMatchObject({ settled: true, state: 'failed' });
  const begun = ONE_DONE.map((one) => ({ ...one, at: NOW - 10 }));
  expect(await settle(left(PLAN, NOW - 20), { intents: begun })).toMatchObject({ settled: true, state: 'failed' });
});
