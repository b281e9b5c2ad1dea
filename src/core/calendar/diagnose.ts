import { closest } from '../closest.ts';
import type { EventError } from './event.ts';
import { DAY, type FieldLimits, HOUR, MINUTE, MONTH, readEvent, SECOND, SHORTCUT_WORDS, WEEKDAYS, YEAR } from './grammar.ts';

/** A piece of the text and the 0-based place where it begins. */
type Piece = { readonly text: string; readonly at: number };

const EXAMPLES = '"daily", "02:30", "mon..fri 22:00", "*-1 3:00" or "*/15"';

/** Why Proxmox refuses an event that `readEvent` could not read: the first thing wrong, from left to right. */
export function diagnose(text: string): EventError {
  return blanks(text) ?? words(text) ?? parts(text) ?? error(0, `"${text}" is no calendar event`, `Write something like ${EXAMPLES}`);
}

function blanks(text: string): EventError | undefined {
  const bare = text.trim();
  if (bare === '') return error(0, 'The event is empty', `Write something like ${EXAMPLES}`);
  if (!readEvent(bare)) return undefined;
  const leading = text.length - text.trimStart().length;
  const at = leading > 0 ? 0 : bare.length;
  return error(at, leading > 0 ? 'The event begins with a blank' : 'The event ends with a blank', `Write "${bare}"`);
}

