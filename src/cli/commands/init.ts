import { init as firstPolicy } from '#app/init.ts';
import { survey } from '#app/survey.ts';
import { proposedChoices, surveyPolicy } from '#app/survey-policy.ts';
import type { SecretRef } from '#core/policy/policy.ts';
import { askSurvey } from '../ask-survey.ts';
import { isOn, text, type Command, type Context, type Flags } from '../command.ts';
import { surveyJson, surveyText } from '../views/survey.ts';

export const init: Command = {
  name: 'init',
  summary: 'Write a first policy. Never overwrites a file without --yes.',
  options: [
    { flags: '--preset NAME', help: 'the policy to begin with', default: 'adr-005' },
    { flags: '--url URL', help: 'look at this PVE and propose a policy for what is there' },
    { flags: '--pbs-url URL', help: 'its PBS (default: the one PVE has a storage on)' },
    { flags: '--datastore NAME', help: 'the datastore on it (default: that storage’s)' },
    { flags: '--site NAME', help: 'what the site is called', default: 'home' },
    { flags: '--token REF', help: 'where the audit token of PVE stands', default: 'env:HOLDFAST_PVE_TOKEN' },
    { flags: '--out FILE', help: 'where to write it; "-" prints it', default: 'holdfast.yaml' },
  ],
  examples: [
    { run: 'holdfast init --preset adr-005', does: 'write the four tiers of ADR-005 to holdfast.yaml, with the reasons for every number' },
    { run: 'holdfast init --preset adr-005 --out -', does: 'print them' },
    {
      run: 'holdfast init --url https://pve.lan:8006',
      does: 'find guests, jobs and storages, show who is unprotected, propose tiers, write the policy',
    },
  ],
  exits: { 0: 'written', 1: 'the file is there already, or could not be written', 2: 'no such preset' },

  async run(context, _args, flags) {
    const { out } = context;
    if (text(flags, 'url') !== undefined) return surveySite(context, flags);
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
    if (!(await write(context, flags, { file, content: policy.text }))) return 1;
    out.result({ file }, () => `Wrote ${file}. ${NEXT}`);
    return 0;
  },
};

const NEXT = `Next, edit in it
    timeZone             of the hosts (timedatectl shows it)
    url, datastore       of your PVE and PBS
    assign               whose guests are which tier
then
    holdfast check       whether the promises can be kept; asks no server
    holdfast trust URL   the line that pins the certificate of a server
    holdfast grants      the commands that make the tokens
    holdfast doctor      whether everything is reached
`;

/** Proposes a policy for a site that runs. On a terminal it asks; with --yes, or where nobody can be asked, it takes what is proposed. */
async function surveySite(context: Context, flags: Flags): Promise<number> {
  const { ports, out, interactive } = context;
  const pbsUrl = text(flags, 'pbsUrl');
  const datastore = text(flags, 'datastore');
  const token = text(flags, 'token') ?? 'env:HOLDFAST_PVE_TOKEN';
  if (!/^(?:env|file|exec):/.test(token)) {
    out.error('error: --token names where the token stands, never the token itself: env:NAME, file:/path or exec:command');
    return 2;
  }
  const found = await survey(ports, {
    site: text(flags, 'site') ?? 'home',
    pveUrl: text(flags, 'url')!,
    pveToken: token as SecretRef,
    ...(pbsUrl !== undefined && { pbsUrl }),
    ...(datastore !== undefined && { datastore }),
  });
  const proposed = proposedChoices(found);
  if (interactive) out.text(surveyText(found, proposed, out.paint, out.width));
  const choices = interactive ? await askSurvey(found, proposed) : proposed;
  if (!choices) {
    out.error('Nothing was written.');
    return 1;
  }
  const content = surveyPolicy(found, choices);
  const file = text(flags, 'out') ?? 'holdfast.yaml';
  if (file === '-') {
    out.result(content, (value) => value);
    return 0;
  }
  if (!(await write(context, flags, { file, content }))) return 1;
  const named = file === 'holdfast.yaml' ? '' : ` --policy ${file}`;
  const steps = ['check', 'doctor', 'plan'].map((command) => `    holdfast ${command}${named}\n`);
  const where = found.pbs ? '' : 'say in it where your PBS is, ';
  const next = `Next: ${where}compare the fingerprints in it with those the servers show, then\n${steps.join('')}`;
  const view = (): string => `${interactive ? '' : `${surveyText(found, choices, out.paint, out.width)}\n`}Wrote ${file}.\n${next}`;
  out.result(found, view, surveyJson(found, choices, file));
  return 0;
}

type Written = { readonly file: string; readonly content: string };

/** False where the file is there already, or could not be written; the reason was told. */
async function write(context: Context, flags: Flags, { file, content }: Written): Promise<boolean> {
  if (!isOn(flags, 'yes') && (await exists(context, file))) {
    context.out.error(`error: ${file} is there already and was left as it is\nName another file with --out, or replace it with --yes.`);
    return false;
  }
  const trouble = await tried(context.writeFile(file, content));
  if (trouble !== undefined) context.out.error(`error: ${file} could not be written: ${trouble}`);
  return trouble === undefined;
}

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
