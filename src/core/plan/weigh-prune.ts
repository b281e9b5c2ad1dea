import { givenRules, KEEP_UNITS, type KeepRules, type KeepUnit } from '../retention/keep.ts';
import { prune, type PrunableSnapshot } from '../retention/prune.ts';
import type { Settings } from '../desired/desired.ts';
import { readMark } from '../desired/mark.ts';
import { DAY_SECONDS, spellCount, spellDuration, type UnixSeconds } from '../units.ts';
import type { Actual, BackupGroup, NamespaceActual } from '../world/actual.ts';
import type { ZoneRules } from '../calendar/zone.ts';
import type { RawStep } from './diff.ts';
import type { Surroundings, Weight } from './guard.ts';
import { spellList } from './spell.ts';
import { nextRunAt, rulesOf, zoneOf } from './zones.ts';

/**
 * Which points go because of a prune job that comes or changes, computed on the snapshots as they were seen. PBS's own dry run would
 * say the same, and needs a right that could delete.
 */
export function weighPrune(step: RawStep, around: Surroundings): Weight {
  if (step.action === 'remove')
    return { means: ['nothing prunes these points any more: they stay and fill the datastore'], harm: 'weaken' };
  const after: Settings = { ...step.before, ...step.settings };
  const keepBefore = effectiveKeep(step, after);
  const keepAfter = keepOf(after, step.clear);
  const seen = findNamespace(step, after, around.actual);
  if (seen && !seen.groups.known && seen.groups.unknown.kind !== 'missing') {
    return { means: ['which points go is not known: the snapshots could not be read'], harm: 'weaken' };
  }
  const groups = seen?.groups.known ? seen.groups.value : [];
  const zoneName = zoneOf(step.server, around.site, around.actual);
  const zone = rulesOf(zoneName);
  if (!zone) return { means: [`which points go is not known: the zone ${zoneName} is not`], harm: 'weaken' };
  const shrinks =
    step.action === 'change' &&
    keepsLess({ before: keepBefore, after: keepAfter, zone }, usualGroup(step, { keepBefore, keepAfter }, around));
  const goneByGroup = groups
    .map((group) => ({ group, gone: newlyGone(prunable(group), { before: keepBefore, after: keepAfter, zone }) }))
    .filter(({ gone }) => gone.length > 0);
  const when = spellRun(nextRunAt(String(after['schedule']), zoneName, around.actual.asOf), zoneName);
  if (goneByGroup.length > 0)
    return { means: spellList(goneByGroup, ({ group, gone }) => spellGone({ group, gone, when, around })), harm: 'weaken' };
  return shrinks ? { means: ['no point that is there goes; those made from now on are kept less long'], harm: 'weaken' } : { means: [] };
}

/** What the job kept so far in the namespace it will prune: everything, where it was off, elsewhere, or not there. */
function effectiveKeep({ action, before }: RawStep, after: Settings): KeepRules {
  if (action === 'create' || !before || before['disable'] === true) return {};
  return before['store'] === after['store'] && before['ns'] === after['ns'] ? keepOf(before, []) : {};
}

function keepOf(settings: Settings, cleared: readonly string[]): KeepRules {
  const units = KEEP_UNITS.filter((unit) => !cleared.includes(`keep-${unit}`) && typeof settings[`keep-${unit}`] === 'number');
  return Object.fromEntries(units.map((unit) => [unit, settings[`keep-${unit}`]]));
}

/** Whether the new rules would remove a point of a group that the old ones keep. */
function keepsLess(rules: Rules, group: readonly PrunableSnapshot[]): boolean {
  return newlyGone(group, rules).length > 0;
}

/**
 * How long a slot of each rule reaches at most: a slot is an hour, day, ISO week, month or year. `keep-last` reaches by runs, not by time.
 * @see https://pbs.proxmox.com/docs/maintenance.html#pruning
 */
const SLOT_DAYS: Readonly<Record<Exclude<KeepUnit, 'last'>, number>> = { hourly: 1 / 24, daily: 1, weekly: 7, monthly: 31, yearly: 366 };

/** So many runs of late are all there, or as many as `keep-last` spares; of older ones a neighbour nearer than that part of their age is left out. */
const DENSE_RUNS = 250;