/** Trouble with the words of the language: shortcuts, the zone, signs of other schedulers. */
function words(text: string): EventError | undefined {
  const lower = text.toLowerCase();
  if (SHORTCUT_WORDS.includes(lower)) return error(0, `"${text}" is not written in lower case`, `Write "${lower}"`);
  const strange = /[~@#?;+]|\*\*/.exec(text);
  if (strange) return error(strange.index, `"${strange[0]}" has no meaning in a calendar event`, `Write something like ${EXAMPLES}`);
  const zone = /(?<!,) ([A-Za-z][A-Za-z_]*(?:\/[A-Za-z_/-]+)?)$/.exec(text);
  if (!zone || zone[1] === 'UTC') return undefined;
  const found = zone[1]!;
  if (/^[ap]m$/i.test(found)) return error(zone.index + 1, `"${found}" has no meaning`, 'Write hours from 0 to 23: 9 pm is "21:00"');
  if (isWeekday(found)) return error(zone.index + 1, `The weekday "${found}" stands last`, 'Write weekdays first: "mon 02:00"');
  return error(zone.index + 1, `The time zone "${found}" is not understood`, 'Only "UTC" is; without it the zone of the host holds');
}

/** Weekdays, date and time, each checked by itself. */
function parts(text: string): EventError | undefined {
  const body = text.replace(/ *UTC$/, '');
  const pieces = [...body.matchAll(/[^ \t]+/g)].map((found) => ({ text: found[0], at: found.index }));
  let place: 'weekdays' | 'date' | 'time' | 'end' = 'weekdays';
  for (const piece of pieces) {
    if (/^[A-Za-z]/.test(piece.text) && place === 'weekdays') {
      const wrong = weekdays(piece);
      if (wrong) return wrong;
      place = 'date';
    } else if (piece.text.includes('-')) {
      if (place === 'time' || place === 'end') return error(piece.at, `"${piece.text}" is one part too many`, ORDER);
      const wrong = date(piece);
      if (wrong) return wrong;
      place = 'time';
    } else {
      if (place === 'end') return error(piece.at, `"${piece.text}" is one part too many`, ORDER);
      const wrong = time(piece);
      if (wrong) return wrong;
      place = 'end';
    }
  }
  return undefined;
}

const ORDER = 'Write at most weekdays, then a date, then a time: "mon..fri *-1..7 02:00"';

function weekdays(piece: Piece): EventError | undefined {
  if (/^[a-z]+-[a-z]+$/i.test(piece.text) && piece.text.split('-').every(isWeekday)) {
    return error(
      piece.at + piece.text.indexOf('-'),
      'A range of weekdays is not written with "-"',
      `Write "${piece.text.replace('-', '..')}"`,
    );
  }
  for (const day of split(piece, /,|\.\./g)) {
    if (isWeekday(day.text)) continue;
    if (day.text === '') return error(day.at, 'A weekday is missing', 'Write "mon,wed" or "mon..fri", without blanks');
    const word = /^[A-Za-z]+/.exec(day.text)?.[0] ?? day.text;
    if (isWeekday(word)) return error(day.at + word.length, `"${day.text.slice(word.length)}" does not belong to a weekday`, ORDER);
    const near = closest(word, [...WEEKDAYS, ...SHORTCUT_WORDS]);
    const accepted = 'Weekdays are mon, tue, wed, thu, fri, sat, sun or their full English names';
    return error(day.at, `"${word}" is no weekday`, near ? `Write "${near}"` : accepted);
  }
  return undefined;
}

function date(piece: Piece): EventError | undefined {
  const fields = split(piece, /-/g);
  if (fields.length > 3)
    return error(fields[3]!.at - 1, `The date "${piece.text}" has more than three parts`, 'Write YEAR-MONTH-DAY or MONTH-DAY');
  return firstError(fields, fields.length === 3 ? [YEAR, MONTH, DAY] : [MONTH, DAY]);
}

function time(piece: Piece): EventError | undefined {
  const fields = split(piece, /:/g);
  if (fields.length > 3)
    return error(fields[3]!.at - 1, `The time "${piece.text}" has more than three parts`, 'Write HOUR:MINUTE or HOUR:MINUTE:SECOND');
  return firstError(fields, fields.length === 1 ? [MINUTE] : [HOUR, MINUTE, SECOND]);
}

function firstError(fields: readonly Piece[], limits: readonly FieldLimits[]): EventError | undefined {
  for (const [i, piece] of fields.entries()) {
    const wrong = field(piece, limits[i]!);
    if (wrong) return wrong;
  }
  return undefined;
}

function field(piece: Piece, limits: FieldLimits): EventError | undefined {
  if (piece.text === '*') return undefined;
  const step = /^\*\/(\d+)$/.exec(piece.text)?.[1];
  if (step !== undefined && Number(step) === 0) return error(piece.at + 2, 'A step of 0 never moves on', `Write "*/1" or more`);
  if (step !== undefined) return tooLarge({ text: step, at: piece.at + 2 }, { ...limits, min: 1 }, 'step');
  for (const item of split(piece, /,/g)) {
    const wrong = fieldItem(item, limits);
    if (wrong) return wrong;
  }
  return undefined;
}

function fieldItem(item: Piece, limits: FieldLimits): EventError | undefined {
  if (item.text === '')
    return error(
      item.at,
      `${article(limits.name, 'An', 'A')} ${limits.name} is missing`,
      `Write a number ${range(limits)}, without blanks`,
    );
  if (item.text.startsWith('*'))
    return error(item.at, `"*" does not go together with other ${limits.name}s`, 'Write "*" alone, "*/STEP", or numbers');
  const found = /^(\d+)(?:\.\.(\d+))?(?:\/(\d+))?/.exec(item.text);
  if (!found) return error(item.at, `"${item.text}" is no ${limits.name}`, `Write a number ${range(limits)}`);
  const [whole, from, to, step] = found;
  const toAt = item.at + from!.length + 2;
  const wrong =
    tooLarge({ text: from!, at: item.at }, limits, limits.name) ??
    (to === undefined ? undefined : tooLarge({ text: to, at: toAt }, limits, limits.name)) ??
    (step === undefined ? undefined : tooLarge({ text: step, at: item.at + whole.length - step.length }, limits, 'step'));
  if (wrong) return wrong;
  if (to !== undefined && Number(from) > Number(to)) {
    return error(
      item.at,
      `The range "${from}..${to}" starts above its end`,
      `Write "${to}..${from}", or two ranges: only weekdays go round`,
    );
  }
  const rest = item.text.slice(whole.length);
  if (rest === '') return undefined;
  const hint = /^[ap]m$/i.test(rest) ? 'Write hours from 0 to 23: 9 pm is "21:00"' : 'Write numbers as "5", "5,10", "5..10" or "5/10"';
  return error(item.at + whole.length, `"${rest}" does not belong to ${article(limits.name, 'an', 'a')} ${limits.name}`, hint);
}

function tooLarge(number: Piece, limits: FieldLimits, name: string): EventError | undefined {
  if (Number(number.text) <= limits.max) return undefined;
  const what = `${name[0]!.toUpperCase()}${name.slice(1)}`;
  return error(number.at, `${what} ${number.text} is too large`, `Write ${article(name, 'an', 'a')} ${name} ${range(limits)}`);
}

function article(name: string, beforeVowel: string, otherwise: string): string {
  return name === 'hour' ? beforeVowel : otherwise;
}

function range({ min, max }: FieldLimits): string {
  return `from ${min} to ${max}`;
}

function split(piece: Piece, separator: RegExp): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const found of piece.text.matchAll(separator)) {
    pieces.push({ text: piece.text.slice(start, found.index), at: piece.at + start });
    start = found.index + found[0].length;
  }
  pieces.push({ text: piece.text.slice(start), at: piece.at + start });
  return pieces;
}

function isWeekday(word: string): boolean {
  return WEEKDAYS.some((name) => name === word.toLowerCase() || name.slice(0, 3) === word.toLowerCase());
}

function error(at: number, problem: string, fix: string): EventError {
  return { column: at + 1, problem, fix };
}
