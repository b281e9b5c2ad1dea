import { instantsOf, localTime } from './zone.ts';

/**
 * Calendar events a second time, for the lab's own jobs: a scan over days, simple and slow beside the real thing.
 * https://pbs.proxmox.com/docs/calendarevents.html
 */
type Event = {
  readonly weekdays: ReadonlySet<number> | undefined;
  /** Undefined: every year. */
  readonly years: readonly number[] | undefined;
  readonly months: readonly number[];
  readonly days: readonly number[];
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
  readonly utc: boolean;
};

const SHORTCUTS: Readonly<Record<string, string>> = {
  minutely: '*:*',
  hourly: '*:0',
  daily: '0:0',
  weekly: 'mon 0:0',
  monthly: '*-1 0:0',
  quarterly: '1,4,7,10-1 0:0',
  semiannually: '1,7-1 0:0',
  'semi-annually': '1,7-1 0:0',
  yearly: '1-1 0:0',
  annually: '1-1 0:0',
};

const DAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const DAY_SECONDS = 86_400;
/** A weekday and a leap day meet at least once in this many years. */
const YEARS_TO_SCAN = 41;

/** Why the text is no calendar event, in words close to Proxmox's; undefined where it is one. */
export function calendarError(text: string): string | undefined {
  try {
    parseEvent(text);
    return undefined;
  } catch (error) {
    if (error instanceof BadEvent) return `unable to parse calendar event at '${error.rest}' - ${error.kind}`;
    throw error;
  }
}

/** Why the text names no weekdays (`mon..fri,sun`), in the same words; undefined where it does. */
export function weekdaysError(text: string): string | undefined {
  try {
    readWeekdays(text);
    return undefined;
  } catch (error) {
    if (error instanceof BadEvent) return error.kind;
    throw error;
  }
}

/** The first instant after `after` at which the event comes, by the clock of the zone; undefined where it never does. */
export function nextRun(text: string, after: number, timeZone: string): number | undefined {
  const key = `${text} ${timeZone} ${after}`;
  let known = KNOWN.get(key);
  if (known === undefined) {
    known = findNextRun(text, after, timeZone) ?? null;
    if (KNOWN.size > 20_000) KNOWN.clear();
    KNOWN.set(key, known);
  }
  return known ?? undefined;
}

/** A scheduler asks the same after each event. */
const KNOWN = new Map<string, number | null>();

