import { plan as planSites } from '#app/plan.ts';
import { hasErrors } from '#core/finding.ts';
import { isOn, text, texts, type Command } from '../command.ts';
import { saved } from '../saved.ts';
import { findingsText } from '../views/finding.ts';
import { planJson, planMarkdown, planText } from '../views/plan.ts';

export const plan: Command = {
  name: 'plan',
  summary: 'Show what would change on PVE and PBS, and what it means. Changes nothing.',
  options: [
    { flags: '--out FILE', help: 'also write the plan to FILE, for "holdfast apply FILE"' },
    { flags: '--markdown', help: 'as markdown, for a merge request' },
    { flags: '--check', help: 'exit 3 when something would change' },
    { flags: '--site NAME...', help: 'only these sites' },
  ],
  examples: [
    { run: 'holdfast plan', does: 'what would change, why, and what it means guest by guest' },
    { run: 'holdfast plan --out plan.json && holdfast apply plan.json', does: 'apply exactly what was shown, or refuse' },
    { run: 'holdfast plan --markdown --check', does: 'for a pipeline: a comment, and exit code 3 when changes are pending' },
  ],
  exits: {
    0: 'shown',
    1: 'could not plan, or not all: a server could not be read',
    2: 'the policy is invalid',
    3: 'changes pending (--check)',
    4: 'the policy does not keep what it promises, or no change helps against an error (--check)',
  },

  async run({ ports, out, writeFile }, _args, flags) {
    const sites = texts(flags, 'site');
    const planned = await planSites(ports, sites.length > 0 ? { sites } : {});
    if (planned.outcome === 'invalid') {
      out.result(planned.findings, findingsText, { findings: planned.findings });
      return 2;
    }
    const file = text(flags, 'out');
    const view = { plan: planned.drawn.plan, findings: planned.findings, unkept: planned.unkept, ...(file === undefined ? {} : { file }) };
    if (file !== undefined && !(await saved(writeFile(file, `${JSON.stringify(planJson(view), undefined, 2)}\n`), file, out))) return 1;
    out.result(view, isOn(flags, 'markdown') ? planMarkdown : planText, planJson(view));
    if (view.findings.some(({ code }) => code === 'HF-PLAN-BLIND')) return 1;
    if (!isOn(flags, 'check')) return 0;
    if (view.unkept.length > 0) return 4;
    if (view.plan.steps.length > 0) return 3;
    return hasErrors(view.findings) ? 4 : 0;
  },
};
