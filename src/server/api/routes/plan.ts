import type { Planner } from '#app/plan-now.ts';
import type { Api } from '../frame.ts';
import { planPageOf } from '../policy-shapes.ts';
import { refuse } from '../problem.ts';
import { planPage } from '../schema/changes.ts';
import { findingOf } from '../shapes.ts';

/** The plan, on a fresh look. */
export function planRoutes(planner: Pick<Planner, 'now'>): (api: Api) => void {
  return (api) => {
    api.route(
      {
        method: 'get',
        path: '/plan',
        role: 'viewer',
        tag: 'Plan',
        summary: 'What must change on the servers for the policy to hold',
        description: 'It looks at every site first, which takes seconds; for ten seconds after it everybody gets the same plan. It changes nothing.',
        answer: planPage,
      }, // prettier-ignore
      async () => {
        const now = await planner.now();
        const page = planPageOf(now);
        return (
          page ??
          refuse('conflict', { detail: 'the policy is wrong', fix: 'correct it first', findings: now.planned.findings.map(findingOf) })
        );
      },
    );
  };
}
