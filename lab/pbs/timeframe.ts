import { weekdaysError } from '../calendar.ts';

/** Why the text is no daily duration (`mon..fri 8:00-18:00`), in words close to PBS's; undefined where it is one. It ends on the day on which it begins. */
export function timeframeError(text: string): string | undefined {
  const words = text.trim().split(/\s+/);
  const [days, times = days ?? ''] = words;
  const bad = (at: string, why: string): string => `unable to parse daily duration at '${at}' - ${why}`;
  if (words.length > 2) return bad(words.slice(2).join(' '), 'Context("end of input")');
  const wrongDays = words.length === 2 ? weekdaysError(days!) : undefined;
  if (wrongDays !== undefined) return bad(text, wrongDays);
  const found = /^(\d{1,2})(?::(\d{1,2}))?-(\d{1,2})(?::(\d{1,2}))?$/.exec(times);
  if (!found) return bad(times, 'Context("time")');
  const [, h1, m1, h2, m2] = found.map((part) => Number(part ?? 0)) as [number, number, number, number, number];
  if (h1 > 23 || h2 > 23 || m1 > 59 || m2 > 59) return bad(times, 'Context("time value out of range")');
  return h1 * 60 + m1 > h2 * 60 + m2 ? bad(times, 'Context("end time before start time")') : undefined;
}
