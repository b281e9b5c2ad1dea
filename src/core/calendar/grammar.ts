import type { CalendarEvent } from './event.ts';
import type { Field, FieldItem } from './field.ts';

/** Something read from a place in the text, and the place after it. */
type Read<T> = { readonly value: T; readonly end: number } | undefined;

/** Smallest and largest value of a field. */
export type FieldLimits = { readonly name: string; readonly min: number; readonly max: number };

export const YEAR: FieldLimits = { name: 'year', min: 0, max: 2199 };
export const MONTH: FieldLimits = { name: 'month', min: 1, max: 12 };
export const DAY: FieldLimits = { name: 'day', min: 1, max: 31 };
export const HOUR: FieldLimits = { name: 'hour', min: 0, max: 23 };
export const MINUTE: FieldLimits = { name: 'minute', min: 0, max: 59 };
export const SECOND: FieldLimits = { name: 'second', min: 0, max: 59 };

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const ONLY_0: Field = [only(0)];
const MIDNIGHT = { hours: ONLY_0, minutes: ONLY_0, seconds: ONLY_0 } as const;
const ANY = { weekdays: [], years: [], months: [], days: [], hours: [], minutes: [], seconds: ONLY_0 } as const;

/** What each word stands for; only lower case counts. */
const SHORTCUTS: Readonly<Record<string, Omit<CalendarEvent, 'text' | 'utc' | 'shortcut' | 'time'>>> = {
  minutely: ANY,
  hourly: { ...ANY, minutes: ONLY_0 },
  daily: { ...ANY, ...MIDNIGHT },
  weekly: { ...ANY, ...MIDNIGHT, weekdays: [0] },
  monthly: { ...ANY, ...MIDNIGHT, days: [only(1)] },
  quarterly: { ...ANY, ...MIDNIGHT, days: [only(1)], months: [1, 4, 7, 10].map(only) },
  semiannually: { ...ANY, ...MIDNIGHT, days: [only(1)], months: [1, 7].map(only) },
  'semi-annually': { ...ANY, ...MIDNIGHT, days: [only(1)], months: [1, 7].map(only) },
  yearly: { ...ANY, ...MIDNIGHT, days: [only(1)], months: [only(1)] },
  annually: { ...ANY, ...MIDNIGHT, days: [only(1)], months: [only(1)] },
};
export const SHORTCUT_WORDS: readonly string[] = Object.keys(SHORTCUTS);

/**
 * The event a text stands for; undefined where Proxmox refuses it. An optional part that does not fit is taken as absent,
 * and the rest is read again from there. That, not kindness, is why `25:00` has a meaning.
 */
export function readEvent(text: string): CalendarEvent | undefined {
  const utc = text.endsWith('UTC');
  const body = utc ? text.slice(0, -3).replace(/ +$/, '') : text;
  if (Object.hasOwn(SHORTCUTS, body)) return { text, utc, ...SHORTCUTS[body]!, time: 'none', shortcut: body };

  let at = 0;
  let weekdays: readonly number[] = [];
  if (/^[A-Za-z]/.test(body)) {
    const read = readList(body, 0, readWeekdays);
    if (!read) return undefined;
    weekdays = [...new Set(read.value.flat())].sort((a, b) => a - b);
    at = skipBlanks(body, read.end);
  }
  const date = readDate(body, at);
  if (date) at = skipBlanks(body, date.end);
  const time = readTime(body, at);
  if (time) at = time.end;
  if (at !== body.length || (weekdays.length === 0 && !date && !time)) return undefined;
  const anyDate = { years: [], months: [], days: [] };
  return { text, utc, weekdays, ...(date?.value ?? anyDate), ...(time?.value ?? { ...MIDNIGHT, time: 'none' }) };
}

type DateParts = Pick<CalendarEvent, 'years' | 'months' | 'days'>;

function readDate(text: string, at: number): Read<DateParts> {
  const years = readField(text, at, YEAR);
  const months = readField(text, after(text, years?.end, '-'), MONTH);
  const days = readField(text, after(text, months?.end, '-'), DAY);
  if (years && months && days) return { value: { years: years.value, months: months.value, days: days.value }, end: days.end };
  return readMonthAndDay(text, at);
}

