import { weekdayName } from '#core/calendar/explain.ts';
import type { Gap } from '#core/calendar/gap.ts';
import type { EventStudy } from '#core/calendar/study.ts';
import { findingJson } from '#core/finding.ts';
import { spellDuration, spellInstant, type UnixSeconds } from '#core/units.ts';
import type { Paint } from '../out.ts';
import { columns } from './columns.ts';
import { findingText } from './finding.ts';

type Study = Extract<EventStudy, { valid: true }>;
type NoStudy = Extract<EventStudy, { valid: false }>;

/** An event for people: words, next runs, gaps, warnings; or where it is wrong and what would be right. */
export function calendarText(study: EventStudy, paint: Paint, width = 100): string {
  if (!study.valid) return errorText(study, paint);
  const parts = [`${paint.bold(study.text)}\n  ${study.words}`, runsText(study, paint), gapsText(study)];
  return `${[...parts, ...study.findings.map((finding) => findingText(finding, paint, width).trimEnd())].filter((part) => part !== '').join('\n\n')}\n`;
}

function errorText({ text, error }: NoStudy, paint: Paint): string {
  const caret = `${' '.repeat(error.column - 1)}${paint.red('^')} ${error.problem}`;
  return `${paint.red('error')} This is no calendar event of Proxmox.\n\n  ${text.replace(/\p{Cc}/gu, ' ')}\n  ${caret}\n\n${error.fix}.
Accepted: [WEEKDAYS] [[YEAR-]MONTH-DAY] [[HOUR:]MINUTE[:SECOND]] [UTC], or a word such as daily, weekly, monthly.
`;
}

function runsText({ nextAt, afterAt, timeZone }: Study, paint: Paint): string {
  if (nextAt.length === 0) return paint.red('No run comes.');
  const rows = nextAt.map((at) => [momentText(at, timeZone), `in ${spellDuration(at - afterAt)}`]);
  return `Next runs (${timeZone}, after ${momentText(afterAt, timeZone)})\n${columns(rows, { indent: 2 })}`;
}

function gapsText({ rhythm, timeZone, runsPerYear }: Study): string {
  const { widest, narrowest } = rhythm;
  const rows: string[][] = [];
  if (widest) rows.push(['Widest gap', spellDuration(widest.seconds), gapText(widest, timeZone)]);
  if (narrowest) rows.push(['Narrowest gap', spellDuration(narrowest.seconds), gapText(narrowest, timeZone)]);
  if (rhythm.lastAt !== undefined && !rhythm.goesOn) rows.push(['Last run', momentText(rhythm.lastAt, timeZone), '']);
  else if (rhythm.runs > 0)
    rows.push(['Runs per year', String(runsPerYear < 10 ? Math.round(runsPerYear * 10) / 10 : Math.round(runsPerYear)), '']);
  return rows.length === 0 ? '' : `Over 28 years\n${columns(rows, { indent: 2 })}`;
}

function gapText(gap: Gap, timeZone: string): string {
  return `${momentText(gap.fromAt, timeZone)} to ${momentText(gap.toAt, timeZone)}`;
}

/** `Wed 2026-11-25 02:00`, with seconds where they are not zero. */
function momentText(at: UnixSeconds, timeZone: string): string {
  const local = spellInstant(at, timeZone, { zone: false });
  const weekday = weekdayName(Temporal.PlainDate.from(local.slice(0, 10)).dayOfWeek - 1).slice(0, 3);
  return `${weekday} ${local.replace(/:00$/, '')}`;
}

/** What `--json` prints; instants are Unix seconds. */
export function calendarJson(study: EventStudy): unknown {
  const findings = study.findings.map(findingJson);
  if (!study.valid) return { event: study.text, valid: false, error: study.error, next: [], findings };
  const { text, words, timeZone, afterAt, nextAt, rhythm, runsPerYear } = study;
  return {
    event: text,
    valid: true,
    words,
    timeZone,
    after: afterAt,
    next: nextAt,
    widestGap: gapJson(rhythm.widest),
    narrowestGap: gapJson(rhythm.narrowest),
    runsPerYear,
    goesOn: rhythm.goesOn,
    findings,
  };
}

function gapJson(gap: Gap | undefined): unknown {
  return gap ? { seconds: gap.seconds, from: gap.fromAt, to: gap.toAt } : null;
}
