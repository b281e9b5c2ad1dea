import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { status } from '#app/status.ts';
import type { Ports } from '#app/ports.ts';
import { makePolicySource } from '#config/policy-source.ts';
import { startLab, type Lab } from '#lab/lab.ts';
import { scenarioPolicy } from '#lab/scenarios/policies.ts';
import { secretsOf } from '#lab/scenarios/policy.ts';
import { writePolicy } from '#lab/scenarios/write.ts';
import { live } from '#lab/pve/incidents.ts';
import { connectSite } from '#proxmox/site.ts';
import { memoryStore } from '#store/memory.ts';
import { worldOf } from '#test/worlds.ts';

const DAY = 86_400;
/** RPO and grace of the scenario's tiers. */
const PROMISED: Readonly<Record<number, number>> = { 1: DAY + 7200, 2: 7 * DAY + 7200, 3: 31 * DAY + 7200, 4: 92 * DAY + 7200 };

function portsOf(lab: Lab, folder: string): Ports {
  const secrets = secretsOf(lab);
  const file = writePolicy(folder, lab, scenarioPolicy('two-sites', lab)!);
  const now = (): number => lab.world.now;
  const never = () => Promise.reject(new Error('not asked'));
  return {
    clock: { now },
    policySource: makePolicySource({ flag: file, env: {}, cwd: folder, now }),
    connect: (site) => connectSite(site, { now, readSecret: async (ref) => ({ secret: secrets[ref.split('/').at(-1)!.toUpperCase()]! }) }),
    examiner: { examine: never, showCertificate: never },
    store: memoryStore(),
    log: { info: () => {}, warn: () => {} },
  };
}

/** The truth, read from the lab's own memory: when the newest snapshot that can be restored began. */
function newestGood(lab: Lab, site: string, tier: number, vmid: number): number | undefined {
  const group = lab.world.pbs['pbs']!.datastores['main']!.namespaces[`${site}/tier-${tier}`]!.groups[`vm/${vmid}`];
  return group?.snapshots.findLast(
    ({ state, corrupt, files }) => state === 'finished' && !corrupt && files.some(({ filename }) => filename.endsWith('.fidx')),
  )?.time;
}

test(
  'a quarter of incidents: nothing is green without a point that is young enough, and calm brings everything back',
  { timeout: 120_000 },
  async () => {
    const lab = await startLab({ scenario: worldOf('two-sites') });
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-incidents-'));
    try {
      const ports = portsOf(lab, folder);
      const wrong: string[] = [];
      const seen = new Map<string, number>();
      for (let step = 0; step < 360; step += 1) {
        live(lab.world, 5, step);
        if (step % 12 !== 0) continue;
        const faults = lab.world.faults.splice(0);
        lab.world.pve['office']!.nodes['office1']!.online = true;
        const found = await status(ports);
        if (found.outcome !== 'assessed') throw new Error('the policy is invalid');
        for (const { site, guests } of found.assessments) {
          for (const { vmid, tier, posture } of guests) {
            seen.set(posture, (seen.get(posture) ?? 0) + 1);
            const newest = newestGood(lab, site, tier!, vmid);
            const young = newest !== undefined && lab.world.now - newest <= PROMISED[tier!]!;
            if (posture === 'protected' && !young) wrong.push(`${site}/${vmid} at step ${step}: green over ${newest}`);
          }
        }
        lab.world.faults.push(...faults);
      }
      expect(wrong).toEqual([]);
      expect([...seen.keys()]).toEqual(expect.arrayContaining(['protected', 'broken']));
      lab.world.faults.length = 0;
      for (const guest of Object.values(lab.world.pve['office']!.guests)) {
        delete guest.config['lock'];
        guest.runningSince ??= lab.world.now;
      }
      lab.advance(100 * DAY);
      const calm = await status(ports);
      expect(calm.outcome === 'assessed' && calm.assessments.flatMap(({ guests }) => guests.map(({ posture }) => posture))).toEqual(
        Array.from({ length: 8 }, () => 'protected'),
      );
    } finally {
      await lab.close();
      rmSync(folder, { recursive: true });
    }
  },
);