function readMonthAndDay(text: string, at: number): Read<DateParts> {
  const months = readField(text, at, MONTH);
  const days = readField(text, after(text, months?.end, '-'), DAY);
  return months && days && { value: { years: [], months: months.value, days: days.value }, end: days.end };
}

type TimeParts = Pick<CalendarEvent, 'hours' | 'minutes' | 'seconds' | 'time'>;

function readTime(text: string, at: number): Read<TimeParts> {
  const hours = readField(text, at, HOUR);
  const afterHours = after(text, hours?.end, ':');
  const minutes = readField(text, afterHours ?? at, MINUTE);
  if (!minutes) return undefined;
  const seconds = readField(text, after(text, minutes.end, ':'), SECOND);
  const written = afterHours === undefined ? 'minute' : 'hour:minute';
  const value = {
    hours: afterHours === undefined ? [] : hours!.value,
    minutes: minutes.value,
    seconds: seconds?.value ?? ONLY_0,
    time: seconds ? (`${written}:second` as const) : written,
  } as const;
  return { value, end: seconds?.end ?? minutes.end };
}

/** A star, a star with a step, or a list. A star counts its steps from the field's smallest value. */
function readField(text: string, at: number | undefined, limits: FieldLimits): Read<Field> {
  if (at === undefined) return undefined;
  if (text[at] !== '*') return readList(text, at, (from, start) => readItem(from, start, limits));
  const step = readNumber(text, after(text, at + 1, '/'), limits);
  if (text[at + 1] !== '/') return { value: [], end: at + 1 };
  if (!step) return undefined;
  return step.value === 0 ? { value: [], end: at + 1 } : { value: [{ from: limits.min, to: undefined, step: step.value }], end: step.end };
}

function readItem(text: string, at: number, limits: FieldLimits): Read<FieldItem> {
  const from = readNumber(text, at, limits);
  if (!from) return undefined;
  const to = readNumber(text, after(text, from.end, '..'), limits);
  if (to && from.value > to.value) return undefined;
  const { end } = to ?? from;
  const afterSlash = after(text, end, '/');
  if (afterSlash === undefined) return { value: { from: from.value, to: to?.value ?? from.value, step: 1 }, end };
  const step = readNumber(text, afterSlash, limits);
  return step && { value: { from: from.value, to: to?.value, step: step.value }, end: step.end };
}

/** Proxmox checks a number against the field's upper limit only: day 0 and month 0 are read, and never come. */
function readNumber(text: string, at: number | undefined, { max }: FieldLimits): Read<number> {
  if (at === undefined) return undefined;
  let end = at;
  while (text[end]! >= '0' && text[end]! <= '9') end++;
  const value = Number(text.slice(at, end));
  return end === at || value > max ? undefined : { value, end };
}

function readWeekdays(text: string, at: number): Read<number[]> {
  const first = readWeekday(text, at);
  if (!first) return undefined;
  const last = readWeekday(text, after(text, first.end, '..'));
  if (!last) return { value: [first.value], end: first.end };
  const count = (last.value - first.value + 7) % 7;
  return { value: Array.from({ length: count + 1 }, (_, i) => (first.value + i) % 7), end: last.end };
}

function readWeekday(text: string, at: number | undefined): Read<number> {
  if (at === undefined) return undefined;
  let end = at;
  while (/[A-Za-z]/.test(text[end] ?? '')) end++;
  const word = text.slice(at, end).toLowerCase();
  const value = WEEKDAYS.findIndex((name) => word === name || word === name.slice(0, 3));
  return value < 0 ? undefined : { value, end };
}

/** At least one item, and more as long as a comma and a good item follow. */
function readList<T>(text: string, at: number, readOne: (text: string, at: number) => Read<T>): Read<T[]> {
  const first = readOne(text, at);
  if (!first) return undefined;
  const value = [first.value];
  let { end } = first;
  for (let next = readOne(text, end + 1); text[end] === ',' && next; next = readOne(text, end + 1)) {
    value.push(next.value);
    ({ end } = next);
  }
  return { value, end };
}

/** The place after a sign; undefined where there is no such sign, or no place to look at. */
function after(text: string, at: number | undefined, sign: string): number | undefined {
  return at !== undefined && text.startsWith(sign, at) ? at + sign.length : undefined;
}

function skipBlanks(text: string, at: number): number {
  let end = at;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return end;
}

function only(value: number): FieldItem {
  return { from: value, to: value, step: 1 };
}
