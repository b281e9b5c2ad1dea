import { z } from 'zod';
import { finding, instant, pageOf, siteName } from './common.ts';
import { policyFile, policyText } from './policy.ts';

export const planStep = z.object({
  /** What `allow` names: `weaken:hf-tier-2`; absent where it weakens nothing. */
  weakening: z.string().optional(),
  action: z.enum(['create', 'change', 'remove']),
  kind: z.string(),
  id: z.string(),
  site: siteName,
  server: z.string(),
  because: z.string(),
  /** What it means to people, a sentence each. */
  means: z.array(z.string()),
});

export type PlanStep = z.infer<typeof planStep>;

/** GET /api/v1/plan: what must change now. It looks, so that it may take seconds. */
export const planPage = z.object({
  basedOn: z.string(),
  madeAt: instant,
  steps: z.array(planStep),
  findings: z.array(finding),
  /** Whether this daemon can carry it out, and why not. */
  applicable: z.boolean(),
  because: z.string().optional(),
});
export type PlanPage = z.infer<typeof planPage>;

/**
 * A change that somebody asks for: a new policy, or the plan carried out. One that weakens is approved by somebody else, or, where there is only one
 * person who could, waits until `mayAt`.
 */
export const change = z.object({
  id: z.string(),
  kind: z.enum(['policy', 'plan']),
  summary: z.string(),
  by: z.string(),
  at: instant,
  state: z.enum(['proposed', 'approved', 'applying', 'applied', 'failed', 'rejected', 'stale']),
  /** One sentence each; empty where nothing is weakened. */
  weakens: z.array(z.string()),
  approvals: z.array(z.object({ by: z.string(), at: instant, reason: z.string().optional() })),
  /** When the only person may carry it out alone. */
  mayAt: instant.optional(),
  mayReject: z.object({ possible: z.boolean(), because: z.string().optional() }),
  /** What the person who asks may do now, and why not. */
  mayApprove: z.object({ possible: z.boolean(), because: z.string().optional() }),
  mayApply: z.object({ possible: z.boolean(), because: z.string().optional() }),
  endedAt: instant.optional(),
  /** Why it failed or is stale. */
  because: z.string().optional(),
});
export type Change = z.infer<typeof change>;
/** GET /api/v1/changes, newest first. */
export const changesPage = pageOf(change);
export type ChangesPage = z.infer<typeof changesPage>;

/** Steps of a plan; `held` ones are not done, and `text` says why. */
export const stepProgress = z.object({
  number: z.int(),
  of: z.int(),
  text: z.string(),
  state: z.enum(['waiting', 'started', 'done', 'failed', 'held']),
  at: instant.optional(),
});

export type StepProgress = z.infer<typeof stepProgress>;

/** GET /api/v1/changes/{id} */
export const changePage = change.extend({
  plan: z.object({ steps: z.array(planStep), basedOn: z.string() }).optional(),
  /** The files that change. */
  policy: z.object({ before: z.array(policyFile), after: z.array(policyFile) }).optional(),
  progress: z.array(stepProgress),
});
export type ChangePage = z.infer<typeof changePage>;

/** POST /api/v1/changes */
export const newChange = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('policy'),
    basedOn: z.string(),
    files: policyText.shape.files,
    summary: z.string().min(3).max(500),
  }),
  z.object({
    kind: z.literal('plan'),
    basedOn: z.string(),
    allow: z.array(z.string()).max(1000),
    summary: z.string().max(500).default(''),
  }),
]);
/** POST /api/v1/changes/{id}/approve, …/reject; …/apply has no body. */
export const changeAnswer = z.object({ reason: z.string().max(500).optional() });
