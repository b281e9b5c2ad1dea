import type { ChangeRecord, PlanContent, PolicyContent, Progress } from '#core/change/change.ts';
import { ended } from '#core/change/rules.ts';
import { LockedError } from '#core/locked.ts';
import type { AuditEntry } from '#core/memory/record.ts';
import type { Clock, Log, Memory, Store } from './ports.ts';
import type { Planner } from './plan-now.ts';
import type { Applier, ApplyEvent, PolicyEditor } from './ports/changes.ts';
import { POLICY_LOCK } from './policy-versions.ts';

export type CarryOutPorts = {
  readonly clock: Clock;
  readonly store: Pick<Store, 'locked'>;
  readonly memory: Pick<Memory, 'changes' | 'policies'>;
  readonly editor: Pick<PolicyEditor, 'read' | 'write'>;
  readonly applier: Pick<Applier, 'apply'>;
  readonly planner: Planner;
  readonly log: Log;
  readonly reload: () => void;
  readonly changed: () => void;
};

/** A change that this process is carrying out. */
export type Running = { readonly stop: AbortController; readonly done: Promise<void> };

type Ended = { readonly state: 'applied' | 'failed' | 'stale'; readonly because?: string };

/** Carries out a change that was begun and writes down how it ended. Never rejects: what breaks is written into the change, or, where even that cannot be, logged. */
export async function carryOutChange(ports: CarryOutPorts, change: ChangeRecord, signal: AbortSignal): Promise<void> {
  const journal = journalOf(ports, change);
  let end: Ended;
  try {
    const { content } = change;
    end =
      content.kind === 'policy' ? await writePolicy(ports, change, content) : await applyPlan(ports, content, { change, journal, signal });
  } catch (error) {
    end = { state: 'failed', because: error instanceof Error ? error.message : String(error) };
  }
  await journal.end(end);
}

async function writePolicy({ clock, store, memory, editor, reload }: CarryOutPorts, change: ChangeRecord, content: PolicyContent): Promise<Ended> {
  try {
    return await store.locked(POLICY_LOCK, async (): Promise<Ended> => {
      const written = await editor.write(content.basedOn, content.after);
      if (written.outcome !== 'written') return { state: written.outcome === 'changed' ? 'stale' : 'failed', because: written.because };
      const { files = content.after } = await editor.read();
      const { by, summary, id } = change;
      const at = clock.now();
      const entry = { at, by, act: 'policy', on: `change ${id}`, detail: `${summary}, version ${written.version}` };
      await memory.policies.add({ version: written.version, at, by, summary }, files, entry);
      reload();
      return { state: 'applied' };
    });
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    return { state: 'failed', because: 'another change of the policy is being written; propose it anew when that is over' };
  }
} // prettier-ignore

async function applyPlan(
  { applier, planner }: CarryOutPorts,
  { basedOn, madeAt, steps, allow }: PlanContent,
  { change, journal, signal }: { readonly change: ChangeRecord; readonly journal: Journal; readonly signal: AbortSignal },
): Promise<Ended> {
  const end = await applier.apply({ basedOn, madeAt, steps }, { id: change.id, allow, onEvent: journal.tell, signal });
  planner.forget();
  if (end.outcome === 'failed') return { state: 'failed', because: end.because };
  if (end.outcome === 'applied') return { state: 'applied' };
  return { state: 'stale', because: 'the policy or a server is no longer as it was when the plan was made, and nothing was done; look at a new plan' };
} // prettier-ignore

type Journal = { readonly tell: (event: ApplyEvent) => void; readonly end: (end: Ended) => Promise<void> };

/** Writes down how far a change is, one thing after the other. While one is written what comes is gathered, so that a slow database holds nothing up. */
function journalOf({ clock, memory, log, changed }: CarryOutPorts, begun: ChangeRecord): Journal {
  let current = begun;
  let dirty = false;
  let writing: Promise<void> | undefined;

  async function write(audit: readonly AuditEntry[]): Promise<void> {
    const written = await memory.changes.write(current, audit);
    if (written === 'outdated') throw new Error(`change ${current.id} was written by somebody else while it was applied`);
    current = { ...current, revision: current.revision + 1 };
    changed();
  }

  async function flush(): Promise<void> {
    try {
      while (dirty) {
        dirty = false;
        await write([]);
      }
    } catch (error) {
      log.warn('how far a change is could not be written down', { change: begun.id, because: String(error) });
    }
  }

  return {
    tell: (event) => {
      current = { ...current, progress: advanced(current.progress, event, clock.now()) };
      dirty = true;
      writing ??= flush().finally(() => (writing = undefined));
    },
    end: async ({ state, because }) => {
      await writing;
      const at = clock.now();
      const progress = state === 'failed' ? current.progress.map((step) => (step.state === 'started' ? { ...step, state: 'failed' as const, at } : step)) : current.progress;
      current = ended({ ...current, progress }, state, at, because);
      const entry = { at, by: begun.applied?.by ?? begun.by, act: state, on: `change ${begun.id}`, detail: because ?? begun.summary };
      try {
        await write([entry]);
      } catch (error) {
        log.warn('how a change ended could not be written down', { change: begun.id, state, because: because ?? '', trouble: String(error) });
      }
    },
  };
} // prettier-ignore

function advanced(progress: readonly Progress[], event: ApplyEvent, at: number): readonly Progress[] {
  if (event.event === 'steps') {
    const of = event.steps.length;
    return [
      ...event.steps.map((text, index): Progress => ({ number: index + 1, of, text, state: 'waiting' })),
      ...event.held.map(({ text, because }, index): Progress => ({
        number: of + index + 1,
        of,
        text: `${text} (${because})`,
        state: 'held',
      })),
    ];
  }
  const { number, of, text, state } = event;
  return progress.map((step) => (step.number === number && step.state !== 'held' ? { number, of, text, state, at } : step));
}
