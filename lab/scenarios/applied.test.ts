import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../src/main.ts';
import { captured } from '../demo/captured.ts';
import { worldOf } from '#test/worlds.ts';
import { startLab } from '../lab.ts';
import { MESSY_PLANTED } from './messy-plants.ts';
import { scenarioPolicy } from './policies.ts';
import { writePolicy } from './write.ts';

type Step = { readonly action: string; readonly kind: string; readonly id: string; readonly because: string };

/** What a command says about a scenario's site under its own policy, with `--json`. */
async function asked(command: string, scenario: string): Promise<{ readonly exitCode: number; readonly json: unknown }> {
  const lab = await startLab({ scenario: worldOf(scenario) });
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-scenario-'));
  const before = { ...process.env };
  try {
    process.env['HOLDFAST_STATE'] = folder;
    const file = writePolicy(folder, lab, scenarioPolicy(scenario, lab)!);
    const clock = { now: () => lab.world.now };
    const { text, exitCode } = await captured((streams) => run([command, '--json', '--policy', file], { clock }, streams));
    return { exitCode, json: JSON.parse(text) };
  } finally {
    process.env = before;
    rmSync(folder, { recursive: true });
    await lab.close();
  }
}

async function planned(scenario: string): Promise<readonly Step[]> {
  return ((await asked('plan', scenario)).json as { steps: readonly Step[] }).steps;
}

const brief = (steps: readonly Step[]) => steps.map(({ action, kind, id, because }) => `${action} ${kind} ${id}: ${because}`);

test('healthy-30 is as Holdfast would have made it: the plan is empty', async () => {
  expect(brief(await planned('healthy-30'))).toEqual([]);
});

test('healthy-30: nothing stands in the way of its tokens, clocks and zones', async () => {
  expect(await asked('doctor', 'healthy-30')).toMatchObject({ exitCode: 0 });
});

test('two-sites: each site is as Holdfast would have made it', async () => {
  expect(brief(await planned('two-sites'))).toEqual([]);
});

test('messy-homelab: what differs from its policy is what was planted to differ', async () => {
  const steps = await planned('messy-homelab');
  expect(steps.map(({ action, kind, id }) => `${action} ${kind} ${id}`).toSorted()).toEqual([
    'change storage pbs-tier-5',
    'create pool-member tier-2/303',
    'create pool-member tier-2/304',
  ]);
});

type GuestStatus = { readonly id: string; readonly name: string; readonly posture: string };

async function postures(scenario: string): Promise<readonly GuestStatus[]> {
  return ((await asked('status', scenario)).json as { guests: readonly GuestStatus[] }).guests;
}

for (const { scenario, guests } of [
  { scenario: 'healthy-30', guests: 30 },
  { scenario: 'two-sites', guests: 8 },
]) {
  test(`${scenario}: every guest is protected`, async () => {
    expect((await postures(scenario)).map(({ posture }) => posture)).toEqual(Array.from({ length: guests }, () => 'protected'));
  });
}

test('messy-homelab: no guest is called worse than protected but those with something planted', async () => {
  const planted = new Set(
    MESSY_PLANTED.filter(({ where }) => where.kind === 'guest').flatMap(({ where, also = [] }) => [where.id, ...also]),
  );
  // What is planted on a job or a storage breaks what is promised to each guest of a tier: the copy nobody sees (206), the prune over
  // everything that takes points early (201, 202, 311), and the one on PVE's side (203).
  for (const vmid of ['201', '202', '203', '206', '311']) planted.add(vmid);
  const worse = (await postures('messy-homelab')).filter(({ posture }) => posture !== 'protected');
  expect(worse.length).toBeGreaterThan(10);
  expect(worse.filter(({ id }) => !planted.has(id.split('/')[1]!))).toEqual([]);
});
