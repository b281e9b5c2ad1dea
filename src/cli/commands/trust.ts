import { trust as trustServer } from '#app/trust.ts';
import type { Command } from '../command.ts';
import { trustText } from '../views/trust.ts';

export const trust: Command = {
  name: 'trust',
  summary: 'Show the certificate of a PVE or PBS and how to pin it. Sends no login.',
  args: [{ name: 'URL', help: 'https://host:8006 (PVE) or https://host:8007 (PBS)' }],
  options: [],
  examples: [
    {
      run: 'holdfast trust https://pbs.lan:8007',
      does: 'its fingerprint, whom it is for, how long it is valid, and the line for the policy',
    },
  ],
  exits: {
    0: 'shown, and it is the pinned one where the policy pins one',
    1: 'nothing answers',
    2: 'wrong usage',
    4: 'the policy pins another certificate',
  },

  async run({ ports, out }, [url = '']) {
    const trusted = await trustServer(ports, url);
    out.result(trusted, trustText);
    return trusted.named?.matches === false ? 4 : 0;
  },
};
