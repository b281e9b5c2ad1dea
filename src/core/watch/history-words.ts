import { MOVED } from '../ledger/gone.ts';
import type { LedgerPoint } from '../memory/record.ts';
import { DAY_SECONDS, spellDuration, spellInstant, spellSize, type UnixSeconds } from '../units.ts';
import type { Happened } from './history.ts';

export type HappenedWords = { readonly what: string; readonly text: string; readonly severity: 'good' | 'bad' | 'neutral' };

/** What happened to a guest, in words: `backup`, `done in 4m`. */
export function spellHappened(one: Happened, timeZone: string): HappenedWords {
  if (one.kind === 'posture') {
    const severity = one.posture === 'protected' ? 'good' : one.posture === 'exempt' || one.posture === 'gone' ? 'neutral' : 'bad';
    return { what: one.posture, text: one.because, severity };
  }
  if (one.kind === 'backup') {
    const took = one.seconds === undefined ? '' : ` in ${spellDuration(one.seconds)}`;
    if (one.result === 'ok') return { what: 'backup', text: `done${took}`, severity: 'good' };
    return { what: 'backup', text: `${one.result}${took}${one.error === undefined ? '' : `: ${one.error}`}`, severity: 'bad' };
  }
  if (one.kind === 'point') return { what: 'point', text: spellPointState(one.point, timeZone), severity: 'neutral' };
  if (one.kind === 'gone')
    return { what: one.early ? 'gone early' : 'gone', text: goneText(one, timeZone), severity: one.early ? 'bad' : 'neutral' };
  const { code, problem } = one.life.finding;
  return one.kind === 'found'
    ? { what: 'found', text: `${code} ${problem}`, severity: 'bad' }
    : { what: 'over', text: code, severity: 'good' };
}

function spellPointState(point: LedgerPoint, timeZone: string): string {
  const { sizeBytes, verified, notBeforeAt, protected: set, lockedAt, tier } = point;
  if (sizeBytes === undefined) return 'was never seen finished';
  return [
    spellSize(sizeBytes),
    verified === undefined ? 'never verified' : verified.state === 'ok' ? 'verified' : 'corrupt',
    notBeforeAt === undefined ? 'nothing promised' : `tier ${tier}, to stay until ${dateOf(point, timeZone)}`,
    ...(set ? [lockedAt === undefined ? 'protected by others' : 'protected by Holdfast'] : []),
  ].join(', ');
}

function goneText({ early, point }: Extract<Happened, { kind: 'gone' }>, timeZone: string): string {
  const { notBeforeAt, goneBy } = point;
  const made = `the point of ${spellInstant(point.at, timeZone, { zone: false }).slice(0, 16)}`;
  if (early) return `${made}, promised until ${dateOf(point, timeZone)}${goneBy === undefined ? '' : `; ${goneBy}`}`;
  if (goneBy?.startsWith(MOVED)) return `${made}, ${goneBy}`;
  return `${made}, ${notBeforeAt === undefined ? 'nothing was promised to it' : 'its date had come'}`;
}

/** The date before which a point must not go: a day, or the minute where it is kept for hours. */
function dateOf({ at, notBeforeAt }: LedgerPoint, timeZone: string): string {
  if (notBeforeAt === undefined || notBeforeAt - at > 2 * DAY_SECONDS) return day(notBeforeAt, timeZone);
  return spellInstant(notBeforeAt, timeZone, { zone: false }).slice(0, 16);
}

/** `2026-11-25`, in the zone; a dash where there is none. */
export function day(at: UnixSeconds | undefined, timeZone: string): string {
  return at === undefined ? '–' : spellInstant(at, timeZone, { zone: false }).slice(0, 10);
}
