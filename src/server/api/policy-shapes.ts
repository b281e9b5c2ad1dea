import type { Examined, PolicyNow, Tried } from '#app/policy-edit.ts';
import type { PlanNow } from '#app/plan-now.ts';
import type { ChangeRecord, PlannedStep } from '#core/change/change.ts';
import { mayAloneAt, mayApplyChange, mayApproveChange, mayRejectChange, type House, type May, type Person } from '#core/change/rules.ts';
import { hasErrors } from '#core/finding.ts';
import { spellExact, type UnixSeconds } from '#core/units.ts';
import type { Change, ChangePage, PlanPage } from './schema/changes.ts';
import type { CheckedJson, PolicyPage, TierProofJson } from './schema/policy.ts';
import { findingOf } from './shapes.ts';

/* What the API says of the policy, the plan and of changes: the fields of its schemas and no others. */

/** GET /policy. `trouble`: why the daemon does not work by the files as they stand. */
export function policyPageOf(now: PolicyNow, trouble: string | undefined): PolicyPage {
  const { loaded, readAt, editable, because } = now;
  return {
    files: [...(loaded.files ?? [])],
    version: loaded.version ?? '',
    readAt,
    editable,
    ...(because === undefined ? {} : { because }),
    ...(trouble === undefined ? {} : { trouble }),
    checked: checkedOf(now),
  };
}

/** The answer of POST /policy/check. */
export function checkedChangeOf(tried: Tried): CheckedJson & { weakens: string[] } {
  return { ...checkedOf(tried), weakens: [...tried.weakens] };
}

function checkedOf(examined: Examined): CheckedJson {
  const { checked } = examined;
  return {
    understood: checked.understood,
    good: !hasErrors(checked.findings),
    tiers: checked.tiers.map((tier) => tierOf(tier, examined)),
    findings: checked.findings.map(findingOf),
    timeZones: [...checked.timeZones],
  };
}

function tierOf(proof: Examined['checked']['tiers'][number], { loaded, pictures }: Examined): TierProofJson {
  const picture = pictures.get(proof.id);
  const { keep, pointsKept } = proof;
  return {
    id: proof.id,
    name: proof.name,
    schedule: proof.schedule,
    lock: loaded.policy?.tiers.find(({ id }) => id === proof.id)?.lock ?? false,
    proofs: [...proof.proofs],
    unproved: proof.unproved.map(({ promise, promisedSeconds, because }) => `${promise.toUpperCase()} ${spellExact(promisedSeconds, ' ')}: ${because}`),
    ...(keep && { keep }),
    keepIs: proof.keepIs,
    ...(pointsKept && { pointsKept }),
    timeZone: picture?.timeZone ?? 'UTC',
    runs: [...(picture?.runs ?? [])],
    keptOnWorstDay: [...(picture?.keptOnWorstDay ?? [])],
  }; // prettier-ignore
}

/** Undefined where the policy is wrong and there is no plan. */
export function planPageOf({ planned, applicable, because }: PlanNow): PlanPage | undefined {
  if (planned.outcome === 'invalid') return undefined;
  const { plan } = planned.drawn;
  return {
    basedOn: plan.basedOn,
    madeAt: plan.madeAt,
    steps: plan.steps.map(stepOf),
    // Promises that the proof finds broken stand first: what is applied keeps them no better.
    findings: [...planned.unkept, ...planned.findings].map(findingOf),
    applicable,
    ...(because === undefined ? {} : { because }),
  };
}

function stepOf({ action, kind, id, site, server, because, means, weakening }: PlannedStep): PlanPage['steps'][number] {
  return { action, kind, id, site, server, because, means: [...means], ...(weakening === undefined ? {} : { weakening }) };
}

/** Whom a change is shown to, and all who could approve it. */
export type Beholder = { readonly person: Person; readonly house: House; readonly now: UnixSeconds };

/** A change as one person sees it, with what they may do with it now. */
export function changeOf(change: ChangeRecord, { person, house, now }: Beholder): Change {
  const mayAt = mayAloneAt(change, house);
  return {
    id: change.id,
    kind: change.content.kind,
    summary: change.summary,
    by: change.by,
    at: change.at,
    state: change.state,
    weakens: [...change.weakens],
    approvals: [...change.approvals],
    ...(mayAt === undefined ? {} : { mayAt }),
    mayApprove: mayOf(mayApproveChange(change, person, house, now)),
    mayApply: mayOf(mayApplyChange(change, person)),
    mayReject: mayOf(mayRejectChange(change, person)),
    ...(change.endedAt === undefined ? {} : { endedAt: change.endedAt }),
    ...(change.because === undefined ? {} : { because: change.because }),
  };
}

function mayOf(may: May): Change['mayApply'] {
  return may.possible ? { possible: true } : { possible: false, because: may.because };
}

/** A change with its content and its progress. */
export function changePageOf(change: ChangeRecord, beholder: Beholder): ChangePage {
  const { content, progress } = change;
  return {
    ...changeOf(change, beholder),
    ...(content.kind === 'plan'
      ? { plan: { steps: content.steps.map(stepOf), basedOn: content.basedOn } }
      : { policy: { before: [...content.before], after: [...content.after] } }),
    progress: [...progress],
  };
}
