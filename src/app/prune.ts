import { zoneRules, type ZoneRules } from '#core/calendar/zone.ts';
import { KEEP_UNITS, type KeepRules, type KeepUnit } from '#core/retention/keep.ts';
import { prune, reasonFor, type PrunableSnapshot, type Verdict } from '#core/retention/prune.ts';
import { layOutIn } from '#core/retention/timeline.ts';
import type { UnixSeconds } from '#core/units.ts';

export type Judged = {
  readonly verdicts: readonly (Verdict & { readonly reason: string })[];
  readonly keep: KeepRules;
  readonly timeZone: string;
};

/** What was asked for makes no sense; `problem` says what. */
export type Refused = { readonly problem: string };

/** The verdict of a prune on each snapshot, oldest first, with its reason. */
export function judge(snapshots: readonly PrunableSnapshot[], keep: KeepRules, timeZone: string): Judged | Refused {
  const zone = zoneRules(timeZone, 0, 0);
  if (!zone) return { problem: `"${timeZone}" is no time zone` };
  return { verdicts: explain(prune(snapshots, keep, zone), keep, zone), keep, timeZone: zone.timeZone };
}

/**
 * What is left after so many days of a schedule with a prune after each backup, and what went when.
 * The schedule begins at `fromAt`; nobody loses a run or makes one by hand.
 */
export function simulate(plan: {
  readonly schedule: string;
  readonly keep: KeepRules;
  readonly timeZone: string;
  readonly fromAt: UnixSeconds;
  readonly days: number;
}): Judged | Refused {
  const zone = zoneRules(plan.timeZone, plan.fromAt, plan.fromAt);
  if (!zone) return { problem: `"${plan.timeZone}" is no time zone` };
  const timeline = layOutIn(plan.schedule, zone, plan.fromAt);
  if ('kind' in timeline && timeline.kind === 'invalid') return { problem: `"${plan.schedule}" is no calendar event: ${timeline.problem}` };
  if ('kind' in timeline) return { problem: `"${plan.schedule}" does not run on and on` };
  const runs = Array.from(timeline.runs).filter((at) => at < plan.fromAt + plan.days * 86_400);
  const gone = new Map<UnixSeconds, Verdict>();
  let left: PrunableSnapshot[] = [];
  for (const at of runs) {
    left = [...left, { at }];
    for (const verdict of prune(left, plan.keep, zone)) if (verdict.mark === 'removed') gone.set(verdict.at, verdict);
    left = left.filter((snapshot) => !gone.has(snapshot.at));
  }
  const verdicts = [...gone.values(), ...prune(left, plan.keep, zone)];
  return { verdicts: explain(verdicts, plan.keep, zone), keep: plan.keep, timeZone: zone.timeZone };
}

function explain(verdicts: readonly Verdict[], keep: KeepRules, zone: ZoneRules): Judged['verdicts'] {
  return verdicts.map((verdict) => ({ ...verdict, reason: reasonFor(verdict, keep, zone) })).toSorted((a, b) => a.at - b.at);
}

/** A line of `prune --batch`: marks in the order given. A field that is not as it must be is refused, never guessed. */
export function marksFor(fields: Readonly<Record<string, unknown>>): { readonly marks: readonly Verdict['mark'][] } | Refused {
  const { timezone = 'UTC', keep = {}, snapshots } = fields;
  if (typeof timezone !== 'string') return { problem: '"timezone" must be a text' };
  const rules = readKeep(keep);
  if ('problem' in rules) return rules;
  if (!Array.isArray(snapshots)) return { problem: '"snapshots" must be a list' };
  const read = snapshots.map(readSnapshot);
  const bad = read.findIndex((snapshot) => snapshot === undefined);
  if (bad !== -1)
    return { problem: `snapshot ${bad + 1} must have a "time" in whole Unix seconds, and "protected" and "finished" true or false` };
  const zone = zoneRules(timezone, 0, 0);
  if (!zone) return { problem: `"${timezone}" is no time zone` };
  return { marks: prune(read as PrunableSnapshot[], rules.keep, zone).map(({ mark }) => mark) };
}

function readKeep(value: unknown): { readonly keep: KeepRules } | Refused {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: '"keep" must be an object' };
  const keep: Partial<Record<KeepUnit, number>> = {};
  for (const [name, count] of Object.entries(value)) {
    const unit = name.replace(/^keep-/, '');
    if (!KEEP_UNITS.includes(unit as KeepUnit)) return { problem: `"keep" knows no "${name}"; it knows ${KEEP_UNITS.join(', ')}` };
    if (count === null || count === undefined) continue;
    if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return { problem: `keep "${name}" must be a whole number` };
    keep[unit as KeepUnit] = count;
  }
  return { keep };
}

/** The furthest instant a calendar date exists for, either way. */
const FURTHEST = 8_640_000_000_000;

function readSnapshot(value: unknown): PrunableSnapshot | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const row = value as Readonly<Record<string, unknown>>;
  const at = row['time'] ?? row['backup-time'] ?? row['at'];
  const isProtected = row['protected'] ?? false;
  const finished = row['finished'] ?? (row['backup-time'] === undefined || typeof row['size'] === 'number');
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || Math.abs(at) > FURTHEST) return undefined;
  if (typeof isProtected !== 'boolean' || typeof finished !== 'boolean') return undefined;
  return { at, protected: isProtected, finished };
}

/** Snapshots of a JSON list, of PBS's own answer (`{data: […]}`), or of one JSON object a line. */
export function readSnapshots(text: string): readonly PrunableSnapshot[] | Refused {
  const rows = parseRows(text);
  if (!rows) return { problem: 'this is neither a JSON list of snapshots nor one JSON object a line' };
  const groups = new Set(rows.map((row) => groupOf(row)));
  if (groups.size > 1)
    return {
      problem: `PBS prunes each group by itself, and this list has ${groups.size}: ${[...groups].slice(0, 3).join(', ')}; give one`,
    };
  const read = rows.map(readSnapshot);
  const bad = read.findIndex((snapshot) => snapshot === undefined);
  if (bad !== -1) return { problem: `row ${bad + 1} has no "time" (or "backup-time") in whole Unix seconds` };
  return read as PrunableSnapshot[];
}

function groupOf(row: unknown): string {
  const { 'backup-type': type, 'backup-id': id } = (row ?? {}) as Readonly<Record<string, unknown>>;
  return id === undefined ? '' : `${JSON.stringify(type)}/${JSON.stringify(id)}`.replaceAll(`"`, '');
}

function parseRows(text: string): readonly unknown[] | undefined {
  const whole = parse(text);
  if (Array.isArray(whole)) return whole;
  const data = typeof whole === 'object' && whole !== null ? (whole as Readonly<Record<string, unknown>>)['data'] : undefined;
  if (Array.isArray(data)) return data;
  const rows = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parse);
  return rows.includes(undefined) ? undefined : rows;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
