import { writeTofuVars } from '#app/tofu-vars.ts';
import type { SiteChoice } from '#app/choose-site.ts';
import { text, type Command, type Context, type Flags } from '../command.ts';
import { findingsText } from '../views/finding.ts';

const ACTIONS: Readonly<Record<string, (context: Context, file: string | undefined, flags: Flags) => Promise<number>>> = { vars };

export const tofu: Command = {
  name: 'tofu',
  summary: 'Tiers as OpenTofu code: write its variables. Changes nothing on the servers.',
  args: [{ name: 'ACTION', help: 'vars: the map for the module backup_tiers, from the policy' }],
  options: [
    { flags: '--out FILE', help: 'vars: write to FILE instead of standard output' },
    { flags: '--check FILE', help: 'vars: exit 3 where FILE says something else than the policy' },
    { flags: '--site NAME', help: 'the site, where the policy has several' },
  ],
  examples: [
    { run: 'holdfast tofu vars --out holdfast.auto.tfvars.json', does: 'the tiers of the policy for tofu/modules/backup_tiers' },
    { run: 'holdfast tofu vars --check holdfast.auto.tfvars.json', does: 'in a pipeline: whether code and policy still say the same' },
  ],
  exits: {
    0: 'written, or the same (--check)',
    1: 'a file could not be read or written',
    2: 'the policy is invalid, knows no such site, or code cannot say it',
    3: 'the file is not what the policy says (--check)',
  },

  async run(context, [action = '', file], flags) {
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (act) return act(context, file, flags);
    context.out.error(`error: unknown action '${action}'; there are: ${Object.keys(ACTIONS).join(', ')}`);
    return 2;
  },
};

async function vars({ ports, out, readFile, writeFile }: Context, _file: string | undefined, flags: Flags): Promise<number> {
  const written = await writeTofuVars(ports, text(flags, 'site'));
  if (written.outcome !== 'written') return refuse(out, written);
  if (written.findings.length > 0) {
    out.error(findingsText(written.findings, out.errorPaint));
    return 2;
  }
  const [target, other] = [text(flags, 'out'), text(flags, 'check')];
  if (other !== undefined) {
    const there = await readFile(other).catch(() => undefined);
    if (there === written.text) return 0;
    out.error(
      `${other} ${there === undefined ? 'could not be read' : 'is not what the policy says'}. Write it anew:\n    holdfast tofu vars --out ${other}`,
    );
    return there === undefined ? 1 : 3;
  }
  if (target === undefined) {
    out.result(written.vars, () => written.text);
    return 0;
  }
  try {
    await writeFile(target, written.text);
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === undefined) throw error;
    out.error(`error: ${target} could not be written: ${code}`);
    return 1;
  }
  out.note(`Wrote ${Object.keys(written.vars.backup_tiers).length} tiers of site ${written.site} to ${target}.`);
  return 0;
}

/** Why there is nothing to work on, told; the exit code. */
function refuse(out: Context['out'], choice: SiteChoice): number {
  if (choice.outcome === 'invalid') out.result(choice.findings, findingsText, { findings: choice.findings });
  else if (choice.wanted === undefined) out.error(`error: the policy has several sites; say which: --site ${choice.known.join(' | ')}`);
  else out.error(`error: the policy has no site "${choice.wanted}"; it has ${choice.known.join(', ')}`);
  return 2;
}