/**
 * A group as the tier's schedule would have made it, so that rules are compared also where there are no points yet: as far back as the old rules
 * keep, and every run of late. Ten years of runs at every minute are a few thousand points, or a few times
 * what `keep-last` spares.
 */
function usualGroup(
  { before }: RawStep,
  { keepBefore, keepAfter }: { readonly keepBefore: KeepRules; readonly keepAfter: KeepRules },
  { policy, site, actual }: Surroundings,
): PrunableSnapshot[] {
  const mark = readMark(String(before?.['comment'] ?? ''));
  const tier = policy.tiers.find(({ id }) => id === mark?.tier);
  const { schedule, retentionSeconds } = tier ?? { schedule: '00:00', retentionSeconds: 365 * 86_400 };
  const zone = zoneOf('pve', site, actual);
  const dense = Math.max(DENSE_RUNS, keepBefore.last ?? 0, keepAfter.last ?? 0);
  const runs: PrunableSnapshot[] = [];
  let at = nextRunAt(schedule, zone, actual.asOf - Math.max(3 * retentionSeconds, reachSeconds(keepBefore)));
  while (at !== undefined && at < actual.asOf) {
    runs.push({ at });
    const apart = Math.floor((actual.asOf - at) / dense);
    at = nextRunAt(schedule, zone, at + Math.max(0, apart - 1));
  }
  return runs;
}

function reachSeconds(keep: KeepRules): number {
  const days = givenRules(keep).map(({ unit, slots }) => (unit === 'last' ? 0 : slots * SLOT_DAYS[unit]));
  return days.reduce((sum, one) => sum + one, 0) * DAY_SECONDS;
}

function findNamespace(step: RawStep, after: Settings, actual: Actual): NamespaceActual | undefined {
  const pbs = actual.pbs.find(({ name }) => name === step.server);
  return pbs?.namespaces.find(({ datastore, namespace }) => datastore === after['store'] && namespace === (after['ns'] ?? ''));
}

type Rules = { readonly before: KeepRules; readonly after: KeepRules; readonly zone: ZoneRules };

function newlyGone(group: readonly PrunableSnapshot[], rules: Rules): UnixSeconds[] {
  const removed = (keep: KeepRules): UnixSeconds[] =>
    prune(group, keep, rules.zone).flatMap(({ at, mark }) => (mark === 'removed' ? [at] : []));
  const goneAnyway = new Set(givenRules(rules.before).length === 0 ? [] : removed(rules.before));
  return removed(rules.after).filter((at) => !goneAnyway.has(at));
}

function prunable({ snapshots }: BackupGroup): PrunableSnapshot[] {
  return snapshots.map(({ at, sizeBytes, protected: isProtected }) => ({ at, protected: isProtected, finished: sizeBytes !== undefined }));
}

type Gone = { readonly group: BackupGroup; readonly gone: readonly UnixSeconds[]; readonly when: string; readonly around: Surroundings };

/** `VM 120 (postgres): 23 of 30 points go on Sun 2026-11-29 03:00; the oldest left is 7d old` */
function spellGone({ group, gone, when, around }: Gone): string {
  const { actual, guestByVmid } = around;
  const guest = guestByVmid.get(Number(group.id));
  const kind = { vm: 'VM', ct: 'CT', host: 'host' }[group.type];
  const name = guest && guest.type === group.type && guest.name !== '' ? ` (${guest.name})` : '';
  const goneAt = new Set(gone);
  const left = group.snapshots.filter(({ at, sizeBytes }) => sizeBytes !== undefined && !goneAt.has(at)).map(({ at }) => at);
  const oldest = left.length === 0 ? 'none is left' : `the oldest left is ${spellDuration(actual.asOf - Math.min(...left))} old`;
  return `${kind} ${group.id}${name}: ${gone.length} of ${spellCount(group.snapshots.length, 'point')} go ${when}; ${oldest}`;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** `on Sun 2026-11-29 03:00` */
function spellRun(at: UnixSeconds | undefined, timeZone: string): string {
  if (at === undefined) return 'when the job is run by hand';
  const local = Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(timeZone);
  return `on ${WEEKDAYS[local.dayOfWeek - 1]!} ${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}
