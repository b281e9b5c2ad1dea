import { findingsText } from './finding.ts';
import { cell, findingItem, inline } from './markdown.ts';
import { unkeptText } from './unkept.ts';
import { wrap } from './wrap.ts';
import type { Paint } from '../out.ts';
import { capital, findingJson, type Finding } from '#core/finding.ts';
import { spellObject, spellServer } from '#core/plan/findings.ts';
import type { Plan, Step } from '#core/plan/plan.ts';

const SIGN = { create: '+', change: '~', remove: '-' } as const;
const COLOR = { create: 'green', change: 'yellow', remove: 'red' } as const;

/** What a plan view shows: the steps, and what stands in the way of more. */
export type PlanView = {
  readonly plan: Plan;
  readonly findings: readonly Finding[];
  /** What the policy promises and does not keep, told before the others. */
  readonly unkept?: readonly Finding[];
  /** Where it was saved. */
  readonly file?: string;
};

/** The plan for people: what strengthens, in the order in which it will be done, then apart what weakens, each with its name. */
export function planText({ plan, findings, unkept = [], file }: PlanView, paint: Paint, width = 100): string {
  const all = [...unkept, ...findings];
  const told = `${all.length === 0 ? '' : `${findingsText(all, paint, width)}\n`}${unkeptText(unkept, paint, width)}`;
  if (plan.steps.length === 0) return `${told}${nothingToDo(findings, unkept, paint)}\n`;
  const weakening = plan.steps.filter((step) => step.weakening !== undefined);
  const stronger = plan.steps.filter((step) => step.weakening === undefined);
  const parts = [paint.bold(`Plan: ${summary(plan.steps)}`)];
  if (stronger.length > 0) parts.push('', stepsText(stronger, paint, width));
  if (weakening.length > 0) {
    parts.push('', paint.bold(paint.red(wrap(WEAKENS, { width, indent: 0 }))), '');
    parts.push(...weakening.map((step) => stepText(step, paint, width)));
  }
  return `${told}${parts.join('\n')}\n\n${howToGoOn(weakening, stronger.length > 0, file)}\n`;
}

/** One line a step where it fits, with the reasons below each other. Sites are named where there are several. */
export function stepsText(steps: readonly Step[], paint: Paint, width: number): string {
  const several = new Set(steps.map(({ site }) => site)).size > 1;
  const heads = steps.map(
    (step) =>
      `${SIGN[step.action]} ${spellObject(step)}${step.server === 'pve' ? '' : ` on ${step.server}`}${several ? `, ${step.site}` : ''}`,
  );
  const column = Math.min(44, Math.max(...heads.map((head) => head.length))) + 2;
  return steps
    .map((step, index) => {
      const head = heads[index]!;
      const fits = head.length < column && 2 + column + step.because.length <= width;
      const reason = fits
        ? `${' '.repeat(column - head.length)}${paint.dim(step.because)}`
        : `\n${paint.dim(wrap(step.because, { width, indent: 6 }))}`;
      return [`  ${paint[COLOR[step.action]](head)}${reason}`, ...meaningOf(step, width)].join('\n');
    })
    .join('\n');
}

const WEAKENS = 'This weakens protection or takes what is not Holdfast’s. Each is done only when its name is given:';

function nothingToDo(findings: readonly Finding[], unkept: readonly Finding[], paint: Paint): string {
  if (findings.some(({ severity }) => severity === 'error')) return 'Nothing else can be planned until the errors above are dealt with.';
  return unkept.length > 0
    ? 'Every job is as the policy says. Nothing to do but to mend the policy.'
    : paint.green('Everything is as the policy says. Nothing to do.');
}

/** `12 to create, 2 to change, 1 to remove` */
function summary(steps: readonly Step[]): string {
  const counts = (['create', 'change', 'remove'] as const).map(
    (action) => [steps.filter((step) => step.action === action).length, action] as const,
  );
  return counts.flatMap(([count, action]) => (count === 0 ? [] : [`${count} to ${action}`])).join(', ');
}

/** `+ backup job hf-tier-1 on PVE (home)`, the reason, and what it means to people. */
export function stepText(step: Step, paint: Paint, width: number): string {
  const head = `${SIGN[step.action]} ${spellObject(step)}`;
  const lines = [wrap(step.because, { width, indent: 6 }), ...meaningOf(step, width)];
  const name = step.weakening === undefined ? [] : [`      --allow ${step.weakening}`];
  return [`  ${paint[COLOR[step.action]](head)} ${paint.dim(`on ${spellServer(step.server)}, site ${step.site}`)}`, ...lines, ...name].join(
    '\n',
  );
}

/** What it means to people, an arrow before each. */
function meaningOf({ means }: Step, width: number): string[] {
  return means.map((line) => wrap(`→ ${line}`, { width, indent: 6, hanging: 2 }));
}

function howToGoOn(weakening: readonly Step[], hasStronger: boolean, file: string | undefined): string {
  const apply = `    holdfast apply${file === undefined ? '' : ` ${file}`}`;
  if (weakening.length === 0) return `To carry it out:\n${apply}`;
  const names = [...new Set(weakening.map((step) => step.weakening!))];
  const without = hasStronger ? `To carry out all but what weakens:\n${apply}\n` : '';
  return `${without}To carry out everything:\n${apply} --allow ${names.join(' ')}`;
}

/** The contract for scripts, and what `--out` saves. */
export function planJson({ plan, findings, unkept = [] }: PlanView): unknown {
  return {
    basedOn: plan.basedOn,
    madeAt: plan.madeAt,
    steps: plan.steps.map((step) => ({ ...step, weakening: step.weakening ?? null })),
    findings: [...unkept, ...findings].map(findingJson),
  };
}

/** The plan for a merge request. */
export function planMarkdown({ plan, findings, unkept = [] }: PlanView): string {
  const weakening = plan.steps.filter((step) => step.weakening !== undefined);
  const stronger = plan.steps.filter((step) => step.weakening === undefined);
  const lines = ['## Holdfast plan', '', plan.steps.length === 0 ? 'Nothing to do.' : `${capital(summary(plan.steps))}.`];
  if (unkept.length > 0) lines.push('', '**⚠ The policy does not keep all it promises**: see the findings below.');
  if (stronger.length > 0) lines.push('', ...table(stronger));
  if (weakening.length > 0) lines.push('', '### ⚠ This weakens protection', '', ...weakening.flatMap(weakeningItem));
  const all = [...unkept, ...findings];
  if (all.length > 0) lines.push('', '### Findings', '', ...all.map(findingItem));
  lines.push('', `<sub>Based on \`${plan.basedOn}\`</sub>`);
  return `${lines.join('\n')}\n`;
}

function table(steps: readonly Step[]): string[] {
  const rows = steps.map((step) => {
    const why = [step.because, ...step.means].map(cell).join('<br>');
    return `| ${step.action} | ${cell(spellObject(step))} | ${cell(`${spellServer(step.server)}, ${step.site}`)} | ${why} |`;
  });
  return ['| | what | where | why |', '|---|---|---|---|', ...rows];
}

function weakeningItem(step: Step): string[] {
  const head = `- **${step.action} ${inline(spellObject(step))}** on ${inline(spellServer(step.server))}, ${inline(step.site)}: ${inline(step.because)}`;
  return [head, ...step.means.map((line) => `  - ${inline(line)}`), `  - needs \`--allow ${step.weakening}\``];
}
