import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startLab } from '#lab/lab.ts';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';
import { secretsOf } from '#lab/scenarios/policy.ts';
import type { World } from '#lab/world.ts';
import { apply } from '#app/apply.ts';
import { plan } from '#app/plan.ts';
import type { Ports } from '#app/ports.ts';
import { loadPolicy } from '#config/policy-source.ts';
import { connectSite } from '#proxmox/site.ts';
import { memoryStore } from '#store/memory.ts';
import { worldOf } from '#test/worlds.ts';

/** Not fleet-10k: looking at its 600,000 snapshots is what the bench is for. */
const SCENARIOS = ['adr-005', 'healthy-30', 'messy-homelab', 'two-sites'];

/** All that is not Holdfast's: jobs without its mark, every namespace's points, guests, other storages, remotes, datastore settings. */
function strangers({ pve, pbs }: World): unknown {
  const isOurs = (id: string, comment: unknown): boolean => id.startsWith('hf-') && String(comment).startsWith('[holdfast]');
  return {
    pve: Object.entries(pve).map(([name, { jobs, guests, storages }]) => ({
      name,
      jobs: Object.entries(jobs).filter(([id, { config }]) => !isOurs(id, config['comment'])),
      guests,
      storages: Object.entries(storages).filter(([id]) => !id.startsWith('pbs-tier-')),
    })),
    pbs: Object.entries(pbs).map(([name, { jobs, remotes, datastores, trafficControls }]) => ({
      name,
      jobs: Object.values(jobs).map((byId) => Object.entries(byId).filter(([id, job]) => !isOurs(id, job['comment']))),
      remotes,
      trafficControls,
      stores: Object.values(datastores).map(({ config, namespaces }) => ({
        config,
        points: Object.entries(namespaces).filter(([, { groups }]) => Object.keys(groups).length > 0),
      })),
    })),
  };
}

describe('apply on every scenario, with everything allowed', () => {
  for (const scenario of SCENARIOS) {
    test(`${scenario}: foreign jobs, namespaces and snapshots are byte for byte as they were, and nothing is left to do`, async () => {
      const lab = await startLab({ scenario: worldOf(scenario) });
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-every-'));
      try {
        writeFileSync(join(folder, 'holdfast.yaml'), scenarioPolicy(scenario, lab)!);
        const secrets = secretsOf(lab);
        const ports: Pick<Ports, 'clock' | 'policySource' | 'connect' | 'store' | 'log'> = {
          clock: { now: () => lab.world.now },
          policySource: { load: async () => loadPolicy('holdfast.yaml', folder, lab.world.now) },
          connect: (site) =>
            connectSite(site, { now: () => lab.world.now, readSecret: async (ref) => ({ secret: secrets[ref.slice(4)]! }) }),
          store: memoryStore(),
          log: { info: () => {}, warn: () => {} },
        };
        const before = JSON.stringify(strangers(lab.world));
        const everything = new Set<string>();
        everything.has = () => true;
        const applied = await apply(ports as Ports, { allow: everything, confirm: async () => true });
        expect(applied.outcome === 'failed' ? applied.error.message : applied.outcome).toBe('applied');
        expect(JSON.stringify(strangers(lab.world))).toBe(before);
        const again = await plan(ports as Ports);
        expect(
          again.outcome === 'planned' && again.drawn.plan.steps.map(({ action, id, because }) => `${action} ${id}: ${because}`),
        ).toEqual([]);
      } finally {
        rmSync(folder, { recursive: true });
        await lab.close();
      }
    });
  }
});
