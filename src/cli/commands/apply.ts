import { apply as applyPlan, type Applied } from '#app/apply.ts';
import { readSavedPlan } from '#app/saved-plan.ts';
import { hasErrors } from '#core/finding.ts';
import { isOn, text, texts, type Command } from '../command.ts';
import { confirmPlan } from '../confirm.ts';
import { appliedJson, appliedText, INTERRUPTED, interruptedText, progressJson, progressText, stepsJson } from '../views/apply.ts';

export const apply: Command = {
  name: 'apply',
  summary: 'Make PVE and PBS as the policy says: protection first, removal last. Weakens nothing that was not named.',
  args: [{ name: '[PLANFILE]', help: 'a plan saved with "holdfast plan --out"; refused where something changed since' }],
  options: [
    { flags: '--allow NAME...', help: 'do a weakening step by its name, as the plan shows it' },
    { flags: '--site NAME...', help: 'only these sites' },
    { flags: '--progress FORMAT', help: 'how progress is told on standard error: for people, or one JSON object a line', choices: ['text', 'json'], default: 'text' }, // prettier-ignore
  ],
  examples: [
    { run: 'holdfast apply', does: 'show the plan, ask, carry it out' },
    { run: 'holdfast apply plan.json --yes', does: 'carry out a saved plan without asking, or refuse it as stale' },
    { run: 'holdfast apply --allow weaken:hf-tier-2', does: 'also what makes tier 2 weaker' },
  ],
  exits: {
    0: 'everything is as the policy says',
    1: 'stopped at a failure, or the plan is stale',
    2: 'the policy is invalid, or nobody could be asked',
    4: 'done, and an error is left that no step helps against: the policy does not keep what it promises, or a server was not read',
    5: 'a step was held back for want of its name, or a token lacks a right',
  },

  async run({ ports, out, readFile, interactive, onInterrupt }, args, flags) {
    const [file] = args;
    const saved = file === undefined ? undefined : await savedPlan(file, readFile);
    if (saved && 'bad' in saved) {
      out.error(`error: ${file} is no plan: ${saved.bad}\nMake one:\n    holdfast plan --out ${file}`);
      return 2;
    }
    const yes = isOn(flags, 'yes');
    const lines = text(flags, 'progress') === 'json';
    if (!yes && !interactive) {
      out.error('error: nobody sits here to be asked.\nLook at the plan first (holdfast plan), then say so:\n    holdfast apply --yes');
      return 2;
    }
    onInterrupt?.(() => out.error(INTERRUPTED));
    const sites = texts(flags, 'site');
    const applied = await applyPlan(ports, {
      ...(saved && { saved: saved.plan }),
      ...(sites.length > 0 && { sites }),
      allow: new Set(texts(flags, 'allow')),
      confirm: (steps, held, unkept) => {
        if (lines) out.note(stepsJson(steps, held));
        return confirmPlan(steps, lines ? [] : unkept, { yes, out });
      },
      onInterrupted: (interrupted) => void (lines || out.note(interruptedText(interrupted))),
      onProgress: (progress) => {
        if (lines) out.note(progressJson(progress));
        else if (progress.state === 'started') out.note(progressText(progress));
      },
    });
    out.result(applied, appliedText, appliedJson(applied));
    return exitCode(applied);
  },
};

type Saved = ReturnType<typeof readSavedPlan>;

async function savedPlan(file: string, readFile: (path: string) => Promise<string>): Promise<Saved> {
  try {
    return readSavedPlan(await readFile(file));
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === undefined) throw error;
    return { bad: code === 'ENOENT' ? 'there is no such file' : code };
  }
}

export function exitCode(applied: Applied): number {
  if (applied.outcome === 'invalid' || applied.outcome === 'unknown-job') return 2;
  if (applied.outcome === 'stale') return 1;
  if (applied.outcome === 'failed') return applied.error.kind === 'forbidden' ? 5 : 1;
  if (applied.outcome === 'declined') return 0;
  if (applied.held.length > 0) return 5;
  return hasErrors([...applied.unkept, ...applied.findings]) ? 4 : 0;
}
