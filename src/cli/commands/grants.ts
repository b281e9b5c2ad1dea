import { grants as grantsFor } from '#app/grants.ts';
import { PURPOSES, type Purpose } from '#core/rights/needed.ts';
import { text, type Command } from '../command.ts';
import { findingsText } from '../views/finding.ts';
import { grantsText } from '../views/grants.ts';

export const grants: Command = {
  name: 'grants',
  summary: 'Print the commands that make the token for one purpose, with the fewest rights. Runs none of them.',
  options: [
    {
      flags: '--for PURPOSE',
      help: 'audit: watch. apply: configure. lock: protect. drill: restore. move: between tiers. retry: repeat a failed backup. pressure: suspend jobs while a datastore fills',
      choices: [...PURPOSES],
      default: 'audit',
    },
    { flags: '--site NAME', help: 'only this site' },
    { flags: '--datastore NAME', help: 'instead of a policy that is yet to be written' },
    { flags: '--namespace NS', help: 'with --datastore: the namespace of the site' },
  ],
  examples: [
    { run: 'holdfast grants --for audit', does: 'what a process that only watches needs' },
    { run: 'holdfast grants --for apply --site home', does: 'what "holdfast apply" needs; on PBS that includes the right to delete' },
    { run: 'holdfast grants --for audit --datastore main', does: 'before there is a policy' },
  ],
  exits: { 0: 'printed', 2: 'the policy is invalid, or knows no such site' },

  async run({ ports, out }, _args, flags) {
    const [site, datastore] = [text(flags, 'site'), text(flags, 'datastore')];
    const purpose = text(flags, 'for') as Purpose;
    const standIn = datastore === undefined ? {} : { standIn: { datastore, namespace: text(flags, 'namespace') ?? '' } };
    const result = await grantsFor(ports, { purpose, ...(site === undefined ? {} : { site }), ...standIn });
    if (result.outcome === 'invalid') {
      out.result(result.findings, findingsText, { findings: result.findings });
      return 2;
    }
    if (result.outcome === 'no-site') {
      out.error(`error: the policy has no site "${site}"; it has ${result.known.join(', ')}`);
      return 2;
    }
    out.result(result, grantsText, { purpose, sites: result.sites });
    return 0;
  },
};
