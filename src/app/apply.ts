import type { Finding } from '#core/finding.ts';
import { allowSteps, type HeldStep } from '#core/plan/allow.ts';
import type { Step } from '#core/plan/plan.ts';
import { ProxmoxError } from '#core/world/proxmox-error.ts';
import { closeInterrupted, interruptedOf, type Interrupted } from './interrupted.ts';
import { planConnected, withSites, type Connected, type Planned, type PlanOptions } from './plan.ts';
import type { Intent, Ports } from './ports.ts';
import { explainRefusal } from './refusal.ts';
import type { SavedPlan } from './saved-plan.ts';

export type ApplyOptions = PlanOptions & {
  /** A plan that was saved: it is obeyed, or refused where the world or the policy is no longer as it was. */
  readonly saved?: SavedPlan;
  /** Names of weakening steps that may be carried out. */
  readonly allow: ReadonlySet<string>;
  /** Asked once, before the first write, with what will be done, what is held back, and what the policy promises and does not keep. */
  readonly confirm: (steps: readonly Step[], held: readonly HeldStep[], unkept: readonly Finding[]) => Promise<boolean>;
  readonly onProgress?: (progress: Progress) => void;
  /** Told before the look what a run before this one began and did not end, and after it how that stands. */
  readonly onInterrupted?: (interrupted: readonly Interrupted[]) => void;
};

export type Progress = { readonly step: Step; readonly number: number; readonly of: number; readonly state: 'started' | 'done' };

export type Applied = {
  readonly findings: readonly Finding[];
  /** What the policy promises and does not keep, however much of it was applied. */
  readonly unkept: readonly Finding[];
  /** Steps that were carried out, in order. */
  readonly done: readonly Step[];
  /** Steps that would weaken protection and whose name was not given, or that depend on one. */
  readonly held: readonly HeldStep[];
  /** What a run before this one was killed at; empty where none was. */
  readonly interrupted: readonly Interrupted[];
} & (
  | { readonly outcome: 'invalid' | 'unknown-job' | 'declined' | 'applied' }
  | { readonly outcome: 'stale'; readonly saved: SavedPlan }
  | { readonly outcome: 'failed'; readonly step: Step; readonly error: ProxmoxError; readonly left: number }
);

/**
 * Carries out the plan one step at a time, alone, and stops at the first failure. Each step's intent is on disk before its write.
 *
 * There is no roll-back: whatever the moment at which it is broken off, the world is then as some prefix of the plan made it, and the
 * next run looks anew and goes on from there. Throws LockedError where another apply runs, ProxmoxError where a look fails.
 */
export async function apply(ports: Ports, options: ApplyOptions): Promise<Applied> {
  return ports.store.locked('apply', () => withSites(ports, (connected) => applyConnected(ports, connected, options)));
}

async function applyConnected(ports: Ports, connected: Connected, options: ApplyOptions): Promise<Applied> {
  const open = interruptedOf(await ports.store.intents());
  if (open.length > 0) options.onInterrupted?.(open);
  const planned = await planConnected(ports, connected, options);
  const interrupted = planned.outcome === 'planned' ? await closeNow(ports, open, planned) : open;
  if (interrupted.some(({ now }) => now !== undefined)) options.onInterrupted?.(interrupted);
  const unkept = planned.outcome === 'planned' ? planned.unkept : [];
  const nothing = { findings: planned.findings, unkept, done: [], held: [], interrupted };
  if (planned.outcome === 'invalid') return { ...nothing, outcome: 'invalid' };
  const { drawn, actuals, findings } = planned;
  if (options.saved && options.saved.basedOn !== drawn.plan.basedOn) return { ...nothing, outcome: 'stale', saved: options.saved };
  if (findings.some(({ code }) => code === 'HF-ADOPT-UNKNOWN')) return { ...nothing, outcome: 'unknown-job' };
  const { steps, held } = allowSteps(drawn, actuals, options.allow);
  if (steps.length === 0) return { ...nothing, held, outcome: 'applied' };
  if (!(await options.confirm(steps, held, unkept))) return { ...nothing, held, outcome: 'declined' };
  const done: Step[] = [];
  for (const [index, step] of steps.entries()) {
    const tell = (state: Progress['state']): void => options.onProgress?.({ step, number: index + 1, of: steps.length, state });
    tell('started');
    const place = { number: index + 1, of: steps.length };
    const error = await carryOut(ports, connected, { step, planBasedOn: drawn.plan.basedOn, ...place });
    if (error) {
      const told = explainRefusal(planned.policy, step, error);
      return { findings, unkept, done, held, interrupted, outcome: 'failed', step, error: told, left: steps.length - index };
    }
    done.push(step);
    tell('done');
  }
  return { findings, unkept, done, held, interrupted, outcome: 'applied' };
}

function closeNow(
  { store, clock }: Ports,
  open: readonly Intent[],
  planned: Planned & { readonly outcome: 'planned' },
): Promise<readonly Interrupted[]> {
  const { drawn, actuals, findings } = planned;
  return closeInterrupted({ store, now: clock.now() }, open, { sites: actuals.map(({ site }) => site), steps: drawn.plan.steps, findings });
}

/** One write between its two intents. What the wire refuses is returned; a bug goes on its way, and its intent stays open. */
async function carryOut(
  { store, clock }: Ports,
  { proxmox }: Connected,
  { step, planBasedOn, number, of }: Pick<Required<Intent>, 'planBasedOn' | 'number' | 'of'> & { readonly step: Step },
): Promise<ProxmoxError | undefined> {
  const { action, kind, site, server, id } = step;
  const intent = (phase: Intent['phase'], error?: string): Intent => ({
    at: clock.now(),
    phase,
    step: { action, kind, site, server, id },
    planBasedOn,
    number,
    of,
    ...(error === undefined ? {} : { error }),
  });
  await store.appendIntent(intent('started'));
  try {
    await proxmox.get(site)!.carryOut(step);
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error;
    await store.appendIntent(intent('failed', `${error.kind}: ${error.message}`));
    return error;
  }
  await store.appendIntent(intent('done'));
  return undefined;
}
