import type { ChangeRecord, PlanContent, PolicyContent } from '#core/change/change.ts';
import { ended } from '#core/change/rules.ts';
import { LockedError } from '#core/locked.ts';
import { spellObject, spellServer } from '#core/plan/findings.ts';
import type { CarryOutPorts } from './change-apply.ts';
import { interruptedOf } from './interrupted.ts';
import { POLICY_LOCK } from './policy-versions.ts';
import type { Intent, Store } from './ports.ts';
import type { PolicyEditor } from './ports/changes.ts';

export type SettlePorts = Omit<CarryOutPorts, 'store' | 'editor'> & { readonly store: Store; readonly editor: PolicyEditor };

/** Who has just begun takes the lock a moment later, and has written nothing yet. */
const BEGINNING_SECONDS = 60;

/**
 * Says how changes stand that were left half-way by a daemon that is gone: from what was written down before each write, never by doing it again. One
 * that is still under way, in another replica or in a process that outlived its daemon, holds its lock and is left alone. Whether any was settled.
 */
export async function settleChanges(ports: SettlePorts, left: readonly ChangeRecord[]): Promise<boolean> {
  let settled = false;
  for (const change of left) {
    const { content } = change;
    try {
      settled = (await ports.store.locked(content.kind === 'policy' ? POLICY_LOCK : 'apply', () => settle(ports, change))) || settled;
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
    }
  }
  return settled;
}

async function settle({ clock, store, memory, editor, changed }: SettlePorts, change: ChangeRecord): Promise<boolean> {
  const { content } = change;
  const at = clock.now();
  const begunAt = change.applied?.at ?? change.at;
  const stands =
    content.kind === 'policy'
      ? await howFilesStand(editor, content, at - begunAt)
      : howStepsStand(await intentsOf(store, content, begunAt), at - begunAt);
  if (!stands) return false;
  const next = ended(change, stands.state, at, stands.because);
  const entry = { at, by: 'holdfast', act: stands.state, on: `change ${change.id}`, detail: stands.because };
  const written = await memory.changes.write(next, [entry]);
  if (written === 'written') changed();
  return written === 'written';
}

type Stands = { readonly state: 'applied' | 'failed'; readonly because: string };

async function howFilesStand(editor: PolicyEditor, { basedOn, makes }: PolicyContent, ageSeconds: number): Promise<Stands | undefined> {
  const { version } = await editor.read();
  if (version === makes) return { state: 'applied', because: 'the daemon was stopped when the files were written' };
  if (version === basedOn && ageSeconds < BEGINNING_SECONDS) return undefined;
  if (version === basedOn) return { state: 'failed', because: 'the daemon was stopped before the files were written; propose it anew' };
  return { state: 'failed', because: 'the daemon was stopped while the files were written, and they are neither as before nor as proposed; look at them' };
} // prettier-ignore

async function intentsOf(store: Store, { basedOn }: PlanContent, since: number): Promise<readonly Intent[]> {
  return (await store.intents()).filter(({ planBasedOn, at }) => planBasedOn === basedOn && at >= since);
}

function howStepsStand(intents: readonly Intent[], ageSeconds: number): Stands | undefined {
  const [open] = interruptedOf(intents);
  const done = intents.filter(({ phase }) => phase === 'done').length;
  const of = intents.at(-1)?.of;
  if (of === undefined && ageSeconds < BEGINNING_SECONDS) return undefined;
  if (of === undefined) return { state: 'failed', because: 'the daemon was stopped before the first step; look at a new plan' };
  if (!open && done === of) return { state: 'applied', because: `the daemon was stopped after all ${of} steps were done` };
  const where = open ? ` It was at ${open.step.action} ${spellObject(open.step)} on ${spellServer(open.step.server)}, site ${open.step.site}, which may be done or not.` : ''; // prettier-ignore
  return {
    state: 'failed',
    because: `the daemon was stopped with ${done} of ${of} steps done.${where} What was done holds; look at a new plan`,
  };
}
