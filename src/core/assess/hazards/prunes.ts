import { parseEvent } from '../../calendar/event.ts';
import { nextRun } from '../../calendar/next.ts';
import { zoneRules, type ZoneRules } from '../../calendar/zone.ts';
import { isOurs, readMark } from '../../desired/mark.ts';
import type { Finding } from '../../finding.ts';
import { KEEP_UNITS, type KeepRules } from '../../retention/keep.ts';
import { prune } from '../../retention/prune.ts';
import { spellDuration, spellInstant, type UnixSeconds } from '../../units.ts';
import type { BackupGroup, PbsActual, PruneJob } from '../../world/actual.ts';
import { reaches, spellNamespace } from '../../world/namespace.ts';
import type { TierHere } from '../tier-here.ts';
import { listOf, onObject, storagesOf, type Hazard, type Surroundings } from './context.ts';

/** Prunes that take away what was promised: others' over a tier's namespace, PVE's own, and the tier's own once somebody changed it. */
export const pruneHazards: Hazard = (around) => [
  ...around.actual.pbs.flatMap((server) => listOf(server.pruneJobs).flatMap((job) => undercut(around, server, job))),
  ...[...around.tiers.values()].flatMap((here) => storagesOf(around, here).flatMap(({ id, keep }) => pruneOfPve(around, here, id, keep))),
];

function pruneOfPve(around: Surroundings, { tier }: TierHere, storage: string, keep: KeepRules | undefined): Finding[] {
  if (!keep || isEmpty(keep)) return [];
  return [
    onObject(around, `storage ${storage}`, {
      severity: 'error',
      code: 'HF-PRUNE-PVE',
      touches: [tier.id],
      problem: `PVE itself prunes what tier ${tier.id} keeps, by ${spellKeep(keep)}`,
      why: 'of two prunes the stricter wins, and only the one on PBS was proved',
      fix: `take it away:\n    pvesm set ${storage} --prune-backups keep-all=1`,
    }),
  ];
}

function undercut(around: Surroundings, server: PbsActual, job: PruneJob): Finding[] {
  if (job.disabled || isEmpty(job.keep)) return [];
  const covered = [...around.tiers.values()].filter(
    ({ place }) => place?.pbs === server.name && place.datastore === job.datastore && reaches(job, place.namespace),
  );
  const own = isOurs(job.id, job.comment) ? readMark(job.comment)?.tier : undefined;
  const others = covered.filter(({ tier }) => tier.id !== own);
  const early = covered.flatMap((here) => firstTooEarly(around, server, job, here) ?? []);
  const [first] = early;
  if (others.length === 0 && !first) return [];
  const depth = job.maxDepth === undefined ? 'and everything below ' : '';
  const reach = `It prunes ${spellNamespace(job)} ${depth}by ${spellKeep(job.keep)}, ${covered.length === 1 ? 'tier' : 'tiers'} ${covered.map(({ tier }) => tier.id).join(', ')} among it`;
  return [
    onObject(around, `prune job ${job.id} on PBS ${server.name}`, {
      severity: first ? 'error' : 'warning',
      code: 'HF-PRUNE-UNDERCUTS',
      problem: first ? `${reach}: ${first.what}` : reach,
      touches: early.map(({ tier }) => tier),
      why: 'of two prunes the stricter wins: points go before the date that was promised',
      fix:
        own === undefined
          ? `disable it, or keep it out of the tiers' namespaces with max-depth:\n    proxmox-backup-manager prune-job update ${job.id} --disable true`
          : 'let Holdfast set what was proved:\n    holdfast plan\n    holdfast apply',
    }),
  ];
}

/**
 * A point of the tier that the job's next run would take before its age, by PBS's own rules and in its zone; of a job without one, a run
 * now. Of points that will have their age by then nothing is said: after a tier runs less often, keep-hourly takes the many of before.
 */
function firstTooEarly(
  around: Surroundings,
  server: PbsActual,
  job: PruneJob,
  { tier, groups }: TierHere,
): { readonly tier: number; readonly what: string } | undefined {
  if (!groups.known) return undefined;
  const { now, site } = around;
  const year = 366 * 86_400;
  const zone = zoneRules(server.node.known ? server.node.value.timeZone : site.timeZone, now - 20 * year, now + year);
  if (!zone) return undefined;
  const event = job.schedule === undefined ? undefined : parseEvent(job.schedule.trim());
  const runsAt = (event?.ok && nextRun(event.event, zone, now)) || now;
  const first = groups.byName
    .values()
    .map((group) => ({ group, at: tooEarlyIn(group, job.keep, { zone, youngestAt: runsAt - tier.retentionSeconds }) }))
    .find(({ at }) => at !== undefined);
  if (first?.at === undefined) return undefined;
  const { group, at } = first;
  const when = runsAt === now ? 'a run now' : `its run of ${spellInstant(runsAt, site.timeZone)}`;
  const what = `${when} takes the point of ${group.type}/${group.id} of ${spellInstant(at, site.timeZone)}, promised is that it stays ${spellDuration(tier.retentionSeconds)}`;
  return { tier: tier.id, what };
}

function tooEarlyIn(
  { snapshots }: BackupGroup,
  keep: KeepRules,
  { zone, youngestAt }: { readonly zone: ZoneRules; readonly youngestAt: UnixSeconds },
): UnixSeconds | undefined {
  // The usual case, and the cheap one: keep-last keeps at least so many, and what lies behind them is old enough.
  const behind = snapshots.at(-1 - (keep.last ?? 0));
  if (!behind || behind.at <= youngestAt) return undefined;
  const finished = snapshots.filter(({ sizeBytes }) => sizeBytes !== undefined);
  return prune(finished, keep, zone).findLast(({ at, mark }) => mark === 'removed' && at > youngestAt)?.at;
}

function isEmpty(keep: KeepRules): boolean {
  return KEEP_UNITS.every((unit) => keep[unit] === undefined);
}

function spellKeep(keep: KeepRules): string {
  return KEEP_UNITS.filter((unit) => keep[unit] !== undefined)
    .map((unit) => `keep-${unit} ${keep[unit]}`)
    .join(', ');
}