function findNextRun(text: string, after: number, timeZone: string): number | undefined {
  const event = parseEvent(text);
  const zone = event.utc ? 'UTC' : timeZone;
  const from = localTime(after + 1, zone);
  const firstWall = Date.UTC(from.year, from.month - 1, from.day, from.hour, from.minute, from.second) / 1000;
  for (const year of event.years ?? range(from.year, from.year + YEARS_TO_SCAN, 1)) {
    if (year < from.year) continue;
    for (const dayWall of daysOf(event, year)) {
      if (dayWall + DAY_SECONDS <= firstWall) continue;
      const found = nextInDay(event, { dayWall, firstWall, after, zone });
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function* daysOf(event: Event, year: number): Generator<number> {
  for (const month of event.months) {
    for (const day of event.days) {
      const date = new Date(Date.UTC(year, month - 1, day));
      if (date.getUTCMonth() !== month - 1) continue;
      if (event.weekdays && !event.weekdays.has(((date.getUTCDay() + 6) % 7) + 1)) continue;
      yield date.getTime() / 1000;
    }
  }
}

type DaySearch = { readonly dayWall: number; readonly firstWall: number; readonly after: number; readonly zone: string };

function nextInDay(event: Event, { dayWall, firstWall, after, zone }: DaySearch): number | undefined {
  for (const hour of event.hours) {
    if (dayWall + hour * 3600 + 3599 < firstWall) continue;
    for (const minute of event.minutes) {
      for (const second of event.seconds) {
        const wall = dayWall + hour * 3600 + minute * 60 + second;
        if (wall < firstWall) continue;
        const at = instantsOf(wall, zone).find((instant) => instant > after);
        if (at !== undefined) return at;
      }
    }
  }
  return undefined;
}

class BadEvent extends Error {
  readonly rest: string;
  /** The parser's own word for it. */
  readonly kind: string;
  constructor(rest: string, kind = 'Nom(Eof)') {
    super(rest);
    this.rest = rest;
    this.kind = kind;
  }
}

const parsed = new Map<string, Event>();

function parseEvent(text: string): Event {
  let event = parsed.get(text);
  if (!event) parsed.set(text, (event = readEvent(text)));
  return event;
}

function readEvent(text: string): Event {
  let words = text.split(/ +/).filter((word) => word !== '');
  const utc = words.length > 1 && words.at(-1) === 'UTC';
  if (utc) words = words.slice(0, -1);
  if (words.length === 1) words = (Object.hasOwn(SHORTCUTS, words[0] ?? '') ? SHORTCUTS[words[0] ?? ''] : words[0])?.split(' ') ?? [];
  if (words.length === 0 || words.length > 3) throw new BadEvent(text);
  const weekdays = /^[a-z]/i.test(words[0] ?? '') ? readWeekdays(words.shift() ?? '') : undefined;
  const date = words[0]?.includes('-') ? words.shift() : undefined;
  const time = words.shift() ?? '0:0';
  if (words.length > 0) throw new BadEvent(words.join(' '));
  return { weekdays, ...readDate(date), ...readTime(time), utc };
}

function readWeekdays(text: string): ReadonlySet<number> {
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const [first = '', last = first, more] = part.split('..');
    if (more !== undefined) throw new BadEvent(text);
    const end = weekdayNumber(last);
    for (let day = weekdayNumber(first); ; day = (day % 7) + 1) {
      days.add(day);
      if (day === end) break;
    }
  }
  return days;
}

function weekdayNumber(name: string): number {
  const lower = name.toLowerCase();
  const index = DAY_NAMES.findIndex((day) => day === lower || day.slice(0, 3) === lower);
  if (index < 0) throw new BadEvent(name, 'Context("weekday")');
  return index + 1;
}

function readDate(text: string | undefined): Pick<Event, 'years' | 'months' | 'days'> {
  const parts = text?.split('-') ?? ['*', '*'];
  if (parts.length < 2 || parts.length > 3) throw new BadEvent(text ?? '');
  const [day = '', month = '', year = '*'] = parts.toReversed();
  const years = year === '*' ? undefined : readList(year, 0, 2199);
  return { years, months: readList(month, 1, 12), days: readList(day, 1, 31) };
}

function readTime(text: string): Pick<Event, 'hours' | 'minutes' | 'seconds'> {
  const parts = text.split(':');
  if (parts.length > 3) throw new BadEvent(text);
  const [first = '', last = ''] = parts;
  // `22` is minute 22 of every hour, and so is `25:00` minute 25: what is no hour is read as minute and second.
  if (parts.length === 1) return times('*', first, '0');
  if (parts.length === 2 && !isList(first, 0, 23)) return times('*', first, last);
  return times(first, last, parts[2] ?? '0');
}

function isList(text: string, least: number, most: number): boolean {
  try {
    readList(text, least, most);
    return true;
  } catch {
    return false;
  }
}

function times(hour: string, minute: string, second: string): Pick<Event, 'hours' | 'minutes' | 'seconds'> {
  return { hours: readList(hour, 0, 23), minutes: readList(minute, 0, 59), seconds: readList(second, 0, 59) };
}

function readList(text: string, least: number, most: number): readonly number[] {
  const every = /^\*(?:\/(\d+))?$/.exec(text);
  if (every) {
    const step = Number(every[1] ?? 1);
    if (step === 0 || step > most) throw new BadEvent(text);
    return range(least, most, step);
  }
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const found = /^(\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(item);
    if (!found) throw new BadEvent(item);
    const first = Number(found[1]);
    const step = found[3] === undefined ? undefined : Number(found[3]);
    const last = found[2] === undefined ? (step ? most : first) : Number(found[2]);
    if (first < least || last > most || first > last) throw new BadEvent(item);
    for (const value of range(first, last, step === undefined || step === 0 ? 1 : step)) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function range(first: number, last: number, step: number): readonly number[] {
  const values: number[] = [];
  for (let value = first; value <= last; value += step) values.push(value);
  return values;
}
