import { givenRules, type KeepRules, type KeepUnit } from './keep.ts';
import { FINISHED, KEPT, markGroup } from './mark.ts';
import type { Periods, Timeline } from './timeline.ts';

/** What may happen to a schedule and its promise must still hold: see `Assume` of the policy. */
export type Chances = {
  /** A backup begins at most so long after its job. */
  readonly queueSeconds: number;
  readonly durationSeconds: number;
  /** So many runs in a row may make no point. */
  readonly lostRuns: number;
  /** So many points may be made between two runs, at any time. */
  readonly extraRuns: number;
};

/**
 * When the points of a timeline stop being kept, whatever may happen.
 * `falls[i]` is the index of the earliest run whose point can push point `i` out, the number of runs where none does.
 * `edges[m]` is the index of the oldest point that is surely kept once point `m` is there, -1 while fewer have been made than the rules keep.
 */
export type Falls = { readonly falls: Int32Array; readonly edges: Int32Array };

/**
 * The falls of all points where nobody makes backups by hand (`extraRuns` 0). Argument and limits: docs/design/retention-proof.md, 3 to 5.
 */
export function fallsOf(timeline: Timeline, keep: KeepRules, chances: Pick<Chances, 'queueSeconds' | 'lostRuns'>): Falls {
  const key = JSON.stringify([givenRules(keep), chances.queueSeconds, chances.lostRuns]);
  const known = REMEMBERED.get(timeline);
  if (known?.key === key) return known.falls;
  const falls = reckonFalls(timeline, keep, chances);
  REMEMBERED.set(timeline, { key, falls });
  return falls;
}

/** The last answer about a timeline: life, reach and deleteAfter ask for the same one after the other. */
const REMEMBERED = new WeakMap<Timeline, { readonly key: string; readonly falls: Falls }>();

function reckonFalls(timeline: Timeline, keep: KeepRules, chances: Pick<Chances, 'queueSeconds' | 'lostRuns'>): Falls {
  const rules = givenRules(keep).map((rule) => ({ ...rule, periods: timeline.periods(rule.unit, chances.queueSeconds) }));
  const settled = rules.every(({ periods }) => periods.settled);
  const mixed = isMixed(timeline, keep, chances.queueSeconds);
  if (settled && !mixed) return chain(rules, timeline.runs.length);
  if (settled && chances.lostRuns === 0) return simulate(timeline, keep);
  return pessimistic(rules, mixed, timeline.runs.length);
}

/**
 * Weeks together with months or years: weeks do not nest in them, and the simple argument ends. It goes on where each run has a week to
 * itself, for there keep-weekly just counts.
 */
export function isMixed(timeline: Timeline, keep: KeepRules, queueSeconds: number): boolean {
  if (!keep.weekly || !(keep.monthly || keep.yearly)) return false;
  return !timeline.isApart('weekly', queueSeconds);
}

/** Whether `fallsOf` says what happens, and not only what is the worst that could. */
export function isSure(timeline: Timeline, keep: KeepRules, chances: Pick<Chances, 'queueSeconds' | 'lostRuns' | 'extraRuns'>): boolean {
  if (chances.extraRuns > 0 || (chances.lostRuns > 0 && isMixed(timeline, keep, chances.queueSeconds))) return false;
  return givenRules(keep).every(({ unit }) => timeline.periods(unit, chances.queueSeconds).settled);
}

type Rule = { readonly unit: KeepUnit; readonly slots: number; readonly periods: Periods };

/** Exact where periods nest: each rule goes on from the point at which the finer one before it ended. */
function chain(rules: readonly Rule[], count: number): Falls {
  const falls = new Int32Array(count);
  const edges = new Int32Array(count);
  for (let m = 0; m < count; m++) edges[m] = m + 1;
  if (rules.length === 0) return { falls: falls.fill(count), edges: edges.fill(-1) };
  for (const rule of rules) takeLater(falls, link(rule, edges));
  return { falls, edges };
}

