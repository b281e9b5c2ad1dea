import { afterAll } from 'vitest';
import { startLab, type Lab, type LabOptions } from '#lab/lab.ts';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';
import { policyText, secretsOf, type PolicyText } from '#lab/scenarios/policy.ts';
import { status } from '#app/status.ts';
import type { Ports } from '#app/ports.ts';
import { makePolicySource } from '#config/policy-source.ts';
import type { Finding } from '#core/finding.ts';
import { showCertificate } from '#proxmox/certificate.ts';
import { examineSite } from '#proxmox/examine.ts';
import { connectSite, type SiteOptions } from '#proxmox/site.ts';
import { memoryStore } from '#store/memory.ts';
import { worldOf } from '#test/worlds.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A scenario of the lab with the policy written for it, its own where no parts are given, read from a file as a person would have written it. */
export type Scenario = {
  readonly lab: Lab;
  readonly ports: Ports;
  readonly write: (policy: string) => void;
  readonly text: string;
  /** What `env:NAME` of the policy gives; a test may add to it. */
  readonly secrets: Record<string, string>;
};

export async function startScenario(
  name: LabOptions['scenario'],
  parts?: Omit<PolicyText, 'sites'> & { readonly site?: string },
): Promise<Scenario> {
  const lab = await startLab({ scenario: typeof name === 'string' ? worldOf(name) : name });
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-scenario-'));
  afterAll(async () => {
    await lab.close();
    rmSync(folder, { recursive: true });
  });
  const text = parts
    ? policyText({ sites: [{ name: parts.site ?? 'homelab', pve: lab.pve, pbs: lab.pbs }], ...parts })
    : scenarioPolicy(typeof name === 'string' ? name : '', lab)!;
  const file = join(folder, 'holdfast.yaml');
  const write = (policy: string): void => writeFileSync(file, policy);
  write(text);
  const secrets = secretsOf(lab);
  const now = (): number => lab.world.now;
  // What cannot be reached is asked as often as ever, without the pauses between.
  const http = { limits: { retryMs: 1 } };
  const options: SiteOptions = { now, http, readSecret: async (ref) => ({ secret: secrets[ref.slice('env:'.length)]! }) };
  const ports: Ports = {
    clock: { now },
    policySource: makePolicySource({ flag: file, env: {}, cwd: folder, now }),
    connect: (site) => connectSite(site, options),
    // The lab's clock stands still: a grant is not waited for.
    examiner: { examine: (site) => examineSite(site, options, { waitSeconds: 0 }), showCertificate },
    store: memoryStore(),
    log: { info: () => {}, warn: () => {} },
  };
  return { lab, ports, write, text, secrets };
}

/** What `holdfast status` tells of the scenario. */
export async function findingsOf({ ports }: Scenario): Promise<readonly Finding[]> {
  return (await status(ports)).findings;
}
