import { expect, test } from 'vitest';
import { MESSY_ASSIGN, MESSY_TIERS } from '#lab/scenarios/messy-homelab.ts';
import type { World } from '#lab/world.ts';
import { apply } from '#app/apply.ts';
import { plan } from '#app/plan.ts';
import { findingsOf, startScenario } from './scenario.ts';

const DAY = 86_400;
const scenario = await startScenario('messy-homelab', { tiers: MESSY_TIERS, assign: MESSY_ASSIGN });

/** What a person writes into the policy who follows the fixes that are about it. */
function mendPolicy(text: string): string {
  return text
    .replace('assign:\n', () => {
      const none = '{ tier: none, guests: [307], reason: "restored from its own configuration", until: 2027-06-01 }';
      return `assign:\n  - ${none}\n  - { tier: 2, tags: [misc] }\n`;
    })
    .concat(
      'assume: { restoreRate: 500MiB/s }\n',
      'exceptions:\n',
      '  - { finding: HF-KEY-INSIDE, on: "storage pbs-tier-3", reason: "the printed key lies in the safe", until: 2027-06-01 }\n',
      '  - { finding: HF-COPY-UNSEEN, on: "copy of tier 4", reason: "its owner reports what lies there", until: 2027-06-01 }\n',
    );
}

/** What the commands that the fixes name do on the servers, where no endpoint of the lab does it. */
function mendServers(world: World): void {
  const pve = world.pve['pve']!;
  const pbs = world.pbs['pbs']!;
  const main = pbs.datastores['main']!;
  const set = (vmid: number, key: string, edit: (value: string) => string): void => {
    const { config } = pve.guests[vmid]!;
    config[key] = edit(String(config[key] ?? ''));
  };
  const taken = (value: string): string => value.replace(',backup=0', '').concat(',backup=1');
  // qm set, pct set, qm unlock
  set(302, 'tags', () => 'critical');
  for (const [vmid, key] of [
    [305, 'scsi1'],
    [306, 'scsi1'],
    [316, 'mp0'],
    [325, 'scsi0'],
  ] as const)
    set(vmid, key, taken);
  set(
    1306,
    Object.keys(pve.guests[1306]!.config).find((key) => String(pve.guests[1306]!.config[key]).includes('vm-1306-disk-0'))!,
    (value) => `${value.replace(/,backup=\d/, '')},backup=0`,
  );
  set(307, 'scsi1', (value) => value.replace('local-zfs:', 'other-disks:'));
  set(315, 'agent', () => 'enabled=1');
  delete pve.guests[335]!.config['lock'];
  // systemctl enable --now qemu-guest-agent
  for (const vmid of [315, 331]) pve.guests[vmid]!.agentAfterSeconds = 30;
  // pvesm set, pvesh delete, pvesh set
  Object.assign(pve.storages['pbs-tier-5']!.config, { 'prune-backups': 'keep-all=1' });
  for (const job of ['ghost', 'second-nightly']) delete pve.jobs[job];
  pve.jobs['workdays']!.config['schedule'] = 'mon..fri 22:00';
  // timedatectl, chronyc
  pbs.timeZone = 'Europe/Vienna';
  pve.nodes['pve2']!.clockAheadSeconds = 0;
  // proxmox-backup-manager
  pbs.jobs.prune['default-main']!['disable'] = true;
  delete pbs.jobs.prune['someday'];
  pbs.jobs.sync['mirror-b']!['remove-vanished'] = false;
  pbs.datastores['small']!.totalBytes *= 4;
  // change-owner, and what a person removes by hand
  const tier = (id: number) => main.namespaces[`homelab/tier-${id}`]!.groups;
  const writer = tier(1)['vm/201']!.owner;
  tier(1)['vm/312']!.owner = writer;
  delete tier(2)['vm/917'];
  delete main.namespaces['homelab/old'];
  const reborn = tier(2)['vm/313']!;
  reborn.snapshots = reborn.snapshots.filter(({ time }) => time > world.now - 20 * DAY);
  const secret = tier(3)['vm/205']!;
  secret.snapshots = secret.snapshots.filter(({ fingerprint }) => fingerprint !== undefined);
  // With its last snapshot a group goes.
  for (const groups of [tier(2), tier(3)])
    for (const name of Object.keys(groups)) if (groups[name]!.snapshots.length === 0) delete groups[name];
}

/** Verifies everything again on the server that keeps it; what is corrupt stays corrupt. */
function verifyAll(world: World): void {
  const pbs = world.pbs['pbs']!;
  const upid = `UPID:${pbs.node}:00000BE1:0001E8B1:00000001:${world.now.toString(16).toUpperCase()}:verify:main:root@pam:`;
  for (const namespace of Object.values(pbs.datastores['main']!.namespaces)) {
    for (const { snapshots } of Object.values(namespace.groups)) {
      for (const snapshot of snapshots) {
        // A backup of the same data brought the lost chunk back.
        delete snapshot.corrupt;
        if (snapshot.state === 'finished') snapshot.verification = { state: 'ok', upid };
      }
    }
  }
  const run = pbs.jobRuns['sync:hf-tier-4']!;
  Object.assign(run, { startedAt: world.now - 600, endedAt: world.now, status: 'OK' });
}

test('messy-homelab, repaired by following each printed fix, ends clean', async () => {
  scenario.write(mendPolicy(scenario.text));
  mendServers(scenario.lab.world);
  const planned = await plan(scenario.ports);
  if (planned.outcome !== 'planned') throw new Error(JSON.stringify(planned.findings));
  const allow = new Set(planned.drawn.plan.steps.flatMap(({ weakening }) => weakening ?? []));
  const applied = await apply(scenario.ports, { allow, confirm: async () => true });
  expect(applied.outcome === 'failed' ? applied.error.message : applied.outcome).toBe('applied');
  // Guest 303 has the pool of its tier now; what was saved in the other tier's place, a person takes away.
  delete scenario.lab.world.pbs['pbs']!.datastores['main']!.namespaces['homelab/tier-5']!.groups['vm/303'];
  scenario.lab.advance(35 * DAY);
  verifyAll(scenario.lab.world);
  const told = (await findingsOf(scenario)).map(({ code, at, problem }) => `${code} ${at}: ${problem}`);
  expect(told).toEqual([]);
});
