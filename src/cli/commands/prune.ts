import type { Command, Context, Flags } from '../command.ts';
import { isOn, text } from '../command.ts';
import { BatchError, runBatch } from '../batch.ts';
import { readOrTrouble } from '../files.ts';
import { prunedJson, prunedText } from '../views/prune.ts';
import { judge, marksFor, readSnapshots, simulate, type Judged, type Refused } from '#app/prune.ts';
import { parseKeep } from '#core/retention/keep.ts';

export const prune: Command = {
  name: 'prune',
  summary: 'Show what a prune of PBS keeps and removes, and why. Prunes nothing.',
  args: [{ name: '[FILE]', help: 'snapshots of one group: a JSON list, PBS’s own answer, or one JSON object a line; - is standard input' }],
  options: [
    { flags: '--keep RULES', help: 'such as last=3,daily=7,weekly=4; none keeps everything' },
    { flags: '--zone ZONE', help: 'time zone of the PBS server', default: 'UTC' },
    { flags: '--schedule EVENT', help: 'in place of a list: backups by this calendar event, pruned after each' },
    { flags: '--days N', help: 'how long the schedule runs', default: '90' },
    { flags: '--batch', help: 'read {"timezone","keep","snapshots"} a line from standard input, write {"marks"} a line' },
  ],
  examples: [
    { run: 'holdfast prune snapshots.json --keep daily=7,weekly=4 --zone Europe/Vienna', does: 'one mark and one reason a snapshot' },
    { run: 'holdfast prune --schedule 04:00 --keep daily=7,weekly=4 --days 60', does: 'what is left of 60 days' },
    { run: 'holdfast prune --batch < groups.jsonl', does: 'marks only, for scripts' },
  ],
  exits: { 0: 'shown', 1: 'a line of the batch could not be read', 2: 'wrong usage, or a list that is none' },

  async run(context, [file], flags) {
    const { out } = context;
    if (isOn(flags, 'batch')) return runBatch(context, marks);
    const judged = await judgedFrom(context, file, flags);
    if ('problem' in judged) {
      out.error(`error: ${judged.problem}`);
      return 2;
    }
    out.result(judged, prunedText, prunedJson(judged));
    return 0;
  },
};

function marks(fields: Readonly<Record<string, unknown>>): unknown {
  const answer = marksFor(fields);
  if ('problem' in answer) throw new BatchError(answer.problem);
  return answer;
}

async function judgedFrom(context: Context, file: string | undefined, flags: Flags): Promise<Judged | Refused> {
  const rules = parseKeep(text(flags, 'keep') ?? '');
  if ('bad' in rules)
    return { problem: `"${rules.bad}" is no keep option; they read like last=3, hourly=24, daily=7, weekly=4, monthly=12, yearly=3` };
  const timeZone = text(flags, 'zone')!;
  const schedule = text(flags, 'schedule');
  if (schedule !== undefined) {
    const days = Number(text(flags, 'days'));
    if (!Number.isInteger(days) || days < 1 || days > 4000) return { problem: '--days takes a whole number from 1 to 4000' };
    return simulate({ schedule, keep: rules.keep, timeZone, fromAt: context.ports.clock.now(), days });
  }
  if (file === undefined) return { problem: 'give a file with snapshots, - for standard input, or --schedule' };
  const content = file === '-' ? await allOf(context.lines()) : await readOrTrouble(file, context.readFile);
  if (typeof content !== 'string') return { problem: content.trouble };
  const snapshots = readSnapshots(content);
  return 'problem' in snapshots ? snapshots : judge(snapshots, rules.keep, timeZone);
}

async function allOf(lines: AsyncIterable<string>): Promise<string> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all.join('\n');
}
