import { describe, expect, test } from 'vitest';
import type { Policy } from '#core/policy/policy.ts';
import { memoryStore } from '#store/memory.ts';
import { makeRule, makeTier } from '#test/make.ts';
import { runHere, type Ran } from '#test/cli.ts';
import { startJourney } from './site.ts';

const journey = await startJourney('adr-005');
const { world } = journey.lab;
world.pve['pve']!.jobs['nightly'] = {
  config: { enabled: 1, schedule: '21:00', mode: 'snapshot', storage: 'local-zfs', vmid: '101' },
  consideredAt: world.now,
};
const begin = journey.save();
const thirty = policyOf(30);
const seven = policyOf(7);
const broken = journey.policy({
  tiers: [makeTier({ schedule: '04:00', rpoSeconds: 3600, graceSeconds: 0 })],
  assign: [makeRule({ guests: ['postgres'] })],
});

/** A tier whose points stay so many days, and whose promises hold. */
function policyOf(days: number): Policy {
  const tier = makeTier({ schedule: '04:00', retentionSeconds: days * 86_400, keep: { daily: days + 1 } });
  return journey.policy({ tiers: [tier], assign: [makeRule({ guests: ['postgres'] })] });
}

/** One command after the other against the lab, each with the policy of that moment. */
function shell(): (line: string, policy?: Policy) => Promise<Ran> {
  const files = new Map<string, string>();
  return (line, policy = thirty) => runHere(line.split(' '), { nowAt: world.now, ports: journey.ports(policy), files });
}

type Line = { readonly run: string; readonly code: number; readonly policy?: Policy; readonly out?: RegExp; readonly err?: RegExp };

const STORIES: readonly { readonly name: string; readonly lines: readonly Line[] }[] = [
  {
    name: 'plan, apply, nothing left',
    lines: [
      { run: 'plan', code: 0, out: /to create/ },
      { run: 'plan --check', code: 3 },
      { run: 'apply --yes', code: 0, out: /steps done/, err: /\[ ?1\/\d+\] creating pool tier-1 on PVE/ },
      { run: 'plan --check', code: 0, out: /Nothing to do/ },
      { run: 'apply --yes', code: 0, out: /Nothing to do/ },
    ],
  },
  {
    name: 'a saved plan is obeyed once and refused afterwards',
    lines: [
      { run: 'plan --out plan.json', code: 0 },
      { run: 'apply plan.json --yes', code: 0 },
      { run: 'apply plan.json --yes', code: 1, out: /The plan is stale/ },
    ],
  },
  {
    name: 'what weakens waits for its name',
    lines: [
      { run: 'apply --yes', code: 0 },
      { run: 'apply --yes', policy: seven, code: 5, out: /--allow weaken:hf-tier-1/ },
      { run: 'apply --yes --allow weaken:hf-tier-1', policy: seven, code: 0 },
      { run: 'plan --check', policy: seven, code: 0 },
    ],
  },
  {
    name: 'a job made by hand is taken over when its guest no longer leans on it, or by name',
    lines: [
      { run: 'adopt nigthly --yes', code: 2, out: /did you mean nightly\?/ },
      { run: 'adopt nightly --yes', code: 5, out: /VM 101 \(postgres\): no point made by the job of tier 1 within its RPO yet/ },
      { run: 'adopt nightly --yes --allow weaken:nightly', code: 0 },
      { run: 'plan --check', code: 0 },
    ],
  },
  {
    name: 'a policy that does not keep what it promises is applied, and nobody can overlook it',
    lines: [
      { run: 'plan', policy: broken, code: 0, out: /^error HF-RPO [\s\S]*The policy does not keep all it promises[\s\S]*to create/ },
      { run: 'plan --check', policy: broken, code: 4, out: /to create/ },
      { run: 'plan --markdown', policy: broken, code: 0, out: /\*\*⚠ The policy does not keep all it promises\*\*/ },
      {
        run: 'apply --yes',
        policy: broken,
        code: 4,
        out: /HF-RPO[\s\S]*steps done/,
        err: /^The policy does not keep .*\n[\s\S]*- HF-RPO: /,
      },
      { run: 'plan --check', policy: broken, code: 4, out: /Nothing to do but to mend the policy/ },
    ],
  },
  {
    name: 'nobody to ask, a file that is none',
    lines: [
      { run: 'apply', code: 2, err: /holdfast apply --yes/ },
      { run: 'apply missing.json --yes', code: 2, err: /there is no such file/ },
      { run: 'adopt nightly', code: 2 },
    ],
  },
];

describe('commands', () => {
  for (const { name, lines } of STORIES) {
    test(name, async () => {
      journey.restore(begin);
      const run = shell();
      for (const line of lines) {
        const ran = await run(line.run, line.policy);
        expect([line.run, ran.code, ran.out + ran.err]).toEqual([line.run, line.code, expect.any(String)]);
        if (line.out) expect(ran.out).toMatch(line.out);
        if (line.err) expect(ran.err).toMatch(line.err);
      }
    });
  }

  test('--json is one document, also when nothing works', async () => {
    journey.restore(begin);
    world.faults.push({ call: '.', times: 1_000_000, kind: { answer: { status: 596, reason: 'Broken pipe', body: '' } } });
    const ran = await shell()('plan --json --check');
    world.faults.length = 0;
    const { steps, findings } = JSON.parse(ran.out) as { steps: unknown[]; findings: { code: string }[] };
    expect([ran.code, steps, new Set(findings.map(({ code }) => code))]).toEqual([1, [], new Set(['HF-PLAN-BLIND'])]);
  });

  test('two applies at one time: the second says so and does nothing', async () => {
    journey.restore(begin);
    const store = memoryStore();
    const ports = { ...journey.ports(thirty), store };
    const [first, second] = await Promise.all(
      ['apply --yes', 'apply --yes'].map((line) => runHere(line.split(' '), { nowAt: world.now, ports })),
    );
    expect([first!.code, second!.code]).toEqual([0, 1]);
    expect(second!.err).toMatch(/Another holdfast apply runs/);
  });
});
