import { digest } from '#core/digest.ts';
import { plan, type Planned } from './plan.ts';
import type { Ports } from './ports.ts';
import type { Applier } from './ports/changes.ts';

/** A plan that was just drawn, and whether it can be carried out from here. */
export type PlanNow = { readonly planned: Planned; readonly applicable: boolean; readonly because?: string };

/** How long a plan serves others who ask: a look costs the servers something, and people reload pages. */
const KEEP_SECONDS = 10;

export type Planner = {
  /** Draws the plan on a fresh look, once for all who ask at the same time and for ten seconds after it. Throws ProxmoxError where a site cannot be looked at. */
  readonly now: () => Promise<PlanNow>;
  /** Something was changed on the servers: the next who asks gets a new one. */
  readonly forget: () => void;
};

/** Draws plans for whoever asks, by a login that only looks; `applier` says whether one could be carried out from here. */
export function planner(ports: Ports, applier: Pick<Applier, 'whyNot'>): Planner {
  let last: { readonly at: number; readonly policy: string; readonly drawing: Promise<PlanNow> } | undefined;
  async function now(): Promise<PlanNow> {
    const loaded = await ports.policySource.load();
    const at = ports.clock.now();
    const policy = loaded.version ?? digest(loaded.policy ?? loaded.findings);
    if (last && last.policy === policy && at - last.at < KEEP_SECONDS) return last.drawing;
    const drawing = draw(ports, applier);
    const mine = { at, policy, drawing };
    last = mine;
    drawing.catch(() => {
      if (last === mine) last = undefined;
    });
    return drawing;
  }

  return { now, forget: () => void (last = undefined) };
}

async function draw(ports: Ports, applier: Pick<Applier, 'whyNot'>): Promise<PlanNow> {
  const planned = await plan(ports);
  if (planned.outcome === 'invalid') return { planned, applicable: false, because: 'the policy is wrong' };
  const because = await applier.whyNot(planned.policy);
  return { planned, applicable: because === undefined, ...(because === undefined ? {} : { because }) };
}
