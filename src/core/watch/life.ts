import { sortFindings, type Finding, type Severity } from '../finding.ts';
import type { CycleRecord, FindingLife } from '../memory/record.ts';
import type { UnixSeconds } from '../units.ts';
import { findingKey } from './key.ts';
import { isPassing } from './steady.ts';

export type LivesInput = {
  readonly site: string;
  /** When the look was made. */
  readonly at: UnixSeconds;
  readonly outcome: CycleRecord['look']['outcome'];
  /** When the last complete look before this one was made; absent where there was none. */
  readonly lastCompleteAt?: UnixSeconds;
  /** All that was found in this look; after a failed one, what is known nevertheless. */
  readonly findings: readonly Finding[];
  /** Lives that are not resolved, and those resolved lately: a suppression outlives a short absence. */
  readonly known: readonly FindingLife[];
  /** Keys of what is known to be over although no look could lack it, as `enter` returns them. */
  readonly over?: readonly string[];
};

/**
 * The lives of a site's findings after a look; only those that changed or were seen again, sorted by key.
 *
 * seen → open → acknowledged or suppressed → resolved. What a look may catch in passing opens at its second sighting. Only a complete look
 * that lacks a finding ends it (two in a row where it may be seen in passing); a partial or failed one ends nothing. What happened once
 * ends with its date, or when it is known to be over. A suppression that ended, and trouble that grew worse, are open again.
 * The same look twice gives the same lives.
 */
export function liveOn(input: LivesInput): FindingLife[] {
  const known = new Map(input.known.map((life) => [life.key, life]));
  const found = new Map<string, Finding>();
  for (const finding of sortFindings(input.findings)) {
    const key = findingKey(finding);
    if (!found.has(key)) found.set(key, finding);
  }
  const seen = [...found].map(([key, finding]) => sighted(input, known.get(key) ?? born(input, key, finding), finding));
  const lacking = input.known.filter(({ key, state }) => !found.has(key) && state !== 'resolved').flatMap((life) => lacked(input, life));
  return [...seen, ...lacking].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** `firstSeenAt` equals `lastSeenAt` of a life that was never seen before. */
function born({ site, at }: LivesInput, key: string, finding: Finding): FindingLife {
  return { key, site, finding, state: 'resolved', firstSeenAt: at, lastSeenAt: at };
}

function sighted({ at }: LivesInput, life: FindingLife, finding: Finding): FindingLife {
  const seen = { ...life, finding, lastSeenAt: Math.max(at, life.lastSeenAt) };
  const { state } = life;
  if (state === 'resolved') {
    if (holds(life, at)) return { ...withoutEnd(seen), state: 'suppressed' };
    return isPassing(finding.code) ? { ...withoutAnswer(seen), state: 'seen' } : opened(seen, at);
  }
  const again = state === 'seen' && at > life.lastSeenAt;
  const grown = state !== 'seen' && isWorse(finding, life.finding);
  const ended = state === 'suppressed' && !holds(life, at);
  return again || grown || ended ? opened(seen, at) : seen;
}

function lacked(input: LivesInput, life: FindingLife): FindingLife[] {
  const { at, outcome, lastCompleteAt, over = [] } = input;
  const resolved: FindingLife = { ...life, state: 'resolved', resolvedAt: at };
  if (over.includes(life.key)) return [resolved];
  const ended = life.state === 'suppressed' && !holds(life, at) ? [opened(life, at)] : [];
  if (outcome !== 'complete') return ended;
  const { lastsUntilAt, code } = life.finding;
  if (lastsUntilAt !== undefined) return at >= lastsUntilAt ? [resolved] : ended;
  const twice = lastCompleteAt !== undefined && lastCompleteAt > life.lastSeenAt && lastCompleteAt < at;
  return !isPassing(code) || twice ? [resolved] : ended;
}

/** Open as of now, with no answer of a person any more. */
function opened(life: FindingLife, at: UnixSeconds): FindingLife {
  return { ...withoutAnswer(life), state: 'open', openedAt: at };
}

function withoutAnswer(life: FindingLife): FindingLife {
  const { by: _by, reason: _reason, untilAt: _untilAt, ...rest } = withoutEnd(life);
  return rest;
}

function withoutEnd(life: FindingLife): FindingLife {
  const { resolvedAt: _resolvedAt, ...rest } = life;
  return rest;
}

/** Whether a suppression still holds; of a resolved life, whether it would. */
function holds({ untilAt }: FindingLife, at: UnixSeconds): boolean {
  return untilAt !== undefined && at < untilAt;
}

const WEIGHT: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

function isWorse(now: Finding, before: Finding): boolean {
  return WEIGHT[now.severity] > WEIGHT[before.severity];
}
