import type { ObjectKind } from '../desired/desired.ts';
import type { Policy, Site } from '../policy/policy.ts';
import type { Actual, Guest } from '../world/actual.ts';
import type { RawStep } from './diff.ts';
import type { Step } from './plan.ts';
import { weighBackupJob, weighCheck } from './weigh-job.ts';
import { weighMember } from './weigh-member.ts';
import { weighDatastore, weighStorage } from './weigh-place.ts';
import { weighPrune } from './weigh-prune.ts';
import { weighTraffic } from './weigh-traffic.ts';

/** What a step means to people, and whether it takes protection away. */
export type Weight = {
  readonly means: readonly string[];
  /** `weaken`: less is kept, less often, or shorter. `take`: something leaves a place that is not Holdfast's. */
  readonly harm?: 'weaken' | 'take';
  /** What the name for `--allow` ends with, where it is not the step's id: `vm-120`. */
  readonly name?: string;
};

export type Surroundings = {
  readonly policy: Policy;
  readonly site: Site;
  readonly actual: Actual;
  readonly guestByVmid: ReadonlyMap<number, Guest>;
  /** All steps of the site's plan: what one means depends on the others. */
  readonly steps: readonly RawStep[];
};

/**
 * Says what each step means and names those that weaken: a job removed, fewer points kept, a longer interval, a lower tier, a guest
 * taken out of somebody's pool. Such a step is carried out only when its name is given. `known` weighs steps of which more is known.
 */
export function guard(around: Surroundings, known: (step: RawStep) => Weight | undefined = () => undefined): Step[] {
  return around.steps.map((step) => {
    const { means, harm, name = step.id } = known(step) ?? WEIGH[step.kind](step, around);
    if (!harm) return { ...step, means };
    const scope = around.policy.sites.length > 1 ? `${step.site}/` : '';
    return { ...step, means, weakening: `${harm}:${scope}${name}` };
  });
}

const NO_WEIGHT: Weight = { means: [] };

const WEIGH: Readonly<Record<ObjectKind, (step: RawStep, around: Surroundings) => Weight>> = {
  'backup-job': weighBackupJob,
  'prune-job': weighPrune,
  'verify-job': weighCheck,
  'sync-job': weighCheck,
  'pool-member': weighMember,
  storage: weighStorage,
  datastore: weighDatastore,
  pool: () => NO_WEIGHT,
  namespace: () => NO_WEIGHT,
  'traffic-control': weighTraffic,
};
