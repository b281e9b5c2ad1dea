import { NOW } from './make.ts';
import { upkeepOf } from '#core/desired/upkeep.ts';
import type { Policy } from '#core/policy/policy.ts';
import type { Actual } from '#core/world/actual.ts';
import { drawPlan, type Drawn } from '#core/plan/draw.ts';
import type { Step } from '#core/plan/plan.ts';

/** The plan for one site at NOW. */
export function draw(policy: Policy, actual: Actual, adopted?: readonly string[]): Drawn {
  return drawPlan({
    policy,
    actuals: [actual],
    now: NOW,
    upkeep: (site) => upkeepOf(policy, site, NOW),
    ...(adopted ? { adopted: new Set(adopted) } : {}),
  });
}

/** A step in three words: `change backup-job hf-tier-2`. */
export function brief({ action, kind, id }: Step): string {
  return `${action} ${kind} ${id}`;
}

export function briefs(drawn: Drawn): string[] {
  return drawn.plan.steps.map(brief);
}

export function codes(drawn: Drawn): string[] {
  return drawn.findings.map(({ code }) => code);
}
