/**
 * Calendar events as Proxmox's daemons read them, written from its rules a second time so that the lab cannot
 * agree with a mistake of ours. @see https://pbs.proxmox.com/docs/calendarevents.html
 */
export type CalendarEvent = {
  readonly utc: boolean;
  /** 0 = Monday; undefined: any. */
  readonly weekdays: ReadonlySet<number> | undefined;
  readonly years: ReadonlySet<number> | undefined;
  readonly months: ReadonlySet<number> | undefined;
  readonly days: ReadonlySet<number> | undefined;
  /** Seconds of the day at which it fires, ascending. */
  readonly secondsOfDay: readonly number[];
};

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const SHORTCUTS: Readonly<Record<string, string>> = {
  minutely: '*:*',
  hourly: '*:00',
  daily: '0:0',
  weekly: 'mon 0:0',
  monthly: '*-1 0:0',
  quarterly: '1,4,7,10-1 0:0',
  semiannually: '1,7-1 0:0',
  'semi-annually': '1,7-1 0:0',
  yearly: '1-1 0:0',
  annually: '1-1 0:0',
};

/** The event, or the daemon's words about why it cannot be read. */
export function parseEvent(text: string): CalendarEvent | { readonly error: string } {
  const words = text.trim().split(/[ \t\n]+/);
  const utc = words.at(-1) === 'UTC';
  if (utc) words.pop();
  if (words.length === 0 || words[0] === '') return { error: 'value cannot be empty' };
  const shortcut = words.length === 1 ? SHORTCUTS[words[0]!] : undefined;
  const parts = shortcut ? shortcut.split(' ') : words;
  try {
    const weekdays = /^[A-Za-z]/.test(parts[0]!) ? readWeekdays(parts.shift()!) : undefined;
    const date = parts[0]?.includes('-') ? readDate(parts.shift()!) : {};
    const time = parts.length > 0 ? readTime(parts.shift()!) : { hours: [0], minutes: [0], seconds: [0] };
    if (parts.length > 0) throw refusal(parts.join(' '), 'trailing data');
    const secondsOfDay = time.hours.flatMap((h) => time.minutes.flatMap((m) => time.seconds.map((s) => h * 3600 + m * 60 + s)));
    return { utc, weekdays, years: date.years, months: date.months, days: date.days, secondsOfDay };
  } catch (error) {
    if (error instanceof Refusal) return { error: error.message };
    throw error;
  }
}

class Refusal extends Error {}

function refusal(at: string, context: string): Refusal {
  return new Refusal(`unable to parse calendar event at '${at}' - Context("${context}")`);
}

function readWeekdays(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const range of text.split(',')) {
    const [from = -1, to = from] = range.split('..').map((name) => weekday(name, text));
    for (let day = from; ; day = (day + 1) % 7) {
      found.add(day);
      if (day === to) break;
    }
  }
  return found;
}

function weekday(name: string, at: string): number {
  const index = DAYS.findIndex((day) => day === name.toLowerCase() || day.slice(0, 3) === name.toLowerCase());
  if (index < 0) throw refusal(at, 'weekday');
  return index;
}

type DateParts = Partial<Record<'years' | 'months' | 'days', ReadonlySet<number> | undefined>>;

function readDate(text: string): DateParts {
  const parts = text.split('-');
  const [year, month, day] = parts.length === 3 ? parts : ['*', ...parts];
  if (parts.length > 3 || month === undefined || day === undefined) throw refusal(text, 'date');
  return { years: dateList(year!, 0, 2199), months: dateList(month, 1, 12), days: dateList(day, 1, 31) };
}

function dateList(text: string, least: number, most: number): ReadonlySet<number> | undefined {
  return text === '*' ? undefined : new Set(readList(text, least, most));
}

function readTime(text: string): Record<'hours' | 'minutes' | 'seconds', readonly number[]> {
  const parts = text.split(':');
  if (parts.length > 3) throw refusal(text, 'time');
  const [hours, minutes, seconds] = parts.length === 1 || isMinuteAndSecond(parts) ? ['*', ...parts] : parts;
  return { hours: readList(hours!, 0, 23), minutes: readList(minutes!, 0, 59), seconds: readList(seconds ?? '0', 0, 59) };
}

/** `25:00` can be no hour, so the daemons read minute 25 of every hour. */
function isMinuteAndSecond(parts: readonly string[]): boolean {
  return parts.length === 2 && (parts[0]!.match(/\d+/g) ?? []).some((number) => Number(number) > 23);
}

