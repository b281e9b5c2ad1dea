import type { ChangeRecord, PolicyText, Progress } from '#core/change/change.ts';
import { approved, begun, ended, mayApplyChange, mayApproveChange, mayRejectChange, type House, type May, type Person } from '#core/change/rules.ts'; // prettier-ignore
import { hasErrors, type Finding } from '#core/finding.ts';
import { spellObject, spellServer } from '#core/plan/findings.ts';
import type { Step } from '#core/plan/plan.ts';
import { carryOutChange, type Running } from './change-apply.ts';
import { settleChanges, type SettlePorts } from './change-settle.ts';
import type { PolicyDesk } from './policy-edit.ts';
import type { Applier } from './ports/changes.ts';

export type ChangePorts = SettlePorts & {
  readonly applier: Pick<Applier, 'apply'>;
  readonly desk: PolicyDesk;
  readonly house: () => Promise<House>;
  /** A name for a new change, that nobody can guess or that nobody needs to. */
  readonly makeId: () => string;
  readonly replica: string;
  /** The policy was written: read it. */
  readonly reload: () => void;
  /** Something about changes is new. */
  readonly changed: () => void;
};

/** Why something is not done: it is refused for good, or the world is another by now. */
export type Refusal = {
  readonly outcome: 'refused' | 'outdated' | 'unknown' | 'invalid';
  readonly because: string;
  readonly findings?: readonly Finding[];
};
export type Outcome = { readonly outcome: 'done'; readonly change: ChangeRecord } | Refusal;

export type Changes = {
  readonly list: () => Promise<readonly ChangeRecord[]>;
  readonly find: (id: string) => Promise<ChangeRecord | undefined>;
  readonly proposePolicy: (who: Person, asked: { readonly basedOn: string; readonly files: readonly PolicyText[]; readonly summary: string }) => Promise<Outcome>;
  readonly proposePlan: (who: Person, asked: { readonly basedOn: string; readonly allow: readonly string[]; readonly summary: string }) => Promise<Outcome>;
  readonly approve: (who: Person, id: string, reason?: string) => Promise<Outcome>;
  readonly reject: (who: Person, id: string, reason?: string) => Promise<Outcome>;
  /** Begins; what becomes of it is in the change. Of a plan that goes on after the answer. */
  readonly apply: (who: Person, id: string) => Promise<Outcome>;
  /** Ends what is being applied, as Ctrl-C does, and waits for it. */
  readonly stop: () => Promise<void>;
}; // prettier-ignore

