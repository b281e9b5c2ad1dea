import { clockWords, evenStep, listWords, rangeWords } from './words.ts';
import type { CalendarEvent } from './event.ts';
import { type Field, matches } from './field.ts';
import { DAY, type FieldLimits, HOUR, MINUTE, MONTH, SECOND } from './grammar.ts';

const WEEKDAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** `Monday` for 0 to `Sunday` for 6. */
export function weekdayName(weekday: number): string {
  return WEEKDAY_NAMES[weekday]!;
}

/** The values of a field within its limits; all of them where any will do. */
export function valuesOf(field: Field, { min, max }: FieldLimits): number[] {
  return Array.from({ length: max - min + 1 }, (_, i) => min + i).filter((value) => matches(field, value));
}

/**
 * An event in plain words: "every day at 02:00", "Monday to Friday, at minute 22 of every hour", "first Saturday of each month
 * at 15:00". What is written, not what comes of it: the days of clock changes and the like are the business of `warnings`.
 */
export function explain(event: CalendarEvent): string {
  const date = dateWords(event);
  const time = timeWords(event);
  const zone = event.utc ? ', in UTC' : '';
  if (time.startsWith('at ') && /\d\d:\d\d/.test(time)) return `${date ?? 'every day'} ${time}${zone}`;
  return `${date === undefined ? '' : `${date}, `}${time}${zone}`;
}

function dateWords(event: CalendarEvent): string | undefined {
  const [month, otherMonth] = event.months.length === 0 ? [] : valuesOf(event.months, MONTH);
  const [date, otherDate] = event.days.length === 0 ? [] : valuesOf(event.days, DAY);
  const oneDate = month !== undefined && date !== undefined && !otherMonth && !otherDate && event.weekdays.length === 0;
  const [year, otherYear] = event.years;
  if (oneDate && year && !otherYear && year.from === year.to) return `once, on ${date} ${monthName(month)} ${year.from},`;
  const day = oneDate ? `every year on ${date} ${monthName(month)}` : dayWords(event);
  if (event.years.length === 0) return day;
  return `${day ?? 'every day'} ${event.years.some(({ to }) => to === undefined) || event.years.length > 1 ? 'in the years' : 'in'} ${yearWords(event.years)}`;
}

function dayWords({ weekdays, days, months }: CalendarEvent): string | undefined {
  const weekday = weekdays.length === 0 || weekdays.length === 7 ? undefined : weekdayWords(weekdays);
  const monthNames = months.length === 0 ? undefined : rangeWords(valuesOf(months, MONTH), monthName);
  if (days.length === 0) {
    if (!monthNames) return weekday && (weekdays.length === 1 ? `every ${weekday}` : weekday);
    return `${weekday ? (weekdays.length === 1 ? `every ${weekday}` : weekday) : 'every day'} in ${monthNames}`;
  }
  const inMonths = monthNames ? monthNames : 'each month';
  const numbers = valuesOf(days, DAY);
  const nth = weekdays.length === 1 ? nthWeek(numbers) : undefined;
  if (nth) return `${nth} ${weekday} of ${inMonths}`;
  const dayNumbers = numbers.length === 0 ? 'day 0' : `${numbers.length === 1 ? 'day' : 'days'} ${rangeWords(numbers, String)}`;
  return weekday ? `${weekday}, where it falls on ${dayNumbers} of ${inMonths}` : `${dayNumbers} of ${inMonths}`;
}

/** Seven days in a row that begin a week's length after the first of the month hold each weekday once. */
export function nthWeek(days: readonly number[]): string | undefined {
  const first = days[0]! - 1;
  if (days.length !== 7 || first % 7 !== 0 || days.at(-1)! - days[0]! !== 6) return undefined;
  return ['first', 'second', 'third', 'fourth'][first / 7];
}

/** English, `January`; `month` is 1 to 12. */
export function monthName(month: number): string {
  return MONTH_NAMES[month - 1]!;
}

function weekdayWords(weekdays: readonly number[]): string {
  // A range may go over Sunday: it begins where the day before is not in it.
  const start = weekdays.find((day) => !weekdays.includes((day + 6) % 7));
  const inRow = Array.from({ length: weekdays.length }, (_, i) => ((start ?? 0) + i) % 7);
  if (weekdays.length > 2 && inRow.every((day) => weekdays.includes(day)))
    return `${weekdayName(inRow[0]!)} to ${weekdayName(inRow.at(-1)!)}`;
  return listWords(weekdays.map(weekdayName));
}

function yearWords(years: Field): string {
  const words = years.map(({ from, to, step }) => {
    if (to === from || step === 0) return String(from);
    if (to === undefined) return `${from}, ${from + step}, ${from + 2 * step} …`;
    return step === 1 ? `${from} to ${to}` : `${from} to ${to} in steps of ${step}`;
  });
  return listWords(words);
}

function timeWords(event: CalendarEvent): string {
  const hours = valuesOf(event.hours, HOUR);
  const minutes = valuesOf(event.minutes, MINUTE);
  const seconds = valuesOf(event.seconds, SECOND);
  if (hours.length * minutes.length * seconds.length <= 4) {
    const times = hours.flatMap((hour) => minutes.flatMap((minute) => seconds.map((second) => clockWords(hour, minute, second))));
    return `at ${listWords(times)}`;
  }
  const inMinutes = minuteWords(minutes, hours);
  if (seconds.length === 1 && seconds[0] === 0) return inMinutes;
  if (seconds.length === 60)
    return minutes.length === 60 ? inMinutes.replace('every minute', 'every second') : `in every second ${inMinutes}`;
  return `at second${seconds.length === 1 ? '' : 's'} ${rangeWords(seconds, String)}, ${inMinutes}`;
}

function minuteWords(minutes: readonly number[], hours: readonly number[]): string {
  const everyHour = hours.length === 24;
  const step = evenStep(minutes, 60);
  const hoursStep = evenStep(hours, 24);
  if (minutes.length === 60) return `every minute${everyHour ? '' : ` ${hourWords(hours, minutes)}`}`;
  if (minutes.length === 1 && minutes[0] === 0 && hoursStep !== undefined && hoursStep > 1)
    return `every ${hoursStep} hours, at ${someTimes(hours)}`;
  if (step !== undefined && minutes.length > 1) return `every ${step} minutes${everyHour ? '' : ` ${hourWords(hours, minutes)}`}`;
  const at = `at minute${minutes.length === 1 ? '' : 's'} ${rangeWords(minutes, String)}`;
  return everyHour ? `${at} of every hour` : `${at} ${hourWords(hours)}`;
}

function someTimes(hours: readonly number[]): string {
  const times = hours.map((hour) => clockWords(hour, 0, 0));
  return times.length <= 4 ? listWords(times) : `${times[0]}, ${times[1]} … ${times.at(-1)}`;
}

/** Which hours; a row of them by the first and last run where runs are spread over each hour. */
function hourWords(hours: readonly number[], minutes?: readonly number[]): string {
  const inRow = hours.length > 1 && rangeWords(hours, String) === `${hours[0]} to ${hours.at(-1)}`;
  if (inRow && minutes) return `from ${clockWords(hours[0]!, minutes[0]!, 0)} to ${clockWords(hours.at(-1)!, minutes.at(-1)!, 0)}`;
  return `of hour${hours.length === 1 ? '' : 's'} ${rangeWords(hours, String)}`;
}
