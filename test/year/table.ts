import { spellDuration } from '#core/units.ts';
import type { Outcome } from './play.ts';

const WIDTHS = [66, 7, 13, 14] as const;

export function headText(): string {
  return row(['incident', 'site', 'told after', 'promise broke']);
}

export function outcomeText({ incident, afterSeconds, brokeAfterSeconds, inTime, codes, strange, left }: Outcome): string {
  const told = incident.tells.length === 0 ? 'nothing to do' : afterSeconds === undefined ? 'never' : spellDuration(afterSeconds);
  const broke = brokeAfterSeconds === undefined ? '' : spellDuration(brokeAfterSeconds);
  const trouble = [
    ...(inTime ? [] : [`  TOO LATE; told was: ${codes.join(', ') || 'nothing'}`]),
    ...strange.map(({ problem, site, severity }) => `  FALSE ALARM at ${site}: ${severity} ${problem}`),
    ...left.map((key) => `  NOT OVER: ${key}`),
  ];
  return [row([incident.name, incident.site, told, broke]), ...trouble].join('\n');
}

export function summaryText(outcomes: readonly Outcome[]): string {
  const told = outcomes.filter(({ incident }) => incident.tells.length > 0);
  const quiet = outcomes.length - told.length;
  const inTime = told.filter((outcome) => outcome.inTime).length;
  const strange = outcomes.reduce((sum, outcome) => sum + outcome.strange.length, 0);
  const left = outcomes.filter((outcome) => outcome.left.length > 0).length;
  return `\n${inTime} of ${told.length} incidents told in time, ${quiet} harmless ones, ${strange} false alarms, ${left} left something open.`;
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(WIDTHS[i]!))
    .join('  ')
    .trimEnd();
}
