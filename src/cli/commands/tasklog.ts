import type { Command } from '../command.ts';
import { isOn } from '../command.ts';
import { runBatch, textField } from '../batch.ts';
import { readOrTell } from '../files.ts';
import { taskLogText } from '../views/tasklog.ts';
import { parseTaskLog } from '#core/world/tasklog.ts';
import type { TaskLog } from '#core/world/task.ts';

export const tasklog: Command = {
  name: 'tasklog',
  summary: 'Say what a task log proves about each guest. Asks no server.',
  args: [{ name: '[FILE]', help: 'a log of vzdump or of PBS, as text' }],
  options: [{ flags: '--batch', help: 'read {"log"} a line from standard input, write one JSON object a line' }],
  examples: [
    { run: 'holdfast tasklog vzdump.log', does: 'which guests were backed up, and what the log says against it' },
    { run: 'holdfast tasklog --batch < logs.jsonl', does: 'the same for many, for scripts' },
  ],
  exits: { 0: 'every guest in it was backed up', 1: 'some guest was not, or the log does not say', 2: 'wrong usage, or no such file' },

  async run({ out, lines, readFile }, [file], flags) {
    if (isOn(flags, 'batch'))
      return runBatch({ out, lines }, (fields) =>
        taskLogJson(parseTaskLog(textField(fields, 'log'), { running: fields['running'] === true })),
      );
    if (file === undefined) {
      out.error('error: give a file, or --batch');
      return 2;
    }
    const content = await readOrTell(file, { readFile, out });
    if (content === undefined) return 2;
    const log = parseTaskLog(content);
    out.result(log, taskLogText, taskLogJson(log));
    return (log.overall === 'ok' || log.overall === 'warnings') && log.guests.every(({ result }) => result === 'ok') ? 0 : 1;
  },
};

/** The part of a log that is a contract for scripts, and what else it says. */
function taskLogJson({ overall, guests }: TaskLog): object {
  return { overall, guests };
}
