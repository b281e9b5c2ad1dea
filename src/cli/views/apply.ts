import { findingsText } from './finding.ts';
import { stepText } from './plan.ts';
import { wrap } from './wrap.ts';
import type { Paint } from '../out.ts';
import type { Applied, Progress } from '#app/apply.ts';
import type { ApplyEvent } from '#app/ports/changes.ts';
import type { Interrupted } from '#app/interrupted.ts';
import { findingJson, hasErrors } from '#core/finding.ts';
import type { HeldStep } from '#core/plan/allow.ts';
import { spellObject, spellServer } from '#core/plan/findings.ts';
import type { Step } from '#core/plan/plan.ts';
import type { ProxmoxError } from '#core/world/proxmox-error.ts';
import { spellCount } from '#core/units.ts';

const DOING = { create: 'creating', change: 'changing', remove: 'removing' } as const;

/** `[3/12] creating backup job hf-tier-1 on PVE` */
export function progressText({ step, number, of }: Progress): string {
  return `[${String(number).padStart(String(of).length)}/${of}] ${doing(step)}`;
}

function doing(step: Pick<Step, 'action' | 'kind' | 'id' | 'server' | 'site'>): string {
  return `${DOING[step.action]} ${spellObject(step)} on ${spellServer(step.server)}, site ${step.site}`;
}

/** The line of `--progress json` before the first step: what will be done, and what is held back. */
export function stepsJson(steps: readonly Step[], held: readonly HeldStep[]): string {
  const event: ApplyEvent = {
    event: 'steps',
    steps: steps.map(doing),
    held: held.map(({ step, because }) => ({ text: doing(step), because })),
  };
  return JSON.stringify(event);
}

/** The line of `--progress json` at the start and the end of a step. */
export function progressJson({ step, number, of, state }: Progress): string {
  const event: ApplyEvent = { event: 'step', number, of, text: doing(step), state };
  return JSON.stringify(event);
}

/** Told at Ctrl-C. The write under way may have been done or not: the next run looks. */
export const INTERRUPTED = 'Interrupted. What was done holds, and every guest that had a job still has one. To go on:\n    holdfast apply';

const NOW = {
  'to-do': 'it is still to be done, and comes again',
  'nothing-left': 'nothing of it is left to do',
  'unseen': 'whether it was done cannot be seen now',
} as const; // prettier-ignore

/** What a run was killed at; once it was looked at, how that stands. */
export function interruptedText(interrupted: readonly Interrupted[]): string {
  return interrupted
    .map(({ step, number, of, now }) => {
      const what = doing(step);
      if (now !== undefined) return `${what}: ${NOW[now]}.`;
      return `The last run stopped ${number === undefined ? 'at ' : `at step ${number} of ${of}: `}${what}. Looking at what is true now.`;
    })
    .join('\n');
}

/** How an apply ended: what was done, what waits and for which name, what failed and how to go on. */
export function appliedText(applied: Applied, paint: Paint, width = 100): string {
  const all = [...applied.unkept, ...applied.findings];
  const told = all.length === 0 ? '' : `${findingsText(all, paint, width)}\n`;
  const held = applied.held.length === 0 ? '' : `\n${heldText(applied.held, paint, width)}\n`;
  return `${told}${outcomeText(applied, paint)}\n${held}`;
}

function outcomeText(applied: Applied, paint: Paint): string {
  const done = `${spellCount(applied.done.length, 'step')} done`;
  if (applied.outcome === 'invalid') return paint.red('Nothing was looked at and nothing was done.');
  if (applied.outcome === 'unknown-job') return paint.red('Nothing was done.');
  if (applied.outcome === 'declined') return 'Nothing was done.';
  if (applied.outcome === 'stale') {
    const stale = 'The plan is stale: the policy or a server is no longer as it was when the plan was made. Nothing was done.';
    return `${paint.red(stale)}\nPlan again, look at it, and apply that:\n    holdfast plan --out FILE`;
  }
  if (applied.outcome !== 'failed') {
    if (applied.done.length > 0) return paint.green(`${done}.`);
    if (applied.held.length > 0) return 'Nothing was done: all that is left waits for its name.';
    return hasErrors(applied.findings)
      ? paint.red('Nothing was done, and nothing can be until the errors above are dealt with.')
      : 'Nothing to do.';
  }
  const { step, error, left } = applied;
  const where = `Stopped at ${spellObject(step)} on ${spellServer(step.server)}, site ${step.site}`;
  // The names that were given are asked for again.
  const names = [...new Set([...applied.done, step].flatMap(({ weakening }) => weakening ?? []))];
  const again = ['holdfast apply', ...(names.length > 0 ? ['--allow', ...names] : [])].join(' ');
  const next = `${done}, ${left} not done. What was done holds, and every guest that had a job still has one. To go on:\n    ${again}`;
  return `${paint.red(where)}\n  ${error.message}\n  Fix: ${error.fix.replaceAll('\n', '\n  ')}\n\n${next}`;
}

function heldText(held: readonly HeldStep[], paint: Paint, width: number): string {
  const names = [...new Set(held.flatMap(({ step }) => step.weakening ?? []))];
  const lines = held.map(
    ({ step, because }) => `${stepText(step, paint, width)}\n${paint.dim(wrap(`held back: ${because}`, { width, indent: 6 }))}`,
  );
  const how = names.length === 0 ? '' : `\n\nTo do it all the same:\n    holdfast apply --allow ${names.join(' ')}`;
  return `${paint.bold(`${held.length} held back:`)}\n${lines.join('\n')}${how}`;
}

export function appliedJson(applied: Applied): unknown {
  const brief = ({ action, kind, id, site, server, weakening }: Interrupted['step'] & Pick<Step, 'weakening'>): unknown => ({
    action,
    kind,
    id,
    site,
    server,
    weakening: weakening ?? null,
  });
  return {
    outcome: applied.outcome,
    interrupted: applied.interrupted.map(({ step, number, of, now }) => ({
      step: brief(step),
      number: number ?? null,
      of: of ?? null,
      now: now ?? null,
    })),
    done: applied.done.map(brief),
    held: applied.held.map(({ step, because }) => ({ ...(brief(step) as object), because })),
    ...(applied.outcome === 'failed' && {
      failed: failedJson(brief(applied.step), applied.error),
      left: applied.left,
    }),
    findings: [...applied.unkept, ...applied.findings].map(findingJson),
  };
}

function failedJson(step: unknown, { kind, message, fix, privilege, path }: ProxmoxError): unknown {
  return { step, kind, message, fix, privilege: privilege ?? null, path: path ?? null };
}
