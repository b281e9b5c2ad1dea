import { suggest as suggestTiers, suggestLine } from '#app/suggest.ts';
import { isOn, type Command } from '../command.ts';
import { suggestedJson, suggestedText } from '../views/suggest.ts';

export const suggest: Command = {
  name: 'suggest',
  summary: 'Propose a tier for each guest that has none, with reasons. Assigns nothing.',
  options: [{ flags: '--batch', help: 'read one guest as JSON a line from standard input, write one proposal a line; asks no server' }],
  examples: [
    { run: 'holdfast suggest', does: 'look at every site of the policy and propose' },
    { run: `echo '{"name":"pg-prod-01","type":"vm","vmid":101}' | holdfast suggest --batch`, does: 'ask about one guest' },
  ],
  exits: { 0: 'every guest could be looked at', 1: 'some guests could not be read', 2: 'the policy is invalid' },

  async run({ ports, out, lines }, _args, flags) {
    if (isOn(flags, 'batch')) {
      for await (const line of lines()) if (line.trim() !== '') out.line(suggestLine(line));
      return 0;
    }
    const suggested = await suggestTiers(ports);
    out.result(suggested, suggestedText, suggestedJson(suggested));
    if (!suggested.understood) return 2;
    return suggested.unknown.length > 0 ? 1 : 0;
  },
};