function readList(text: string, least: number, most: number): readonly number[] {
  const found = new Set<number>();
  const whole = /^\*(?:\/(\d+))?$/.exec(text);
  for (const one of whole ? [text] : text.split(',')) {
    const piece = whole ?? /^(\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(one);
    if (!piece) throw refusal(text, 'value list');
    const step = whole ? Number(whole[1] ?? 1) : Number(piece[3] ?? 0);
    if (whole && step === 0) throw refusal(text, 'repetition');
    const from = whole ? least : Number(piece[1]);
    const open = whole !== null || (piece[3] !== undefined && step > 0);
    const to = !whole && piece[2] !== undefined ? Number(piece[2]) : open ? most : from;
    if (from < least || to > most || (whole && step > most)) throw refusal(one, 'value out of range');
    if (from > to) throw refusal(one, 'range start is bigger than end');
    for (let value = from; value <= to; value += step || 1) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

const DAY = 86_400;

/**
 * The first run strictly after `after`, in Unix seconds; undefined where there is none.
 * Local times that the clocks jump over are left out; of one that comes twice the first is taken,
 * unless `after` itself lies in the second pass.
 */
export function nextRun(event: CalendarEvent, after: number, timeZone: string): number | undefined {
  const zone = event.utc ? 'UTC' : timeZone;
  const startOffset = offsetAt(after + 1, zone);
  let wall = after + 1 + startOffset;
  const lastYear = event.years ? Math.max(...event.years) : yearOf(wall) + 40;
  while (true) {
    const day = nextDay(event, Math.floor(wall / DAY), lastYear);
    if (day === undefined) return undefined;
    const from = Math.max(wall - day * DAY, 0);
    const second = event.secondsOfDay.find((candidate) => candidate >= from);
    if (second === undefined) {
      wall = (day + 1) * DAY;
      continue;
    }
    const at = instantOf(day * DAY + second, zone, after);
    if (at !== undefined) return at;
    wall = day * DAY + second + 1;
  }
}

/** The instant of a wall-clock time: undefined where it is skipped, the earliest one after `after` where it comes twice. */
function instantOf(wall: number, zone: string, after: number): number | undefined {
  const offsets = [...new Set([offsetAt(wall - DAY, zone), offsetAt(wall + DAY, zone)])];
  const instants = offsets.map((offset) => wall - offset).filter((at) => at + offsetAt(at, zone) === wall);
  return instants.sort((a, b) => a - b).find((at) => at > after);
}

function nextDay(event: CalendarEvent, from: number, lastYear: number): number | undefined {
  for (let day = from; ; day++) {
    const { year, month, dayOfMonth } = civil(day);
    if (year > lastYear) return undefined;
    if (event.years && !event.years.has(year)) day = dayNumber(year + 1, 1) - 1;
    else if (event.months && !event.months.has(month)) day = dayNumber(year, month + 1) - 1;
    else if ((!event.days || event.days.has(dayOfMonth)) && (!event.weekdays || event.weekdays.has((day + 3) % 7))) return day;
  }
}

const ONE_DAY_MS = DAY * 1000;

function civil(day: number): { readonly year: number; readonly month: number; readonly dayOfMonth: number } {
  const date = new Date(day * ONE_DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, dayOfMonth: date.getUTCDate() };
}

function dayNumber(year: number, month: number): number {
  return Date.UTC(year, month - 1, 1) / ONE_DAY_MS;
}

function yearOf(wall: number): number {
  return civil(Math.floor(wall / DAY)).year;
}

/** Seconds by which the zone's wall clock is ahead of UTC at an instant. */
export function offsetAt(at: number, zone: string): number {
  if (zone === 'UTC' || zone === 'Etc/UTC') return 0;
  const hour = Math.floor(at / 900);
  let known = OFFSETS.get(zone);
  if (!known) OFFSETS.set(zone, (known = new Map()));
  let offset = known.get(hour);
  if (offset === undefined) {
    offset = Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(zone).offsetNanoseconds / 1e9;
    if (known.size > 200_000) known.clear();
    known.set(hour, offset);
  }
  return offset;
}

/** Offsets by zone and quarter of an hour: zones change at whole quarters, and a year of simulation asks often. */
const OFFSETS = new Map<string, Map<number, number>>();
