import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { addNamespace } from '#lab/pbs/state.ts';
import { startLab, LAB_EPOCH, type Lab } from '#lab/lab.ts';
import { adr005 } from '#lab/scenarios/adr-005.ts';
import { rootAccess } from '#lab/roles.ts';
import { TOKENS } from '#lab/scenarios/access.ts';
import { SECRET_NAMES } from '#lab/scenarios/policy.ts';
import type { World } from '#lab/world.ts';
import { run } from '../../src/main.ts';
import { copyOfTofu, runTool, type Ran, type Tool } from './tools.ts';

/** The example's homelab: a lab with the seed's machines and none of its guests, a copy of tofu/ that points there, and both programs. */
export type Homelab = {
  readonly lab: Lab;
  /** The folder of the example's code. */
  readonly code: string;
  readonly policy: string;
  readonly tofu: (...args: readonly string[]) => Promise<Ran>;
  readonly holdfast: (...args: readonly string[]) => Promise<{ readonly code: number; readonly out: string; readonly err: string }>;
  readonly close: () => Promise<void>;
};

export async function startHomelab(tool: Tool, world: World = bareHomelab()): Promise<Homelab> {
  const lab = await startLab({ scenario: world });
  const copy = await copyOfTofu();
  const state = await mkdtemp(join(tmpdir(), 'holdfast-state-'));
  const policy = join(copy.folder, 'examples/homelab/holdfast.yaml');
  await writeFile(policy, pointedAt(await readFile(policy, 'utf8'), lab));
  const authority = join(copy.folder, 'lab.pem');
  await writeFile(authority, await certificateOf(lab.pve.url));
  const code = join(copy.folder, 'examples/homelab/proxmox');
  const backup = lab.pbs.tokens[TOKENS.backup]!;
  const env = {
    SSL_CERT_FILE: authority,
    PROXMOX_VE_ENDPOINT: lab.pve.url,
    PROXMOX_VE_API_TOKEN: lab.pve.tokens['root@pam!lab']!,
    TF_VAR_backup_token_secret: backup.split(':')[1]!,
  };
  Object.assign(process.env, {
    [SECRET_NAMES.pbs]: lab.pbs.tokens[TOKENS.pbsAudit],
    [SECRET_NAMES.pbsApply]: lab.pbs.tokens[TOKENS.pbsApply],
    [SECRET_NAMES.backup]: backup,
    HOLDFAST_STATE: state,
  });
  return {
    lab,
    code,
    policy,
    tofu: (...args) => runTool(tool, [...args, ...(args[0] === 'show' ? [] : ['-no-color'])], { cwd: code, env }),
    holdfast: (...args) => holdfast([...args, '--policy', policy], lab),
    close: async () => {
      await lab.close();
      await copy.remove();
      await rm(state, { recursive: true, force: true });
    },
  };
}

/** ADR-005's machines before there is a guest or a login but root's, with the namespaces its tiers need: no provider makes those. */
export function bareHomelab(): World {
  const world = adr005(LAB_EPOCH);
  const pve = world.pve['pve']!;
  pve.access = rootAccess('pve');
  pve.guests = {};
  pve.volumes = {};
  for (const tier of [1, 2, 3, 4]) addNamespace(world.pbs['pbs']!.datastores['main']!, `home/tier-${tier}`);
  return world;
}

function pointedAt(policy: string, { pve, pbs }: Lab): string {
  const at = (text: string, name: string, server: Lab['pve']): string =>
    text.replace(new RegExp(`url: .https://${name}[.]lan:\\d+.`), `url: '${server.url}'\n      fingerprint: '${server.fingerprint}'`);
  return at(at(policy, 'pve', pve), 'pbs', pbs);
}

async function certificateOf(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      const lines =
        socket
          .getPeerCertificate()
          .raw.toString('base64')
          .match(/.{1,64}/g) ?? [];
      socket.end();
      resolve(`-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`);
    });
    socket.once('error', reject);
  });
}

async function holdfast(argv: readonly string[], lab: Lab): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const streams = { stdout: { write: (text: string) => (out += text) }, stderr: { write: (text: string) => (err += text) } };
  const code = await run(argv, { clock: { now: () => lab.world.now } }, streams);
  return { code, out, err };
}
