import type { Actual } from '../world/actual.ts';
import type { Drawn } from './draw.ts';
import { withoutGap } from './gapless.ts';
import type { Step } from './plan.ts';

/** A step that is not carried out, and what it waits for. */
export type HeldStep = { readonly step: Step; readonly because: string };

export type Allowed = { readonly steps: readonly Step[]; readonly held: readonly HeldStep[] };

/**
 * The steps that may be carried out: all that weaken nothing, and of the others those whose name was given.
 *
 * What a held step belongs to waits with it: the other changes of the same job's name, for keep values and schedules were proved
 * together; and whatever would leave a guest without a job because the held step is not there. Steps that create go on.
 */
export function allowSteps(drawn: Drawn, actuals: readonly Actual[], allow: ReadonlySet<string>): Allowed {
  const refused = new Set(drawn.plan.steps.filter(({ weakening }) => weakening !== undefined && !allow.has(weakening)));
  const names = new Map(
    [...refused].filter(({ kind }) => kind !== 'pool-member').map((step) => [`${step.site} ${step.id}`, step.weakening!]),
  );
  const held: HeldStep[] = [];
  const free: Step[] = [];
  for (const step of drawn.plan.steps) {
    const name = refused.has(step) ? step.weakening : step.action === 'create' ? undefined : names.get(`${step.site} ${step.id}`);
    if (name === undefined) free.push(step);
    else
      held.push({
        step,
        because: step.weakening === name ? `it weakens protection: --allow ${name}` : `it belongs to what waits for --allow ${name}`,
      });
  }
  const safe = actuals.flatMap((actual) => {
    const ofSite = free.filter(({ site }) => site === actual.site);
    return withoutGap(ofSite, actual, drawn.exempt.get(actual.site) ?? new Set()).steps;
  });
  for (const step of free)
    if (!safe.includes(step)) held.push({ step, because: 'without a step that is held back it would leave a guest in no job' });
  return { steps: safe, held };
}
