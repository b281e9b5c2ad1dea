import { init as firstPolicy } from '#app/init.ts';
import { isOn, text, type Command, type Context } from '../command.ts';

export const init: Command = {
  name: 'init',
  summary: 'Write a first policy. Never overwrites a file without --yes.',
  options: [
    { flags: '--preset NAME', help: 'the policy to begin with', default: 'adr-005' },
    { flags: '--out FILE', help: 'where to write it; "-" prints it', default: 'holdfast.yaml' },
  ],
  examples: [
    { run: 'holdfast init --preset adr-005', does: 'write the four tiers of ADR-005 to holdfast.yaml, with the reasons for every number' },
    { run: 'holdfast init --preset adr-005 --out -', does: 'print them' },
  ],
  exits: { 0: 'written', 1: 'the file is there already, or could not be written', 2: 'no such preset' },

  async run(context, _args, flags) {
    const { out, writeFile } = context;
    const policy = firstPolicy(text(flags, 'preset') ?? 'adr-005');
    if (!policy.ok) {
      out.error(`error: ${policy.problem}`);
      return 2;
    }
    const file = text(flags, 'out') ?? 'holdfast.yaml';
    if (file === '-') {
      out.result(policy.text, (value) => value);
      return 0;
    }
    if (!isOn(flags, 'yes') && (await exists(context, file))) {
      out.error(`error: ${file} is there already and was left as it is\nName another file with --out, or replace it with --yes.`);
      return 1;
    }
    const trouble = await tried(writeFile(file, policy.text));
    if (trouble !== undefined) {
      out.error(`error: ${file} could not be written: ${trouble}`);
      return 1;
    }
    out.result({ file }, () => `Wrote ${file}. Next: change the addresses in it, then run\n    holdfast check\n`);
    return 0;
  },
};

/** Whatever stands in the way counts as a file that is there: only a clear "does not exist" lets us write. */
async function exists({ readFile }: Context, file: string): Promise<boolean> {
  try {
    await readFile(file);
    return true;
  } catch (error) {
    return (error as { readonly code?: string }).code !== 'ENOENT';
  }
}

/** Undefined, or the system's word for what went wrong. */
async function tried(work: Promise<void>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code === undefined) throw error;
    return code;
  }
}
