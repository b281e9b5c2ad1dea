import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export type Tool = { readonly name: 'tofu' | 'terraform'; readonly path: string };
/** `text`: both streams in one line, without the lines of boxes; `out`: standard output as it came. */
export type Ran = { readonly code: number; readonly text: string; readonly out: string };

const FOLDER = process.env['HOLDFAST_TOOLS'] ?? join(homedir(), '.cache/holdfast-tools');
const CONFIG = join(FOLDER, 'tofurc');

/**
 * OpenTofu and Terraform with the provider beside them, as far as they are here; `scripts/tofu-tools.mjs` builds what is missing.
 * With HOLDFAST_NO_SKIP=1 the absence of one of them is an error.
 */
export function findTools(): readonly Tool[] {
  const onPath = (name: string): string | undefined =>
    (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)).find((path) => existsSync(path)); // prettier-ignore
  const places = [
    { name: 'tofu', path: [join(FOLDER, 'tofu-1.11.6/tofu')].find((path) => existsSync(path)) },
    { name: 'terraform', path: onPath('terraform') },
  ] as const;
  const missing = places.filter(({ path }) => path === undefined).map(({ name }) => name);
  const told = [...missing, ...(existsSync(CONFIG) ? [] : ['the provider bpg/proxmox'])];
  if (told.length > 0 && process.env['HOLDFAST_NO_SKIP'] === '1')
    throw new Error(`${told.join(' and ')} not found: run "node scripts/tofu-tools.mjs" (needs Go) and install Terraform`);
  if (told.length > 0)
    process.stderr.write(`Tests of tofu/ are skipped in part: ${told.join(' and ')} not found (scripts/tofu-tools.mjs).\n`);
  if (!existsSync(CONFIG)) return [];
  return places.flatMap(({ name, path }) => (path === undefined ? [] : [{ name, path }]));
}

/** A copy of `tofu/` to initialise in: tests leave nothing beside the code. */
export async function copyOfTofu(): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-tofu-'));
  await cp('tofu', folder, { recursive: true, filter: (path) => !path.includes('.terraform') });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Runs a tool without colour and without questions. */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  at: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Ran> {
  const env = { ...process.env, TF_CLI_CONFIG_FILE: CONFIG, TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1', ...at.env };
  return new Promise((resolve) => {
    execFile(tool.path, [...args], { cwd: at.cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const text = `${stdout}${stderr}`.replaceAll(/[│╷╵]/g, '').replaceAll(/\s+/g, ' ');
      resolve({ code: error ? Number(error.code ?? 1) : 0, text, out: stdout });
    });
  });
}
