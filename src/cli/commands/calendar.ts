import { batchAnswers } from '#core/calendar/batch.ts';
import { parseInstant } from '#core/calendar/instant.ts';
import { studyEvent } from '#core/calendar/study.ts';
import { zoneRules } from '#core/calendar/zone.ts';
import { closest } from '#core/closest.ts';
import { type Command, type Context, type Flags, isOn, text } from '../command.ts';
import { calendarJson, calendarText } from '../views/calendar.ts';

const MOST_RUNS = 1000;

export const calendar: Command = {
  name: 'calendar',
  summary: 'Explain a Proxmox calendar event: its words, next runs, widest and narrowest gap, and traps.',
  args: [{ name: '[EVENT]', help: 'a calendar event as Proxmox takes it, in quotes: "mon..fri 22:00"' }],
  options: [
    { flags: '--zone ZONE', help: 'IANA time zone of the host that runs the job (default: this machine’s)' },
    { flags: '--after T', help: 'runs after this instant: Unix seconds, 2026-03-28T00:30Z, or local "2026-03-28 00:30" (default: now)' },
    { flags: '--count N', help: 'how many runs to list', default: '5' },
    { flags: '--batch', help: 'answer {"expr","timezone","after"} on each line of standard input with {"valid","next","error"?}' },
  ],
  examples: [
    { run: 'holdfast calendar "mon..fri 22"', does: 'shows that this runs every hour, at minute 22' },
    { run: 'holdfast calendar "sun 2:30" --zone Europe/Vienna', does: 'names the weeks that lose their run to the clock change' },
    { run: 'holdfast calendar --batch < questions.jsonl', does: 'computes next runs for scripts' },
  ],
  exits: { 0: 'shown, warnings or not', 2: 'no such event, zone or time' },

  async run(context, args, flags) {
    if (isOn(flags, 'batch')) return batch(context);
    const [event] = args;
    if (event === undefined) return usage(context, 'an EVENT is missing, or --batch');
    return show(context, event, flags);
  },
};

async function batch({ lines, out }: Context): Promise<number> {
  const answer = batchAnswers();
  for await (const line of lines()) out.line(JSON.stringify(answer(line)));
  return 0;
}

function show(context: Context, event: string, flags: Flags): number {
  const zoneName = text(flags, 'zone') ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const nowAt = context.ports.clock.now();
  if (!zoneRules(zoneName, nowAt, nowAt)) return usage(context, unknownZone(zoneName));
  const after = text(flags, 'after');
  const afterAt = after === undefined ? nowAt : parseInstant(after, zoneName);
  if (afterAt === undefined) return usage(context, `"${after}" is no instant: write 2026-03-28T00:30Z, "2026-03-28 00:30" or Unix seconds`);
  const count = Number(text(flags, 'count'));
  if (!Number.isInteger(count) || count < 1 || count > MOST_RUNS)
    return usage(context, `--count takes a whole number from 1 to ${MOST_RUNS}`);
  const study = studyEvent(event, zoneRules(zoneName, afterAt, afterAt)!, { afterAt, count });
  context.out.result(study, calendarText, calendarJson(study));
  return study.valid ? 0 : 2;
}

function unknownZone(name: string): string {
  const near = closest(name, Intl.supportedValuesOf('timeZone'));
  return `unknown time zone "${name}"${near ? ` (did you mean ${near}?)` : ': write an IANA name such as Europe/Vienna'}`;
}

function usage({ out }: Context, problem: string): number {
  out.error(`error: ${problem}`);
  out.error('(holdfast calendar --help shows all options)');
  return 2;
}