/** The falls of one rule. Moves `edges` on to the oldest point that it keeps. */
function link({ slots, periods }: Rule, edges: Int32Array): Int32Array {
  const count = edges.length;
  const falls = new Int32Array(count).fill(count);
  const { ordinals, newest } = numbered(periods.earliest);
  let falling = 1;
  for (let m = 0; m < count; m++) {
    const ordinal = ordinals[m]!;
    if (m > 0 && ordinal === ordinals[m - 1]) falls[m - 1] = m;
    const edge = edges[m]!;
    if (edge === -1) continue;
    const low = (edge > m ? ordinal + 1 : ordinals[edge]!) - slots;
    for (; falling < low; falling++) falls[newest[falling]!] = m;
    edges[m] = low < 1 ? -1 : low === ordinal ? m : newest[low]!;
  }
  return falls;
}

/** Numbers the periods that have a point from 1 on, and names the newest point of each. */
export function numbered(keys: Float64Array): { ordinals: Int32Array; newest: Int32Array } {
  const ordinals = new Int32Array(keys.length);
  const newest = new Int32Array(keys.length + 1);
  let ordinal = 0;
  for (let i = 0; i < keys.length; i++) {
    if (i === 0 || keys[i] !== keys[i - 1]) ordinal += 1;
    ordinals[i] = ordinal;
    newest[ordinal] = i;
  }
  return { ordinals, newest };
}

/** A point that one rule keeps longer is kept longer. */
function takeLater(falls: Int32Array, others: Int32Array): void {
  for (let i = 0; i < falls.length; i++) if (others[i]! > falls[i]!) falls[i] = others[i]!;
}

/** Weeks do not nest in months and years: there each prune is carried out, point by point. */
function simulate({ runs, zone }: Timeline, keep: KeepRules): Falls {
  const falls = new Int32Array(runs.length).fill(runs.length);
  const edges = new Int32Array(runs.length).fill(-1);
  let kept: number[] = [];
  let full = false;
  for (let m = 0; m < runs.length; m++) {
    kept = [m, ...kept];
    const { mark, by } = markGroup(
      kept.map((i) => runs[i]!),
      new Uint8Array(kept.length).fill(FINISHED),
      keep,
      zone,
    );
    for (const [place, i] of kept.entries()) if (mark[place] !== KEPT) falls[i] = m;
    full ||= kept.some((_, place) => mark[place] !== KEPT && by[place] === -1);
    kept = kept.filter((_, place) => mark[place] === KEPT);
    if (full) edges[m] = kept.at(-1)!;
  }
  return { falls, edges };
}

/**
 * A bound that holds for sure where waiting may carry a backup into the next period, or where runs may be lost under weeks and
 * months together: each rule by itself, with the worst of both. What rules add to each other is not counted.
 */
function pessimistic(rules: readonly Rule[], mixed: boolean, count: number): Falls {
  const falls = new Int32Array(count);
  const edges = new Int32Array(count).fill(-1);
  const weekly = rules.find(({ unit }) => unit === 'weekly')?.periods;
  for (const { unit, slots, periods } of rules) {
    const within = mixed && (unit === 'monthly' || unit === 'yearly') ? weekly : undefined;
    takeLater(falls, alone(slots, periods, within));
    if (within && shares(within)) continue;
    for (let m = slots; m < count; m++) if (edges[m] === -1 || edges[m]! > m - slots + 1) edges[m] = m - slots + 1;
  }
  return { falls, edges };
}

function alone(slots: number, { earliest, latest }: Periods, within: Periods | undefined): Int32Array {
  const count = earliest.length;
  const falls = new Int32Array(count).fill(count);
  let m = 0;
  for (let i = 0; i < count; i++) {
    const superseded = i + 1 < count && (latest[i]! >= earliest[i + 1]! || (within && within.latest[i]! >= within.earliest[i + 1]!));
    if (superseded) {
      falls[i] = i + 1;
      continue;
    }
    m = Math.max(m, i + slots);
    while (m < count && latest[m]! - earliest[i]! < slots) m += 1;
    falls[i] = m < count ? m : count;
  }
  return falls;
}

/** Two points may lie in one period. */
function shares({ earliest, latest }: Periods): boolean {
  return earliest.some((key, i) => i > 0 && latest[i - 1]! >= key);
}
