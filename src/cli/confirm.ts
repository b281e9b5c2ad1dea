import type { Step } from '#core/plan/plan.ts';
import type { Out } from './out.ts';
import { stepsText } from './views/plan.ts';

/** Shows the steps and asks once. Only for a terminal. */
export async function confirmSteps(steps: readonly Step[], out: Out): Promise<boolean> {
  out.text(`${stepsText(steps, out.paint, out.width)}\n`);
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({
    message: `Carry out ${steps.length === 1 ? 'this step' : `these ${steps.length} steps`}?`,
    initialValue: false,
  });
  return !isCancel(answer) && answer;
}
