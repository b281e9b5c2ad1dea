import { explain as explainGuest } from '#app/explain.ts';
import type { Command } from '../command.ts';
import { explainJson, explainText, notExplained } from '../views/explain.ts';
import { findingsText } from '../views/finding.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'The whole story of one guest: its rule, tier, jobs, disks, points, and what would be lost now. Changes nothing.',
  args: [{ name: 'GUEST', help: 'a vmid, a name, or either after the name of its site: 101, postgres, home/101' }],
  options: [],
  examples: [
    { run: 'holdfast explain postgres', does: 'why it stands as it does, point by point' },
    { run: 'holdfast explain plant/101', does: 'the guest of one site, where several sites have that id' },
  ],
  exits: {
    0: 'shown',
    1: 'a site that may have the guest could not be looked at',
    2: 'the policy is invalid, or no guest or several are called so',
  },

  async run({ ports, out }, [wanted = '']) {
    const explained = await explainGuest(ports, wanted);
    if (explained.outcome === 'invalid') {
      out.result(explained.findings, findingsText, { findings: explained.findings });
      return 2;
    }
    if (explained.outcome !== 'explained') {
      out.error(notExplained(explained));
      return explained.outcome === 'missing' && explained.unseen.length > 0 ? 1 : 2;
    }
    out.result(explained.story, explainText, explainJson(explained.story));
    return 0;
  },
};
