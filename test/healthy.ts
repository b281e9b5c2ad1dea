import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assess, type AssessInput } from '#core/assess/assess.ts';
import { markedComment } from '#core/desired/mark.ts';
import type { Policy, Site, Tier } from '#core/policy/policy.ts';
import type { BackupGroup, NamespaceActual, Observed, PbsActual, PveActual } from '#core/world/actual.ts';
import {
  deepFreeze,
  makeActual,
  makeBackupJob,
  makeBackupTask,
  makeGroup,
  makeGuest,
  makePbs,
  makePbsStorage,
  makePolicy,
  makePool,
  makePruneJob,
  makePve,
  makeSite,
  makeSnapshot,
  makeTier,
  makeUpid,
  makeVerifyJob,
  NOW,
  seen,
} from './make.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** What is wrong with a site on which otherwise all is well. */
export type Wrong = {
  readonly tier?: Partial<Tier>;
  readonly policy?: Partial<Policy>;
  readonly site?: Partial<Site>;
  readonly pve?: Partial<PveActual>;
  readonly pbs?: Partial<PbsActual>;
  /** What lies in the namespace of tier 1. */
  readonly groups?: Observed<readonly BackupGroup[]>;
  /** Further namespaces, and further servers. */
  readonly namespaces?: readonly NamespaceActual[];
  readonly servers?: readonly PbsActual[];
  readonly now?: number;
};

/** Guest 101 as a healthy site has it: in the pool of tier 1. */
export const GUEST = makeGuest({ pool: 'tier-1', createdAt: NOW - 400 * DAY });

/** Points of the last nights at 02:00, each read by the server that keeps it; the newest is ten hours old, the oldest first. */
export const POINTS = deepFreeze(
  [5, 4, 3, 2, 1].map((nights) => {
    const at = NOW - (nights - 1) * DAY - 11 * HOUR;
    return makeSnapshot({ at, verification: { state: 'ok', upid: verifyUpid(at + 3 * HOUR), at: at + 3 * HOUR } });
  }),
);

/** `UPID:pbs:…:verificationjob:main\x3ahf-tier-1:root@pam:` of the server itself. */
export function verifyUpid(at: number, node = 'pbs'): string {
  return `UPID:${node}:00000BE1:0001E8B1:00000001:${at.toString(16).toUpperCase()}:verificationjob:main\\x3ahf\\x2dtier\\x2d1:root@pam:`;
}

export const GROUP = makeGroup({ snapshots: POINTS });

/** The jobs of tier 1 as Holdfast makes them. */
export function healthyJobs(tier: Tier) {
  const comment = markedComment(makeSite(), tier);
  const place = { id: 'hf-tier-1', comment, namespace: 'home/tier-1', maxDepth: 0 };
  return {
    backup: makeBackupJob({
      id: 'hf-tier-1',
      comment,
      schedule: '02:00',
      selection: { by: 'pool', pool: 'tier-1' },
      storage: 'pbs-tier-1',
    }),
    prune: makePruneJob({ ...place, schedule: '05:30', keep: { last: 33 } }),
    verify: makeVerifyJob({ ...place, schedule: '05:00', outdatedAfterDays: 28 }),
  };
}

/** One guest in one tier, saved and read every night, nothing to tell; but for what is wrong with it. */
export function healthy(wrong: Wrong = {}): AssessInput {
  const tier = makeTier({ verify: { withinSeconds: DAY, everySeconds: 30 * DAY }, ...wrong.tier });
  const jobs = healthyJobs(tier);
  const { log, ...task } = makeBackupTask({ 101: 600 }, { startedAt: NOW - 11 * HOUR });
  const frozen = log!.guests.map((guest) => ({ ...guest, freeze: 'done' }));
  const pve = makePve({
    guests: seen([GUEST]),
    pools: seen([makePool({ vmids: [101] })]),
    storages: seen([makePbsStorage()]),
    backupJobs: seen([jobs.backup]),
    backupTasks: seen([{ ...task, log: { ...log!, guests: frozen } }]),
    ...wrong.pve,
  });
  const places: NamespaceActual[] = [
    { datastore: 'main', namespace: 'home', groups: seen([]) },
    { datastore: 'main', namespace: 'home/tier-1', groups: wrong.groups ?? seen([GROUP]) },
    ...(wrong.namespaces ?? []),
  ];
  const verified = makeUpid({
    text: verifyUpid(NOW - 8 * HOUR),
    product: 'pbs',
    node: 'pbs',
    type: 'verificationjob',
    startedAt: NOW - 8 * HOUR,
  });
  const pbs = makePbs({
    namespaces: places,
    pruneJobs: seen([jobs.prune]),
    verifyJobs: seen([jobs.verify]),
    tasks: seen([{ upid: verified, endedAt: NOW - 7 * HOUR, status: 'OK' }]),
    ...wrong.pbs,
  });
  const policy = makePolicy({ tiers: [tier], ...wrong.policy });
  return { policy, site: makeSite(wrong.site), actual: makeActual({ pve, pbs: [pbs, ...(wrong.servers ?? [])] }), now: wrong.now ?? NOW };
}

/** What is wrong, and what is told of it: `HF-NO-JOB vm/101`. A twin on which the same thing is well tells nothing. */
export type HazardRow = { readonly name: string; readonly wrong: Wrong; readonly told: readonly string[] };

/** Each row told as it says, and nothing beside it. */
export function testHazards(rows: readonly HazardRow[]): void {
  for (const { name, wrong, told } of rows) {
    test(`${told[0]?.split(' ')[0] ?? 'silent'}: ${name}`, () => {
      const { findings } = assess(healthy(wrong));
      const lines = findings.map(({ code, at }) => `${code} ${at.replace(/^home: /, '').replace(/^(vm|ct)\/(\d+) .*/, '$1/$2')}`);
      assert.deepEqual(lines.toSorted(), told.toSorted(), JSON.stringify(findings, null, 1));
      for (const { code, problem, why, fix } of findings) {
        // Who reads a finding can do something at once: a command, or a line of the policy.
        assert.match(fix, /\n {4}\S/, code);
        for (const text of [problem, why, fix]) assert.doesNotMatch(text, /undefined|NaN|\[object|…/, code);
      }
    });
  }
}
