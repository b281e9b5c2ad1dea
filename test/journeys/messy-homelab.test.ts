import { expect, test } from 'vitest';
import { MESSY_ASSIGN, MESSY_TIERS } from '#lab/scenarios/messy-homelab.ts';
import { MESSY_PLANTED } from '#lab/scenarios/messy-plants.ts';
import { findingsOf, startScenario } from './scenario.ts';

/** The finding that tells of a planted hazard. The scenario names hazards in its own words, on purpose. */
const CODES: Readonly<Record<string, string>> = {
  'no-tier': 'HF-UNASSIGNED',
  'two-rules': 'HF-TWO-RULES',
  'pool-disagrees': 'HF-POOL-DISAGREES',
  'no-enabled-job': 'HF-NO-JOB',
  'disk-left-out': 'HF-DISK-LEFT-OUT',
  'shared-disk-torn': 'HF-TORN',
  'pbs-into-itself': 'HF-PBS-INSIDE',
  'one-failure-domain': 'HF-ONE-GROUND',
  'key-inside': 'HF-KEY-INSIDE',
  'default-prune': 'HF-PRUNE-UNDERCUTS',
  'pve-prune': 'HF-PRUNE-PVE',
  'two-jobs-one-group': 'HF-TWO-JOBS',
  'foreign-owner': 'HF-OWNER',
  'vmid-reused': 'HF-VMID-REUSED',
  'agent-missing': 'HF-AGENT-MISSING',
  'mount-point-left-out': 'HF-MOUNT-LEFT-OUT',
  orphan: 'HF-ORPHAN',
  detached: 'HF-DETACHED',
  'zone-differs': 'HF-ZONE-DIFFERS',
  'clock-differs': 'HF-CLOCK-DIFFERS',
  'datastore-full': 'HF-DATASTORE-FULL',
  'verification-old': 'HF-VERIFY-OLD',
  'offsite-old': 'HF-OFFSITE-OLD',
  'copy-unseen': 'HF-COPY-UNSEEN',
  unencrypted: 'HF-UNENCRYPTED',
  diskless: 'HF-DISKLESS',
  corrupt: 'HF-CORRUPT',
  'inherited-verification': 'HF-VERIFY-INHERITED',
  'two-syncs-vanish': 'HF-SYNC-VANISH',
  'job-without-storage': 'HF-JOB-DANGLING',
  'never-runs': 'HF-JOB-NEVER',
  'misread-event': 'HF-EVENT-MISREAD',
  'freeze-skipped': 'HF-FREEZE-SKIPPED',
  'rto-too-slow': 'HF-RTO',
  leftover: 'HF-LEFTOVER',
  'every-run-fails': 'HF-LOCKED',
};

/** Hazards that show on another object than the one they were planted on. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'one-failure-domain': 'vm/307 pbs',
  detached: 'group vm/202',
  'copy-unseen': 'copy of tier 4',
};

const scenario = await startScenario('messy-homelab', { tiers: MESSY_TIERS, assign: MESSY_ASSIGN });

test('messy-homelab: every planted hazard is found where it was planted, and nothing else is told', async () => {
  const told = (await findingsOf(scenario)).map(({ code, at }) => `${code} ${at}`);
  const missed: string[] = [];
  const left = new Set(told);
  for (const { hazard, where } of MESSY_PLANTED) {
    const spot = ELSEWHERE[hazard] ?? where.id;
    const found = told.filter((line) => line.startsWith(`${CODES[hazard]} `) && line.includes(spot));
    if (found.length !== 1) missed.push(`${hazard} on ${where.kind} ${where.id}: ${found.length} findings ${CODES[hazard]} at ${spot}`);
    for (const line of found) left.delete(line);
  }
  expect(missed).toEqual([]);
  expect([...left]).toEqual([]);
});
