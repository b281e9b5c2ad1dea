import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../src/main.ts';
import { captured } from '../demo/captured.ts';
import { startLab } from '../lab.ts';
import { MESSY_ASSIGN, MESSY_TIERS } from './messy-homelab.ts';
import { policyText, secretsOf, type PolicyText } from './policy.ts';

type Step = { readonly action: string; readonly kind: string; readonly id: string; readonly because: string };

/** What a command says about a scenario's site under its own policy, with `--json`. */
async function asked(
  command: string,
  scenario: string,
  site: string,
  policy: Omit<PolicyText, 'sites'>,
): Promise<{ readonly exitCode: number; readonly json: unknown }> {
  const lab = await startLab({ scenario });
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-scenario-'));
  const before = { ...process.env };
  try {
    Object.assign(process.env, secretsOf(lab), { HOLDFAST_STATE: folder });
    const file = join(folder, 'holdfast.yaml');
    writeFileSync(file, policyText({ ...policy, sites: [{ name: site, pve: lab.pve, pbs: lab.pbs }] }));
    const clock = { now: () => lab.world.now };
    const { text, exitCode } = await captured((streams) => run([command, '--json', '--policy', file], { clock }, streams));
    return { exitCode, json: JSON.parse(text) };
  } finally {
    process.env = before;
    rmSync(folder, { recursive: true });
    await lab.close();
  }
}

async function planned(scenario: string, site: string, policy: Omit<PolicyText, 'sites'>): Promise<readonly Step[]> {
  return ((await asked('plan', scenario, site, policy)).json as { steps: readonly Step[] }).steps;
}

const HEALTHY = { assign: ['critical', 'app', 'dev', 'cache'].map((tag, index) => `{ tier: ${index + 1}, tags: [${tag}] }`) };

const brief = (steps: readonly Step[]) => steps.map(({ action, kind, id, because }) => `${action} ${kind} ${id}: ${because}`);

test('healthy-30 is as Holdfast would have made it: the plan is empty', async () => {
  expect(brief(await planned('healthy-30', 'company', HEALTHY))).toEqual([]);
});

test('healthy-30: nothing stands in the way of its tokens, clocks and zones', async () => {
  expect(await asked('doctor', 'healthy-30', 'company', HEALTHY)).toMatchObject({ exitCode: 0 });
});

test('messy-homelab: what differs from its policy is what was planted to differ', async () => {
  const steps = await planned('messy-homelab', 'homelab', { assign: MESSY_ASSIGN, tiers: MESSY_TIERS });
  expect(steps.map(({ action, kind, id }) => `${action} ${kind} ${id}`).toSorted()).toEqual([
    'change storage pbs-tier-5',
    'create pool-member tier-2/303',
    'create pool-member tier-2/304',
  ]);
});
