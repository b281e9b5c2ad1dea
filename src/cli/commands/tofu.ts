import { checkTofu } from '#app/tofu-check.ts';
import { writeTofuImports } from '#app/tofu-import.ts';
import { writeTofuVars } from '#app/tofu-vars.ts';
import type { SiteChoice } from '#app/choose-site.ts';
import { isOn, text, texts, type Command, type Context, type Flags } from '../command.ts';
import { saved } from '../saved.ts';
import { findingsText } from '../views/finding.ts';
import { checkedJson, checkedMarkdown, checkedText } from '../views/tofu.ts';

type Action = (context: Context, file: string | undefined, flags: Flags) => Promise<number>;
const ACTIONS: Readonly<Record<string, Action>> = { vars, check, import: imports };

export const tofu: Command = {
  name: 'tofu',
  summary: 'Tiers as OpenTofu code: write its variables, check its plans, import what exists. Changes nothing on the servers.',
  args: [
    {
      name: 'ACTION',
      help: 'vars: the map for the module backup_tiers, from the policy. check: whether a plan breaks a promise. import: code for what exists',
    },
    { name: '[PLAN]', help: 'check: what "tofu show -json tofu.plan" printed; "-" or nothing reads it from standard input' },
  ],
  options: [
    { flags: '--out FILE', help: 'vars, import: write to FILE instead of standard output' },
    { flags: '--check FILE', help: 'vars: exit 3 where FILE says something else than the policy' },
    { flags: '--allow NAME...', help: 'check: let a weakening pass that is meant, by the name the finding gives it' },
    { flags: '--offline', help: 'check: ask no server; points of a guest that is deleted then count as promised' },
    { flags: '--markdown', help: 'check: as markdown, for a merge request' },
    { flags: '--guests', help: 'import: the guests themselves too, not only their places in pools' },
    { flags: '--site NAME', help: 'the site, where the policy has several' },
  ],
  examples: [
    { run: 'holdfast tofu vars --out holdfast.auto.tfvars.json', does: 'the tiers of the policy for tofu/modules/backup_tiers' },
    { run: 'holdfast tofu vars --check holdfast.auto.tfvars.json', does: 'in a pipeline: whether code and policy still say the same' },
    { run: 'tofu show -json tofu.plan | holdfast tofu check --markdown', does: 'the gate of a merge request, and its comment' },
    { run: 'holdfast tofu import --out imports.tf', does: 'bring pools, storages and memberships that exist under OpenTofu' },
    { run: 'holdfast tofu check plan.json --allow weaken:vm-120', does: 'guest 120 may get less: somebody meant it' },
  ],
  exits: {
    0: 'written, the same (--check), or the plan breaks no promise',
    1: 'a file could not be read or written, or the site could not be seen whole',
    2: 'the policy or the plan is invalid, there is no such site, or code cannot say it',
    3: 'the file is not what the policy says (vars --check)',
    4: 'the plan would break a promise',
  },

  async run(context, [action = '', file], flags) {
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (act) return act(context, file, flags);
    context.out.error(`error: unknown action '${action}'; there are: ${Object.keys(ACTIONS).join(', ')}`);
    return 2;
  },
};

async function check({ ports, out, lines, readFile }: Context, file: string | undefined, flags: Flags): Promise<number> {
  const piped = file === undefined || file === '-';
  const given = piped ? await everything(lines()) : await readFile(file).catch(() => undefined);
  if (given === undefined) {
    out.error(`error: ${file} could not be read.\nWrite it:\n    tofu show -json tofu.plan > ${file}`);
    return 1;
  }
  const site = text(flags, 'site');
  const options = { allow: new Set(texts(flags, 'allow')), offline: isOn(flags, 'offline'), ...(site === undefined ? {} : { site }) };
  const done = await checkTofu(ports, { text: given, file: piped ? 'standard input' : file }, options);
  if (done.outcome === 'unreadable') {
    out.result(done.findings, findingsText, { findings: done.findings });
    return 2;
  }
  if (done.outcome !== 'checked') return refuse(out, done);
  for (const name of done.checked.unused) out.note(`--allow ${name} let nothing pass.`);
  out.result(done, isOn(flags, 'markdown') ? checkedMarkdown : checkedText, checkedJson(done));
  return done.checked.passes ? 0 : 4;
}

async function everything(lines: AsyncIterable<string>): Promise<string> {
  const parts: string[] = [];
  for await (const line of lines) parts.push(line);
  return parts.join('\n');
}

async function vars({ ports, out, readFile, writeFile }: Context, _file: string | undefined, flags: Flags): Promise<number> {
  const written = await writeTofuVars(ports, text(flags, 'site'));
  if (written.outcome !== 'written') return refuse(out, written);
  if (written.findings.length > 0) {
    out.error(findingsText(written.findings, out.errorPaint, out.width));
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
  if (!(await saved(writeFile(target, written.text), target, out))) return 1;
  out.note(`Wrote ${Object.keys(written.vars.backup_tiers).length} tiers of site ${written.site} to ${target}.`);
  return 0;
}

async function imports({ ports, out, writeFile }: Context, _file: string | undefined, flags: Flags): Promise<number> {
  const site = text(flags, 'site');
  const written = await writeTofuImports(ports, { ...(site === undefined ? {} : { site }), withGuests: isOn(flags, 'guests') });
  if (written.outcome === 'unknown') {
    out.error(
      `error: ${written.unknown.what} could not be read whole: ${written.unknown.because.trim()}. What is not seen would be made a second time.\nSee why:\n    holdfast doctor`,
    );
    return 1;
  }
  if (written.outcome !== 'written') return refuse(out, written);
  const { text: code, places, guests, joining } = written.imports;
  const target = text(flags, 'out');
  if (target === undefined) {
    out.result(written.imports, () => code);
    return 0;
  }
  if (!(await saved(writeFile(target, code), target, out))) return 1;
  out.note(
    `Wrote ${places} pools and storages and ${guests} guests of site ${written.site} to ${target}; ${joining} join the pool of their tier.`,
  );
  return 0;
}

/** Why there is nothing to work on, told; the exit code. */
function refuse(out: Context['out'], choice: SiteChoice): number {
  if (choice.outcome === 'invalid') out.result(choice.findings, findingsText, { findings: choice.findings });
  else if (choice.wanted === undefined) out.error(`error: the policy has several sites; say which: --site ${choice.known.join(' | ')}`);
  else out.error(`error: the policy has no site "${choice.wanted}"; it has ${choice.known.join(', ')}`);
  return 2;
}
