import { expect, test } from 'vitest';
import type { z } from 'zod';
import { changesOf, type ChangePorts } from '#app/changes.ts';
import type { ChangeRecord } from '#core/change/change.ts';
import { makeApi } from '#server/api/api.ts';
import { changesRoutes } from '#server/api/routes/changes.ts';
import { policyRoutes } from '#server/api/routes/policy.ts';
import { changesPage } from '#server/api/schema/changes.ts';
import { policyVersionsPage } from '#server/api/schema/policy.ts';
import { authenticateAsNamed } from '#server/api/testing/as.ts';
import { volatileMemory } from '#store/volatile.ts';

/** Lists that grow for years come a page at a time: each item once, the newest first, whatever is added between two pages. */

const NOW = 1_795_608_000;
const MANY = 250;

function rig() {
  const memory = volatileMemory(() => NOW * 1000);
  const clock = { now: () => NOW };
  const changes = changesOf({ clock, memory } as unknown as ChangePorts);
  const house = async () => ({ accounts: [], waitingSeconds: 1800 });
  const app = makeApi({
    authenticate: authenticateAsNamed,
    log: { warn: () => {} },
    version: '0',
    areas: [
      policyRoutes({ desk: undefined as never, memory, schema: async () => ({}), trouble: () => undefined }),
      changesRoutes({ changes, house, clock }),
    ],
  });
  const ask = (path: string) => app.request(`/api/v1${path}`, { headers: { authorization: 'Bearer viewer' } });
  const entry = (n: number) => ({ at: NOW + n, by: 'anna', act: 'test', on: String(n), detail: '' });
  const change = (n: number): ChangeRecord => ({
    id: `c${n}`,
    by: 'anna',
    // Two in each second.
    at: NOW + Math.floor(n / 2),
    summary: `change ${n}`,
    state: 'rejected',
    content: { kind: 'plan', basedOn: '', madeAt: NOW, steps: [], allow: [] },
    weakens: [],
    approvals: [],
    progress: [],
    revision: 0,
  });
  const version = (n: number) => ({ version: `v${n}`, at: NOW + n, by: 'anna', summary: `version ${n}` });
  return {
    ask,
    add: {
      '/changes': (n: number) => memory.changes.add(change(n), entry(n)),
      '/policy/versions': (n: number) => memory.policies.add(version(n), [{ path: 'holdfast.yaml', text: '' }], entry(n)),
    },
  };
}

const LISTS = [
  { path: '/changes', schema: changesPage },
  { path: '/policy/versions', schema: policyVersionsPage },
] as const;

for (const { path, schema } of LISTS) {
  test(`${path}: each comes once, the newest first, though more are added meanwhile`, async () => {
    const { ask, add } = rig();
    for (let n = 1; n <= MANY; n++) await add[path](n);
    const read = async (query: string) =>
      (schema as z.ZodType<{ items: { summary: string; at: number }[]; next?: string; total: number }>).parse(
        await (await ask(`${path}${query}`)).json(),
      );
    const first = await read('');
    expect([first.items.length, first.total]).toEqual([100, MANY]);
    const seen = [...first.items];
    let added = MANY;
    for (let { next } = first; next !== undefined;) {
      await add[path](++added);
      const page = await read(`?limit=60&cursor=${next}`);
      expect(page.total).toBe(added);
      seen.push(...page.items);
      next = page.next;
    }
    expect(new Set(seen.map(({ summary }) => summary)).size).toBe(MANY);
    expect(seen.length).toBe(MANY);
    expect(seen.every(({ at }, i) => i === 0 || at <= seen[i - 1]!.at)).toBe(true);
  });

  test(`${path}: a cursor that is none, or too much at once, is refused`, async () => {
    const { ask } = rig();
    for (const query of ['?cursor=nonsense', '?limit=0', '?limit=1001', '?page=2']) expect((await ask(`${path}${query}`)).status).toBe(400);
    expect(schema.parse(await (await ask(path)).json())).toEqual({ items: [], total: 0 });
  });
}
