import type { Command } from '../command.ts';
import { isOn } from '../command.ts';
import { runBatch, textField } from '../batch.ts';
import { upidText } from '../views/upid.ts';
import { parseUpid } from '#core/world/upid.ts';

export const upid: Command = {
  name: 'upid',
  summary: 'Take a task identifier of PVE or PBS apart. Asks no server.',
  args: [{ name: '[UPID]', help: 'UPID:node:…:' }],
  options: [{ flags: '--batch', help: 'read {"upid"} a line from standard input, write one JSON object a line' }],
  examples: [
    { run: "holdfast upid 'UPID:pve1:000063F1:0003616F:6B042EF7:vzdump:201:root@pam:'", does: 'node, start, type, guest and login' },
    { run: 'holdfast upid --batch < upids.jsonl', does: 'the same for many, for scripts' },
  ],
  exits: { 0: 'it is a UPID', 1: 'it is none, or a line of the batch could not be read', 2: 'wrong usage' },

  async run({ out, lines }, [given], flags) {
    if (isOn(flags, 'batch')) return runBatch({ out, lines }, (fields) => upidJson(textField(fields, 'upid')));
    if (given === undefined) {
      out.error('error: give a UPID, or --batch');
      return 2;
    }
    out.result(parseUpid(given), upidText, upidJson(given));
    return parseUpid(given) ? 0 : 1;
  },
};

/** The part of a UPID that is a contract for scripts. */
function upidJson(text: string): object {
  const upid = parseUpid(text);
  if (!upid) return { valid: false };
  const { product, node, pid, pstart, startedAt, type, id, user } = upid;
  return { valid: true, product, node, pid, pstart, startTime: startedAt, type, id, user };
}
