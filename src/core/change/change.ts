import type { Step } from '../plan/plan.ts';
import type { UnixSeconds } from '../units.ts';

/** proposed → approved → applying → applied or failed; rejected or stale instead. The last four are final. */
export type ChangeState = 'proposed' | 'approved' | 'applying' | 'applied' | 'failed' | 'rejected' | 'stale';

export type PolicyText = { readonly path: string; readonly text: string };

/** A change that somebody asked for. What it would do (`content`) never changes after it was proposed: what was approved is what is applied. */
export type ChangeRecord = {
  readonly id: string;
  readonly by: string;
  readonly at: UnixSeconds;
  readonly summary: string;
  readonly state: ChangeState;
  readonly content: PolicyContent | PlanContent;
  /** One sentence each; empty where nothing is weakened. */
  readonly weakens: readonly string[];
  readonly approvals: readonly { readonly by: string; readonly at: UnixSeconds; readonly reason?: string }[];
  /** Who carried it out, from when, in which process. */
  readonly applied?: { readonly by: string; readonly at: UnixSeconds; readonly replica: string };
  readonly endedAt?: UnixSeconds;
  /** Why it was rejected, failed or is stale. */
  readonly because?: string;
  readonly progress: readonly Progress[];
  /** Counted by the memory: a write that read an older one is refused. */
  readonly revision: number;
};

export type PolicyContent = {
  readonly kind: 'policy';
  /** Version of the files that it replaces, and that it makes. */
  readonly basedOn: string;
  readonly makes: string;
  readonly before: readonly PolicyText[];
  readonly after: readonly PolicyText[];
};

export type PlanContent = {
  readonly kind: 'plan';
  readonly basedOn: string;
  readonly madeAt: UnixSeconds;
  readonly steps: readonly PlannedStep[];
  /** Names of weakening steps that are to be carried out. */
  readonly allow: readonly string[];
};

export type PlannedStep = Pick<Step, 'action' | 'kind' | 'site' | 'server' | 'id' | 'because' | 'means' | 'weakening'>;

/** How far one step is, for people. */
export type Progress = {
  readonly number: number;
  readonly of: number;
  readonly text: string;
  readonly state: 'waiting' | 'started' | 'done' | 'failed' | 'held';
  readonly at?: UnixSeconds;
};

/** A version of the policy's files as the daemon came to work by it. */
export type PolicyVersion = {
  readonly version: string;
  readonly at: UnixSeconds;
  /** Who wrote it; `outside`: somebody with an editor, or git. */
  readonly by: string;
  readonly summary: string;
};
