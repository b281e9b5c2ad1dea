import { describe, expect, test } from 'vitest';
import { apply, type Applied, type ApplyOptions } from '#app/apply.ts';
import { plan } from '#app/plan.ts';
import type { Ports } from '#app/ports.ts';
import type { Plan, Step } from '#core/plan/plan.ts';
import { makeRule, makeSeedTiers } from '#test/make.ts';
import { startJourney } from './site.ts';

const journey = await startJourney('adr-005');
const policy = journey.policy({
  tiers: makeSeedTiers(),
  assign: [
    makeRule({ index: 0, tier: 1, guests: ['postgres', 'pbs'] }),
    makeRule({ index: 1, tier: 4, names: ['ollama*'] }),
    makeRule({ index: 2, tier: 3, guests: ['sandbox'] }),
  ],
});
const begin = journey.save();

async function drawnPlan(ports: Ports): Promise<Plan> {
  const planned = await plan(ports);
  if (planned.outcome !== 'planned') throw new Error('no plan');
  return planned.drawn.plan;
}

function applyAll(ports: Ports, options: Partial<ApplyOptions> = {}): Promise<Applied> {
  return apply(ports, { allow: new Set(), confirm: async () => true, ...options });
}

function brief({ action, kind, id }: Step): string {
  return `${action} ${kind} ${id}`;
}

describe('apply on the seed’s fleet', () => {
  test('makes all four tiers, and a plan afterwards is empty', async () => {
    journey.restore(begin);
    const ports = journey.ports(policy);
    const applied = await applyAll(ports);
    expect([applied.outcome, applied.findings, applied.held]).toEqual(['applied', [], []]);
    expect((await drawnPlan(ports)).steps.map(brief)).toEqual([]);
  });
});
