import { capital, type Finding } from '../finding.ts';
import type { GroupPlace, LedgerPoint } from '../memory/record.ts';
import type { Site } from '../policy/policy.ts';
import { spellInstant, type UnixSeconds } from '../units.ts';
import type { Guest } from '../world/actual.ts';
import { spellPlace } from './place.ts';
import { NO_TASK, REMOVED_BY } from './removed.ts';
import { spellNamespace } from '../world/namespace.ts';

/** Whether a point went although it had to stay: it was finished, its date had not come by the site's clocks, and it did not only move. */
export function wentEarly(point: LedgerPoint): boolean {
  const { goneAt, notBeforeAt, goneBy = '' } = point;
  return goneAt !== undefined && notBeforeAt !== undefined && goneAt < notBeforeAt && !goneBy.startsWith(MOVED);
}

/** How `goneBy` begins for a point that was found again elsewhere: its promise went with it. */
export const MOVED = 'moved to ';

/** Where the finding about points of one group that went in one look stands; the same for all of them, and on every later day. */
export function goneAtText(site: Site, place: GroupPlace, goneAt: UnixSeconds): string {
  return `${site.name}: ${spellPlace(place, site.pbs.length > 1)}, gone ${spellInstant(goneAt, site.timeZone, { zone: false })}`;
}

export type Loss = {
  readonly site: Site;
  readonly place: GroupPlace;
  /** The points of one group that went early in one look, oldest first. At least one. */
  readonly points: readonly LedgerPoint[];
  /** How many of the group's points are left. */
  readonly left: number;
  /** The guest whose points they were, where it still is the same guest. */
  readonly guest?: Guest;
};

/** The same for a whole namespace of which nothing is left. */
export function emptiedAtText(
  site: Site,
  { server, datastore, namespace }: Omit<GroupPlace, 'site' | 'type' | 'id'>,
  goneAt: UnixSeconds,
): string {
  const of = site.pbs.length > 1 ? ` of PBS ${server}` : '';
  return `${site.name}: ${spellNamespace({ datastore, namespace })}${of}, all gone ${spellInstant(goneAt, site.timeZone, { zone: false })}`;
}

/**
 * A finding for each group that lost points in one look; where several groups went and nothing is left in their namespace, one for all of
 * them: one cause has emptied it, and thirty messages would say the same.
 */
export function lossFindings(losses: readonly Loss[], isEmpty: (place: GroupPlace) => boolean): Finding[] {
  const together = Map.groupBy(losses, ({ site, place, points }) => emptiedAtText(site, place, points[0]!.goneAt!));
  return [...together.values()].flatMap((list) => {
    const [first, ...more] = list;
    return first && more.length > 0 && isEmpty(first.place) ? [emptiedFinding(first, list)] : list.map(goneFinding);
  });
}

function emptiedFinding({ site, place, points: [point] }: Loss, losses: readonly Loss[]): Finding {
  const points = losses.flatMap((loss) => loss.points);
  const lastsUntilAt = Math.max(...points.map(({ notBeforeAt }) => notBeforeAt!));
  return {
    severity: 'error',
    code: 'HF-POINT-GONE',
    at: emptiedAtText(site, place, point!.goneAt!),
    site: site.name,
    ...(point!.tier === undefined ? {} : { tier: point!.tier }),
    lastsUntilAt,
    problem: `Nothing is left in it: all ${losses.length} groups went, ${points.length} points of them before their dates`,
    why: `no guest of it can be restored from there; a datastore whose disk is not mounted looks like this too. ${capital(suspicion(points))}`,
    fix: 'see on the PBS whether the disk of the datastore is mounted; if it is, stop all prune jobs and bring back the copy',
  };
}

/** One finding for all points of a group that went early in one look; it holds until the last of their dates has passed. */
function goneFinding({ site, place, points, left, guest }: Loss): Finding {
  const [first, last] = [points[0]!, points.at(-1)!];
  const spell = (at: UnixSeconds): string => spellInstant(at, site.timeZone, { zone: false });
  const lastsUntilAt = Math.max(...points.map(({ notBeforeAt }) => notBeforeAt!));
  const of = guest ? ` of ${guest.name}` : '';
  const what =
    points.length === 1
      ? `The point of ${spell(first.at)}${of} went`
      : `${points.length} points${of}, ${spell(first.at)} to ${spell(last.at)}, went`;
  const sound = points.some(({ verified }) => verified?.state !== 'failed');
  const tier = points.find((point) => point.tier !== undefined)?.tier;
  return {
    severity: sound ? 'error' : 'warning',
    code: 'HF-POINT-GONE',
    at: goneAtText(site, place, first.goneAt!),
    site: site.name,
    ...(guest ? { vmid: guest.vmid } : {}),
    ...(tier === undefined ? {} : { tier }),
    lastsUntilAt,
    problem: `${what} before ${points.length === 1 ? 'its date' : 'their dates'} (${spell(lastsUntilAt)})${state(points, left)}`,
    why: `${sound ? 'what was promised to be there cannot be restored any more' : 'it could not be restored anyway, but whoever removes points early removes good ones too'}; ${suspicion(points)}`,
    fix: points.some(({ goneBy = '' }) => /^(?:removed by )?prune/.test(goneBy))
      ? 'see what that prune was told to keep, and what should hold instead:\n    holdfast plan'
      : 'find out who it was (PBS writes each call into /var/log/proxmox-backup/api/access.log), and take that right away:\n    holdfast grants',
  };
}

function state(points: readonly LedgerPoint[], left: number): string {
  if (left > 0) return `; ${left} ${left === 1 ? 'is' : 'are'} left`;
  const newest = points.at(-1)!;
  const verified = newest.verified === undefined ? 'was never verified' : newest.verified.state === 'ok' ? 'was verified' : 'was corrupt';
  return `; nothing of the group is left, and its newest ${verified}`;
}

/** Who it was, or may have been; where not all went in one way, each way once. */
function suspicion(points: readonly LedgerPoint[]): string {
  return [...new Set(points.map(({ goneBy }) => suspect(goneBy)))].slice(0, 3).join('; ');
}

function suspect(goneBy: string | undefined): string {
  if (goneBy === undefined) return 'the tasks that could tell who removed it could not be read';
  if (goneBy.startsWith(REMOVED_BY)) return `${goneBy.slice(REMOVED_BY.length)} removed it`;
  return goneBy.startsWith(NO_TASK) ? goneBy : `in that time ran ${goneBy}`;
}
