import { capacity as tellCapacity, type Capacity, type CapacityOptions } from '#app/capacity.ts';
import { text, type Command } from '../command.ts';
import { askServer, SERVER_OPTIONS } from '../daemon.ts';
import { capacityText } from '../views/capacity.ts';
import { findingsText } from '../views/finding.ts';
import { NO_MEMORY } from '../views/memory.ts';

export const capacity: Command = {
  name: 'capacity',
  summary: 'How full each store is, when it will be, and who fills it. Asks no server: a watch must have run.',
  options: [
    { flags: '--site NAME', help: 'only this site' },
    { flags: '--tier NUMBER', help: 'with --points: the tier' },
    { flags: '--points COUNT', help: 'what so many points more (or fewer: -10) of each guest of the tier would take or free' },
    ...SERVER_OPTIONS,
  ],
  examples: [
    { run: 'holdfast capacity', does: 'each datastore and ZFS pool with its forecast, tiers and guests by what they add' },
    { run: 'holdfast capacity --tier 1 --points -16', does: 'what 16 points fewer in tier 1 would free' },
  ],
  exits: {
    0: 'shown, and no store fills within thirty days',
    1: 'no watch has remembered anything here',
    2: 'the policy is invalid, or it has no such site or tier',
    4: 'a store fills within thirty days, or a budget is used up',
  },

  async run(context, _args, flags) {
    const { ports, out } = context;
    const [site, tier, points] = [text(flags, 'site'), text(flags, 'tier'), text(flags, 'points')];
    if ((tier === undefined) !== (points === undefined) || [tier, points].some((one) => one !== undefined && !/^-?\d{1,6}$/.test(one))) {
      out.error('error: --tier and --points go together, a tier and a count:\n    holdfast capacity --tier 1 --points -16');
      return 2;
    }
    const options: CapacityOptions = {
      ...(site === undefined ? {} : { site }),
      ...(tier === undefined ? {} : { effect: { tier: Number(tier), pointsMore: Number(points) } }),
    };
    const asked = await askServer(context, flags, { path: '/capacity', query: { site, tier, points } });
    if (asked && 'exitCode' in asked) return asked.exitCode;
    const told = asked ? (asked.value as Capacity) : await tellCapacity(ports, options);
    if (told.outcome === 'invalid') {
      out.result(told.findings, findingsText, { findings: told.findings });
      return 2;
    }
    if (told.outcome === 'no-memory') {
      out.error(NO_MEMORY);
      return 1;
    }
    out.result(told.sites, capacityText, { sites: told.sites });
    return told.sites.some(({ findings }) => findings.length > 0) ? 4 : 0;
  },
};