/** What people ask to be changed: the policy, or the plan carried out. Each act is in the audit log with who and why. */
export function changesOf(ports: ChangePorts): Changes {
  const { clock, memory } = ports;
  const running = new Map<string, Running>();

  async function add(who: Person, asked: Pick<ChangeRecord, 'content' | 'weakens' | 'summary'>): Promise<Outcome> {
    const at = clock.now();
    const { content, weakens, summary } = asked;
    const change: ChangeRecord = { id: ports.makeId(), by: who.name, at, summary, state: 'proposed', content, weakens, approvals: [], progress: [], revision: 0 }; // prettier-ignore
    const detail = [`${content.kind}: ${summary}`, ...weakens.map((text) => `weakens ${text}`)].join('; ');
    await memory.changes.add(change, { at, by: who.name, act: 'propose', on: `change ${change.id}`, detail });
    ports.changed();
    return { outcome: 'done', change };
  }

  /** One act on a change that allows it: written with its line of the audit log, or refused where another was first. */
  async function act(
    who: Person,
    id: string,
    how: { readonly act: string; readonly may: (change: ChangeRecord) => Promise<May> | May; readonly next: (change: ChangeRecord, at: number) => ChangeRecord; readonly reason?: string | undefined },
  ): Promise<Outcome> {
    const change = await memory.changes.find(id);
    if (!change) return { outcome: 'unknown', because: `there is no change ${id}` };
    const may = await how.may(change);
    if (!may.possible) return { outcome: 'refused', because: may.because };
    const at = clock.now();
    const next = how.next(change, at);
    const detail = how.reason ?? change.summary;
    const written = await memory.changes.write(next, [{ at, by: who.name, act: how.act, on: `change ${id}`, detail }]);
    if (written === 'outdated') return { outcome: 'outdated', because: 'somebody else was first; look at the change again' };
    ports.changed();
    return { outcome: 'done', change: { ...next, revision: next.revision + 1 } };
  } // prettier-ignore

  async function settle(changes: readonly ChangeRecord[]): Promise<boolean> {
    const left = changes.filter(({ id, state }) => state === 'applying' && !running.has(id));
    return left.length > 0 && (await settleChanges(ports, left));
  }

  return {
    list: async () => {
      const changes = await memory.changes.list();
      return (await settle(changes)) ? memory.changes.list() : changes;
    },
    find: async (id) => {
      const change = await memory.changes.find(id);
      return change && (await settle([change])) ? memory.changes.find(id) : change;
    },
    proposePolicy: async (who, { basedOn, files, summary }) => {
      const now = await ports.desk.read();
      if (now === 'too-long') return TOO_LONG;
      if (!now.editable) return { outcome: 'refused', because: now.because ?? 'the policy may not be written here' };
      if (now.loaded.version !== basedOn) return OUTDATED_POLICY;
      const tried = await ports.desk.try(files);
      if (tried === 'too-long') return TOO_LONG;
      if ('unknown' in tried) return { outcome: 'invalid', because: `${tried.unknown} is none of the policy's files` };
      const { loaded, checked, weakens } = tried;
      if (!checked.understood || hasErrors(loaded.findings))
        return { outcome: 'invalid', because: 'the policy is wrong, and the daemon would not take it', findings: checked.findings };
      const masked = files.find(({ path, text }) => loaded.files?.find((file) => file.path === path)?.text !== text);
      if (masked)
        return {
          outcome: 'invalid',
          because: `a secret is written out in ${masked.path}: name where it is found instead (env:, file:, exec:)`,
        };
      const before = now.loaded.files ?? [];
      const after = files.filter(({ path, text }) => before.find((file) => file.path === path)?.text !== text);
      if (after.length === 0) return { outcome: 'invalid', because: 'nothing would change' };
      const old = before.filter(({ path }) => after.some((file) => file.path === path));
      return add(who, { summary, weakens, content: { kind: 'policy', basedOn, makes: loaded.version!, before: old, after } });
    },
    proposePlan: async (who, { basedOn, allow, summary }) => {
      const { planned } = await ports.planner.now();
      if (planned.outcome === 'invalid') return { outcome: 'invalid', because: 'the policy is wrong', findings: planned.findings };
      const { plan } = planned.drawn;
      if (plan.basedOn !== basedOn) return OUTDATED_PLAN;
      if (plan.steps.length === 0) return { outcome: 'invalid', because: 'there is nothing to do' };
      const unknown = allow.find((name) => !plan.steps.some(({ weakening }) => weakening === name));
      if (unknown !== undefined) return { outcome: 'invalid', because: `no step of the plan is called ${unknown}` };
      const weakens = plan.steps.filter(({ weakening }) => weakening !== undefined && allow.includes(weakening)).map(weakenedBy);
      const steps = plan.steps.map(plannedStep);
      const said = summary === '' ? `carry out ${steps.length === 1 ? 'the step' : `the ${steps.length} steps`} of the plan` : summary;
      return add(who, { summary: said, weakens, content: { kind: 'plan', basedOn, madeAt: plan.madeAt, steps, allow } });
    },
    approve: async (who, id, reason) => {
      const house = await ports.house();
      const may = (change: ChangeRecord): May => mayApproveChange(change, who, house, clock.now());
      return act(who, id, { act: 'approve', may, next: (change, at) => approved(change, who.name, at, reason), reason });
    },
    reject: (who, id, reason) =>
      act(who, id, {
        act: 'reject',
        may: (change) => mayRejectChange(change, who),
        next: (change, at) => ended(change, 'rejected', at, reason),
        reason,
      }),
    apply: async (who, id) => {
      const outcome = await act(who, id, {
        act: 'apply',
        may: (change) => mayApplyChange(change, who),
        next: (change, at) => begun({ ...change, progress: waiting(change) }, { by: who.name, at, replica: ports.replica }),
      });
      if (outcome.outcome !== 'done') return outcome;
      const stop = new AbortController();
      const done = carryOutChange(ports, outcome.change, stop.signal).finally(() => running.delete(id));
      running.set(id, { stop, done });
      if (outcome.change.content.kind === 'plan') return outcome;
      await done;
      return { outcome: 'done', change: (await memory.changes.find(id)) ?? outcome.change };
    },
    stop: async () => {
      for (const { stop } of running.values()) stop.abort();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

const TOO_LONG: Refusal = { outcome: 'invalid', because: 'its proof takes too long here; prove it on the machine with holdfast check' };
const OUTDATED_POLICY: Refusal = {
  outcome: 'outdated',
  because: 'the files were changed since you began to edit; look at them and begin anew',
};
const OUTDATED_PLAN: Refusal = {
  outcome: 'outdated',
  because: 'the policy or a server is no longer as it was when the plan was made; look at the plan again',
};

function plannedStep({ action, kind, site, server, id, because, means, weakening }: Step) {
  return { action, kind, site, server, id, because, means, ...(weakening === undefined ? {} : { weakening }) };
}

/** `change prune job hf-tier-2 on PBS pbs, site home: keep-daily 30 → 7: vm/120: …` */
function weakenedBy(step: Step): string {
  return [`${step.action} ${spellObject(step)} on ${spellServer(step.server)}, site ${step.site}`, step.because, ...step.means].join(': ');
}

/** Until the process says what it does, each step that may be done waits. */
function waiting({ content }: ChangeRecord): readonly Progress[] {
  if (content.kind === 'policy') return [];
  const steps = content.steps.filter(({ weakening }) => weakening === undefined || content.allow.includes(weakening));
  return steps.map((step, index) => ({
    number: index + 1,
    of: steps.length,
    text: `${step.action} ${spellObject(step)} on ${spellServer(step.server)}, site ${step.site}`,
    state: 'waiting',
  }));
}
