import { parseEvent } from './event.ts';
import { nextRun } from './next.ts';
import { type ZoneRules, zoneRules } from './zone.ts';
import type { UnixSeconds } from '../units.ts';

/** One line of `holdfast calendar --batch`; `next` is null where no run comes, and where the question is wrong. */
export type BatchAnswer = { readonly valid: boolean; readonly next: UnixSeconds | null; readonly error?: string };

/** Answers one question after the other, `{"expr", "timezone", "after"}` as JSON each; makes the table of a zone once. */
export function batchAnswers(): (line: string) => BatchAnswer {
  const zones = new Map<string, ZoneRules | undefined>();
  return (line) => {
    const question = readQuestion(line);
    if (typeof question === 'string') return wrong(question);
    const { expr, timezone, after } = question;
    const parsed = parseEvent(expr);
    if (!parsed.ok) return wrong(`column ${parsed.error.column}: ${parsed.error.problem}. ${parsed.error.fix}`);
    if (!zones.has(timezone)) zones.set(timezone, zoneRules(timezone, 0, 0));
    const zone = after < 0 ? zoneRules(timezone, after, 0) : zones.get(timezone);
    if (!zone) return wrong(`unknown time zone "${timezone}"`);
    return { valid: true, next: nextRun(parsed.event, zone, after) ?? null };
  };
}

/** Seconds of the year 275760, up to where instants can be told. */
const MOST_SECONDS = 8_640_000_000_000;

function readQuestion(line: string): { readonly expr: string; readonly timezone: string; readonly after: UnixSeconds } | string {
  const question = readObject(line);
  if (!question) return 'not a JSON object';
  const { expr, timezone, after } = question;
  if (typeof expr !== 'string') return '"expr" must be a string';
  if (typeof timezone !== 'string') return '"timezone" must be a string, the IANA name of a zone';
  if (typeof after !== 'number' || Math.abs(after) > MOST_SECONDS) return '"after" must be a number of Unix seconds';
  return { expr, timezone, after: Math.floor(after) };
}

function readObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function wrong(error: string): BatchAnswer {
  return { valid: false, next: null, error };
}
