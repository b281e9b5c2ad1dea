import { schema as policySchema } from '#app/schema.ts';
import type { Command } from '../command.ts';

export const schema: Command = {
  name: 'schema',
  summary: 'Print the JSON Schema of the policy file, from which editors complete.',
  options: [],
  examples: [
    { run: 'holdfast schema > policy.schema.json', does: 'keep it beside the policy' },
    {
      run: '# yaml-language-server: $schema=policy.schema.json',
      does: 'first line of holdfast.yaml: the editor then completes and checks',
    },
  ],
  exits: { 0: 'printed' },

  async run({ ports, out }) {
    out.result(await policySchema(ports), (value) => JSON.stringify(value, undefined, 2));
    return 0;
  },
};
