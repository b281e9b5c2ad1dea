import type { Finding } from '#core/finding.ts';
import type { Step } from '#core/plan/plan.ts';
import type { Out } from './out.ts';
import { stepsText } from './views/plan.ts';
import { unkeptList } from './views/unkept.ts';

/** Says what the policy promises and does not keep, and asks unless `yes` was said. */
export async function confirmPlan(
  steps: readonly Step[],
  unkept: readonly Finding[],
  { yes, out }: { readonly yes: boolean; readonly out: Out },
): Promise<boolean> {
  if (unkept.length > 0) out.note(unkeptList(unkept, out.errorPaint, out.width));
  return yes || confirmSteps(steps, out);
}

/** Shows the steps and asks once. Only for a terminal. */
async function confirmSteps(steps: readonly Step[], out: Out): Promise<boolean> {
  out.text(`${stepsText(steps, out.paint, out.width)}\n`);
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({
    message: `Carry out ${steps.length === 1 ? 'this step' : `these ${steps.length} steps`}?`,
    initialValue: false,
  });
  return !isCancel(answer) && answer;
}
