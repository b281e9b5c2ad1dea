import type { History } from '#app/history.ts';
import { spellInstant, type UnixSeconds } from '#core/units.ts';
import type { Happened } from '#core/watch/history.ts';
import { day, spellHappened } from '#core/watch/history-words.ts';
import type { LedgerPoint } from '#core/memory/record.ts';
import type { Paint } from '../out.ts';
import { columns } from './columns.ts';
import { wrap } from './wrap.ts';

type Told = Extract<History, { outcome: 'told' }>;

/** What happened to a guest, oldest first, and what is left of its points. */
export function historyText({ guest, timeZone, happened, points }: Told, now: UnixSeconds, paint: Paint, width = 100): string {
  const rows = happened.map((one) => [spellInstant(one.at, timeZone, { zone: false }).slice(0, 16), ...lineOf(one, timeZone, paint)]);
  const head = `${paint.bold(`${guest.vmid} ${guest.name}`)} at ${guest.site} ${paint.dim(`(times of ${timeZone})`)}`;
  const story = rows.length === 0 ? '  nothing is remembered of that time' : columns(rows, { indent: 2, width });
  return `${head}\n\n${story}\n\n${wrap(summary(points, now, timeZone), { width, indent: 0 })}\n`;
}

function lineOf(one: Happened, timeZone: string, paint: Paint): [string, string] {
  const { what, text, severity } = spellHappened(one, timeZone);
  return [paintOf(one, severity, paint)(what), text];
}

function paintOf(one: Happened, severity: 'good' | 'bad' | 'neutral', paint: Paint): (text: string) => string {
  if (one.kind === 'point' || (one.kind === 'backup' && severity === 'good')) return (text) => text;
  if (severity === 'neutral' && one.kind === 'gone') return paint.dim;
  if (severity === 'good') return paint.green;
  const bad = one.kind === 'posture' ? one.posture === 'broken' || one.posture === 'at-risk' : one.kind !== 'found';
  return severity === 'bad' && bad ? paint.red : paint.yellow;
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
