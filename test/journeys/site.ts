import { afterAll } from 'vitest';
import { startLab, type Lab, type LabOptions } from '#lab/lab.ts';
import { secretsOf, SECRET_NAMES } from '#lab/scenarios/policy.ts';
import type { World } from '#lab/world.ts';
import type { Ports, Store } from '#app/ports.ts';
import type { Policy } from '#core/policy/policy.ts';
import { showCertificate } from '#proxmox/certificate.ts';
import { examineSite } from '#proxmox/examine.ts';
import { connectSite, type SiteOptions } from '#proxmox/site.ts';
import { memoryStore } from '#store/memory.ts';
import { makePbsAccess, makePolicy, makeSite } from '#test/make.ts';

/** A lab over HTTPS, a policy whose one site is that lab, and ports that reach it. */
export type Journey = {
  readonly lab: Lab;
  /** Site `home` at the lab's addresses; tiers and rules as given. */
  readonly policy: (parts: Pick<Policy, 'tiers' | 'assign'>, site?: Partial<Policy['sites'][number]>) => Policy;
  readonly ports: (policy: Policy, secrets?: Readonly<Record<string, string>>) => Ports & { readonly store: Store };
  readonly save: () => World;
  readonly restore: (saved: World) => void;
};

/** Starts a scenario for the tests of one file; it is closed after them. Over one connection requests follow each other, the same in each run. */
export async function startJourney(scenario: LabOptions['scenario'], connections = 6): Promise<Journey> {
  const lab = await startLab({ scenario });
  afterAll(() => lab.close());
  const tokens = secretsOf(lab);
  const optionsWith = (secrets: Readonly<Record<string, string>>): SiteOptions => ({
    now: () => lab.world.now,
    readSecret: async (ref) => ({ secret: { ...tokens, ...secrets }[ref.slice('env:'.length)]! }),
    http: { limits: { retries: 0, connectMs: 2000, connections } },
  });
  return {
    lab,
    policy: (parts, site = {}) => makePolicy({ ...parts, sites: [makeSite({ ...addresses(lab), ...site })] }),
    ports: (policy, secrets = {}) => ({
      clock: { now: () => lab.world.now },
      policySource: { load: async () => ({ policy, findings: [], file: 'holdfast.yaml' }) },
      connect: (site) => connectSite(site, optionsWith(secrets)),
      examiner: { examine: (site, wait) => examineSite(site, optionsWith(secrets), wait), showCertificate },
      store: memoryStore(),
      log: { info: () => {}, warn: () => {} },
    }),
    save: () => structuredClone(lab.world),
    restore: (saved) => void Object.assign(lab.world, structuredClone(saved)),
  };
}

function addresses({ pve, pbs }: Lab): Pick<Policy['sites'][number], 'pve' | 'pbs' | 'storages'> {
  return {
    pve: { urls: [pve.url], fingerprint: pve.fingerprint, token: `env:${SECRET_NAMES.pve}`, applyToken: `env:${SECRET_NAMES.pveApply}` },
    pbs: [
      makePbsAccess({
        urls: [pbs.url],
        fingerprint: pbs.fingerprint,
        token: `env:${SECRET_NAMES.pbs}`,
        applyToken: `env:${SECRET_NAMES.pbsApply}`,
      }),
    ],
    storages: { backupToken: `env:${SECRET_NAMES.backup}` },
  };
}
