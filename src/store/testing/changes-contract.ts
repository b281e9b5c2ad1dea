import { describe, expect, test } from 'vitest';
import type { Memory } from '#app/ports.ts';
import type { ChangeRecord, PolicyVersion } from '#core/change/change.ts';
import { DAY, NOW, makeEntry } from './make.ts';
import { eachWith, type Rig } from './rig.ts';

const FILES = [{ path: 'holdfast.yaml', text: 'holdfast: 1\nsites: {}\n# Größe: 1 → 2\n' }];

function makeChange(change: Partial<ChangeRecord> = {}): ChangeRecord {
  return {
    id: 'c1',
    by: 'anna',
    at: NOW,
    summary: 'keep longer',
    state: 'proposed',
    content: { kind: 'policy', basedOn: 'aa', makes: 'bb', before: FILES, after: [{ ...FILES[0]!, text: 'holdfast: 1\n' }] },
    weakens: ['tier 2: RPO 1d to 2d'],
    approvals: [],
    progress: [],
    revision: 0,
    ...change,
  };
}

function makeVersion(version: Partial<PolicyVersion> = {}): PolicyVersion {
  return { version: 'aa', at: NOW, by: 'outside', summary: 'as it was found', ...version };
}

/** What every memory promises of changes and of the policy's versions. */
export function changesContract(name: string, open: () => Promise<Rig>): void {
  describe(`changes: ${name}`, () => {
    let rig: Rig;
    let memory: Memory;
    eachWith(open, (given) => ({ rig, memory } = given));
    const acts = async (): Promise<readonly string[]> => (await memory.audit(0)).map(({ act }) => act);

    test('come back as they were proposed, the newest first, each with its line of the audit log', async () => {
      const plan = makeChange({
        id: 'c2',
        content: {
          kind: 'plan',
          basedOn: 'cc',
          madeAt: NOW,
          allow: ['weaken:hf-tier-2'],
          steps: [
            {
              action: 'remove',
              kind: 'backup-job',
              site: 'home',
              server: 'pve',
              id: 'hf-tier-2',
              because: 'x',
              means: ['y'],
              weakening: 'weaken:hf-tier-2',
            },
          ],
        },
      });
      await memory.changes.add(makeChange(), makeEntry({ act: 'propose' }));
      await memory.changes.add(plan, makeEntry({ act: 'propose', on: 'c2' }));
      expect(await rig.other.changes.list()).toStrictEqual([plan, makeChange()]);
      expect(await rig.other.changes.find('c1')).toStrictEqual(makeChange());
      expect(await memory.changes.find('c3')).toBeUndefined();
      expect(await acts()).toEqual(['propose', 'propose']);
    });

    test('of one id are one: the second is refused, and nothing of it is written', async () => {
      await memory.changes.add(makeChange(), makeEntry());
      await expect(memory.changes.add(makeChange({ by: 'ben' }), makeEntry({ act: 'again' }))).rejects.toThrow();
      expect(await memory.changes.list()).toStrictEqual([makeChange()]);
      expect(await acts()).toEqual(['protect']);
    });

    test('are replaced by who read them last, and what was asked for stays', async () => {
      await memory.changes.add(makeChange(), makeEntry());
      const approved: ChangeRecord = {
        ...makeChange({ state: 'approved', approvals: [{ by: 'ben', at: NOW + 5, reason: 'agreed' }] }),
        summary: 'another thing',
        weakens: [],
        content: { kind: 'policy', basedOn: 'zz', makes: 'yy', before: [], after: [] },
      };
      expect(await memory.changes.write(approved, [makeEntry({ act: 'approve' })])).toBe('written');
      expect(await rig.other.changes.write({ ...makeChange(), state: 'rejected' }, [makeEntry({ act: 'reject' })])).toBe('outdated');
      expect(await rig.other.changes.find('c1')).toStrictEqual({
        ...makeChange(),
        state: 'approved',
        approvals: approved.approvals,
        revision: 1,
      });
      const ended = {
        ...makeChange({
          state: 'failed',
          revision: 1,
          endedAt: NOW + 9,
          because: 'no answer',
          applied: { by: 'ben', at: NOW + 6, replica: 'r' },
        }),
        progress: [{ number: 1, of: 2, text: 'creating', state: 'started' as const, at: NOW + 7 }],
      };
      expect(await rig.other.changes.write(ended, [])).toBe('written');
      expect(await memory.changes.find('c1')).toStrictEqual({ ...ended, revision: 2 });
      expect(await acts()).toEqual(['protect', 'approve']);
    });

    test('that ended long ago are forgotten, others are not', async () => {
      await memory.changes.add(makeChange({ state: 'applied', endedAt: NOW }), makeEntry());
      await memory.changes.add(makeChange({ id: 'c2' }), makeEntry({ on: 'c2' }));
      await memory.rollUp(NOW + 401 * DAY);
      expect((await memory.changes.list()).map(({ id }) => id)).toEqual(['c2']);
    });
  });

  describe(`versions of the policy: ${name}`, () => {
    let rig: Rig;
    let memory: Memory;
    eachWith(open, (given) => ({ rig, memory } = given));

    test('are numbered as they come; the one that is there is not written again', async () => {
      const add = (version: string, by: string): Promise<string> =>
        memory.policies.add(makeVersion({ version, by }), FILES, makeEntry({ act: 'policy', detail: `${version} ${by}` }));
      expect(await add('aa', 'outside')).toBe('added');
      expect(await add('aa', 'anna')).toBe('known');
      expect(await add('bb', 'anna')).toBe('added');
      expect(await add('aa', 'ben')).toBe('added');
      const wanted = [
        { ...makeVersion({ by: 'ben' }), number: 3 },
        { ...makeVersion({ version: 'bb', by: 'anna' }), number: 2 },
        { ...makeVersion(), number: 1 },
      ];
      expect(await rig.other.policies.list()).toStrictEqual(wanted);
      expect(await rig.other.policies.find(2)).toStrictEqual({ ...wanted[1]!, files: FILES });
      expect(await memory.policies.find(4)).toBeUndefined();
      expect((await memory.audit(0)).length).toBe(3);
    });

    test('that are old are forgotten, but for the one that held then', async () => {
      for (const [days, version] of [
        [0, 'aa'],
        [1, 'bb'],
        [300, 'cc'],
      ] as const)
        // prettier-ignore
        await memory.policies.add(makeVersion({ version, at: NOW + days * DAY }), FILES, makeEntry({ detail: version }));
      await memory.rollUp(NOW + 402 * DAY);
      expect((await memory.policies.list()).map(({ version }) => version)).toEqual(['cc', 'bb']);
      await memory.rollUp(NOW + 2000 * DAY);
      expect((await memory.policies.list()).map(({ version }) => version)).toEqual(['cc']);
    });
  });
}
