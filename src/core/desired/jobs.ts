import type { Finding } from '../finding.ts';
import { KEEP_UNITS, type KeepRules } from '../retention/keep.ts';
import { spellDuration } from '../units.ts';
import type { Actual } from '../world/actual.ts';
import type { TierAtSite } from './compile.ts';
import type { ManagedObject, Settings } from './desired.ts';
import { compileCopy } from './copy.ts';
import { jobId, markedComment, notesTemplate } from './mark.ts';

type Compiled = { readonly objects: readonly ManagedObject[]; readonly findings: readonly Finding[] };

/** The jobs that make, keep and check the recovery points of a tier. */
export function compileJobs(at: TierAtSite, actual: Actual): Compiled {
  const copy = compileCopy(at, actual);
  return { objects: [backupJob(at), pruneJob(at), ...verifyJob(at), ...copy.objects], findings: copy.findings };
}

function backupJob({ site, tier, storageId }: TierAtSite): ManagedObject {
  const rate = tier.bandwidthBytesPerSecond;
  const settings: Settings = {
    pool: tier.pool,
    storage: storageId,
    schedule: tier.schedule,
    enabled: true,
    mode: tier.mode,
    'repeat-missed': true,
    'notes-template': notesTemplate(tier),
    'prune-backups': 'keep-all=1',
    ...(rate === undefined ? {} : { bwlimit: Math.max(1, Math.floor(rate / 1024)) }),
    comment: markedComment(site, tier),
  };
  const because = `tier ${tier.id} promises that no more than ${spellDuration(tier.rpoSeconds)} of work is lost`;
  return { kind: 'backup-job', server: 'pve', id: jobId(tier.id), settings, site: site.name, tier: tier.id, because };
}

/** `max-depth: 0`, or the job would prune the namespaces below with the values of this tier. */
function pruneJob({ site, tier, pbs, datastore, namespace, suffix, upkeep }: TierAtSite): ManagedObject {
  const settings: Settings = {
    store: datastore,
    ns: namespace,
    'max-depth': 0,
    schedule: upkeep.pruneSchedule,
    disable: false,
    ...keepSettings(upkeep.keep),
    comment: markedComment(site, tier),
  };
  const because = `tier ${tier.id} promises that no point goes before ${spellDuration(tier.retentionSeconds)}`;
  return { kind: 'prune-job', server: pbs.name, id: jobId(tier.id, suffix), settings, site: site.name, tier: tier.id, because };
}

/** `{ daily: 30 }` → `{ 'keep-daily': 30 }` */
export function keepSettings(keep: KeepRules): Settings {
  return Object.fromEntries(KEEP_UNITS.flatMap((unit) => (keep[unit] === undefined ? [] : [[`keep-${unit}`, keep[unit]]])));
}

function verifyJob({ site, tier, pbs, datastore, namespace, suffix, upkeep }: TierAtSite): ManagedObject[] {
  if (!tier.verify || !upkeep.verify) return [];
  const settings: Settings = {
    store: datastore,
    ns: namespace,
    'max-depth': 0,
    schedule: upkeep.verify.schedule,
    'ignore-verified': true,
    'outdated-after': upkeep.verify.outdatedAfterDays,
    comment: markedComment(site, tier),
  };
  const because = `tier ${tier.id} promises that each point is read again every ${spellDuration(tier.verify.everySeconds)}`;
  return [{ kind: 'verify-job', server: pbs.name, id: jobId(tier.id, suffix), settings, site: site.name, tier: tier.id, because }];
}
