import type { UnixSeconds } from '../units.ts';

/** A backup job taken out of its schedule under pressure, as its own comment says. */
export type Suspension = {
  readonly sinceAt: UnixSeconds;
  /** It is taken back then at the latest. */
  readonly untilAt: UnixSeconds;
  /** When Holdfast took it back; from then on the comment only says how long it is left alone. */
  readonly backAt?: UnixSeconds;
};

const INSTANT = '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z';
const TAIL = new RegExp(`, suspended (${INSTANT}) to (${INSTANT})(?:, back (${INSTANT}))?$`);

/** `[holdfast] home: tier 4, policy 3f9a12bc, suspended 2026-11-27T20:15:00Z to 2026-12-04T20:15:00Z`; what such words it carried before is gone. */
export function withSuspension(comment: string, { sinceAt, untilAt, backAt }: Suspension): string {
  const back = backAt === undefined ? '' : `, back ${spell(backAt)}`;
  return `${comment.replace(TAIL, '')}, suspended ${spell(sinceAt)} to ${spell(untilAt)}${back}`;
}

/** What a job's comment says of its suspension; undefined where it says nothing that can be read. */
export function readSuspension(comment: string): Suspension | undefined {
  const [, since, until, back] = TAIL.exec(comment) ?? [];
  const [sinceAt, untilAt, backAt] = [since, until, back].map(parse);
  if (sinceAt === undefined || untilAt === undefined || (back !== undefined && backAt === undefined)) return undefined;
  return { sinceAt, untilAt, ...(backAt !== undefined && { backAt }) };
}

/** The suspension that keeps a job from running; one that runs again, or that somebody else disabled, has none. */
export function suspensionOf({ enabled, comment }: { readonly enabled: boolean; readonly comment: string }): Suspension | undefined {
  const suspension = enabled ? undefined : readSuspension(comment);
  return suspension?.backAt === undefined ? suspension : undefined;
}

function spell(at: UnixSeconds): string {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000).toString();
}

/** The comment is anybody's to edit: a date that does not exist is none. */
function parse(text: string | undefined): UnixSeconds | undefined {
  if (text === undefined) return undefined;
  try {
    return Math.floor(Temporal.Instant.from(text).epochMilliseconds / 1000);
  } catch {
    return undefined;
  }
}
