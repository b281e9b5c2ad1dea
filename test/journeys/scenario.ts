import { afterAll } from 'vitest';
import { startLab, type Lab, type LabOptions } from '#lab/lab.ts';
import { policyText, secretsOf, type PolicyText } from '#lab/scenarios/policy.ts';
import { status } from '#app/status.ts';
import type { Ports } from '#app/ports.ts';
import { makePolicySource } from '#config/policy-source.ts';
import type { Finding } from '#core/finding.ts';
import { connectSite } from '#proxmox/site.ts';
import { memoryStore } from '#store/memory.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A scenario of the lab with the policy written for it, read from a file as a person would have written it. */
export type Scenario = { readonly lab: Lab; readonly ports: Ports; readonly write: (policy: string) => void; readonly text: string };

export async function startScenario(
  name: LabOptions['scenario'],
  parts: Omit<PolicyText, 'sites'> & { readonly site?: string },
): Promise<Scenario> {
  const lab = await startLab({ scenario: name });
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-scenario-'));
  afterAll(async () => {
    await lab.close();
    rmSync(folder, { recursive: true });
  });
  const text = policyText({ sites: [{ name: parts.site ?? 'homelab', pve: lab.pve, pbs: lab.pbs }], ...parts });
  const file = join(folder, 'holdfast.yaml');
  const write = (policy: string): void => writeFileSync(file, policy);
  write(text);
  const secrets = secretsOf(lab);
  const now = (): number => lab.world.now;
  const ports: Ports = {
    clock: { now },
    policySource: makePolicySource({ flag: file, env: {}, cwd: folder, now }),
    connect: (site) => connectSite(site, { now, readSecret: async (ref) => ({ secret: secrets[ref.slice('env:'.length)]! }) }),
    examiner: { examine: () => Promise.reject(new Error('not asked')), showCertificate: () => Promise.reject(new Error('not asked')) },
    store: memoryStore(),
    log: { info: () => {}, warn: () => {} },
  };
  return { lab, ports, write, text };
}

/** What `holdfast status` tells of the scenario. */
export async function findingsOf({ ports }: Scenario): Promise<readonly Finding[]> {
  return (await status(ports)).findings;
}
