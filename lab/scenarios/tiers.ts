import { addDatastore, addNamespace, type PbsState } from '../pbs/state.ts';
import type { PveState } from '../pve/state.ts';
import { secretOf, TOKENS } from './access.ts';

/** A tier as a scenario's policy writes it, and what Holdfast makes of it: the two are held together by a test. */
export type ScenarioTier = {
  readonly id: number;
  readonly name: string;
  readonly rpo: string;
  readonly grace: string;
  readonly rto: string;
  readonly retention: string;
  readonly schedule: string;
  readonly keepLast: number;
  readonly pruneSchedule: string;
  readonly verify: { readonly within: string; readonly every: string; readonly schedule: string; readonly outdatedAfterDays: number };
  readonly encryption?: boolean;
  readonly consistency?: 'filesystem';
  readonly offsite?: { readonly remote: string; readonly within: string; readonly schedule: string };
  /** Digest of the promise, as it stands in comments and notes. */
  readonly version: string;
};

/** The four tiers of ADR-005 in their numbers, without locks and drills. */
export const SCENARIO_TIERS: readonly ScenarioTier[] = [
  {
    id: 1,
    name: 'Critical production',
    rpo: '24h',
    grace: '2h',
    rto: '4h',
    retention: '30d',
    schedule: '04:00',
    keepLast: 33,
    pruneSchedule: '05:30',
    verify: { within: '1d', every: '30d', schedule: '7,19:00', outdatedAfterDays: 28 },
    version: '8326ea64',
  },
  {
    id: 2,
    name: 'Standard application',
    rpo: '7d',
    grace: '2h',
    rto: '24h',
    retention: '12w',
    schedule: 'sun 05:00',
    keepLast: 14,
    pruneSchedule: '06:30',
    verify: { within: '2d', every: '30d', schedule: '07:00', outdatedAfterDays: 27 },
    version: 'c3b26108',
  },
  {
    id: 3,
    name: 'Development and testing',
    rpo: '30d',
    grace: '1d2h',
    rto: '48h',
    retention: '90d',
    schedule: '*-1 22:00',
    keepLast: 5,
    pruneSchedule: '23:30',
    verify: { within: '7d', every: '90d', schedule: '07:00', outdatedAfterDays: 87 },
    version: '9b4ece1d',
  },
  {
    id: 4,
    name: 'Cache and temporary',
    rpo: '90d',
    grace: '2d2h',
    rto: '1w',
    retention: '180d',
    schedule: '*-1,4,7,10-1 23:30',
    keepLast: 4,
    pruneSchedule: '05:30',
    verify: { within: '7d', every: '90d', schedule: '07:00', outdatedAfterDays: 87 },
    version: '344a0458',
  },
];

export type Placed = {
  readonly now: number;
  readonly site: string;
  readonly pve: PveState;
  readonly pbs: PbsState;
  readonly pbsName: string;
  readonly tiers: readonly ScenarioTier[];
  /** Ids of jobs on a PBS that another site uses too. */
  readonly suffix?: string;
};

/** Everything that Holdfast makes for tiers at a site: pools, namespaces, storages, and the jobs on both servers. */
export function placeTiers({ now, site, pve, pbs, pbsName, tiers, suffix }: Placed): void {
  const datastore = pbs.datastores['main'] ?? addDatastore(pbs, 'main');
  for (const tier of tiers) {
    const comment = `[holdfast] ${site}: tier ${tier.id}, policy ${tier.version}`;
    const namespace = `${site}/tier-${tier.id}`;
    const jobId = suffix === undefined ? `hf-tier-${tier.id}` : `hf-tier-${tier.id}-${suffix}`;
    addNamespace(datastore, namespace);
    const pool = (pve.pools[`tier-${tier.id}`] ??= { vmids: [], storages: [] });
    pool.comment = comment;
    pve.storages[`pbs-tier-${tier.id}`] = {
      type: 'pbs',
      config: {
        content: 'backup',
        server: pbs.host,
        datastore: 'main',
        namespace,
        username: TOKENS.backup,
        fingerprint: `pbs:${pbsName}`,
        'prune-backups': 'keep-all=1',
      },
      password: secretOf(pbs.access, TOKENS.backup),
    };
    pve.jobs[`hf-tier-${tier.id}`] = {
      config: {
        enabled: 1,
        pool: `tier-${tier.id}`,
        storage: `pbs-tier-${tier.id}`,
        schedule: tier.schedule,
        mode: 'snapshot',
        'repeat-missed': 1,
        'notes-template': `{{guestname}} {{node}} {{vmid}} hf:tier=${tier.id},policy=${tier.version}`,
        'prune-backups': { 'keep-all': 1 },
        comment,
      },
      consideredAt: now,
    };
    const common = { store: 'main', ns: namespace, 'max-depth': 0, comment };
    pbs.jobs.prune[jobId] = { id: jobId, ...common, schedule: tier.pruneSchedule, disable: false, 'keep-last': tier.keepLast };
    pbs.jobs.verify[jobId] = {
      id: jobId,
      ...common,
      schedule: tier.verify.schedule,
      'ignore-verified': true,
      'outdated-after': tier.verify.outdatedAfterDays,
    };
    for (const kind of ['prune', 'verify']) pbs.jobRuns[`${kind}:${jobId}`] = { changedAt: now };
  }
}
