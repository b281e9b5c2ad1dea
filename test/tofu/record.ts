// Records the plans that the tests of `holdfast tofu check` read: node test/tofu/record.ts. It takes OpenTofu and the provider
// (scripts/tofu-tools.mjs), makes the homelab in a lab, and writes what `tofu show -json` prints of each change in changes.ts.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CODE_CHANGES, type Code } from './changes.ts';
import { startHomelab, type Homelab } from './site.ts';
import { findTools } from './tools.ts';

const FOLDER = 'test/tofu/goldens';
const tool = findTools().find(({ name }) => name === 'tofu');
if (!tool) throw new Error('OpenTofu is not here: node scripts/tofu-tools.mjs');

const home = await startHomelab(tool);
try {
  await writeFile(join(home.code, 'extra.tf'), await readFile('test/tofu/estate-extra.tf', 'utf8'));
  await home.holdfast('tofu', 'vars', '--out', join(home.code, 'holdfast.auto.tfvars.json'));
  await done(home.tofu('init'));
  await mkdir(FOLDER, { recursive: true });
  const wanted = process.argv.slice(2);
  const code = await readCode(home);
  for (const one of CODE_CHANGES.filter(({ onNothing }) => onNothing)) await record(one, code);
  await done(home.tofu('apply', '-auto-approve'));
  for (const one of CODE_CHANGES.filter(({ onNothing, name }) => !onNothing && (wanted.length === 0 || wanted.includes(name))))
    await record(one, code);
  await recordDrift(code);
} finally {
  await home.close();
}

/** Somebody changes a guest by hand, and the next plan notices. */
async function recordDrift(code: Code): Promise<void> {
  const { config } = home.lab.world.pve['pve']!.guests[101]!;
  Object.assign(config, { tags: 'database;production;tier-3', scsi1: String(config['scsi1']).replace('backup=1', 'backup=0') });
  await record({ name: 'changed-by-hand', change: () => {} }, code);
}

async function record({ name, change }: Pick<(typeof CODE_CHANGES)[number], 'name' | 'change'>, code: Code): Promise<void> {
  const changed = { ...code };
  change(changed);
  await writeCode(home, changed);
  await done(home.tofu('init'));
  await done(home.tofu('plan', '-out=recorded'));
  const plan = JSON.parse((await done(home.tofu('show', '-json', 'recorded'))).out) as Record<string, unknown>;
  await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify(reduced(plan))}\n`);
  await writeCode(home, code);
  process.stderr.write(`${name}\n`);
}

/** Without what repeats the changes, what is empty, and what is sensitive: a plan holds secrets. */
function reduced({
  format_version: format,
  terraform_version: version,
  resource_changes: changes,
  resource_drift: drift,
  errored,
}: Record<string, unknown>): unknown {
  const part = (rows: unknown): unknown =>
    (rows as { type: string; change: Record<string, unknown> }[] | undefined)
      ?.filter(({ type }) => !/_(?:acl|role|user|user_token)$/.test(type))
      .map(({ change, ...row }) => ({ ...row, change: { ...change, before_sensitive: undefined, after_sensitive: undefined } }));
  return JSON.parse(JSON.stringify({ format_version: format, terraform_version: version, resource_changes: part(changes), resource_drift: part(drift), errored }, withoutEmpty)) as unknown; // prettier-ignore
}

function withoutEmpty(key: string, value: unknown): unknown {
  if (key === 'password') return 'secret';
  const empty = value === null || value === '' || (Array.isArray(value) && value.length === 0) || key.startsWith('timeout_');
  return empty ? undefined : value;
}

async function readCode({ code }: Homelab): Promise<Code> {
  const files = (await readdir(code)).filter((name) => name.endsWith('.tf'));
  return Object.fromEntries(await Promise.all(files.map(async (name) => [name, await readFile(join(code, name), 'utf8')] as const)));
}

async function writeCode({ code }: Homelab, wanted: Code): Promise<void> {
  for (const name of (await readdir(code)).filter((file) => file.endsWith('.tf') && !(file in wanted))) await rm(join(code, name));
  for (const [name, text] of Object.entries(wanted)) await writeFile(join(code, name), text);
}

async function done<T extends { readonly code: number; readonly text: string }>(running: Promise<T>): Promise<T> {
  const ran = await running;
  if (ran.code !== 0) throw new Error(ran.text.slice(-3000));
  return ran;
}
