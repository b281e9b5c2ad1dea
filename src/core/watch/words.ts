import type { FindingLife } from '../memory/record.ts';
import type { Site } from '../policy/policy.ts';
import { spellDuration, spellInstant, type UnixSeconds } from '../units.ts';
import type { Concern } from './routes.ts';

/** One line of a message: what it is about and why it is told now. */
export type Told = Concern & { readonly why: 'new' | 'again' | 'escalated' | 'over' };

const LONGEST_SUBJECT = 120;
const MOST_IN_A_MESSAGE = 20;

/** One line that says enough on a locked phone: how bad, where, what. */
export function subjectText(site: string, all: readonly Told[]): string {
  const [first] = all;
  if (!first) return '';
  const word = first.why === 'over' ? 'over' : first.severity;
  const again = first.why === 'again' ? ', still' : first.why === 'escalated' ? ', not acknowledged' : '';
  const one = `${word}${again}: ${first.life.finding.at}: ${first.life.finding.problem}`;
  const more = all.length > 1 ? ` and ${all.length - 1} more at ${site}` : '';
  const room = LONGEST_SUBJECT - more.length;
  return `${one.length > room ? `${one.slice(0, room - 1).trimEnd()}…` : one}${more}`;
}

/** The whole message, as a person reads it in a mail. Times are the site's. */
export function messageText(
  { site, now }: { readonly site: Pick<Site, 'name' | 'timeZone'>; readonly now: UnixSeconds },
  all: readonly Told[],
): string {
  const shown = all.slice(0, MOST_IN_A_MESSAGE).map((told) => part(told, site, now));
  const left = all.length - shown.length;
  return [...shown, ...(left > 0 ? [`… and ${left} more.`] : []), `Holdfast at ${site.name}, ${spellInstant(now, site.timeZone)}`].join(
    '\n\n',
  );
}

function part(told: Told, site: Pick<Site, 'timeZone'>, now: UnixSeconds): string {
  const { life, tier, severity, why } = told;
  const { at, problem, why: because, fix, code } = life.finding;
  const about = tier ? ` (tier ${tier.id}, ${tier.name})` : '';
  if (why === 'over') return `Over: ${at}${about}\n  It was: ${problem}.\n  ${lasted(life)}. ${code}`;
  const head = { new: '', again: ', still so', escalated: ', and nobody has acknowledged it' }[why];
  return [
    `${severity === 'error' ? 'Error' : 'Warning'}: ${at}${about}${head}`,
    `  ${problem}.`,
    `  Because ${because}.`,
    `  Fix: ${fix}`,
    `  Since ${spellInstant(life.openedAt ?? now, site.timeZone, { zone: false })}. ${code}`,
    `  To say that somebody looks after it: holdfast alerts ack ${quoted(life.key)}`,
  ].join('\n');
}

function lasted({ openedAt, resolvedAt }: FindingLife): string {
  return openedAt === undefined || resolvedAt === undefined ? 'It has ended' : `It lasted ${spellDuration(resolvedAt - openedAt)}`;
}

function quoted(key: string): string {
  return /^[\w./:-]+$/.test(key) ? key : `'${key.replaceAll("'", String.raw`'\''`)}'`;
}
