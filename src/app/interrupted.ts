import type { Finding } from '#core/finding.ts';
import type { Step } from '#core/plan/plan.ts';
import type { Intent, Store } from './ports.ts';

/** A write that a run began and of which nobody wrote down how it ended: the run was killed, or its machine went down. */
export type Interrupted = Intent & {
  /** What the next look says of it: it is in the new plan, nothing of it is left to do, or what it wrote cannot be seen. */
  readonly now?: 'to-do' | 'nothing-left' | 'unseen';
};

/** Starts without an end, oldest first. */
export function interruptedOf(intents: readonly Intent[]): readonly Interrupted[] {
  const open = new Map<string, Intent>();
  for (const intent of intents) {
    const key = keyOf(intent.step);
    if (intent.phase === 'started') open.set(key, intent);
    else open.delete(key);
  }
  return [...open.values()];
}

/**
 * Closes what was interrupted by what a look found: each gets its end in the store, but for what was not looked at or could not be seen.
 * Nothing is done because of it: the new plan holds what is left.
 */
export async function closeInterrupted(
  { store, now }: { readonly store: Store; readonly now: number },
  interrupted: readonly Intent[],
  seen: { readonly sites: readonly string[]; readonly steps: readonly Step[]; readonly findings: readonly Finding[] },
): Promise<readonly Interrupted[]> {
  const left = new Set(seen.steps.map(keyOf));
  const blind = new Set(seen.findings.filter(({ code }) => code === 'HF-PLAN-BLIND').map(({ site }) => site));
  const told: Interrupted[] = [];
  for (const intent of interrupted) {
    const { step, planBasedOn, number, of } = intent;
    if (!seen.sites.includes(step.site) || blind.has(step.site)) {
      told.push({ ...intent, now: 'unseen' });
      continue;
    }
    const toDo = left.has(keyOf(step));
    const error = toDo ? 'broken off: it is still to be done' : 'broken off: nothing of it is left to do';
    await store.appendIntent({
      at: now,
      phase: 'failed',
      step,
      planBasedOn,
      error,
      ...(number !== undefined && { number }),
      ...(of !== undefined && { of }),
    });
    told.push({ ...intent, now: toDo ? 'to-do' : 'nothing-left' });
  }
  return told;
}

function keyOf({ site, server, kind, id }: Pick<Step, 'site' | 'server' | 'kind' | 'id'>): string {
  return [site, server, kind, id].join(' ');
}
