import type { History } from '#app/history.ts';
import { MOVED } from '#core/ledger/gone.ts';
import { spellDuration, spellInstant, spellSize, type UnixSeconds } from '#core/units.ts';
import type { Happened } from '#core/watch/history.ts';
import type { LedgerPoint } from '#core/memory/record.ts';
import type { Paint } from '../out.ts';
import { columns } from './columns.ts';

type Told = Extract<History, { outcome: 'told' }>;

/** What happened to a guest, oldest first, and what is left of its points. */
export function historyText({ guest, timeZone, happened, points }: Told, now: UnixSeconds, paint: Paint, width = 100): string {
  const rows = happened.map((one) => [spellInstant(one.at, timeZone, { zone: false }).slice(0, 16), ...lineOf(one, timeZone, paint)]);
  const head = `${paint.bold(`${guest.vmid} ${guest.name}`)} at ${guest.site} ${paint.dim(`(times of ${timeZone})`)}`;
  const story = rows.length === 0 ? '  nothing is remembered of that time' : columns(rows, { indent: 2, width });
  return `${head}\n\n${story}\n\n${summary(points, now, timeZone)}\n`;
}

function lineOf(one: Happened, timeZone: string, paint: Paint): [string, string] {
  if (one.kind === 'posture') {
    const color =
      one.posture === 'protected' ? paint.green : one.posture === 'broken' || one.posture === 'at-risk' ? paint.red : paint.yellow;
    return [color(one.posture), one.because];
  }
  if (one.kind === 'backup') {
    const took = one.seconds === undefined ? '' : ` in ${spellDuration(one.seconds)}`;
    return one.result === 'ok'
      ? ['backup', `done${took}`]
      : [paint.red('backup'), `${one.result}${took}${one.error === undefined ? '' : `: ${one.error}`}`];
  }
  if (one.kind === 'point') return ['point', pointText(one.point, timeZone)];
  if (one.kind === 'gone') return [one.early ? paint.red('gone early') : paint.dim('gone'), goneText(one, timeZone)];
  const { code, problem } = one.life.finding;
  return one.kind === 'found' ? [paint.yellow('found'), `${code} ${problem}`] : [paint.green('over'), code];
}

function pointText({ sizeBytes, verified, notBeforeAt, protected: set, lockedAt, tier }: LedgerPoint, timeZone: string): string {
  if (sizeBytes === undefined) return 'was never seen finished';
  return [
    spellSize(sizeBytes),
    verified === undefined ? 'never verified' : verified.state === 'ok' ? 'verified' : 'corrupt',
    notBeforeAt === undefined ? 'nothing promised' : `tier ${tier}, to stay until ${day(notBeforeAt, timeZone)}`,
    ...(set ? [lockedAt === undefined ? 'protected by others' : 'protected by Holdfast'] : []),
  ].join(', ');
}

function goneText({ early, point }: Extract<Happened, { kind: 'gone' }>, timeZone: string): string {
  const { notBeforeAt, goneBy } = point;
  const made = `the point of ${spellInstant(point.at, timeZone, { zone: false }).slice(0, 16)}`;
  if (early) return `${made}, promised until ${day(notBeforeAt, timeZone)}${goneBy === undefined ? '' : `; ${goneBy}`}`;
  if (goneBy?.startsWith(MOVED)) return `${made}, ${goneBy}`;
  return `${made}, ${notBeforeAt === undefined ? 'nothing was promised to it' : 'its date had come'}`;
}

function day(at: UnixSeconds | undefined, timeZone: string): string {
  return at === undefined ? '–' : spellInstant(at, timeZone, { zone: false }).slice(0, 10);
}

function summary(points: readonly LedgerPoint[], now: UnixSeconds, timeZone: string): string {
  const finished = points.filter(({ sizeBytes }) => sizeBytes !== undefined);
  const [oldest, newest] = [finished[0], finished.at(-1)];
  if (!oldest || !newest) return 'No point of it is remembered that is still there.';
  const verified = finished.filter((point) => point.verified?.state === 'ok').length;
  const promised = finished.filter(({ notBeforeAt = 0 }) => notBeforeAt > now).length;
  const count = finished.length === 1 ? '1 point is' : `${finished.length} points are`;
  return `${count} there, from ${day(oldest.at, timeZone)} to ${day(newest.at, timeZone)}: ${verified} verified, ${promised} whose date has not come.`;
}
